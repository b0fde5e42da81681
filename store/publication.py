"""Decides the instant that a bulletin carries for ever, from what was said and when it is published. Pure."""

from __future__ import annotations

from datetime import datetime

from store.errors import NotPublishable
from store.text.dates import format_vietnamese
from store.types import VIETNAM, Moment, Precision


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
            f"its date, {format_vietnamese(said)}, has not come yet; publish it then, or give it today's date"
        )
    return said
