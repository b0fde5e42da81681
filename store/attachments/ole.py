"""Tells what stands in an OLE2 compound file: DOC and XLS are taken, what brings macros or is locked is not.

The directory is read, and of an XLS what its workbook says of its sheets: along their own chains of sectors, and never
twice over the same one.

Spec: [MS-CFB] sections 2.2 (header), 2.3 (FAT), 2.4 (mini FAT), 2.5 (DIFAT) and 2.6 (directory).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from store.attachments import sheets
from store.attachments.kinds import DOC, XLS
from store.attachments.unfit import Unfit, broken, cut_short, locked, of_another_kind, with_macros

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR_BYTES = {3: 512, 4: 4096}
"""Sector sizes by major version."""
HEADER_DIFAT_ENTRIES = 109
ENTRY_BYTES, MINI_SECTOR_BYTES = 128, 64
MAX_ENTRIES = 10_000
LAST_SECTOR = 0xFFFFFFFA
"""Above it a number means no sector."""
UNUSED, STORAGE, STREAM, ROOT = 0, 1, 2, 5
MACROS = frozenset({"macros", "_vba_project_cur", "_vba_project", "vba"})
TAKEN = {"worddocument": DOC, "workbook": XLS, "book": XLS}
OTHERS = {
    "powerpoint document": "PowerPoint presentation (PPT)",
    "visiodocument": "Visio drawing",
    "__properties_version1.0": "Outlook message (MSG)",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One storage or stream; `left`, `right` and `child` are places of others in the directory."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    first_sector: int
    size_bytes: int


def media_type_of(content: bytes) -> str:
    """Give the media type of a compound file; raises Unfit."""
    compound = _Compound(content)
    directory = compound.directory()
    # Deeper storages are what a document embeds: a table inside a text makes no spreadsheet of it.
    streams = [entry for entry in _children_of(directory, directory[0]) if entry.kind == STREAM]
    names = {entry.name for entry in streams}
    if MACROS & {entry.name for entry in directory}:
        raise with_macros()
    if "encryptedpackage" in names:
        raise locked()
    taken = {media_type for name, media_type in TAKEN.items() if name in names}
    if taken == {XLS}:
        for entry in streams:
            if TAKEN.get(entry.name) == XLS:
                sheets.refuse_macro_sheets(compound.read(directory[0], entry, limit_bytes=sheets.READ_BYTES))
    if len(taken) == 1:
        return taken.pop()
    raise of_another_kind(next((said for name, said in OTHERS.items() if name in names), "OLE2 compound file"))


class _Compound:
    """A compound file whose header has been looked through."""

    def __init__(self, content: bytes) -> None:
        if len(content) < SECTOR_BYTES[3]:
            raise cut_short()
        major, order, shift = struct.unpack_from("<HHH", content, 26)
        if not content.startswith(SIGNATURE) or order != 0xFFFE or SECTOR_BYTES.get(major) != 1 << min(shift, 16):
            raise broken("its header is none of an OLE2 compound file")
        self._content = content
        self._sector_bytes = 1 << shift
        self._first_directory_sector = struct.unpack_from("<I", content, 48)[0]
        self._fat = self._read_fat()
        # A file may end within its last sector, but not before it.
        used = (len(self._fat.rstrip(b"\xff")) + 3) // 4
        if used * self._sector_bytes >= len(content):
            raise cut_short()

    def directory(self) -> list[Entry]:
        """List the entries in their places, the root first."""
        entries: list[Entry] = []
        for number in self._chain(self._first_directory_sector):
            sector = self._sector(number)
            starts = range(0, len(sector), ENTRY_BYTES)
            entries += [_entry(sector[start : start + ENTRY_BYTES]) for start in starts]
            if len(entries) > MAX_ENTRIES:
                raise Unfit(f"has more than {MAX_ENTRIES:,} parts", f"có hơn {MAX_ENTRIES} phần bên trong")
        if not entries or entries[0].kind != ROOT:
            raise broken("it has no directory")
        return entries

    def read(self, root: Entry, entry: Entry, *, limit_bytes: int) -> bytes:
        """Give what a stream holds, at most its first `limit_bytes`; small ones lie within the stream of the root."""
        size_bytes = min(entry.size_bytes, limit_bytes)
        if entry.size_bytes >= struct.unpack_from("<I", self._content, 56)[0]:
            return self._read_chain(entry.first_sector, size_bytes)
        within = self._read_chain(root.first_sector, root.size_bytes)
        fat = b"".join(map(self._sector, self._chain(struct.unpack_from("<I", self._content, 60)[0])))
        places = [number * MINI_SECTOR_BYTES for number in _chain(fat, entry.first_sector)]
        return b"".join(within[place : place + MINI_SECTOR_BYTES] for place in places)[:size_bytes]

    def _read_chain(self, first_sector: int, size_bytes: int) -> bytes:
        sectors = islice(self._chain(first_sector), -(-size_bytes // self._sector_bytes))
        return b"".join(map(self._sector_or_rest, sectors))[:size_bytes]

    def _sector_or_rest(self, number: int) -> bytes:
        # A file may end within its last sector.
        start = (number + 1) * self._sector_bytes
        return self._content[start : start + self._sector_bytes]

    def _read_fat(self) -> bytes:
        count, difat_sector = struct.unpack_from("<I", self._content, 44)[0], self._numbers_at(68, 1)[0]
        if count > len(self._content) // self._sector_bytes:
            raise cut_short()
        places = list(self._numbers_at(76, min(count, HEADER_DIFAT_ENTRIES)))
        per_sector = self._sector_bytes // 4 - 1
        # Each step adds places up to `count`, so a chain that runs in a circle ends as well.
        while len(places) < count:
            *more, difat_sector = struct.unpack(f"<{per_sector + 1}I", self._sector(difat_sector))
            places += more[: count - len(places)]
        if len(set(places)) != len(places):
            raise broken("its table of sectors runs in a circle")
        return b"".join(map(self._sector, places))

    def _numbers_at(self, offset: int, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{count}I", self._content, offset)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_bytes
        if number > LAST_SECTOR or start + self._sector_bytes > len(self._content):
            raise cut_short()
        return self._content[start : start + self._sector_bytes]

    def _chain(self, number: int) -> Iterator[int]:
        return _chain(self._fat, number)


def _chain(fat: bytes, number: int) -> Iterator[int]:
    met: set[int] = set()
    while number <= LAST_SECTOR:
        if number in met or number * 4 + 4 > len(fat):
            raise broken("its chain of sectors leads nowhere")
        met.add(number)
        yield number
        number = struct.unpack_from("<I", fat, number * 4)[0]


def _entry(raw: bytes) -> Entry:
    name_bytes, kind = struct.unpack_from("<HB", raw, 64)
    left, right, child = struct.unpack_from("<III", raw, 68)
    if kind not in (UNUSED, STORAGE, STREAM, ROOT) or (kind != UNUSED and not (2 <= name_bytes <= 64)):
        raise broken("its directory is none")
    name = raw[: name_bytes - 2].decode("utf-16-le", "replace") if kind != UNUSED else ""
    # The upper half of the size means nothing in files of version 3.
    first_sector, size_bytes = struct.unpack_from("<II", raw, 116)
    return Entry(name.lower(), kind, left, right, child, first_sector, size_bytes)


def _children_of(directory: list[Entry], storage: Entry) -> Iterator[Entry]:
    """Stream what lies directly in a storage: a tree of siblings that hangs from its child."""
    waiting = [storage.child]
    met: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place in met or place >= len(directory):
            continue
        met.add(place)
        yield directory[place]
        waiting += [directory[place].left, directory[place].right]
