"""Reads the directory of a ZIP file as strictly as its format allows, so that every program finds the same in it.

The archive begins with the file and ends with it, has one directory, no two entries share bytes, and nothing lies
between them. Nothing is unpacked but single small entries, and those to a limit.

Spec: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.3.9 (data descriptors), 4.5.3 (ZIP64) and 4.6.9 (names in
UTF-8).
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from store.attachments.unfit import Unfit, broken, cut_short, locked

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
DESCRIPTOR = b"PK\x07\x08"
END64, LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
END_BYTES, END64_BYTES, LOCATOR64_BYTES = 22, 56, 20
LOCAL_BYTES, CENTRAL_BYTES = 30, 46
LONGEST_COMMENT_BYTES, LONGEST_DESCRIPTOR_BYTES = 0xFFFF, 24
ELSEWHERE = 0xFFFFFFFF
"""Stands where a number is told by a ZIP64 record instead."""
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
HARMLESS_BYTES = 10 * 1024 * 1024
MAX_RATIO = 200
"""How many times its own size an archive may unpack to once that is over HARMLESS_BYTES."""
STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIBED_BEHIND, IN_UTF8 = 0x0001, 0x0008, 0x0800
EXTRA_ZIP64, EXTRA_UNICODE_NAME = 0x0001, 0x7075
UNIX = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `names` are all that programs may take for its name, mostly one; `start` counts in bytes."""

    raw_name: bytes
    names: tuple[str, ...]
    method: int
    checksum: int
    packed_bytes: int
    unpacked_bytes: int
    start: int
    is_link: bool

    @property
    def name(self) -> str:
        """The name as its record tells it."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the central directory lies, and how many entries it is said to have."""

    start: int
    size_bytes: int
    count: int


def read_entries(content: bytes) -> list[Entry]:
    """List the entries of an archive in the order of its directory; raises Unfit."""
    directory = _find_directory(content)
    if directory.count > MAX_ENTRIES or directory.size_bytes > MAX_DIRECTORY_BYTES:
        raise Unfit(f"has more than {MAX_ENTRIES:,} entries", f"có hơn {MAX_ENTRIES} tệp bên trong")
    if directory.count == 0:
        raise Unfit("has nothing in it", "không có gì bên trong")
    entries = list(_iter_entries(content, directory))
    _refuse_false_places(content, entries, directory.start)
    _refuse_bombs(entries)
    if len({entry.raw_name for entry in entries}) != len(entries):
        raise broken("it has two entries of one name")
    return entries


def read_entry(content: bytes, entry: Entry, *, limit_bytes: int) -> bytes:
    """Give what an entry holds, at most its first `limit_bytes`; raises Unfit."""
    start = _data_start(content, entry.start)
    packed = content[start : start + entry.packed_bytes]
    if entry.method == STORED:
        return packed[:limit_bytes]
    if entry.method != DEFLATED:
        raise broken(f"“{entry.name}” is packed in an unusual way")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit_bytes)
    except zlib.error as error:
        raise broken(f"“{entry.name}” cannot be unpacked") from error


def _find_directory(content: bytes) -> _Directory:
    end = _find_end(content)
    if end is None:
        raise cut_short()
    # Programs that look from the end of the file would find another directory than those that look for a whole one.
    if content.find(END, end + 1) >= 0:
        raise broken("it has two ends")
    disk, first_disk, here, count, size_bytes, start = struct.unpack_from("<HHHHII", content, end + 4)
    if (disk, first_disk) != (0, 0) or here != count:
        raise broken("it is a part of an archive")
    directory = _Directory(start, size_bytes, count)
    if end >= LOCATOR64_BYTES and content.startswith(LOCATOR64, end - LOCATOR64_BYTES):
        end -= LOCATOR64_BYTES + END64_BYTES
        directory = _read_end64(content, end, directory)
    if directory.start + directory.size_bytes != end:
        raise broken("its directory is not where its end says")
    return directory


