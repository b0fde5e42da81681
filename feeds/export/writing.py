"""Makes the next form of one shard: what is the same is linked from the last form, what differs is written.

Nothing is made where nothing differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from feeds.export.asking import Answer
from feeds.export.codings import iter_coded
from feeds.export.folder import Folder
from feeds.export.links import Found
from feeds.export.manifest import Document, Shard
from store.errors import StoreUnavailable

NAME_CHARS = 160
"""Of each part of a Content-Disposition: a file system takes 255 bytes."""
NAME_PARTS = 4
Place = Callable[[Path], None]
"""Puts the bytes of a stored file at a path where nothing is yet."""


class ShardWriter:
    """The next form of one shard. Say what is in it, each name once, then `finish`."""

    def __init__(self, folder: Folder, path: str, number: int, *, last: int | None, now: int, fresh: bool) -> None:
        """Make the form of generation `number` of the shard at `path`; `last` is the number of the last form.

        `now` dates documents that do not say when they changed, in seconds of the epoch. When all is made `fresh`, no
        file of the last form is taken over: it may have been damaged.
        """
        self.path = path
        self.old = _read(folder, path, last, is_trusted=not fresh) if last is not None else Shard()
        self.written: list[str] = []
        self._folder, self._number, self._last = folder, number, last
        self._now, self._fresh = now, fresh
        self._documents: dict[str, Document] = {}
        self._files: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._new: set[str] = set()

    def keep(self, name: str, *, is_former: bool = False) -> Document:
        """Keep a document of the last form as it is, or as one that is led to no more."""
        self._documents[name] = kept = replace(self.old.documents[name], is_former=is_former)
        return kept

    def keep_file(self, name: str) -> None:
        """Keep a file of the last form."""
        self._name_file(name, self.old.files[name])

    def add_link(self, name: str, target: str) -> None:
        """Add a symbolic link; `target` is relative to where it stands, and `.` where it only marks its name."""
        self._links[name] = target

    def add_document(
        self, name: str, address: str, answer: Answer, found: Found, *, is_former: bool = False
    ) -> Document:
        """Add the body of an answer."""
        digest = hashlib.sha256(answer.body).hexdigest()
        old = self.old.documents.get(name)
        if old is not None and old.digest == digest and not self._fresh:
            codings, modified = old.codings, old.modified
        else:
            modified = self._dated(old, digest, answer)
            codings = self._write(name, answer.body, modified)
            self._new.add(name)
            self.written.append(address)
        self._documents[name] = document = Document(
            address=address,
            digest=digest,
            etag=answer.etag,
            modified=modified,
            codings=codings,
            files=found.files,
            further=found.further,
            is_former=is_former,
        )
        return document

    def add_file(self, name: str, address: str, disposition: str, place: Place) -> None:
        """Add a stored file, which is never altered; `disposition` is its Content-Disposition, empty for a photo."""
        self._name_file(name, disposition)
        if self._fresh or self.old.files.get(name) != disposition:
            target = self._target(file_place(name, disposition))
            place(target)
            self._new.add(name)
            self.written.append(address)

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents of this form, as far as they were said."""
        return self._documents

    @property
    def removed(self) -> list[str]:
        """The addresses of what was in the last form and is not in this one."""
        gone = [old.address for name, old in self.old.documents.items() if name not in self._documents]
        return gone + [f"/{self.path}/{name}" for name in self.old.files if name not in self._files]

    def finish(self) -> int | None:
        """Complete the shard; give the number of the form that is in use from now on, None where nothing is in it."""
        shard = Shard(self._documents, self._files, self._links)
        if not shard:
            return None
        if shard == self.old and not self._new:
            return self._last
        for name, document in self._documents.items():
            if name not in self._new:
                for extension in ("", *document.codings):
                    self._take_over(name + extension)
        for name, disposition in self._files.items():
            if name not in self._new:
                self._take_over(file_place(name, disposition))
        for name, target in self._links.items():
            self._folder.disk.symlink(self._target(name), target)
        self._folder.disk.make_folder(self._folder.shard_folder(self.path, self._number))
        self._folder.describe_shard(self.path, self._number, shard)
        return self._number

    def _name_file(self, name: str, disposition: str) -> None:
        self._files[name] = disposition
        if disposition:
            self._links[f"name/{PurePosixPath(name).stem}"] = f"../{_named(name, disposition)}"

    def _write(self, name: str, body: bytes, modified: int) -> tuple[str, ...]:
        disk = self._folder.disk
        disk.write(self._target(name), body, modified=modified)
        codings = []
        for extension, coded in iter_coded(body) if not name.endswith((".png", ".jpg")) else ():
            disk.write(self._target(name + extension), coded, modified=modified)
            codings.append(extension)
        return tuple(codings)

    def _dated(self, old: Document | None, digest: str, answer: Answer) -> int:
        """Date a document so that a web server, which tells forms apart by date and size, takes it for no other."""
        modified = answer.modified if answer.modified is not None else self._now
        if old is None:
            return modified
        return old.modified if old.digest == digest else max(modified, old.modified + 1)

    def _take_over(self, name: str) -> None:
        if self._last is not None:
            source = self._folder.shard_folder(self.path, self._last) / name
            self._folder.disk.link(source, self._target(name))

    def _target(self, name: str) -> Path:
        target = self._folder.shard_folder(self.path, self._number) / name
        self._folder.disk.make_folder(target.parent)
        return target


def _read(folder: Folder, path: str, number: int, *, is_trusted: bool) -> Shard:
    try:
        return folder.shard(path, number)
    except StoreUnavailable:
        if is_trusted:
            raise
        return Shard()


def file_place(name: str, disposition: str) -> str:
    """Give where a file lies in its shard: one with a Content-Disposition in a folder that is called by that.

    A web server finds there what to call the file for people, without being told of each file.
    """
    return f"{_named(name, disposition)}/{name}" if disposition else name


def _named(name: str, disposition: str) -> str:
    parts = [disposition[at : at + NAME_CHARS] for at in range(0, len(disposition), NAME_CHARS)]
    if len(parts) > NAME_PARTS or "/" in disposition:
        # Nothing that we call a file: its last word is then the browser's.
        parts = ["attachment"]
    padded = [*parts, *[""] * NAME_PARTS][:NAME_PARTS]
    return "/".join(["named", PurePosixPath(name).stem, *(f"={part}" for part in padded)])
