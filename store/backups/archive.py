"""Reads a backup file: what it hands out has the size and the digest that the manifest says.

Member names are looked up, never used as paths, and no member is read past the size that was announced.
"""

from __future__ import annotations

import errno
import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from store.backups import manifest as manifests
from store.backups.manifest import MEMBER, Manifest, file_member, table_member
from store.errors import BackupRefused, InputError, StoreUnavailable

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much it is in all (0: not known)."""

CHUNK_BYTES = 1 << 20
LINE_BYTES = 64 << 20
FILE_BYTES = 256 << 20
MANIFEST_BYTES = 128 << 20
WANTED = "a whole, unaltered file that `bantin backup` made"
_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES = 22
_ZIP_FAULTS = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def silent(_what: str, _done: int, _total: int) -> None:
    """Report no progress."""


def refused(path: Path, reason: str, vietnamese: str) -> BackupRefused:
    """Say why a backup is not taken; `vietnamese` is the reason alone."""
    said = (
        f"tệp sao lưu “{path}” {vietnamese}; không có gì bị thay đổi; hãy dùng một bản sao lưu khác hoặc chép lại tệp"
    )
    return BackupRefused(field="FILE", value=path.name, reason=reason, accepted=WANTED, vietnamese=said)


class Archive:
    """An open backup whose list of members is the manifest's; their bytes are checked as they are read."""

    def __init__(self, path: Path, opened: ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._opened = opened

    def verify(self, progress: Progress = silent) -> None:
        """Read everything; raises BackupRefused for the first member that is not what the manifest says."""
        total, done = self.manifest.size_bytes, 0
        for table, stated in self.manifest.tables.items():
            lines, end = 0, b"\n"
            for chunk in self._iter_chunks(table_member(table), stated.sha256):
                lines, end, done = lines + chunk.count(b"\n"), chunk[-1:], done + len(chunk)
                progress("verifying", done, total)
            if lines != stated.rows or end != b"\n":
                raise self._altered(table_member(table))
        for digest in self.manifest.files:
            for chunk in self._iter_chunks(file_member(digest), digest):
                done += len(chunk)
                progress("verifying", done, total)

    def iter_rows(self, table: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Stream a table as (line number from 1, length in bytes, row).

        Raises BackupRefused, for a wrong digest only at the end: commit nothing before.
        """
        for number, line in enumerate(self._iter_lines(table), start=1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise self.bad_line(table, number) from error
            if not isinstance(row, dict):
                raise self.bad_line(table, number)
            yield number, len(line), row

    def read_file(self, digest: str) -> bytes:
        """Give the bytes of a digest; raises BackupRefused when they are others."""
        return b"".join(self._iter_chunks(file_member(digest), digest))

    def bad_line(self, table: str, number: int) -> BackupRefused:
        """Say that a line of a table cannot be stored."""
        place = f"{table_member(table)}:{number}"
        return refused(
            self.path,
            f"was altered: line {place} is no row of this table",
            f"đã bị sửa đổi: dòng {place} không hợp lệ",
        )

    def contradiction(self, what: str) -> BackupRefused:
        """Say that the parts of the backup do not belong together."""
        return refused(
            self.path,
            f"was altered: its parts do not belong together ({what})",
            f"đã bị sửa đổi: các phần không khớp với nhau ({what})",
        )

    def _iter_lines(self, table: str) -> Iterator[bytes]:
        begun, begun_bytes = [b""], 0
        for chunk in self._iter_chunks(table_member(table), self.manifest.tables[table].sha256):
            first, *others = chunk.split(b"\n")
            begun.append(first)
            begun_bytes += len(first)
            if begun_bytes > LINE_BYTES:
                break
            if others:
                yield b"".join(begun)
                yield from others[:-1]
                begun, begun_bytes = [others[-1]], len(others[-1])
        if begun_bytes:
            raise self._altered(table_member(table))

    def _iter_chunks(self, member: str, sha256: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with _zip_faults(self.path), self._opened.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != sha256:
            raise self._altered(member)

    def _altered(self, member: str) -> BackupRefused:
        return refused(
            self.path,
            f"was altered or damaged: {member} is not what the manifest says",
            f"đã bị sửa đổi hoặc hỏng: {member} không đúng như bản kê",
        )


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a backup and read its manifest; raises BackupRefused, InputError or StoreUnavailable."""
    with _open_file(path) as file:
        with _zip_faults(path):
            opened = ZipFile(file)
            _require_frame(path, file, opened)
        with opened:
            manifest = _read_manifest(path, opened)
            _require_members(path, opened, manifest)
            yield Archive(path, opened, manifest)


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "is no file"
        said = f"không đọc được tệp “{path}” ({why}); hãy kiểm tra lại tên và quyền đọc tệp"
        raise InputError(field="FILE", value=str(path), reason=why, accepted=WANTED, vietnamese=said) from error


@contextmanager
def _zip_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except _ZIP_FAULTS as error:
        raise _no_whole_backup(path) from error
    except OSError as error:
        # Offsets that no whole file has make zipfile seek before its beginning.
        if error.errno == errno.EINVAL:
            raise _no_whole_backup(path) from error
        raise StoreUnavailable(
            f"{path} cannot be read: {error.strerror}; look at the state of its disk",
            vietnamese=f"không đọc được “{path}”: {error.strerror}; hãy kiểm tra ổ đĩa",
        ) from error


def _no_whole_backup(path: Path) -> BackupRefused:
    return refused(
        path,
        "is no whole backup: it was cut short or damaged, or is a file of another kind",
        "không phải là bản sao lưu nguyên vẹn: bị cắt ngắn, bị hỏng hoặc là loại tệp khác",
    )


def _require_frame(path: Path, file: BinaryIO, opened: ZipFile) -> None:
    """Refuse bytes before the first member or after the last record, which zipfile would pass over."""
    file.seek(-_END_RECORD_BYTES, 2)
    starts = [info.header_offset for info in opened.infolist()]
    if file.read(4) != _END_RECORD or min(starts, default=-1) != 0:
        raise BadZipFile(f"{path} has bytes around the archive")


def _read_manifest(path: Path, opened: ZipFile) -> Manifest:
    try:
        with _zip_faults(path):
            info = opened.getinfo(MEMBER)
            if info.file_size > MANIFEST_BYTES or not _is_plain(info, ZIP_DEFLATED):
                raise BadZipFile("no manifest of ours")
            content = opened.read(info)
        return manifests.load(content)
    except manifests.NewerFormat as error:
        raise refused(
            path,
            f"was made by a newer version of Bantin ({error}); restore it with that version",
            f"do một phiên bản Bantin mới hơn tạo ra ({error}); hãy khôi phục bằng phiên bản đó",
        ) from error
    except ValueError as error:
        raise refused(
            path, "was altered: its manifest cannot be read", "đã bị sửa đổi: không đọc được bản kê"
        ) from error


def _require_members(path: Path, opened: ZipFile, manifest: Manifest) -> None:
    infos = {info.filename: info for info in opened.infolist()}
    wanted = manifest.member_names()
    if len(infos) != len(opened.infolist()) or infos.keys() != wanted:
        strays = sorted(infos.keys() ^ wanted)
        example = strays[0][:100] if strays else "a name twice"
        raise refused(
            path,
            f"was altered: it has other members than its manifest says, such as {example!r}",
            f"đã bị sửa đổi: các phần trong tệp không đúng như bản kê, ví dụ {example!r}",
        )
    stated = {table_member(name): (ZIP_DEFLATED, table.size_bytes) for name, table in manifest.tables.items()}
    stated |= {file_member(digest): (ZIP_STORED, size_bytes) for digest, size_bytes in manifest.files.items()}
    for name, (method, size_bytes) in stated.items():
        # A stored member is as long in the archive as it says: no small file unfolds into a huge one.
        is_whole = method == ZIP_DEFLATED or (infos[name].compress_size == size_bytes <= FILE_BYTES)
        if not _is_plain(infos[name], method) or infos[name].file_size != size_bytes or not is_whole:
            raise refused(
                path,
                f"was altered or damaged: {name} is not as long as the manifest says",
                f"đã bị sửa đổi hoặc hỏng: {name} không dài như bản kê",
            )


def _is_plain(info: ZipInfo, method: int) -> bool:
    return info.compress_type == method and info.flag_bits == 0
