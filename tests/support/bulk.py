"""Fills a store with thousands of published bulletins in seconds: the rows that publishing one by one would leave.

What no reader of a feed sees is left out: revisions and the audit log. `tests/feeds/test_walking.py` compares a few of
these rows with those of the real way in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from store import announcements, changes, placements, taxonomy
from store.database import Database, change_instant
from store.fulltext import indexing
from store.models import (
    METADATA,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbChange,
    DbCounter,
    DbPlacement,
)
from store.text.slugs import slugify
from store.types import VIETNAM, Draft, Moment
from tests.support.stores import INSTANCE

BATCH = 500
FIRST = datetime(2020, 1, 1, 8, tzinfo=VIETNAM)
CATEGORIES = (("Văn hóa", None), ("Lễ hội", "Văn hóa"), ("Y tế", None), ("Nông nghiệp", None), ("Giáo dục", None))
BODIES = ("Hội Nông dân tỉnh", "Sở Văn hóa tỉnh", "Ủy ban xã Nà Mạ", "Tỉnh đoàn", "Sở Y tế tỉnh")
AUTHORS = ("Thu Trang", "Nông Văn Kim", "Hoàng Thị Mai")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bulletin is to say, by its place from 0."""

    place: int

    @property
    def public_id(self) -> str:
        return f"urn:uuid:{uuid5(INSTANCE, f'bulk/{self.place}')}"

    def draft(self) -> Draft:
        """Give it as an editor would; a third of a category's are about another body as well."""
        place = self.place
        return Draft(
            title=f"Bản tin số {place}",
            lead=f"Tóm tắt của bản tin số {place}.",
            body=f"<p>Nội dung của bản tin số {place}.</p>\n",
            publisher=BODIES[place % 20] if place % 20 < len(BODIES) else BODIES[0],
            subjects=(BODIES[2],) if place % 9 == 4 and place % 20 != 2 else (),
            categories=tuple(CATEGORIES[each][0] for each in _filed(place)),
            authors=(AUTHORS[place % 3],) if place % 11 == 3 else (),
            published=Moment(FIRST + timedelta(minutes=97 * place)),
        )


def _filed(place: int) -> tuple[int, ...]:
    return ((1,), (2,), (3, 4), (), (2,), (4,), (3,), (3,), (4,), (2, 3))[place % 10]


def found(database: Database) -> None:
    """Add the categories, organisations and authors."""
    with database.transaction() as session:
        for name, parent in CATEGORIES:
            taxonomy.add_category(session, name, parent=parent)
        for name in BODIES:
            taxonomy.add_organisation(session, name)
        for name in AUTHORS:
            taxonomy.add_author(session, name)


def load(database: Database, count: int) -> None:
    """Publish the first `count` bulletins in a store that `found` was done to and nothing else."""
    with database.transaction() as session:
        before = changes.current_edition(session)
        for start in range(0, count, BATCH):
            _insert(session, [Plan(place) for place in range(start, min(start + BATCH, count))], before)
        for counter, value in ((changes.EDITION, before + count), (changes.ARRIVAL, count), (changes.NUMBER, count)):
            session.execute(update(DbCounter).where(DbCounter.name == counter).values(value=value))
        indexing.fill(session)


def _insert(session: Session, plans: list[Plan], before: int) -> None:
    said = {plan.place + 1: plan.draft() for plan in plans}
    at = change_instant(session)
    rows = [_row(plan, said[plan.place + 1], before + plan.place + 1, at) for plan in plans]
    session.execute(insert(DbBulletin), rows)
    session.execute(insert(DbBody), [{"bulletin": number, "html": each.body} for number, each in said.items()])
    categories = {name: index for index, (name, _) in enumerate(CATEGORIES, start=1)}
    authors = {name: index for index, name in enumerate(AUTHORS, start=1)}
    _link(
        session, DbBulletinCategory, "category_id", {n: [categories[c] for c in s.categories] for n, s in said.items()}
    )
    _link(session, DbBulletinAuthor, "author_id", {n: [authors[a] for a in s.authors] for n, s in said.items()})
    subjects = {n: [BODIES.index(body) + 1 for body in s.subjects] for n, s in said.items()}
    _link(session, DbBulletinSubject, "organisation_id", subjects, recognised=False)
    keys = placements.keys_by_number(session, list(said))
    position_of = {row["number"]: row["position"] for row in rows}
    placed = [{"selection_key": key, "position": position_of[n]} for n in said for key in keys[n]]
    session.execute(insert(DbPlacement), placed)
    told = [
        {
            "edition": before + number,
            "kind": "published",
            "bulletin": number,
            "selection_keys": " ".join(sorted(keys[number])),
            "committed_at": at,
        }
        for number in said
    ]
    session.execute(insert(DbChange), told)
    for number in said:
        announcements.announce(session, ((key, number) for key in keys[number]), before + number)


def _row(plan: Plan, said: Draft, edition: int, at: datetime) -> dict[str, Any]:
    assert said.published is not None
    published = said.published.instant
    columns = dict.fromkeys(column.name for column in METADATA.tables["bulletin"].columns)
    return columns | {
        "number": plan.place + 1,
        "public_id": plan.public_id,
        "slug": slugify(said.title),
        "title": said.title,
        "lead": said.lead,
        "language": said.language,
        "status": "published",
        "publisher_id": BODIES.index(str(said.publisher)) + 1,
        "published_at": published,
        "published_offset_minutes": 420,
        "published_precision": "minute",
        "updated_at": published,
        "changed_at": at,
        "edition": edition,
        "revision": 1,
        "version": 2,
        "last_attachment": 0,
        "arrival": plan.place + 1,
        "position": int(published.timestamp()) * placements.SLOTS_PER_SECOND,
    }


def _link(session: Session, table: type[Any], column: str, linked: Mapping[int, Iterable[int]], **more: object) -> None:
    rows = [
        {"bulletin": number, column: entity, "ordinal": ordinal, **more}
        for number, entities in linked.items()
        for ordinal, entity in enumerate(entities)
    ]
    if rows:
        session.execute(insert(table), rows)
