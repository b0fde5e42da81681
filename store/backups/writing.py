"""Writes a backup: every table in one read snapshot, then every file that they refer to.

A file with the final name is whole: it was read back from the disk and found right before it got that name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Row, String, Table, select, text
from sqlalchemy.orm import Session

from store import changes, revisions, schema
from store.attachments.storage import Storage
from store.backups import manifest as manifests
from store.backups.archive import Progress, open_archive, silent
from store.backups.manifest import LEFT_OUT, MEMBER, Manifest, TableMember, file_member, table_member
from store.backups.places import Destination, part_file
from store.database import Database
from store.errors import BackupRefused, NotFound, StoreUnavailable
from store.folders import Sentence, disk_faults, sync_folder
from store.models import METADATA, DbAttachment, DbChannelSetting, DbRendition, DbRevision, DbStoredFile

FETCHED_ROWS = 200
ATTEMPTS = 4
MISSING = "missing"
DAMAGED = "damaged"
FULL: Sentence = (
    "the disk of {folder} is full; no backup was made; free some space or name another folder",
    "ổ đĩa chứa “{folder}” đã đầy; chưa có bản sao lưu; hãy giải phóng chỗ hoặc chọn nơi khác",
)
REFUSED: Sentence = ("no backup was made: {place}: {why}", "chưa có bản sao lưu: {place}: {why}")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and verified; `size_bytes` is that of its file."""

    path: Path
    manifest: Manifest
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Tables:
    """What one snapshot said: the manifest without its files, and the digests that its rows refer to."""

    manifest: Manifest
    digests: Set[str]


def write_backup(
    database: Database, storage: Storage, destination: Destination, *, progress: Progress = silent
) -> Backup:
    """Write the store as it is at this moment, while others go on writing; return the backup once it is verified.

    Files that were lost before are listed in the manifest. Raises AlreadyExists, DiskFull, SchemaMismatch or
    StoreUnavailable, with nothing left behind.
    """
    schema.require_current(database)
    with disk_faults(destination.folder, full=FULL, refused=REFUSED), part_file(destination.folder) as (part, file):
        written = _write_consistent(database, storage, file, progress)
        file.flush()
        os.fsync(file.fileno())
        _verify(part, file, written, progress)
        target = destination.target(written)
        size_bytes = part.stat().st_size
        part.rename(target)
        sync_folder(destination.folder)
    return Backup(target, written, size_bytes)


def _write_consistent(database: Database, storage: Storage, file: IO[bytes], progress: Progress) -> Manifest:
    """Write tables and files that belong together, anew when something was expunged in between."""
    for _ in range(ATTEMPTS):
        file.seek(0)
        file.truncate()
        with ZipFile(file, "w") as archive:
            tables = _write_tables(database, archive, progress)
            made_at = tables.manifest.made_at
            files, lost = _copy_files(storage, archive, tables.digests, made_at, progress)
            if _still_referred(database, lost) == lost.keys():
                written = replace(tables.manifest, files=files, lost=lost)
                archive.writestr(_info(MEMBER, ZIP_DEFLATED, made_at), manifests.dump(written))
                return written
    raise StoreUnavailable(
        "bulletins are being expunged faster than they can be backed up; no backup was made; try again later",
        vietnamese="bản tin đang bị xóa hẳn liên tục nên không sao lưu kịp; chưa có bản sao lưu; hãy thử lại sau",
    )


def _write_tables(database: Database, archive: ZipFile, progress: Progress) -> _Tables:
    digests: set[str] = set()
    with database.snapshot() as session:
        tables = [table for table in METADATA.sorted_tables if table.name not in LEFT_OUT]
        if not database.is_sqlite:
            quoted = session.get_bind().dialect.identifier_preparer.format_table
            # An upgrade in between would change tables under the snapshot.
            session.execute(text(f"LOCK TABLE {', '.join(map(quoted, tables))} IN ACCESS SHARE MODE"))
        made_at = database.clock().astimezone(UTC).replace(microsecond=0)
        manifest = Manifest(
            version=version("bantin"),
            schema=schema.current_revision(session),
            instance=schema.instance_uuid(session),
            edition=changes.current_edition(session),
            made_at=made_at,
            tables={table.name: _write_table(session, archive, table, made_at, digests, progress) for table in tables},
            files={},
        )
        # A set made first: intersecting with the stream itself may stop before its end and leave its cursor open.
        known = {row.digest for row in _iter_rows(session, METADATA.tables[DbStoredFile.__tablename__])}
        digests |= _renditions_of(session, digests)
    return _Tables(manifest, digests & known)