def _find_end(content: bytes) -> int | None:
    """Give the place of the first end record whose comment ends with the file."""
    at = content.find(END, max(len(content) - END_BYTES - LONGEST_COMMENT_BYTES, 0))
    while 0 <= at <= len(content) - END_BYTES:
        (comment_bytes,) = struct.unpack_from("<H", content, at + 20)
        if at + END_BYTES + comment_bytes == len(content):
            return at
        at = content.find(END, at + 1)
    return None


def _read_end64(content: bytes, at: int, told: _Directory) -> _Directory:
    """Read the larger end record, which must say the same as the plain one wherever that says anything."""
    if at < 0 or not content.startswith(END64, at):
        raise broken("its directory is not where its end says")
    (record_bytes,) = struct.unpack_from("<Q", content, at + 4)
    count, size_bytes, start = struct.unpack_from("<QQQ", content, at + 32)
    (located_at,) = struct.unpack_from("<Q", content, at + END64_BYTES + 8)
    pairs = ((told.count, count, 0xFFFF), (told.size_bytes, size_bytes, ELSEWHERE), (told.start, start, ELSEWHERE))
    is_told = all(plain in (larger, elsewhere) for plain, larger, elsewhere in pairs)
    if not is_told or located_at != at or record_bytes != END64_BYTES - 12:
        raise broken("its two ends disagree")
    return _Directory(start, size_bytes, count)


def _iter_entries(content: bytes, directory: _Directory) -> Iterator[Entry]:
    at, end = directory.start, directory.start + directory.size_bytes
    for _ in range(directory.count):
        if at + CENTRAL_BYTES > end or not content.startswith(CENTRAL, at):
            raise broken("its directory has fewer entries than it says")
        name_bytes, extra_bytes, comment_bytes = struct.unpack_from("<HHH", content, at + 28)
        next_at = at + CENTRAL_BYTES + name_bytes + extra_bytes + comment_bytes
        if next_at > end:
            raise broken("its directory is cut off")
        yield _read_central(content, at, name_bytes, extra_bytes)
        at = next_at
    if at != end:
        raise broken("its directory has more entries than it says")


def _read_central(content: bytes, at: int, name_bytes: int, extra_bytes: int) -> Entry:
    made_by, _, flags, method = struct.unpack_from("<HHHH", content, at + 4)
    checksum, packed, unpacked = struct.unpack_from("<III", content, at + 16)
    attributes, start = struct.unpack_from("<II", content, at + 38)
    if flags & ENCRYPTED:
        raise locked()
    name = content[at + CENTRAL_BYTES : at + CENTRAL_BYTES + name_bytes]
    extra_at = at + CENTRAL_BYTES + name_bytes
    extra = _extra_fields(content[extra_at : extra_at + extra_bytes])
    names = [name.decode("utf-8" if flags & IN_UTF8 else "cp437", "replace")]
    if EXTRA_UNICODE_NAME in extra:
        names.append(extra[EXTRA_UNICODE_NAME][5:].decode("utf-8", "replace"))
    unpacked, packed, start = _filled(extra, unpacked, packed, start)
    return Entry(
        raw_name=name,
        names=tuple(names),
        method=method,
        checksum=checksum,
        packed_bytes=packed,
        unpacked_bytes=unpacked,
        start=start,
        is_link=made_by >> 8 == UNIX and stat.S_ISLNK(attributes >> 16),
    )


def _filled(extra: dict[int, bytes], *told: int) -> tuple[int, ...]:
    """Give the numbers of a record, with those that it leaves open to its ZIP64 field, which has only them in order."""
    field = extra.get(EXTRA_ZIP64, b"")[:24]
    larger = list(struct.unpack_from(f"<{len(field) // 8}Q", field))
    return tuple(larger.pop(0) if number == ELSEWHERE and larger else number for number in told)


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    """Give the extra fields that matter here, by their kind; raises Unfit where one stands twice."""
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        kind, size_bytes = struct.unpack_from("<HH", extra, at)
        if kind in (EXTRA_ZIP64, EXTRA_UNICODE_NAME):
            if kind in fields:
                raise broken("an entry of it is told in two ways")
            fields[kind] = extra[at + 4 : at + 4 + size_bytes]
        at += 4 + size_bytes
    return fields


