"""What an export says of itself, in JSON beside what it is about: a generation of its shards, a shard of its documents.

A shard is what an export replaces as a whole: the documents of one channel, a hundred bulletins, the files whose
digests begin alike. It is never altered: a later one takes its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from feeds.export.plan import State

LAYOUT = 2
"""Steps with every change of how an export lies on the disk: another one is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The body of an answer, and the application's own validator of it.

    `modified` is what the file is dated: it is never the same for other bytes at the same address. `codings` are the
    extensions of its coded forms; `files` and `further` are what it leads to. One that `is_former` is led to no more.
    """

    address: str
    digest: str
    etag: str
    modified: int
    codings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    is_former: bool = False


@dataclass(frozen=True, slots=True)
class Shard:
    """Everything in a shard, by name: documents, stored files with their Content-Disposition, symbolic links."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there is anything in it."""
        return bool(self.documents or self.files or self.links)

    def to_json(self) -> bytes:
        """Write it."""
        documents = {name: asdict(document) for name, document in sorted(self.documents.items())}
        return _json({"documents": documents, "files": self.files, "links": self.links})

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read back what `to_json` wrote; raises ValueError, KeyError or TypeError for anything else."""
        said = json.loads(text)
        documents = {name: _document(known) for name, known in said["documents"].items()}
        return cls(documents, dict(said["files"]), dict(said["links"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One state of the whole export: which form of each shard, and where former paths of channels lead.

    `shards` maps a shard's path to the number of the generation that made it. All links begin with `base_url`;
    `application_url` is asked for what can be no file, empty where nobody is.
    """

    state: State
    shards: Mapping[str, int]
    moved: Mapping[str, str]
    base_url: str
    application_url: str = ""

    def to_json(self) -> bytes:
        """Write it."""
        said = {"base_url": self.base_url, "application_url": self.application_url}
        return _json({"layout": LAYOUT, **asdict(self.state), **said, "shards": self.shards, "moved": self.moved})

    @classmethod
    def from_json(cls, text: bytes) -> Self | None:
        """Read back what `to_json` wrote; None for another layout, ValueError, KeyError or TypeError for nonsense."""
        said = json.loads(text)
        if said["layout"] != LAYOUT:
            return None
        return cls(
            state=State(int(said["edition"]), str(said["fingerprint"]), str(said["committed_at"])),
            shards=dict(said["shards"]),
            moved=dict(said["moved"]),
            base_url=str(said["base_url"]),
            application_url=str(said["application_url"]),
        )


def _document(said: Mapping[str, Any]) -> Document:
    many = {name: tuple(said[name]) for name in ("codings", "files", "further")}
    return Document(**{**said, **many})


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