def _write_table(
    session: Session, archive: ZipFile, table: Table, made_at: datetime, digests: set[str], progress: Progress
) -> TableMember:
    digest, size_bytes, rows = hashlib.sha256(), 0, 0
    names = tuple(column.name for column in table.columns)
    with archive.open(_info(table_member(table.name), ZIP_DEFLATED, made_at), "w", force_zip64=True) as member:
        for row in _iter_rows(session, table):
            line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=manifests.instant_text)
            encoded = line.encode() + b"\n"
            digest.update(encoded)
            member.write(encoded)
            size_bytes, rows = size_bytes + len(encoded), rows + 1
            digests.update(_digests_in(table, row))
            if rows % FETCHED_ROWS == 0:
                progress(f"reading {table.name}", rows, 0)
    return TableMember(digest.hexdigest(), size_bytes, rows)


def _iter_rows(session: Session, table: Table) -> Iterator[Row[tuple[object, ...]]]:
    """Stream a table by its primary key, in the same order on either database."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    key = (
        column.collate("C") if isinstance(column.type, String) and not is_sqlite else column
        for column in table.primary_key.columns
    )
    chosen = select(table).order_by(*key)
    with session.execute(chosen, execution_options={"yield_per": FETCHED_ROWS}) as rows:
        yield from rows


def _digests_in(table: Table, row: Row[tuple[object, ...]]) -> Iterator[str]:
    if table.name == DbAttachment.__tablename__:
        if row.digest is not None:
            yield row.digest
    elif table.name == DbChannelSetting.__tablename__:
        if row.image is not None:
            yield row.image
    elif table.name == DbRevision.__tablename__:
        yield from revisions.digests_in(row.content)


def _copy_files(
    storage: Storage, archive: ZipFile, digests: Set[str], made_at: datetime, progress: Progress
) -> tuple[dict[str, int], dict[str, str]]:
    """Copy the files; return sizes by digest, and why the others could not be copied."""
    copied: dict[str, int] = {}
    lost: dict[str, str] = {}
    for done, digest in enumerate(sorted(digests), start=1):
        try:
            # Whole, because what was written to the archive could not be taken back: a file is not long.
            content = storage.get(digest)
        except NotFound:
            lost[digest] = MISSING
            continue
        if hashlib.sha256(content).hexdigest() != digest:
            lost[digest] = DAMAGED
            continue
        archive.writestr(_info(file_member(digest), ZIP_STORED, made_at), content)
        copied[digest] = len(content)
        progress("copying files", done, len(digests))
    return copied, lost


def _still_referred(database: Database, lost: Mapping[str, str]) -> Set[str]:
    """Choose those of the lost digests that the store refers to by now."""
    if not lost:
        return frozenset()
    with database.snapshot() as session:
        found: set[str] = set()
        for row_type in (DbAttachment, DbChannelSetting, DbRevision):
            table = METADATA.tables[row_type.__tablename__]
            for row in _iter_rows(session, table):
                found.update(_digests_in(table, row))
        return (found | _renditions_of(session, found)) & lost.keys()


def _renditions_of(session: Session, digests: Set[str]) -> set[str]:
    """Give the renditions of photos that are referred to; those of an expunged one are to go with it."""
    rows = list(_iter_rows(session, METADATA.tables[DbRendition.__tablename__]))
    return {row.digest for row in rows if row.original in digests}


def _verify(part: Path, file: IO[bytes], written: Manifest, progress: Progress) -> None:
    if hasattr(os, "posix_fadvise"):
        # Otherwise the memory of this machine would answer, not its disk.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    try:
        with open_archive(part) as archive:
            archive.verify(progress)
            if archive.manifest != written:
                raise archive.contradiction("manifest")
    except BackupRefused as error:
        raise StoreUnavailable(
            f"the backup could not be read back as it was written ({error.reason}); it was removed; "
            "check this disk, or name a folder on another one",
            vietnamese="bản sao lưu vừa ghi đọc lại không đúng nên đã bị xóa; hãy kiểm tra ổ đĩa hoặc chọn nơi khác",
        ) from error


def _info(name: str, method: int, made_at: datetime) -> ZipInfo:
    info = ZipInfo(name, made_at.timetuple()[:6])
    info.compress_type = method
    info.external_attr = 0o600 << 16
    return info
