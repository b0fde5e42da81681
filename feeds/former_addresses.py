"""Where an address of a former site leads today: from the ids that a redirect keeps to an address of our own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from feeds.addresses import Addresses, SelectionPath
from feeds.documents.model import Format
from store import catalogue, redirects, taxonomy
from store.redirects import BULLETIN, Redirect
from store.text.slugs import slugify
from store.types import Selection, Status


def find_target(session: Session, path: str, query: str, addresses: Addresses) -> str | None:
    """Give our own address for a path, with its query, of a former site; None for an unknown one."""
    found = redirects.find_redirect(session, path, query)
    return target_address(session, found, addresses) if found else None


def target_address(session: Session, redirect: Redirect, addresses: Addresses) -> str | None:
    """Give the address that a redirect leads to, in the slugs of today; None where its target is not there."""
    if redirect.target.startswith(BULLETIN):
        bulletin = catalogue.find_bulletin(session, int(redirect.target.removeprefix(BULLETIN)))
        if bulletin is None or bulletin.arrival is None:
            # What readers never saw is nobody's business, its title least of all.
            return None
        slug = bulletin.slug if bulletin.status is Status.PUBLISHED else slugify("")
        return addresses.bulletin(slug, bulletin.number)
    path = _path_of(session, Selection.from_key(redirect.target))
    if redirect.document_format is None:
        return addresses.page(path)
    return addresses.feed(path, Format(redirect.document_format))


def _path_of(session: Session, selection: Selection) -> SelectionPath:
    criteria: list[tuple[str, str]] = []
    if selection.category is not None:
        criteria.append(("category", taxonomy.categories_by_id(session, {selection.category})[selection.category].slug))
    for criterion, body in (("organisation", selection.organisation), ("publisher", selection.publisher)):
        if body is not None:
            criteria.append((criterion, taxonomy.organisations_by_id(session, {body})[body].slug))
    if selection.author is not None:
        criteria.append(("author", taxonomy.authors_by_id(session, {selection.author})[selection.author].slug))
    return SelectionPath(tuple(criteria))
