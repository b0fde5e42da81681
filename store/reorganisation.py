"""What happens to categories, organisations and authors as bodies: move, merge, close, reopen.

Ids and addresses stay for ever, and so do the channels: readers see neither a flood nor silence. No `updated` moves.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from store import audit, placements, taxonomy
from store.entities import DbEntity, get_row, require_open, require_unmerged, started, step
from store.errors import VIETNAMESE, Conflict
from store.lineage import forget_lineage, lineage_of
from store.models import (
    DbAuthor,
    DbBulletin,
    DbBulletinCategory,
    DbBulletinSubject,
    DbCategory,
    DbFormerParent,
    DbOrganisation,
    DbPlacement,
)
from store.names import Kind
from store.types import Status


def move(session: Session, kind: Kind, name: str, parent: str | None) -> int:
    """Put a category or organisation under another parent, or at the top; return how many bulletins changed channels.

    Raises Conflict where it would stand under itself, or stands there already.
    """
    row = get_row(session, kind, name)
    if isinstance(row, DbAuthor):
        raise TypeError("authors have no parents")
    require_unmerged(row, kind)
    above = get_row(session, kind, parent) if parent else None
    if above is not None:
        require_open(above, kind)
        if above.id == row.id or _stands_above(session, kind, row.id, above.id):
            raise Conflict(
                f"{kind.value} “{above.name}” stands under “{row.name}” (or is the same): it would stand in a circle",
                vietnamese=f"không đặt được “{row.name}” dưới “{above.name}” vì sẽ tạo thành vòng tròn",
            )
    target = above.id if above is not None else None
    if row.parent_id == target:
        place = f"under “{above.name}”" if above is not None else "at the top"
        raise Conflict(
            f"{kind.value} “{row.name}” stands {place} already; nothing changed",
            vietnamese=f"“{row.name}” đã ở đúng vị trí này, không có gì thay đổi",
        )
    numbers = _published(session, _is_filed_below(session, kind, row.id)) if _counts_above(session, kind) else []
    before = _placed(session, numbers)
    row.parent_id = target
    session.flush()
    forget_lineage(session)
    moved = _follow_lineage(session, kind, row, "moved", numbers, before)
    audit.record(session, "moved", kind.value, row.id, note=f"→ {above.name if above else 'top'}", edition=row.edition)
    return moved


def merge(session: Session, kind: Kind, name: str, into: str, *, since: datetime | None = None) -> int:
    """Have an entity go on as its successor from an instant on (by default now).

    Its channels keep their past and go on with the successor's bulletins from then on; return how many of those are
    there already. Organisations under it come under the successor; categories under it are moved by hand first.
    Raises Conflict for what was merged already, for a successor that was merged or closed, that stands under it or is
    itself.
    """
    row, successor = get_row(session, kind, name), get_row(session, kind, into)
    start = started(session, since)
    require_unmerged(row, kind)
    require_open(successor, kind)
    _require_mergeable(session, kind, row, successor)
    key = taxonomy.wide_key(kind, successor.id)
    placed = select(DbPlacement.position).where(DbPlacement.selection_key == key)
    followed: ColumnElement[bool] = DbBulletin.position.in_(placed)
    if kind is Kind.ORGANISATION and _counts_above(session, kind):
        followed |= _is_filed_below(session, kind, row.id)
    numbers = _published(session, followed, DbBulletin.published_at >= start)
    before = _placed(session, numbers)
    row.successor_id, row.merged_at = successor.id, start
    if isinstance(row, DbOrganisation):
        _bring_under(session, row, successor, start)
    session.flush()
    forget_lineage(session)
    shown = _follow_lineage(session, kind, row, "merged", numbers, before)
    audit.record(session, "merged", kind.value, row.id, note=f"→ {successor.name}", edition=row.edition)
    return shown


def include_subordinates(session: Session, name: str, *, included: bool) -> int:
    """Have an organisation's channels hold the bulletins of all bodies under it, too, or no longer.

    Return how many bulletins changed channels. Raises Conflict for what was merged, and where it is so already.
    """
    row = get_row(session, Kind.ORGANISATION, name)
    if not isinstance(row, DbOrganisation):
        raise TypeError("only organisations speak for others")
    require_unmerged(row, Kind.ORGANISATION)
    if row.includes_subordinates is included:
        raise Conflict(
            f"the channels of “{row.name}” {'hold' if included else 'do not hold'} those under it already; "
            "nothing changed",
            vietnamese=f"kênh của “{row.name}” vốn đã {'gồm' if included else 'không gồm'} các đơn vị trực thuộc",
        )
    numbers = _published(session, _is_filed_below(session, Kind.ORGANISATION, row.id))
    before = _placed(session, numbers)
    row.includes_subordinates = included
    session.flush()
    forget_lineage(session)
    action = "subordinates included" if included else "subordinates left out"
    moved = _follow_lineage(session, Kind.ORGANISATION, row, action, numbers, before)
    audit.record(session, action, Kind.ORGANISATION.value, row.id, edition=row.edition)
    return moved


def close(session: Session, kind: Kind, name: str, *, since: datetime | None = None) -> None:
    """Take nothing new under an entity that is dated after an instant (by default now); its channels keep their past.

    Raises Conflict for what is closed or merged already.
    """
    row = get_row(session, kind, name)
    require_open(row, kind)
    row.closed_at = started(session, since)
    edition = step(session, kind, row, "closed")
    audit.record(session, "closed", kind.value, row.id, edition=edition)


def reopen(session: Session, kind: Kind, name: str) -> None:
    """Undo `close`; raises Conflict for what is not closed."""
    row = get_row(session, kind, name)
    require_unmerged(row, kind)
    if row.closed_at is None:
        raise Conflict(
            f"{kind.value} “{row.name}” is not closed; nothing changed",
            vietnamese=f"{VIETNAMESE[kind.value]} “{row.name}” vẫn đang hoạt động",
        )
    row.closed_at = None
    edition = step(session, kind, row, "reopened")
    audit.record(session, "reopened", kind.value, row.id, edition=edition)


def _require_mergeable(session: Session, kind: Kind, row: DbEntity, successor: DbEntity) -> None:
    if row.id == successor.id:
        raise Conflict(
            f"{kind.value} “{row.name}” cannot be merged into itself",
            vietnamese=f"không thể sáp nhập “{row.name}” vào chính nó",
        )
    if _stands_above(session, kind, row.id, successor.id):
        raise Conflict(
            f"{kind.value} “{successor.name}” stands under “{row.name}”, which cannot be merged into a child "
            f"of its own; first: bantin {kind.value} move {successor.slug} --top",
            vietnamese=f"“{successor.name}” là cấp dưới của “{row.name}”, không thể sáp nhập cấp trên vào cấp dưới",
        )
    if kind is Kind.CATEGORY:
        # What was merged itself cannot be moved any more, and takes nothing new.
        under = (DbCategory.parent_id == row.id, DbCategory.merged_at.is_(None))
        children = session.scalars(select(DbCategory.name).where(*under).order_by(DbCategory.id)).all()
        if children:
            raise Conflict(
                f"category “{row.name}” has categories under it ({', '.join(children)}); move them first: "
                f"bantin category move NAME --under {successor.slug}",
                vietnamese=f"chuyên mục “{row.name}” còn chuyên mục con ({', '.join(children)}); hãy chuyển đi trước",
            )


def _stands_above(session: Session, kind: Kind, upper: int, lower: int) -> bool:
    if kind is Kind.AUTHOR:
        return False
    row_type = DbCategory if kind is Kind.CATEGORY else DbOrganisation
    parents = {row.id: row.parent_id for row in session.execute(select(row_type.id, row_type.parent_id))}
    seen: set[int] = set()
    step = parents.get(lower)
    while step is not None and step not in seen:
        if step == upper:
            return True
        seen.add(step)
        step = parents.get(step)
    return False


def _bring_under(session: Session, row: DbOrganisation, successor: DbEntity, start: datetime) -> None:
    """Put the bodies under a merged one under its successor; bulletins from before count as under it still."""
    under = (DbOrganisation.parent_id == row.id, DbOrganisation.id != successor.id)
    children = session.scalars(select(DbOrganisation.id).where(*under)).all()
    ended = select(DbFormerParent.organisation_id).where(
        DbFormerParent.organisation_id.in_(children), DbFormerParent.until >= start
    )
    # Who came under this one later than the merger counts from never stood under it.
    for child in sorted(set(children) - set(session.scalars(ended))):
        session.add(DbFormerParent(organisation_id=child, until=start, parent_id=row.id))
    session.execute(update(DbOrganisation).where(*under).values(parent_id=successor.id))


def _counts_above(session: Session, kind: Kind) -> bool:
    """Say whether channels of a kind hold anything of what stands below them."""
    return kind is Kind.CATEGORY or bool(lineage_of(session).bodies.inclusive)


def _is_filed_below(session: Session, kind: Kind, entity: int) -> ColumnElement[bool]:
    """Give the condition that a bulletin is filed under a category or body, or under what stands or stood under it."""
    if kind is Kind.CATEGORY:
        subtree = lineage_of(session).below(entity)
        filed = select(DbBulletinCategory.bulletin).where(DbBulletinCategory.category_id.in_(subtree))
        return DbBulletin.number.in_(filed)
    bodies = lineage_of(session).bodies_below(entity)
    about = select(DbBulletinSubject.bulletin).where(DbBulletinSubject.organisation_id.in_(bodies))
    return DbBulletin.publisher_id.in_(bodies) | DbBulletin.number.in_(about)


def _published(session: Session, *conditions: ColumnElement[bool]) -> list[int]:
    chosen = select(DbBulletin.number).where(DbBulletin.status == Status.PUBLISHED.value, *conditions)
    return list(session.scalars(chosen.order_by(DbBulletin.number)))


def _placed(session: Session, numbers: list[int]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for start in range(0, len(numbers), placements.BATCH):
        found |= placements.placed_keys(session, numbers[start : start + placements.BATCH])
    return found


def _follow_lineage(
    session: Session,
    kind: Kind,
    row: DbEntity,
    action: str,
    numbers: list[int],
    before: dict[int, frozenset[str]],
) -> int:
    """Move bulletins to the channels that the lineage of now puts them in, as one change; return how many moved."""
    touched: set[str] = set()
    moved = []
    for start in range(0, len(numbers), placements.BATCH):
        batch = numbers[start : start + placements.BATCH]
        for number, keys in placements.keys_by_number(session, batch).items():
            if keys != before[number]:
                moved.append(number)
                touched |= keys ^ before[number]
    edition = step(session, kind, row, action, keys=touched)
    placements.replace_many(session, moved, before, edition)
    return len(moved)
