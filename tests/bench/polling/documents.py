"""Which documents are polled: channels that hold something, chosen at random, in each format."""

from __future__ import annotations

from random import Random

from sqlalchemy import select

from feeds.addresses import SelectionPath
from store import catalogue
from store.database import Database
from store.models import DbAuthor, DbCategory, DbOrganisation
from store.types import Selection

FORMATS = ("rss", "atom", "json")
_ENTITIES: dict[str, type[DbCategory | DbOrganisation | DbAuthor]] = {
    "category": DbCategory,
    "organisation": DbOrganisation,
    "publisher": DbOrganisation,
    "author": DbAuthor,
}


def polled_paths(database_url: str, *, channels: int, seed: int) -> list[str]:
    """Give the paths of so many channels in every format, or of all that there are, in random order."""
    database = Database(database_url)
    try:
        with database.snapshot() as session:
            keys = sorted({*catalogue.count_placed(session), *catalogue.count_pairs(session)})
            slugs = {
                criterion: {row.id: row.slug for row in session.execute(select(entity.id, entity.slug))}
                for criterion, entity in _ENTITIES.items()
            }
    finally:
        database.dispose()
    random = Random(f"polled/{seed}")
    chosen = random.sample(keys, k=min(channels, len(keys)))
    paths = [f"/feeds/{_path(key, slugs)}.{document_format}" for key in chosen for document_format in FORMATS]
    random.shuffle(paths)
    return paths


def _path(key: str, slugs: dict[str, dict[int, str]]) -> str:
    ids = Selection.from_key(key).ids
    return SelectionPath.of((criterion, slugs[criterion][each]) for criterion, (each,) in ids.items()).text