def _refuse_false_places(content: bytes, entries: list[Entry], end: int) -> None:
    """Refuse an archive whose entries overlap, are not what they are called, or have something else beside them."""
    in_order = sorted(entries, key=lambda entry: entry.start)
    if in_order[0].start:
        raise broken("its entries lie behind something else")
    for entry, next_start in zip(in_order, [*(each.start for each in in_order[1:]), end], strict=True):
        data_end = _data_start(content, entry.start) + entry.packed_bytes
        if data_end > end:
            raise cut_short()
        if data_end > next_start:
            raise broken("its entries lie over each other")
        _refuse_two_heads(content, entry)
        between = content[data_end : min(next_start, data_end + LONGEST_DESCRIPTOR_BYTES + 1)]
        if between and not _describes(between, content, entry):
            raise broken("something lies between its entries")


def _refuse_two_heads(content: bytes, entry: Entry) -> None:
    """Refuse an entry of which its own head says something else than the directory."""
    flags, method = struct.unpack_from("<HH", content, entry.start + 6)
    checksum, packed, unpacked = struct.unpack_from("<III", content, entry.start + 14)
    name_bytes, extra_bytes = struct.unpack_from("<HH", content, entry.start + 26)
    name_at = entry.start + LOCAL_BYTES
    extra = _extra_fields(content[name_at + name_bytes : name_at + name_bytes + extra_bytes])
    if content[name_at : name_at + name_bytes] != entry.raw_name:
        raise broken("an entry of it has two names")
    if flags & ENCRYPTED:
        raise locked()
    unpacked, packed = _filled(extra, unpacked, packed)
    pairs = ((checksum, entry.checksum), (packed, entry.packed_bytes), (unpacked, entry.unpacked_bytes))
    # Whoever writes without looking back leaves them 0 in the head, and tells them behind the bytes.
    is_same = all(here == there or (flags & DESCRIBED_BEHIND and here == 0) for here, there in pairs)
    if method != entry.method or not is_same:
        raise broken("an entry of it is told in two ways")
    if method == STORED and entry.packed_bytes != entry.unpacked_bytes:
        raise broken("an entry of it has two sizes")


def _describes(between: bytes, content: bytes, entry: Entry) -> bool:
    """Say whether what stands behind an entry's bytes repeats its checksum and sizes, and is no more than that."""
    (flags,) = struct.unpack_from("<H", content, entry.start + 6)
    told = (entry.checksum, entry.packed_bytes, entry.unpacked_bytes)
    layouts = ("<IQQ",) if max(told) > ELSEWHERE else ("<III", "<IQQ")
    forms = {mark + struct.pack(layout, *told) for layout in layouts for mark in (b"", DESCRIPTOR)}
    return bool(flags & DESCRIBED_BEHIND) and between in forms


def _data_start(content: bytes, at: int) -> int:
    if at + LOCAL_BYTES > len(content) or not content.startswith(LOCAL, at):
        raise broken("its directory names an entry that is not there")
    name_bytes, extra_bytes = struct.unpack_from("<HH", content, at + 26)
    return int(at + LOCAL_BYTES + name_bytes + extra_bytes)


def _refuse_bombs(entries: list[Entry]) -> None:
    packed = sum(entry.packed_bytes for entry in entries)
    unpacked = sum(entry.unpacked_bytes for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > HARMLESS_BYTES and unpacked > MAX_RATIO * packed):
        raise Unfit(f"would unpack to {unpacked:,} bytes", f"khi giải nén sẽ phình ra {unpacked} byte")
