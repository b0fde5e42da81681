"""The entries of every feed document that a store can serve: what subscribers would see of two runs of one import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from sqlalchemy import select

from feeds.addresses import FeedPath, SelectionPath
from feeds.app import create_app
from feeds.channels import KIND_OF_CRITERION
from feeds.documents.model import Format
from feeds.settings import Settings
from store import taxonomy
from store.database import Database
from store.models import DbPlacement
from store.names import Kind
from store.types import Selection

ATOM = "{http://www.w3.org/2005/Atom}"


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
        slugs = {
            Kind.CATEGORY: {i: entity.slug for i, entity in taxonomy.categories_by_id(session).items()},
            Kind.ORGANISATION: {i: entity.slug for i, entity in taxonomy.organisations_by_id(session).items()},
            Kind.AUTHOR: {i: entity.slug for i, entity in taxonomy.authors_by_id(session).items()},
        }
    paths = []
    for key in keys:
        selection = Selection.from_key(key)
        ids = {criterion: getattr(selection, criterion) for criterion in KIND_OF_CRITERION}
        criteria = [(c, slugs[KIND_OF_CRITERION[c]][i]) for c, i in ids.items() if i is not None]
        paths.append(SelectionPath(tuple(criteria)))
    return sorted(paths, key=lambda path: path.text)


def _entries(document: bytes, document_format: Format) -> Iterator[str]:
    if document_format is Format.JSON:
        yield from (json.dumps(item, ensure_ascii=False, sort_keys=True) for item in json.loads(document)["items"])
        return
    tag = "item" if document_format is Format.RSS else f"{ATOM}entry"
    for element in etree.fromstring(document).iter(tag):
        yield etree.tostring(element, method="c14n").decode()
