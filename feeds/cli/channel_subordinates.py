"""Whether the channels of a body hold what those under it publish, for `bantin channel`.

Only a body alone speaks for others; both of its channels do so at once, and its channels with categories follow.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from feeds.channels import Resolved
from store import reorganisation, taxonomy
from store.errors import InputError
from store.types import Selection


def speaking(session: Session) -> dict[str, bool]:
    """Say of each channel of one body alone, by its key, whether it holds what those under the body publish."""
    return {
        selection.key: body.includes_subordinates
        for number, body in taxonomy.organisations_by_id(session).items()
        for selection in (Selection(organisation=number), Selection(publisher=number))
    }


def includes_subordinates(session: Session, resolved: Resolved) -> bool | None:
    """Say whether the body of a channel speaks for those under it; None where the channel is not one body's alone."""
    selection = resolved.selection
    body = selection.organisation if selection.organisation is not None else selection.publisher
    if body is None or len(resolved.path.criteria) != 1:
        return None
    return taxonomy.organisations_by_id(session, {body})[body].includes_subordinates


def switch_subordinates(session: Session, resolved: Resolved, included: bool) -> int | None:
    """Have the body of a channel speak for those under it, or no longer; give None where it does so already."""
    if includes_subordinates(session, resolved) is None:
        raise InputError(
            field="--subordinates" if included else "--no-subordinates",
            value=resolved.path.text,
            reason="is no channel of an organisation alone",
            accepted="organisation/SLUG or publisher/SLUG; its channels with categories follow",
            vietnamese="chỉ kênh của một cơ quan (organisation/... hoặc publisher/...) mới gồm đơn vị trực thuộc được",
        )
    if includes_subordinates(session, resolved) is included:
        return None
    (_, slug), *_ = resolved.path.criteria
    return reorganisation.include_subordinates(session, slug, included=included)


def switched(gained: int, *, included: bool) -> str:
    """Say what became of the bodies under one, and how many bulletins its channel gained or lost."""
    count = abs(gained)
    change = f"{count} {'bulletin' if count == 1 else 'bulletins'} {'more' if included else 'fewer'}"
    return f"subordinate bodies {'included' if included else 'left out'}, {change}"
