"""The rows of categories, organisations and authors, as the modules that change them get and step them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from store import announcements, changes, placements, taxonomy
from store.database import change_instant, now
from store.errors import VIETNAMESE, Conflict, InputError
from store.fulltext import indexing
from store.models import DbAuthor, DbBulletin, DbCategory, DbOrganisation
from store.names import Kind, get_id
from store.text.date_formats import format_day

DbEntity = DbCategory | DbOrganisation | DbAuthor


def get_row(session: Session, kind: Kind, name: str) -> DbEntity:
    """Give the row of what people call by this name; raises NotFound, or InputError for an ambiguous name."""
    found = get_id(session, kind, name)
    if kind is Kind.CATEGORY:
        return session.get_one(DbCategory, found)
    return session.get_one(DbOrganisation, found) if kind is Kind.ORGANISATION else session.get_one(DbAuthor, found)


def started(session: Session, since: datetime | None) -> datetime:
    """Give the instant that a change counts from, by default now; raises InputError for one that has not come."""
    if since is None:
        return now(session)
    if since > now(session):
        raise InputError(
            field="--from",
            value=format_day(since),
            reason="has not come yet",
            accepted="today or an earlier day; run the command again on that day",
            vietnamese=f"ngày {format_day(since)} chưa đến; hãy chạy lại lệnh vào ngày đó",
        )
    return since.replace(microsecond=0)


def require_unmerged(row: DbEntity, kind: Kind) -> None:
    """Raise Conflict for what goes on as its successor."""
    if row.merged_at is not None:
        raise Conflict(
            f"{kind.value} “{row.name}” was merged on {format_day(row.merged_at)} and goes on as its successor",
            vietnamese=f"{VIETNAMESE[kind.value]} “{row.name}” đã sáp nhập từ ngày {format_day(row.merged_at)}",
        )


def require_open(row: DbEntity, kind: Kind) -> None:
    """Raise Conflict for what was merged or closed."""
    require_unmerged(row, kind)
    if row.closed_at is not None:
        raise Conflict(
            f"{kind.value} “{row.name}” was closed on {format_day(row.closed_at)}; "
            f"first: bantin {kind.value} reopen {row.slug}",
            vietnamese=f"{VIETNAMESE[kind.value]} “{row.name}” đã ngừng từ ngày {format_day(row.closed_at)}",
        )


def step(
    session: Session,
    kind: Kind,
    row: DbEntity,
    action: str,
    *,
    keys: Iterable[str] = (),
    bulletins: Sequence[int] = (),
    merged: Collection[int] = (),
) -> int:
    """Step the edition for a change that shows on an entity's channels, and on what it takes along.

    `bulletins` show the change in their entries, `merged` went on as this entity and say so.
    """
    touched = set(keys) | set(taxonomy.own_keys(kind, row.id))
    for other in merged:
        touched |= taxonomy.own_keys(kind, other)
    shown = sorted(bulletins)
    batches = [shown[start : start + placements.BATCH] for start in range(0, len(shown), placements.BATCH)]
    for batch in batches:
        touched |= placements.keys_with(session, batch)
    edition = changes.record(session, f"{kind.value} {action}", bulletin=None, selection_keys=touched)
    row_type = type(row)
    session.execute(
        update(row_type)
        .where(row_type.id.in_((row.id, *merged)))
        .values(edition=edition, changed_at=change_instant(session))
    )
    for batch in batches:
        session.execute(
            update(DbBulletin)
            .where(DbBulletin.number.in_(batch))
            .values(version=DbBulletin.version + 1, edition=edition, changed_at=change_instant(session))
        )
        announcements.announce_placed(session, batch, edition)
    session.flush()
    indexing.index(session, bulletins)
    session.refresh(row)
    return edition
