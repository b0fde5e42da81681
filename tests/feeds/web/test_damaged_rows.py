"""A bulletin that a damaged store cannot give is left out, under no tag that stands for the whole document."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from store.models import DbBulletin
from tests.feeds.conftest import Served

ADDRESSES = ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/all")
BAD, GOOD = "Hội thi hát Then", "Ngày hội nông dân"
VALIDATORS = {"ETag", "Last-Modified"}


def damage(served: Served, *, minutes: int = 100_000, title: str = BAD) -> None:
    """Give a bulletin an offset that no zone has; or take it away again."""
    with served.database.transaction() as session:
        chosen = update(DbBulletin).where(DbBulletin.title == title)
        session.execute(chosen.values(published_offset_minutes=minutes))


def get(served: Served, address: str, tag: str = "", **headers: str) -> TestResponse:
    # Another process, which has no fragments yet.
    served.app.extensions["bantin"].fragments._kept.clear()
    known = {"If-None-Match": tag} if tag else {}
    return served.client.get(address, headers=known | {key.replace("_", "-"): v for key, v in headers.items()})


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_lacks_a_bulletin_has_no_tag_and_is_kept_by_nobody(served: Served, address: str) -> None:
    whole = get(served, address)
    damage(served)
    part = get(served, address)
    assert (part.status_code, part.headers["Cache-Control"]) == (200, "no-store")
    assert not VALIDATORS & set(part.headers.keys())
    assert part.content_type == whole.content_type
    assert BAD in whole.text
    assert BAD not in part.text
    assert GOOD in part.text
    damage(served, minutes=420)
    mended = get(served, address)
    assert (mended.data, mended.headers["ETag"]) == (whole.data, whole.headers["ETag"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_at_all_is_no_document(served: Served, address: str) -> None:
    for title in (BAD, GOOD, "Lễ hội Lồng Tồng"):
        damage(served, title=title)
    assert get(served, address).status_code == 500
    # That there is nothing is something else.
    assert get(served, address.replace("all", "organisation/so-van-hoa-tinh")).status_code == 500
    assert get(served, "/feeds/all?before=1").status_code == 200


def test_what_is_new_alone_cannot_be_told_by_halves(served: Served) -> None:
    held = get(served, "/feeds/all.atom").headers["ETag"]
    for title in ("Tin hỏng", "Tin lành"):
        served.add(title=title)
    new = get(served, "/feeds/all.atom", held, A_IM="feed")
    assert (new.status_code, GOOD in new.text) == (226, False)
    damage(served, title="Tin hỏng")
    for told in (["Tin lành"], []):
        answer = get(served, "/feeds/all.atom", held, A_IM="feed")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert GOOD in answer.text
        assert "Tin hỏng" not in answer.text
        assert all(title in answer.text for title in told)
        damage(served, title="Tin lành")
