"""Addresses of a former site: they lead to ours, whatever those are called by now, and hide nothing that is there."""

from __future__ import annotations

import pytest

from store import bulletins, publication, redirects, renaming
from store.names import Kind
from store.types import Selection
from tests.feeds.conftest import BASE_URL, Served
from tests.support.samples import draft


def add(served: Served, address: str, target: str, document_format: str | None = None) -> None:
    with served.database.transaction() as session:
        redirects.add_redirect(session, address, target, document_format)


@pytest.mark.parametrize(
    "asked",
    [
        "/rss/tin.aspx?id=5",
        "/RSS/Tin.aspx?ID=5",
        "/rss/tin.aspx/?id=5",
        "/rss/t%69n.aspx?id=5",
    ],
)
def test_an_old_subscription_goes_on(served: Served, asked: str) -> None:
    add(served, "https://cu.example.vn/Rss/Tin.aspx?id=5", Selection(category=1).key, "rss")
    answer = served.client.get(asked)
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{BASE_URL}/feeds/category/van-hoa.rss"
    with served.database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa – Xã hội")
    assert served.client.get(asked).headers["Location"] == f"{BASE_URL}/feeds/category/van-hoa-xa-hoi.rss"


def test_another_query_is_another_address_and_a_path_alone_takes_any(served: Served) -> None:
    add(served, "/rss.aspx?id=5", "all", "rss")
    assert served.client.get("/rss.aspx?id=6").status_code == 404
    assert served.client.get("/rss.aspx").status_code == 404
    add(served, "/rss.aspx", "all", "atom")
    assert served.client.get("/rss.aspx?id=6").headers["Location"].endswith("/feeds/all.atom")
    assert served.client.get("/rss.aspx?id=5").headers["Location"].endswith("/feeds/all.rss")


@pytest.mark.parametrize("address", ["/feeds/tin-cu.rss", "/feeds/tin-cu", "/ban-tin/tin-cu.html", "/tin-tức/hội-thi"])
def test_old_addresses_below_ours_lead_on_too(served: Served, address: str) -> None:
    add(served, address, "bulletin/2")
    answer = served.client.get(address)
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{BASE_URL}/ban-tin/hoi-thi-hat-then-2"


def test_what_is_there_is_not_led_away(served: Served) -> None:
    before = served.client.get("/feeds/all.rss").data
    add(served, "/feeds/all.rss", "bulletin/2")
    assert served.client.get("/feeds/all.rss").data == before


def test_unknown_addresses_stay_unknown(served: Served) -> None:
    add(served, "/rss", "all", "rss")
    for address in ("/rss2", "/r", "/rss/x", "/" + "x" * 2000, "/%ff%fe", "/?" + "q" * 3000):
        assert served.client.get(address).status_code in {302, 404}


def test_an_address_that_was_a_query_alone_leads_on(served: Served) -> None:
    add(served, "/?p=123", "bulletin/2")
    assert served.client.get("/?p=123").headers["Location"] == f"{BASE_URL}/ban-tin/hoi-thi-hat-then-2"
    assert served.client.get("/").headers["Location"] == f"{BASE_URL}/feeds/"


def test_a_redirect_tells_no_title_that_readers_may_not_see(served: Served) -> None:
    with served.database.transaction() as session:
        secret = bulletins.draft(session, draft(title="Điều chưa công bố"))
    add(served, "/cu/nhap.html", f"bulletin/{secret}")
    assert served.client.get("/cu/nhap.html").status_code == 404
    add(served, "/cu/go.html", "bulletin/2")
    with served.database.transaction() as session:
        publication.withdraw(session, 2, reason="Đăng nhầm")
    answer = served.client.get("/cu/go.html")
    assert "hat-then" not in answer.headers["Location"]
    gone = served.client.get(answer.headers["Location"].removeprefix(BASE_URL))
    assert gone.status_code == 410
