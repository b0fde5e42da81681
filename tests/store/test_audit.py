"""The audit log: who did what to what, without a gap, and without a word of what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import (
    attaching,
    audit,
    bulletins,
    changes,
    expunging,
    publication,
    redirects,
    renaming,
    reorganisation,
    taxonomy,
)
from store.audit import Act
from store.database import UNNAMED, Database
from store.errors import Conflict
from store.models import DbAudit
from store.names import Kind
from store.types import StoredFile
from tests.support.samples import draft, minute
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

FILE = StoredFile(digest="a" * 64, media_type="image/jpeg", size_bytes=1234, width_px=640, height_px=480)


def do(
    database: Database, actor: str, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    with database.transaction(actor=actor) as session:
        return act(session, *args, **kwargs)


def acts(database: Database, **chosen: object) -> list[Act]:
    with database.snapshot() as session:
        return list(audit.iter_acts(session, **chosen))  # type: ignore[arg-type]  # the keywords of iter_acts


@pytest.fixture
def number(database: Database) -> int:
    do(database, "Quản trị", taxonomy.add_organisation, "Sở Y tế")
    return do(database, "Lan", bulletins.draft, draft(publisher="Sở Y tế", published=None), note="bản đầu")


def test_the_life_of_a_bulletin_stands_in_order_with_its_editors(database: Database, clock: Clock, number: int) -> None:
    said = {"publisher": "Sở Y tế", "published": None}
    do(database, "Minh", bulletins.revise, number, draft(title="Sửa", **said), note="sửa tiêu đề")
    do(database, "Minh", publication.schedule, number, minute(2026, 11, 21, 8, 0))
    do(database, "Minh", publication.cancel_schedule, number)
    clock.move(minutes=5)
    do(database, "Trang", publication.publish, number)
    do(database, "worker", attaching.attach_file, number, 1, FILE)
    do(database, "Trang", bulletins.correct, number, draft(title="Đúng", **said), note="Tên đúng là")
    do(database, "Nam", publication.withdraw, number, reason="Chờ duyệt")
    do(database, "Nam", publication.publish, number)
    seen = acts(database, kind=audit.BULLETIN, subject=number)[::-1]
    assert [(act.actor, act.action, act.note) for act in seen] == [
        ("Lan", "drafted", "bản đầu"),
        ("Minh", "revised", "sửa tiêu đề"),
        ("Minh", "scheduled", "2026-11-21T08:00:00+07:00"),
        ("Minh", "schedule cancelled", ""),
        ("Trang", "published", ""),
        ("worker", "photo arrived", ""),
        ("Trang", "revised", "Tên đúng là"),
        ("Trang", "corrected", "Tên đúng là"),
        ("Nam", "withdrawn", "Chờ duyệt"),
        ("Nam", "republished", ""),
    ]
    assert [act.edition is None for act in seen] == [True] * 4 + [False] * 6
    editions = [act.edition for act in seen if act.edition is not None]
    assert editions == sorted(editions)
    assert seen[-1].at == clock()


def test_numbers_have_no_gap_whatever_failed(database: Database, number: int) -> None:
    for _ in range(3):
        with pytest.raises(Conflict):
            do(database, "Lan", publication.withdraw, number, reason="Nhầm")
        with database.transaction(dry_run=True) as session:
            publication.publish(session, number)
    do(database, "Lan", publication.publish, number)
    numbers = [act.number for act in acts(database)]
    assert numbers == list(range(len(numbers), 0, -1))


def test_acts_are_chosen_by_what_they_were_done_to(database: Database, number: int) -> None:
    do(database, "Lan", taxonomy.add_category, "Văn hóa")
    do(database, "Lan", renaming.rename, Kind.CATEGORY, "Văn hóa", "Văn hóa mới")
    do(database, "Lan", redirects.add_redirect, "/rss", "all", "rss")
    assert [act.action for act in acts(database, kind="category")] == ["renamed", "added"]
    assert [act.action for act in acts(database, kind="category", subject=1)] == ["renamed", "added"]
    assert acts(database, kind="category", subject=2) == []
    # The number of a category is not that of a bulletin.
    assert [act.kind for act in acts(database, kind="bulletin", subject=1)] == ["bulletin"]
    assert [act.subject for act in acts(database, kind="redirect", subject="/rss")] == ["/rss"]
    assert len(acts(database, limit=2)) == 2
    assert acts(database, limit=1)[0].kind == "redirect"


def test_what_nobody_in_particular_did_says_so(database: Database) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
    assert [act.actor for act in acts(database)] == [UNNAMED]


def test_every_change_that_readers_saw_was_somebodys_act(database: Database, number: int) -> None:
    do(database, "Lan", publication.publish, number)
    do(database, "Lan", taxonomy.add_category, "Văn hóa")
    do(database, "Lan", taxonomy.add_category, "Lễ hội")
    do(database, "Lan", reorganisation.move, Kind.CATEGORY, "Lễ hội", "Văn hóa")
    do(database, "Lan", reorganisation.merge, Kind.CATEGORY, "Lễ hội", "Văn hóa")
    do(database, "Lan", reorganisation.close, Kind.CATEGORY, "Văn hóa")
    do(database, "Lan", reorganisation.reopen, Kind.CATEGORY, "Văn hóa")
    do(database, "Lan", bulletins.add_subject, number, do(database, "Lan", taxonomy.add_organisation, "Sở Khác").id)
    do(database, "Lan", expunging.expunge, number)
    with database.snapshot() as session:
        editions = {change.edition for change in changes.iter_since(session, 0)}
    assert editions == {act.edition for act in acts(database)} - {None}


def test_no_act_repeats_what_a_bulletin_says(database: Database, number: int) -> None:
    do(database, "Lan", bulletins.revise, number, draft(title="Tiêu đề riêng", publisher="Sở Y tế", published=None))
    do(database, "Lan", publication.publish, number)
    with database.snapshot() as session:
        kept = " ".join(f"{row.action} {row.subject} {row.note}" for row in session.scalars(select(DbAudit)))
    for word in ("Tiêu đề riêng", *draft().title.split()[-2:], draft().lead, "Quang cảnh"):
        assert word not in kept


def test_expunging_forgets_the_words_and_keeps_the_acts(database: Database, number: int) -> None:
    do(database, "Lan", publication.publish, number)
    do(database, "Lan", publication.withdraw, number, reason="Có tên người bệnh")
    before = [(act.number, act.at, act.actor, act.action) for act in acts(database)]
    do(database, "Minh", expunging.expunge, number, reason="Theo yêu cầu")
    after = acts(database)
    assert [(act.number, act.at, act.actor, act.action) for act in after[1:]] == before
    assert {act.note for act in after if act.kind == audit.BULLETIN} == {"", "Theo yêu cầu"}
    assert (after[0].actor, after[0].action) == ("Minh", "expunged")
