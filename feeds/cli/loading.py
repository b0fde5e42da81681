"""Commands by name, each loaded from its module when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class LoadedWhenAsked(MutableMapping[str, click.Command]):
    """What a click group keeps its commands in; who runs one of them loads no other.

    `places` says of each name where its command stands, as `module:attribute` below `package`; commands that stand
    after a group's, separated by spaces, are added to that group.
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        """Take the names; nothing is loaded yet."""
        self._package = package
        self._places = dict(places)
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            command, *inner = map(self._load, self._places[name].split())
            if isinstance(command, click.Group):
                for each in inner:
                    command.add_command(each)
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._places.setdefault(name, "")
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._loaded.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _load(self, place: str) -> click.Command:
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"{self._package}.{module}"), attribute)
        return command
