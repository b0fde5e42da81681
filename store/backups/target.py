"""Where a restored store arises: only in an empty place, and there whole or not at all.

An SQLite database is built in a hidden folder beside its place and renamed into it; a database server has its
one transaction.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect

from store.attachments.disk import DiskStorage
from store.attachments.kinds import EXTENSIONS
from store.attachments.storage import Storage
from store.backups.archive import Archive, Progress
from store.database import Database, sqlite_path, sqlite_url
from store.errors import Conflict, InputError, NotFound
from store.folders import lock_folder, sync_folder
from store.models import DbStoredFile

NEXT_STEP = (
    "a restore needs an empty place: name a new folder in BANTIN_DATA, "
    "or an empty database in BANTIN_DATABASE_URL and another prefix in BANTIN_FILES_URL as well"
)
NEXT_STEP_VIETNAMESE = (
    "chỉ khôi phục được vào nơi còn trống: hãy đặt BANTIN_DATA là một thư mục mới, "
    "hoặc đặt thêm BANTIN_DATABASE_URL là một cơ sở dữ liệu trống và BANTIN_FILES_URL là một tiền tố khác"
)
UNKNOWN_TYPE = "application/octet-stream"


def require_empty(database: Database, storage: Storage) -> None:
    """Raise Conflict unless a store can be restored here: no tables, and no files but content by its digest."""
    path = sqlite_path(database.url)
    if database.is_sqlite and path is None:
        shown = database.url.render_as_string(hide_password=True)
        raise InputError(
            field="BANTIN_DATABASE_URL",
            value=shown,
            reason="names no plain file to restore into",
            accepted="sqlite:///PATH",
            vietnamese=f"“{shown}” không chỉ đến một tệp thông thường; hãy ghi sqlite:///ĐƯỜNG-DẪN",
        )
    if path is not None:
        _require_no_file(path)
    else:
        with database.snapshot() as session:
            require_no_tables(database, session.connection())
    _require_only_content(storage)


@contextmanager
def building_place(database: Database) -> Iterator[Database]:
    """Give the database to fill; one on SQLite moves to its place when the block ends well.

    What a killed restore left is removed first. Raises Conflict while another restore is at it.
    """
    path = sqlite_path(database.url)
    if path is None:
        yield database
        return
    with _own_folder(path.with_name(f".{path.name}.restoring")) as folder:
        built = Database(sqlite_url(folder / "store"), clock=database.clock)
        try:
            yield built
        finally:
            # Closing the last connection moves all that stands in the write-ahead log into the file itself.
            built.dispose()
        if [left.name for left in folder.iterdir()] != ["store"]:
            raise Conflict(f"another program holds the new store in {folder} open; end it and restore again")
        sync_folder(folder)
        _require_no_file(path)
        (folder / "store").replace(path)
        sync_folder(path.parent)


@contextmanager
def files_in_place(storage: Storage, archive: Archive, progress: Progress) -> Iterator[None]:
    """Put the files of a backup into the storage; if the block fails, a folder that was empty is emptied again.

    In an S3 store they stay then: nothing tells there whether another restore has come to rely on them, and the next
    one takes them as they are. Raises Conflict while another restore puts files into the same folder.
    """
    if not isinstance(storage, DiskStorage):
        _put_files(storage, archive, progress)
        yield
        return
    folder = storage.folder
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        # Where content lies already, somebody may have come to rely on what is put to it.
        was_empty = not any(folder.iterdir())
        try:
            _put_files(storage, archive, progress)
            yield
        except BaseException:
            for shard in folder.iterdir() if was_empty else ():
                shutil.rmtree(shard)
            raise


def _put_files(storage: Storage, archive: Archive, progress: Progress) -> None:
    media_types = _media_types(archive)
    for done, digest in enumerate(archive.manifest.files, start=1):
        if not _holds(storage, digest):
            storage.remove(digest)
            storage.put(archive.read_file(digest), media_types.get(digest, UNKNOWN_TYPE))
        progress("restoring files", done, len(archive.manifest.files))


def _media_types(archive: Archive) -> Mapping[str, str]:
    """Give the types of files that are known here, by digest; whatever else a row says goes into no header."""
    table = DbStoredFile.__tablename__
    rows = archive.iter_rows(table) if table in archive.manifest.tables else ()
    said = ((row.get("digest"), row.get("media_type")) for _, _, row in rows)
    return {
        digest: media_type
        for digest, media_type in said
        if isinstance(digest, str) and isinstance(media_type, str) and media_type in EXTENSIONS
    }


def _holds(storage: Storage, digest: str) -> bool:
    try:
        return hashlib.sha256(storage.get(digest)).hexdigest() == digest
    except NotFound:
        return False


def _require_no_file(path: Path) -> None:
    # SQLite would replay a log that is left beside the new file, and damage it.
    for beside in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
        if beside.exists() and (beside != path or beside.stat().st_size > 0):
            raise Conflict(
                f"{beside} is there already and is left as it is; {NEXT_STEP}",
                vietnamese=f"đã có “{beside}” và tệp này được giữ nguyên; {NEXT_STEP_VIETNAMESE}",
            )


def require_no_tables(database: Database, connection: Connection) -> None:
    """Raise Conflict unless the database is empty."""
    tables = sorted(inspect(connection).get_table_names())
    if tables:
        shown = database.url.render_as_string(hide_password=True)
        named = ", ".join(tables[:5]) + (" ..." if len(tables) > 5 else "")
        raise Conflict(
            f"the database {shown} has tables already ({named}), left as they are; {NEXT_STEP}",
            vietnamese=f"cơ sở dữ liệu {shown} đã có bảng ({named}) và được giữ nguyên; {NEXT_STEP_VIETNAMESE}",
        )


def _require_only_content(storage: Storage) -> None:
    stranger = storage.find_stranger()
    if stranger is not None:
        raise Conflict(
            f"{stranger} is no file of a store and is left as it is; {NEXT_STEP}",
            vietnamese=f"“{stranger}” không phải là tệp của Bantin và được giữ nguyên; {NEXT_STEP_VIETNAMESE}",
        )


@contextmanager
def _own_folder(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        for left in folder.iterdir():
            left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        taken = (
            f"another restore is writing to {folder}; wait for its end",
            f"đang có một lần khôi phục khác ghi vào “{folder}”; hãy đợi nó kết thúc",
        )
        lock_folder(handle, taken)
        yield
    finally:
        os.close(handle)
