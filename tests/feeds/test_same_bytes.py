"""Documents are a function of the data: equal to the byte in any process, after any restart, on either database."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.samples.seeding import seed
from store import schema
from store.attachments.disk import DiskStorage
from store.database import Database
from tests.support import stores
from tests.support.requirements import lacks

ROOT = Path(__file__).parents[2]
ADDRESSES = [
    f"/feeds/{selection}.{extension}"
    for selection in ("all", "category/van-hoa-xa-hoi", "organisation/hoi-nong-dan-tinh-van-son")
    for extension in ("rss", "atom", "json")
] + ["/feeds/", "/feeds/all"]

ASK = """
import hashlib, sys
from feeds.app import create_app
client = create_app().test_client()
for address in sys.argv[1:]:
    answer = client.get(address)
    print(answer.status_code, answer.headers.get("ETag"), hashlib.sha256(answer.data).hexdigest())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def seeded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store with the sample bulletins, made at an instant that stands still."""
    if request.param == "postgres":
        missing = stores.postgres_missing()
        if missing:
            lacks("postgres", missing)
    url = f"sqlite:///{tmp_path / 'bantin.sqlite'}" if request.param == "sqlite" else stores.empty_postgres_url()
    database = Database(url, clock=stores.Clock())
    schema.upgrade(database, instance=stores.INSTANCE)
    seed(database, DiskStorage(tmp_path / "files"))
    database.dispose()
    yield url
    if request.param == "postgres":
        stores.drop_postgres(url)


def ask(url: str, *, zone: str, seed_of_hashes: str) -> list[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BANTIN_")},
        "BANTIN_DATABASE_URL": url,
        "BANTIN_BASE_URL": "https://bantin.example",
        "TZ": zone,
        "PYTHONHASHSEED": seed_of_hashes,
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, *ADDRESSES], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_two_processes_and_two_restarts_give_the_same_bytes(seeded: str) -> None:
    answers = [
        ask(seeded, zone=zone, seed_of_hashes=number)
        for zone, number in (("UTC", "1"), ("Asia/Ho_Chi_Minh", "2"), ("America/New_York", "3"))
    ]
    assert all(answer.startswith("200 ") for answer in answers[0]), answers[0]
    assert answers[0] == answers[1] == answers[2]
    RECORDED.setdefault("answers", answers[0])
    # The fixture runs once for each database; both must say the same.
    assert answers[0] == RECORDED["answers"]


RECORDED: dict[str, list[str]] = {}


def test_the_comparison_would_notice(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        url = f"sqlite:///{tmp_path / f'{number}.sqlite'}"
        database = Database(url, clock=stores.Clock())
        schema.upgrade(database, instance=uuid.uuid4())
        database.dispose()
        made.append(ask(url, zone="UTC", seed_of_hashes="1"))
    assert made[0] != made[1]
    assert hashlib.sha256(b"").hexdigest() not in " ".join(made[0])
