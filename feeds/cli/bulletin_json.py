"""A bulletin as JSON, as `bantin bulletin list|show --json` print it."""

from __future__ import annotations

from typing import Any

from feeds.cli.workspace import Workspace
from store.text.dates import format_rfc3339
from store.types import UNITS_PER_DEGREE, Bulletin, Place


def as_json_value(workspace: Workspace, bulletin: Bulletin) -> dict[str, Any]:
    """Give all that is known of a bulletin, for programs."""
    moment = bulletin.published
    return {
        "number": bulletin.number,
        "id": bulletin.public_id,
        "url": workspace.addresses.bulletin(bulletin.slug, bulletin.number),
        "status": bulletin.status.value,
        "title": bulletin.title,
        "lead": bulletin.lead,
        "body": bulletin.body,
        "language": bulletin.language,
        "publisher": bulletin.publisher.name if bulletin.publisher else None,
        "subjects": [body.name for body in bulletin.subjects],
        "categories": [category.name for category in bulletin.categories],
        "authors": [author.name for author in bulletin.authors],
        "place": _place(bulletin.place) if bulletin.place else None,
        "origin": {"name": bulletin.origin.name, "url": bulletin.origin.url} if bulletin.origin else None,
        "published": format_rfc3339(moment.instant) if moment else None,
        "precision": moment.precision.value if moment else None,
        "updated": format_rfc3339(bulletin.updated) if bulletin.updated else None,
        "corrections": [{"at": format_rfc3339(c.at), "note": c.note} for c in bulletin.corrections],
        "gone": {"at": format_rfc3339(bulletin.gone.at), "reason": bulletin.gone.reason} if bulletin.gone else None,
        "changed_at": format_rfc3339(bulletin.changed_at),
        "revision": bulletin.revision,
        "version": bulletin.version,
        "arrival": bulletin.arrival,
        "attachments": [
            {
                "number": attachment.number,
                "kind": attachment.kind.value,
                "caption": attachment.caption,
                "credit": attachment.credit,
                "alternative_text": attachment.alternative_text,
                "reference": attachment.reference,
                "focus": [attachment.focus.x_percent, attachment.focus.y_percent] if attachment.focus else None,
                "file": attachment.file.digest if attachment.file else None,
                "media_type": attachment.file.media_type if attachment.file else None,
                "size_bytes": attachment.file.size_bytes if attachment.file else None,
            }
            for attachment in bulletin.attachments
        ],
    }


def _place(place: Place) -> dict[str, Any]:
    coordinates = (place.latitude_e5, place.longitude_e5)
    latitude, longitude = (None if units is None else units / UNITS_PER_DEGREE for units in coordinates)
    return {"name": place.name, "latitude": latitude, "longitude": longitude}
