"""Feeds of a store that an older version wrote: every channel renders, with what stood in it."""

from __future__ import annotations

import json
from pathlib import Path

import feedparser
import pytest

from store import rebuild, schema
from tests.feeds.conftest import serve
from tests.support import old_stores, stores
from tests.support.requirements import lacks
from tests.support.stores import Clock

REVISIONS = sorted(path.stem for path in old_stores.FOLDER.glob("*.json"))


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_every_channel_of_an_older_store_renders(kind: str, revision: str, tmp_path: Path, clock: Clock) -> None:
    missing = stores.postgres_missing() if kind == "postgres" else None
    if missing:
        lacks("postgres", missing)
    clock.move(days=1)
    rows = old_stores.kept_rows(revision)
    placed = {row["selection_key"] for row in rows["placement"]}
    titles = {row["title"] for row in rows["bulletin"] if row["status"] == "published"}
    slugs = {"category": "c", "organisation": "o", "author": "a"}
    paths = ["all"] + [
        f"{word}/{row['slug']}"
        for word, letter in slugs.items()
        for row in rows[word]
        if f"{letter}{row['id']}" in placed
    ]
    assert len(paths) > 6
    with old_stores.old_store(kind, revision, tmp_path, clock) as database:
        schema.upgrade(database)
        with database.snapshot() as session:
            # Its archives hold what stood in its channels.
            assert rebuild.examine(session).faults == ()
        client = serve(database, tmp_path).client
        for path in paths:
            for extension in ("rss", "atom", "json"):
                answer = client.get(f"/feeds/{path}.{extension}")
                assert answer.status_code == 200, (path, extension, answer.text[:500])
                again = client.get(f"/feeds/{path}.{extension}", headers={"If-None-Match": answer.headers["ETag"]})
                assert again.status_code == 304
                found = (
                    {item["title"] for item in json.loads(answer.data)["items"]}
                    if extension == "json"
                    else {entry.title for entry in feedparser.parse(answer.data).entries}
                )
                assert found
                assert found <= titles
                if path == "all":
                    assert found == titles
