"""Fills an empty store with the sample bulletins: through the same ways in that editors use."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

from feeds.samples.documents import write_document
from feeds.samples.drawings import draw
from store import publication, taxonomy
from store.attachments.intake import Intake
from store.attachments.picture_pool import PROCESSES, PicturePool
from store.attachments.storage import Storage
from store.database import Database
from store.importers.manuscript import Manuscript, read_manuscript
from store.importers.manuscript_intake import add_manuscript, take_files
from store.importers.recognition import build_recogniser

NAMESPACE = uuid.UUID("5f0d0f6c-0f0a-5d4e-9c7b-0e3a3f4b7c11")
ACTOR = "sample data"


def seed(database: Database, storage: Storage) -> int:
    """Store and publish all samples; return how many. The store must be made and empty."""
    manuscripts = list(iter_manuscripts())
    with PicturePool() as pool, ThreadPoolExecutor(PROCESSES) as threads:
        intake = Intake(storage, pool)
        files = list(threads.map(lambda named: take_files(intake, named[1], make_file), manuscripts))
    # All at once: whoever stops the seeding in the middle finds no half of it at the next start.
    with database.transaction(actor=ACTOR) as session:
        for category in _taxonomy()["category"]:
            taxonomy.add_category(session, **category)
        for organisation in _taxonomy()["organisation"]:
            taxonomy.add_organisation(session, **organisation)
        recogniser = build_recogniser(session)
        for (name, manuscript), taken in zip(manuscripts, files, strict=True):
            number = add_manuscript(
                session,
                manuscript,
                taken=taken,
                recogniser=recogniser,
                public_id=f"urn:uuid:{uuid.uuid5(NAMESPACE, name)}",
            )
            publication.publish(session, number)
    return len(manuscripts)


def make_file(name: str) -> bytes:
    """Make the photo or document that a sample names."""
    return draw(name) if name.endswith(".jpg") else write_document(name)


def iter_manuscripts() -> Iterator[tuple[str, Manuscript]]:
    """Stream the samples as (file name, manuscript), in the order of their dates."""
    found = []
    for file in resources.files("feeds.samples").joinpath("bulletins").iterdir():
        if file.name.endswith(".txt"):
            found.append((file.name, read_manuscript(file.read_text(encoding="utf-8"))))
    return iter(sorted(found, key=lambda pair: (_instant(pair[1]), pair[0])))


def _instant(manuscript: Manuscript) -> float:
    moment = manuscript.draft.published
    return moment.instant.timestamp() if moment else 0.0


def _taxonomy() -> dict[str, list[dict[str, Any]]]:
    text = resources.files("feeds.samples").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
