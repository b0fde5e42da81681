"""A bulletin as JSON, as `bantin bulletin list|show --json` print it."""

from __future__ import annotations

from typing import Any

from feeds.cli.workspace import Workspace
from store.text.dates import format_rfc3339
from store.types import Bulletin


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
        "published": format_rfc3339(moment.instant) if moment else None,
        "precision": moment.precision.value if moment else None,
        "updated": format_rfc3339(bulletin.updated) if bulletin.updated else None,
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
                "file": attachment.file.digest if attachment.file else None,
            }
            for attachment in bulletin.attachments
        ],
    }
