"""What is known of a selection before any of its bulletins is read: its settings, what left it, what was told of it.

All of it is one statement of look-ups by the selection_key, which costs the same however much stands in the selection.
Of an ad hoc selection there is nothing but the store that it is of, because no row has its key.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Text, bindparam, cast, func, select, true
from sqlalchemy.orm import Session

from store import announcements, channel_settings
from store.announcements import Announced
from store.models import DbAnnouncement, DbChange, DbChannelSetting, DbInstance, DbSelectionMark, DbTombstone
from store.reading import read
from store.types import ChannelSettings, Mark, Selection

_KEY: BindParameter[str] = bindparam("key", type_=Text)
_LAST_TOLD = (
    select(DbAnnouncement.ordinal, DbAnnouncement.edition, DbChange.committed_at)
    .join(DbChange, DbChange.edition == DbAnnouncement.edition)
    .where(DbAnnouncement.selection_key == _KEY)
    .order_by(DbAnnouncement.ordinal.desc())
    .limit(1)
    .subquery("last_told")
)
_TOLD_LATELY = (
    select(DbAnnouncement.bulletin)
    .where(DbAnnouncement.selection_key == _KEY)
    .order_by(DbAnnouncement.ordinal.desc())
    .limit(announcements.RECENT)
    .subquery("told_lately")
)
_LAST_LEFT = (
    select(DbTombstone.edition, DbTombstone.gone_at)
    .where(DbTombstone.selection_key == _KEY)
    .order_by(DbTombstone.edition.desc(), DbTombstone.bulletin.desc())
    .limit(1)
    .subquery("last_left")
)
_FIRST_TOLD = select(DbAnnouncement.bulletin).where(DbAnnouncement.selection_key == _KEY, DbAnnouncement.ordinal == 1)
_STATE = (
    select(
        DbInstance.uuid,
        DbInstance.created_at,
        *channel_settings.COLUMNS,
        DbChannelSetting.edition.label("set_edition"),
        DbChannelSetting.changed_at.label("set_at"),
        DbSelectionMark.edition.label("marked_edition"),
        DbSelectionMark.changed_at.label("marked_at"),
        _LAST_LEFT.c.edition.label("left_edition"),
        _LAST_LEFT.c.gone_at.label("left_at"),
        _LAST_TOLD.c.ordinal.label("told_ordinal"),
        _LAST_TOLD.c.edition.label("told_edition"),
        _LAST_TOLD.c.committed_at.label("told_at"),
        _FIRST_TOLD.scalar_subquery().label("first_told"),
        select(func.aggregate_strings(cast(_TOLD_LATELY.c.bulletin, Text), " "))
        .select_from(_TOLD_LATELY)
        .scalar_subquery()
        .label("told_lately"),
    )
    .select_from(DbInstance)
    .outerjoin(DbChannelSetting, DbChannelSetting.selection_key == _KEY)
    .outerjoin(DbSelectionMark, DbSelectionMark.selection_key == _KEY)
    .outerjoin(_LAST_LEFT, true())
    .outerjoin(_LAST_TOLD, true())
)


@dataclass(frozen=True, slots=True)
class SelectionState:
    """How a selection stands in one snapshot.

    `instance` and `made_at` are those of the store. `setting` is when the settings last changed, `came_back` when
    something last came back into it, `left` when something last left it; each None for never. `last_told` is the last
    announcement, `first_told` the bulletin of the first one, `told_lately` those of the latest `announcements.RECENT`.
    """

    key: str
    instance: uuid.UUID
    made_at: datetime
    own: ChannelSettings
    setting: Mark | None
    came_back: Mark | None
    left: Mark | None
    last_told: Announced | None
    first_told: int | None
    told_lately: frozenset[int]

    @property
    def was_ever_placed(self) -> bool:
        """Whether anything is, or was, published under it; in a damaged store perhaps not all that was."""
        return self.last_told is not None or self.left is not None


def selection_state(session: Session, selection: Selection) -> SelectionState:
    """Read how a selection stands; its entities are not looked at."""
    key = selection.key
    (row,) = read(session, _STATE, {"key": key})
    return SelectionState(
        key=key,
        instance=uuid.UUID(row.uuid),
        made_at=row.created_at,
        own=channel_settings.settings_of(session, row),
        setting=_mark(row.set_edition, row.set_at),
        came_back=_mark(row.marked_edition, row.marked_at),
        left=_mark(row.left_edition, row.left_at),
        last_told=_last_told(row),
        first_told=row.first_told,
        told_lately=frozenset(map(int, row.told_lately.split())) if row.told_lately else frozenset(),
    )


def _last_told(row: Row[*tuple[Any, ...]]) -> Announced | None:
    return Announced(row.told_ordinal, row.told_edition, row.told_at) if row.told_ordinal is not None else None


def _mark(edition: int | None, at: datetime | None) -> Mark | None:
    return None if edition is None or at is None else (edition, at)
