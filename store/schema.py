"""Brings a database to the schema of this code, and says whether it is there.

An upgrade is one transaction: a store is at one version or at another, never between.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.orm import Session

from store.changes import COUNTERS
from store.database import Database, sqlite_path
from store.errors import SchemaMismatch, StoreUnavailable
from store.fulltext.contract import TABLES as SEARCH_TABLES
from store.models import DbCounter, DbInstance

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_REVISION = re.compile(r'^revision = "(?P<own>\w+)"\ndown_revision = (?:None|"(?P<before>\w+)")$', re.MULTILINE)
_STAMP = table("alembic_version", column("version_num"))


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands: revision ids of what it has (None: no store) and of what this code wants."""

    found: str | None
    wanted: str

    @property
    def is_current(self) -> bool:
        """Whether this code can work with the database."""
        return self.found == self.wanted


def upgrade(database: Database, *, instance: uuid.UUID | None = None) -> SchemaState:
    """Create or upgrade the store; return where it stood before.

    `instance` fixes the id of a new store (by default a random one). Raises SchemaMismatch when the store
    is newer than this code, StoreUnavailable when its folder cannot be written.
    """
    path = sqlite_path(database.url)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"the folder {path.parent} cannot be made ({error.strerror}); see BANTIN_DATA and BANTIN_DATABASE_URL"
            ) from error
    with database.schema_change() as session:
        connection = session.connection()
        before = _state(connection)
        if before.found is not None:
            require_known(before.found, "the store")
        migrate(connection)
        _found_instance(session, instance or uuid.uuid4(), database)
        add_counters(session)
        if before.found is not None:
            from store.fulltext import indexing

            indexing.fill_where_empty(session)
    return before


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision that this code knows, inside the transaction that is open; add no rows."""
    # Not at the top, nor elsewhere in this module: whoever only asks where a store stands starts in half the time.
    from store import migrating

    migrating.migrate(connection, revision)


def add_counters(session: Session) -> None:
    """Add the counters that an older version did not have."""
    known = set(session.scalars(select(DbCounter.name)))
    session.add_all(DbCounter(name=name, value=0) for name in COUNTERS if name not in known)


def require_known(revision: str, what: str) -> None:
    """Raise SchemaMismatch for a revision that this code cannot bring to its own; `what` is at it."""
    if revision not in _known_revisions():
        raise SchemaMismatch(
            f"{what} is at schema {revision}, which this version of Bantin does not know; "
            "install the newer version that wrote it",
            vietnamese=f"dữ liệu có cấu trúc {revision} mà phiên bản Bantin này không biết; "
            "hãy cài phiên bản mới hơn đã ghi dữ liệu đó",
        )


def state(database: Database) -> SchemaState:
    """Say where the database stands."""
    path = sqlite_path(database.url)
    if path is not None and not path.exists():
        # Opening it would make an empty file, or fail in words that name no next step.
        return SchemaState(None, _wanted())
    with database.snapshot() as session:
        return _state(session.connection())


def require_current(database: Database) -> None:
    """Raise SchemaMismatch unless the store is at this code's schema."""
    found = state(database)
    if not found.is_current:
        shown = database.url.render_as_string(hide_password=True)
        if found.found is None:
            raise SchemaMismatch(
                f"there is no store at {shown}; `bantin db upgrade` makes one, if this is the place",
                vietnamese=f"chưa có kho dữ liệu tại {shown}; nếu đúng chỗ, hãy chạy bantin db upgrade",
            )
        require_known(found.found, f"the store at {shown}")
        raise SchemaMismatch(
            f"the store at {shown} has schema {found.found}, this version needs {found.wanted}; "
            "run `bantin db upgrade`",
            vietnamese=f"dữ liệu có cấu trúc {found.found}, phiên bản này cần {found.wanted}; "
            "hãy chạy bantin db upgrade",
        )


def current_revision(session: Session) -> str:
    """Give the revision of the store that a session reads; raises SchemaMismatch unless it is this code's."""
    found = _state(session.connection())
    if found.found is None or not found.is_current:
        raise SchemaMismatch(
            f"the store has schema {found.found}, this version needs {found.wanted}; try again",
            vietnamese=f"dữ liệu có cấu trúc {found.found}, phiên bản này cần {found.wanted}; hãy thử lại",
        )
    return found.found


def differences(database: Database) -> list[str]:
    """List where the tables differ from the models; empty in a sound store."""
    from store import migrating

    with database.snapshot() as session:
        return migrating.differences(session.connection(), unmodelled=SEARCH_TABLES)


def damage(database: Database) -> list[str]:
    """List what the database itself finds wrong in its file; empty in a sound one."""
    if not database.is_sqlite:
        return []
    with database.snapshot() as session:
        found = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
        found += [f"foreign key: {tuple(row)}" for row in session.execute(text("PRAGMA foreign_key_check"))]
        return found


def instance_uuid(session: Session) -> uuid.UUID:
    """Give the id of this store, the namespace of every id that is derived."""
    return uuid.UUID(session.execute(select(DbInstance.uuid)).scalar_one())


def _found_instance(session: Session, instance: uuid.UUID, database: Database) -> None:
    if session.get(DbInstance, 1) is None:
        session.add(DbInstance(id=1, uuid=str(instance), created_at=database.clock().replace(microsecond=0)))


def _state(connection: Connection) -> SchemaState:
    if not inspect(connection).has_table(_STAMP.name):
        return SchemaState(None, _wanted())
    return SchemaState(connection.scalars(select(_STAMP.c.version_num)).one_or_none(), _wanted())


def _wanted() -> str:
    known = _befores()
    heads = known.keys() - set(known.values())
    if len(heads) != 1:
        raise StoreUnavailable("this installation of Bantin lacks its migrations; install it anew")
    return heads.pop()


def _known_revisions() -> set[str]:
    return set(_befores())


@cache
def _befores() -> Mapping[str, str | None]:
    """Give the revisions that there are migrations to, with the one that each comes after: read, not run."""
    found = (_REVISION.search(path.read_text(encoding="utf-8")) for path in sorted(VERSIONS.glob("*.py")))
    return {each["own"]: each["before"] for each in found if each}
