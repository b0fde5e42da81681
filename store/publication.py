"""When readers see a bulletin: schedule, publish, withdraw, publish again. Each runs inside the caller's transaction.

What is visible changes by a write alone, never because a query compares with the clock. A bulletin's `published`,
arrival and place among the others are settled once, however often it goes and comes back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import audit, catalogue, changes, filing, placements, revisions
from store.bulletins import get_row, move_updated, set_moment, step
from store.database import change_instant, now
from store.drafts import checked_note
from store.errors import Conflict, InputError, NotPublishable
from store.fulltext import searching
from store.models import DbBulletin
from store.text.dates import format_to_the_second, format_vietnamese
from store.types import VIETNAM, Moment, Precision, Status

FOLLOWED = "filed under the successors of what was merged"
"""The note of a revision that nobody wrote: the names of a draft meant other bodies by the time it appeared."""
STATUS_IN_VIETNAMESE = {
    Status.DRAFT: "đang là bản nháp",
    Status.SCHEDULED: "đang chờ đến giờ đăng",
    Status.PUBLISHED: "đã đăng",
    Status.WITHDRAWN: "đã gỡ xuống",
    Status.EXPUNGED: "đã bị xóa hẳn",
}


def settled_moment(said: Moment | None, *, published_at: datetime) -> Moment:
    """Settle the moment of a bulletin that becomes visible at `published_at`.

    Nothing said means now. A day alone is noon of that day, or the very instant if that is earlier on the
    same day. Raises NotPublishable for a moment that has not come yet: no reader may see a future date.
    """
    if said is None:
        return Moment(published_at.astimezone(VIETNAM).replace(microsecond=0), Precision.MINUTE)
    here = published_at.astimezone(said.instant.tzinfo).replace(microsecond=0)
    if said.precision is Precision.DAY and said.instant.date() == here.date():
        return Moment(min(said.instant, here), Precision.DAY)
    if said.instant > here:
        raise NotPublishable(
            f"its date, {format_vietnamese(said)}, has not come yet; publish it then, schedule it, "
            "or give it today's date",
            vietnamese=f"ngày của bản tin ({format_vietnamese(said)}) chưa đến; hãy hẹn giờ đăng hoặc sửa ngày",
        )
    return said


def publish(session: Session, number: int, *, publisher_required: bool = True) -> None:
    """Make a draft visible to readers, dated as `settled_moment` decides; or a withdrawn bulletin visible again.

    One that comes back keeps its date and place, and its `updated` moves, so that readers that dropped it take it
    again. A page read from a portal does not say who issued it: for those alone `publisher_required` is False.
    Raises NotPublishable or NotFound.
    """
    row = get_row(session, number)
    status = Status(row.status)
    if status is Status.WITHDRAWN:
        _require_publisher(row, publisher_required)
        _republish(session, row)
        return
    if status is not Status.DRAFT:
        hint = f"; first: bantin bulletin schedule {number} --cancel" if status is Status.SCHEDULED else ""
        raise NotPublishable(
            f"bulletin {number} is {status}; only a draft or a withdrawn one can be published{hint}",
            vietnamese=f"bản tin {number} {STATUS_IN_VIETNAMESE[status]}, không đăng được",
        )
    _require_publisher(row, publisher_required)
    _appear(session, row, settled_moment(catalogue.moment_of(row), published_at=now(session)))


def schedule(session: Session, number: int, moment: Moment | None = None, *, publisher_required: bool = True) -> Moment:
    """Have a draft appear at an instant, by default that of its own date; move one that is scheduled already.

    Raises InputError for a time that is past or only a day, NotPublishable for what could not be published then.
    """
    row = get_row(session, number)
    status = Status(row.status)
    if status not in {Status.DRAFT, Status.SCHEDULED}:
        raise NotPublishable(
            f"bulletin {number} is {status}; only a draft can be scheduled",
            vietnamese=f"bản tin {number} {STATUS_IN_VIETNAMESE[status]}, không hẹn giờ đăng được",
        )
    _require_publisher(row, publisher_required)
    planned = moment or catalogue.moment_of(row)
    if planned is None or planned.precision is Precision.DAY:
        raise InputError(
            field="time",
            value=format_vietnamese(planned) if planned else "",
            reason="names no time of day" if planned else "is not given, and the bulletin has no date of its own",
            accepted="a day with a time, such as 25/12/2026 08:00 or 25/12/2026 08:00:30",
            vietnamese="hẹn giờ đăng cần cả ngày lẫn giờ, ví dụ 25/12/2026 08:00",
        )
    if planned.instant <= now(session):
        raise InputError(
            field="time",
            value=format_to_the_second(planned),
            reason="is past",
            accepted=f"a time after {format_to_the_second(Moment(now(session).astimezone(planned.instant.tzinfo)))}, "
            f"or publish it now: bantin bulletin publish {number}",
            vietnamese=f"giờ hẹn {format_to_the_second(planned)} đã qua",
        )
    set_moment(row, planned)
    row.status = Status.SCHEDULED.value
    step(session, row, "scheduled", frozenset())
    audit.record(session, "scheduled", audit.BULLETIN, number, note=planned.instant.isoformat())
    return planned


def cancel_schedule(session: Session, number: int) -> None:
    """Make a scheduled bulletin a draft again, without a date; raises Conflict for one that is not scheduled."""
    row = get_row(session, number)
    if row.status != Status.SCHEDULED.value:
        raise Conflict(
            f"bulletin {number} is {row.status}, not scheduled; nothing to cancel",
            vietnamese=f"bản tin {number} không hẹn giờ đăng nên không có gì để hủy",
        )
    _back_to_draft(session, row, "schedule cancelled")


@dataclass(frozen=True, slots=True)
class Due:
    """A scheduled bulletin and its planned instant, which may be past."""

    number: int
    planned: datetime


def find_due(session: Session, *, passing_over: Collection[int] = ()) -> Due | None:
    """Give the scheduled bulletin whose instant comes first, past ones included; None where nothing is scheduled."""
    first = session.execute(
        select(DbBulletin.number, func.coalesce(DbBulletin.published_at, DbBulletin.changed_at).label("planned"))
        .where(DbBulletin.status == Status.SCHEDULED.value, DbBulletin.number.not_in(passing_over))
        .order_by("planned", DbBulletin.number)
        .limit(1)
    ).one_or_none()
    return Due(first.number, first.planned) if first else None


def next_due(session: Session) -> datetime | None:
    """Give the instant of the next scheduled bulletin, past ones included; None where nothing is scheduled."""
    first = find_due(session)
    return first.planned if first else None


def publish_due(session: Session, *, passing_over: Collection[int] = ()) -> int | None:
    """Publish the one bulletin whose planned instant came first; return its number, None where none is due.

    It carries its planned date however late it is. One that lost its date or title goes back to the drafts.
    """
    first = find_due(session, passing_over=passing_over)
    if first is None or first.planned > now(session):
        return None
    row = get_row(session, first.number)
    moment = catalogue.moment_of(row)
    if moment is None or not row.title:
        _back_to_draft(session, row, "not published: it lost its date or title")
    else:
        _appear(session, row, moment)
    return row.number


def withdraw(session: Session, number: int, *, reason: str) -> None:
    """Take a published bulletin and its files from readers; its page and its feeds say that it went, and why.

    Raises Conflict for one that readers do not see, InputError for no reason.
    """
    reason = checked_note("reason", reason)
    row = get_row(session, number)
    status = Status(row.status)
    if status is not Status.PUBLISHED:
        raise _not_withdrawable(number, status)
    row.gone_at, row.gone_reason = change_instant(session), reason
    row.status = Status.WITHDRAWN.value
    vanish(session, row, "withdrawn")
    audit.record(session, "withdrawn", audit.BULLETIN, number, note=reason, edition=row.edition)


def vanish(session: Session, row: DbBulletin, kind: str) -> None:
    """Take a bulletin from every selection that it stands under, as one change; its row says why already."""
    keys = placements.placed_keys(session, [row.number])[row.number]
    row.version += 1
    row.changed_at = change_instant(session)
    row.edition = changes.record(session, kind, bulletin=row.number, selection_keys=keys)
    placements.leave(session, row.number, row.position, keys, row.edition)
    if row.position is not None:
        searching.remove(session, [row.position])
    session.flush()


def _not_withdrawable(number: int, status: Status) -> Conflict:
    if status is Status.SCHEDULED:
        return Conflict(
            f"bulletin {number} is scheduled, and no reader sees it; only a published one can be withdrawn; "
            f"cancel it with: bantin bulletin schedule {number} --cancel",
            vietnamese=f"bản tin {number} chưa đăng, chỉ mới hẹn giờ; muốn thôi hãy hủy hẹn giờ (schedule --cancel)",
        )
    if status is Status.DRAFT:
        return Conflict(
            f"bulletin {number} is a draft, which no reader sees; only a published one can be withdrawn",
            vietnamese=f"bản tin {number} chưa đăng nên không cần gỡ",
        )
    already = " already" if status is Status.WITHDRAWN else ""
    return Conflict(
        f"bulletin {number} is {status}{already}; only a published one can be withdrawn; "
        f"see: bantin bulletin history {number}",
        vietnamese=f"bản tin {number} {STATUS_IN_VIETNAMESE[status]} từ trước, không còn gì để gỡ",
    )


def _require_publisher(row: DbBulletin, publisher_required: bool) -> None:
    if publisher_required and row.publisher_id is None:
        raise NotPublishable(
            f"bulletin {row.number} has no publisher; name the organisation that issues it first",
            vietnamese=f"bản tin {row.number} chưa có cơ quan phát hành",
        )


def _appear(session: Session, row: DbBulletin, moment: Moment) -> None:
    if filing.follow_mergers(session, row, moment.instant):
        row.revision += 1
        content = revisions.content_of(catalogue.get_bulletin(session, row.number))
        revisions.record(session, row.number, content, revision=row.revision, note=FOLLOWED, significant=False)
    row.arrival = changes.mint(session, changes.ARRIVAL)
    row.position = placements.next_position(session, int(moment.instant.timestamp()))
    set_moment(row, moment)
    row.updated_at = moment.instant
    row.status = Status.PUBLISHED.value
    session.flush()
    step(session, row, "published", frozenset())
    audit.record(session, "published", audit.BULLETIN, row.number, edition=row.edition)


def _republish(session: Session, row: DbBulletin) -> None:
    told = placements.withdrawn_keys(session, row.number)
    gone_at, row.gone_at, row.gone_reason = row.gone_at, None, None
    row.status = Status.PUBLISHED.value
    # Of a tombstone and an entry the later one holds, and within one second neither would be.
    move_updated(session, row, after=gone_at)
    session.flush()
    # Where it does not stand any more, its tombstone says that from now on, and no reason.
    step(session, row, "republished", frozenset(), told=told)
    audit.record(session, "republished", audit.BULLETIN, row.number, edition=row.edition)


def _back_to_draft(session: Session, row: DbBulletin, action: str) -> None:
    row.status = Status.DRAFT.value
    set_moment(row, None)
    step(session, row, action, frozenset())
    audit.record(session, action, audit.BULLETIN, row.number)
