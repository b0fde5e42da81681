"""The folder that an export lies in: shards that are never altered, and one link to the generation that is served.

Whoever reads through `current` sees one whole state of the site, the old one or the new one: everything is written
beside it and settled on the disk, then one renaming puts the new generation in the place of the old one, and what the
new one does not use is removed. A body and its coded forms lie in one shard, so they change together. Wherever an
export breaks off, the state before it goes on being served, and the next export clears away what is left over.

    bantin-export.json                  whose export this is
    current -> generations/7
    generations/7/manifest.json
    generations/7/nginx/*.conf
    generations/7/feeds/all/@ -> ../../../../shards/feeds/all/@7
    shards/feeds/all/@7/rss, rss.br, rss.gz, rss.zst, ..., manifest.json

A generation takes one link for each shard, however many files there are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from feeds.export.disk import Disk
from feeds.export.manifest import LAYOUT, Generation, Shard
from store.errors import Conflict, InputError, StoreUnavailable
from store.folders import Sentence, disk_faults, lock_folder

MARKER = "bantin-export.json"
CURRENT = "current"
CONFIGURATION = "nginx"
_GENERATIONS, _SHARDS, _MANIFEST, _NEXT = "generations", "shards", "manifest.json", ".next"
FULL: Sentence = (
    "the disk of {folder} is full; what was exported before goes on being served",
    "ổ đĩa chứa “{folder}” đã đầy; bản đã xuất trước đây vẫn được phục vụ",
)
REFUSED: Sentence = (
    "{place} cannot be used: {why}; what was exported before goes on being served",
    "không dùng được “{place}”: {why}; bản đã xuất trước đây vẫn được phục vụ",
)
_UNSAFE = frozenset("\"'\\$;{}#*?[]")


class Folder:
    """One folder of exports, for one export at a time."""

    def __init__(self, path: Path, disk: Disk) -> None:
        """Use the folder at `path`; nothing is touched yet. Raises InputError for a name that nginx cannot be told."""
        self.path = Path(os.path.abspath(path))
        self.disk = disk
        shown = str(self.path)
        if not shown.isprintable() or _UNSAFE & set(shown) or " " in shown:
            raise InputError(
                field="DIR",
                value=shown,
                reason="cannot stand in a configuration of nginx",
                accepted="a path without spaces, quotes and any of $ ; { } # * ? [ ] \\",
                vietnamese=f"“{shown}” không dùng được trong cấu hình nginx; hãy chọn đường dẫn khác",
            )

    @contextmanager
    def held(self, instance: str, *, writing: bool) -> Iterator[None]:
        """Keep the folder for the export of one store; made, or taken over, where it is empty.

        Raises Conflict for a folder that holds anything else, and while another export is at it. Without `writing` it
        is only looked at. A fault of the disk is raised as DiskFull or StoreUnavailable.
        """
        with disk_faults(self.path, full=FULL, refused=REFUSED):
            if writing:
                self.disk.make_folder(self.path)
            if not self.path.exists():
                yield
                return
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                taken = (
                    f"another export is writing to {self.path}; wait for its end",
                    f"đang có một lần xuất khác ghi vào “{self.path}”; hãy đợi nó kết thúc",
                )
                lock_folder(handle, taken)
                self._require_ours(instance)
                if writing:
                    self._mark(instance)
                    self.sweep()
                yield
            finally:
                os.close(handle)

    def number(self) -> int:
        """Give the number of the generation that is served, 0 before the first."""
        with suppress(OSError, ValueError):
            return int(os.readlink(self.path / CURRENT).rpartition("/")[2])
        return 0

    def generation(self) -> Generation | None:
        """Read the generation that is served; None where there is none, or none of this layout."""
        try:
            return Generation.from_json((self._generation_folder(self.number()) / _MANIFEST).read_bytes())
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def configuration(self, name: str) -> bytes:
        """Read a generated configuration that is in use; empty where there is none."""
        with suppress(FileNotFoundError):
            return (self._generation_folder(self.number()) / CONFIGURATION / name).read_bytes()
        return b""

    def shard_folder(self, path: str, number: int) -> Path:
        """Give the folder of a shard as generation `number` made it."""
        return self.path / _SHARDS / path / f"@{number}"

    def shard(self, path: str, number: int) -> Shard:
        """Read what is in a shard; raises StoreUnavailable where that was damaged."""
        place = self.shard_folder(path, number) / _MANIFEST
        try:
            return Shard.from_json(place.read_bytes())
        except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(
                f"{place} is damaged; export everything anew with --full",
                vietnamese=f"“{place}” bị hỏng; hãy xuất lại toàn bộ bằng --full",
            ) from error

    def describe_shard(self, path: str, number: int, shard: Shard) -> None:
        """Write down what is in a new shard, once that is there."""
        self.disk.write(self.shard_folder(path, number) / _MANIFEST, shard.to_json())

    def commit(self, number: int, generation: Generation, configuration: Mapping[str, bytes]) -> None:
        """Have a new generation served from now on, and nothing else kept; all its shards are there."""
        folder = self._generation_folder(number)
        self.disk.make_folder(folder / CONFIGURATION)
        for name, content in configuration.items():
            self.disk.write(folder / CONFIGURATION / name, content)
        self.disk.write(folder / _MANIFEST, generation.to_json())
        for path, made_by in sorted(generation.shards.items()):
            self._point(folder / path / "@", self.shard_folder(path, made_by))
        for former, present in sorted(generation.moved.items()):
            target = f"feeds/{present}"
            self._point(folder / "feeds" / former / "@moved", self.shard_folder(target, generation.shards[target]))
        self.disk.settle()
        upcoming = self.path / _NEXT
        self.disk.symlink(upcoming, f"{_GENERATIONS}/{number}")
        self.disk.replace(upcoming, self.path / CURRENT)
        self.sweep()

    def sweep(self) -> None:
        """Remove all that the generation that is served does not use: older states, and what never came to be one."""
        number, generation = self.number(), self.generation()
        self.disk.remove(self.path / _NEXT)
        for folder in _children(self.path / _GENERATIONS):
            if folder.name != str(number):
                self.disk.remove(folder)
        if generation is not None or not number:
            self._sweep_below(self.path / _SHARDS, "", generation.shards if generation is not None else {})

    def _sweep_below(self, folder: Path, path: str, used: Mapping[str, int]) -> bool:
        """Remove the forms of shards that are not in use; return whether anything is left."""
        is_left = False
        for child in _children(folder):
            if not child.name.startswith("@"):
                is_left |= self._sweep_below(child, f"{path}/{child.name}" if path else child.name, used)
            elif child.name == f"@{used.get(path)}":
                is_left = True
            else:
                self.disk.remove(child)
        if not is_left and path:
            self.disk.remove(folder)
        return is_left

    def _generation_folder(self, number: int) -> Path:
        return self.path / _GENERATIONS / str(number)

    def _point(self, link: Path, target: Path) -> None:
        self.disk.make_folder(link.parent)
        self.disk.symlink(link, os.path.relpath(target, link.parent))

    def _require_ours(self, instance: str) -> None:
        try:
            known = json.loads((self.path / MARKER).read_bytes())["instance"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            known = None
        if known == instance or (known is None and not {child.name for child in self.path.iterdir()} - {_NEXT}):
            return
        whose = "holds the export of another store" if known else "is not empty and holds no export"
        raise Conflict(
            f"{self.path} {whose}; nothing in it was touched; name a new or an empty folder",
            vietnamese=f"“{self.path}” chứa nội dung khác, được giữ nguyên; hãy chọn thư mục mới hoặc trống",
        )

    def _mark(self, instance: str) -> None:
        if not (self.path / MARKER).exists():
            content = json.dumps({"instance": instance, "layout": LAYOUT}, indent=1) + "\n"
            self.disk.remove(self.path / _NEXT)
            self.disk.write(self.path / _NEXT, content.encode())
            self.disk.replace(self.path / _NEXT, self.path / MARKER)


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
