"""Answers with a channel's documents: its head, whole or what is new of it to a client, and its archives.

The answer to a delta is for the client that asked alone; everything else is the same for everybody.

Spec: RFC 5005, RFC 3229.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Response, request
from sqlalchemy.orm import Session

from feeds import archives, channels
from feeds.addresses import ArchivePath, SelectionPath
from feeds.channels import Prepared, Resolved
from feeds.documents.model import Format
from feeds.heads import Elsewhere, links_of, tag_of
from feeds.http.answers import as_delta, conditional, moved, response_of
from feeds.http.conditional import is_matched
from feeds.http.deltas import held_by, takes_feed
from feeds.http.representations import Asked, Partial
from feeds.http.validators import origin_mark
from feeds.site import current_site
from store import changes
from store.errors import StoreDamaged


def head_document(path: SelectionPath, document_format: Format) -> Response | None:
    """Answer a channel's head; or what is new in it, to a client that takes that and holds an earlier one.

    None where there is no such channel.
    """
    if request.headers.get("If-None-Match") is not None and takes_feed(request.headers.get("A-IM")):
        delta = _delta(path, document_format)
        if delta is not None:
            return delta
    site = current_site()
    found = site.heads.find(path, document_format, Asked.of(request.environ))
    if isinstance(found, Elsewhere):
        return moved(site.addresses.feed(found.path, document_format), permanently_renamed=True)
    return response_of(found) if found is not None else None


def _delta(path: SelectionPath, document_format: Format) -> Response | None:
    """Answer what is new in a head to a client that holds an earlier one; None where it gets the whole."""
    settings = current_site().settings
    with current_site().database.snapshot() as session:
        resolved = channels.find_selection(session, path)
        if resolved is None or resolved.path != path:
            return None
        prepared = channels.prepare(session, resolved, settings)
        tag = tag_of(prepared, document_format, settings)
        held = _held_edition(session, resolved, prepared, document_format, tag)
        delta = archives.find_delta(session, prepared, held) if held is not None else None
        if delta is not None:
            # What nothing can be rendered of alone may be of use as a whole.
            with suppress(StoreDamaged):
                answer = _answer(session, delta, document_format, tag)
                if answer.get_etag()[0]:
                    return as_delta(answer)
    return None


def archive_document(asked: str, path: ArchivePath) -> Response | None:
    """Answer an archive, under the name that it has or had while it grew; None for one that there is not."""
    site = current_site()
    with site.database.snapshot() as session:
        resolved = channels.find_selection(session, path.selection)
        found = archives.find_archive(session, resolved, path, site.settings) if resolved else None
        if resolved is None or found is None:
            return None
        today = ArchivePath(resolved.path, path.archive, path.format)
        if today.text != asked:
            address = site.addresses.archive(today.selection, today.archive, today.format)
            return moved(address, permanently_renamed=resolved.path != path.selection)
        return _answer(session, found, path.format, tag_of(found, path.format, site.settings))


def _answer(session: Session, prepared: Prepared, document_format: Format, tag: str) -> Response:
    site = current_site()
    # Who walks through archives would drive all that others poll out of what is kept.
    kept = site.fragments if not prepared.channel.history.is_archive else None

    def render() -> bytes | Partial:
        composed = prepared.render(session, document_format, site.settings, kept)
        return Partial(composed.document) if composed.left_out else composed.document

    return conditional(
        render,
        media_type=document_format.media_type,
        etag=tag,
        last_modified=prepared.window.changed_at,
        headers={"Link": links_of(prepared.channel, document_format)},
    )


def _held_edition(
    session: Session, resolved: Resolved, prepared: Prepared, document_format: Format, tag: str
) -> int | None:
    """Give the edition of this very document that the client says it holds, where it takes what is new alone."""
    known = request.headers.get("If-None-Match")
    if known is None or not takes_feed(request.headers.get("A-IM")) or is_matched(known, tag):
        return None
    settings = current_site().settings
    for held in held_by(known):
        at = changes.find_instant(session, held.edition)
        if at is None or held.edition >= prepared.window.edition:
            continue
        # While a document held all there was, no limit showed in it.
        for limit in (0, resolved.entries(settings)):
            mark = origin_mark(
                held.edition,
                at,
                kind=document_format.value,
                channel=prepared.channel,
                settings=settings,
                limit=limit,
                is_lead_only=prepared.is_lead_only,
            )
            if held.mark == mark:
                return held.edition
    return None
