"""Measures a reform of the administration: renamings and mergers by the hundred, on a store of many bulletins.

Each is a transaction of its own, as the command line makes it. A figure counts only if nothing moved that must not: no
entry's `updated`, no address that leads elsewhere, no bulletin missing from a channel.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert, select, text

from feeds.app import create_app
from feeds.settings import Settings
from store import rebuild, renaming, reorganisation, taxonomy
from store.database import Database
from store.models import DbBulletin, DbBulletinSubject, DbPlacement
from store.names import Kind
from store.types import VIETNAM

COMMUNES_PER_MERGER = 4
BATCH = 5_000
BASE_URL = "https://bantin.example"


@dataclass(frozen=True, slots=True)
class Reform:
    """What was done on how much, and the seconds of each act, checks left out."""

    bulletins: int
    communes: int
    renames: tuple[float, ...]
    mergers: tuple[float, ...]
    addresses: int

    @property
    def seconds(self) -> float:
        """What all of it took."""
        return sum(self.renames) + sum(self.mergers)


@dataclass(frozen=True, slots=True)
class _Commune:
    """A body of the reform; `slugs` are all addresses that it ever had, the one of today last."""

    id: int
    slugs: list[str]


def measure_reform(url: str, folder: Path, *, renames: int, mergers: int, seed: int) -> Reform:
    """Rename and merge communes of a store that this function may alter; raises AssertionError for what went wrong."""
    random = Random(f"reform/{seed}")
    database = Database(url)
    try:
        _continue_ids(database)
        communes = _founded(database, mergers * COMMUNES_PER_MERGER, random)
        before = _updated(database)
        rename_seconds = [_renamed(database, number, communes, random) for number in range(renames)]
        merged = random.sample(range(len(communes)), 2 * mergers)
        pairs = [(communes[a], communes[b]) for a, b in zip(merged[::2], merged[1::2], strict=True)]
        sinces = [random.choice((None, _day(random))) for _ in pairs]
        merger_seconds = [
            _merged(database, gone, successor, since) for (gone, successor), since in zip(pairs, sinces, strict=True)
        ]
        if _updated(database) != before:
            raise AssertionError("the `updated` of some entry moved")
        with database.transaction(dry_run=True) as session:
            found = rebuild.rebuild(session)
        if found.faults:
            raise AssertionError(f"{len(found.faults)} placements are not what they should be: {found.faults[0]}")
        _require_channels(database, pairs, sinces)
        addresses = _require_addresses(database, folder, communes)
        return Reform(len(before), len(communes), tuple(rename_seconds), tuple(merger_seconds), addresses)
    finally:
        database.dispose()


def _continue_ids(database: Database) -> None:
    """Have a PostgreSQL copy, whose rows came with their ids, give the next ones."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence('organisation', 'id'), max(id)) FROM organisation")
            )


def _founded(database: Database, count: int, random: Random) -> list[_Commune]:
    """Add the communes, and have each bulletin be about one of them."""
    communes = []
    with database.transaction() as session:
        for number in range(count):
            added = taxonomy.add_organisation(session, f"Ủy ban nhân dân xã Phiêng Khoan {number}")
            communes.append(_Commune(added.id, [added.slug]))
        numbers = session.scalars(select(DbBulletin.number).order_by(DbBulletin.number)).all()
        rows = [
            {
                "bulletin": number,
                "organisation_id": random.choice(communes).id,
                "ordinal": 90,
                "recognised": True,
            }
            for number in numbers
        ]
        for start in range(0, len(rows), BATCH):
            session.execute(insert(DbBulletinSubject), rows[start : start + BATCH])
        # The links are the truth: from them the rebuilding makes the placements, as an operator's would.
        rebuild.rebuild(session)
    return communes


def _renamed(database: Database, number: int, communes: list[_Commune], random: Random) -> float:
    commune = communes[number % len(communes)]
    is_first = number < len(communes)
    # A date in the past, for bulletins that appeared since; a mistake, for all of them; or simply today.
    since, throughout = random.choice(((None, False), (None, False), (_day(random), False), (None, True)))
    name = f"Ủy ban nhân dân xã Hạ Vân {number}"

    def act() -> None:
        with database.transaction() as session:
            renaming.rename(
                session,
                Kind.ORGANISATION,
                commune.slugs[-1],
                name,
                since=since if is_first else None,
                throughout=throughout,
            )

    seconds = _timed(act)
    with database.snapshot() as session:
        commune.slugs.append(taxonomy.organisations_by_id(session, {commune.id})[commune.id].slug)
    return seconds


def _merged(database: Database, gone: _Commune, successor: _Commune, since: datetime | None) -> float:
    def act() -> None:
        with database.transaction() as session:
            reorganisation.merge(session, Kind.ORGANISATION, gone.slugs[-1], successor.slugs[-1], since=since)

    return _timed(act)


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _day(random: Random) -> datetime:
    return datetime(2024, 1, 1, tzinfo=VIETNAM) + timedelta(days=random.randrange(600))


def _updated(database: Database) -> dict[int, tuple[datetime | None, datetime | None]]:
    with database.snapshot() as session:
        rows = session.execute(select(DbBulletin.number, DbBulletin.published_at, DbBulletin.updated_at))
        return {row.number: (row.published_at, row.updated_at) for row in rows}


def _require_channels(
    database: Database, pairs: list[tuple[_Commune, _Commune]], sinces: list[datetime | None]
) -> None:
    """A merged commune's channel holds its own bulletins, and its successor's from the merger on."""
    with database.snapshot() as session:
        bodies = taxonomy.organisations_by_id(session)
        for (gone, successor), since in zip(pairs, sinces, strict=True):
            merged_at = bodies[gone.id].merged_at
            if bodies[gone.id].successor_id != successor.id or merged_at is None or merged_at != (since or merged_at):
                raise AssertionError(f"{bodies[gone.id].name} was not merged as it should be")
            filed = select(DbBulletinSubject.bulletin, DbBulletin.published_at).join(
                DbBulletin, DbBulletin.number == DbBulletinSubject.bulletin
            )
            own = {row.bulletin for row in session.execute(filed.where(DbBulletinSubject.organisation_id == gone.id))}
            later = session.execute(
                filed.where(DbBulletinSubject.organisation_id == successor.id, DbBulletin.published_at >= merged_at)
            )
            due = own | {row.bulletin for row in later}
            placed = session.scalars(
                select(DbBulletin.number)
                .join(DbPlacement, DbPlacement.position == DbBulletin.position)
                .where(DbPlacement.selection_key == f"o{gone.id}")
            )
            if set(placed) != due:
                raise AssertionError(
                    f"the channel of {bodies[gone.id].name} has not the {len(due)} bulletins it should"
                )


def _require_addresses(database: Database, folder: Path, communes: list[_Commune]) -> int:
    """Every address that a commune ever had answers, or leads to the one of today; return how many were asked."""
    client = create_app(Settings(data=folder, base_url=BASE_URL), database=database).test_client()
    asked = 0
    for commune in communes:
        today = f"/feeds/organisation/{commune.slugs[-1]}.atom"
        for slug in dict.fromkeys(commune.slugs):
            response = client.get(f"/feeds/organisation/{slug}.atom")
            leads = response.headers.get("Location", "").removeprefix(BASE_URL)
            if (response.status_code, leads) != ((200, "") if slug == commune.slugs[-1] else (301, today)):
                raise AssertionError(f"{slug} answers {response.status_code} {leads}, not {today}")
            asked += 1
    return asked
