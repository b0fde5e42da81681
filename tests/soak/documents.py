"""The entries of every feed document that a store can serve: what subscribers would see of two runs of one import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.addresses import FeedPath, SelectionPath
from feeds.app import create_app
from feeds.documents.model import Format
from feeds.settings import Settings
from store import archives, catalogue, taxonomy
from store.database import Database
from store.models import DbPlacement
from store.names import KIND_OF_CRITERION, Kind
from store.types import Selection
from tests.support import parsers

ATOM = "{http://www.w3.org/2005/Atom}"

Slugs = Mapping[Kind, Mapping[int, str]]


def entries_by_address(database: Database, folder: Path) -> dict[str, list[str]]:
    """Ask for every channel with a bulletin in every format; give the entries by path, each as it stands there."""
    app = create_app(Settings(data=folder, base_url="https://bantin.example"), database=database)
    client = app.test_client()
    found = {}
    for path in _paths(database):
        for document_format in Format:
            address = f"/feeds/{FeedPath(path, document_format).text}"
            response = client.get(address)
            if response.status_code != 200:
                raise AssertionError(f"{address} answers {response.status_code}")
            found[address] = list(_entries(response.data, document_format))
    return found


def _paths(database: Database) -> list[SelectionPath]:
    with database.snapshot() as session:
        keys = session.scalars(select(DbPlacement.selection_key).distinct()).all()
        slugs = _slugs(session)
    return sorted((_path(Selection.from_key(key), slugs) for key in keys), key=lambda path: path.text)


def _slugs(session: Session) -> Slugs:
    return {
        Kind.CATEGORY: {i: entity.slug for i, entity in taxonomy.categories_by_id(session).items()},
        Kind.ORGANISATION: {i: entity.slug for i, entity in taxonomy.organisations_by_id(session).items()},
        Kind.AUTHOR: {i: entity.slug for i, entity in taxonomy.authors_by_id(session).items()},
    }


def _path(selection: Selection, slugs: Slugs) -> SelectionPath:
    ids = {criterion: getattr(selection, criterion) for criterion in KIND_OF_CRITERION}
    criteria = [(c, slugs[KIND_OF_CRITERION[c]][i]) for c, i in ids.items() if i is not None]
    return SelectionPath(tuple(criteria))


def _entries(document: bytes, document_format: Format) -> Iterator[str]:
    if document_format is Format.JSON:
        yield from (json.dumps(item, ensure_ascii=False, sort_keys=True) for item in json.loads(document)["items"])
        return
    tag = "item" if document_format is Format.RSS else f"{ATOM}entry"
    for element in etree.fromstring(document).iter(tag):
        yield etree.tostring(element, method="c14n").decode()


def require_documents(database: Database, folder: Path) -> int:
    """Ask for every document of every channel, pairs included; return how many there are.

    Raises AssertionError for one that is not answered, does not parse, or has other entries than the store's window.
    """
    settings = Settings(data=folder, base_url="https://bantin.example")
    client = create_app(settings, database=database).test_client()
    count = 0
    with database.snapshot() as session:
        slugs = _slugs(session)
        for selection in sorted(_selections(session), key=lambda selection: selection.key):
            path = _path(selection, slugs)
            window = archives.head(session, selection, limit=settings.entries)
            bulletins = catalogue.bulletins(session, [entry.number for entry in window.entries])
            wanted = [bulletins[entry.number].public_id for entry in window.entries]
            for document_format in Format:
                address = f"/feeds/{FeedPath(path, document_format).text}"
                response = client.get(address)
                if response.status_code != 200:
                    raise AssertionError(f"{address} ({selection.key}) answers {response.status_code}")
                found = _ids(response.data, document_format)
                if found != wanted:
                    raise AssertionError(f"{address} ({selection.key}) has the entries {found}, not {wanted}")
                if document_format is not Format.JSON and len(path.criteria) < 2:
                    parsers.read_feedparser(response.data)
                count += 1
    return count


def _selections(session: Session) -> set[Selection]:
    placed = {Selection.from_key(key) for key in session.scalars(select(DbPlacement.selection_key).distinct())}
    bodies = taxonomy.organisations_by_id(session)
    found = {Selection(), *(Selection(category=each) for each in taxonomy.categories_by_id(session))}
    # An author is a channel's from the first publication on.
    return found | placed | {Selection(organisation=i) for i in bodies} | {Selection(publisher=i) for i in bodies}


def _ids(document: bytes, document_format: Format) -> list[str]:
    if document_format is Format.JSON:
        return [item["id"] for item in json.loads(document)["items"]]
    path = "channel/item/guid" if document_format is Format.RSS else f"{ATOM}entry/{ATOM}id"
    return [found.text or "" for found in etree.fromstring(document).findall(path)]
