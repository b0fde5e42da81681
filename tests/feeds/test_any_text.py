"""Whatever text is put into whatever field: refused with a clear error, or the same in all three formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from store import bulletins, catalogue, publication
from store.errors import InputError
from store.text.vietnamese import clean_line
from store.types import Attachment, Bulletin
from tests.feeds.conftest import Served, serve
from tests.support import stores
from tests.support.parsed import text_of_html
from tests.support.samples import draft

NASTY = [
    "]]>",
    "<![CDATA[",
    "&lt;b&gt;",
    "a<b",
    "AT&T",
    "<b>đậm</b>",
    "\x00",
    "\x0b",
    "\ud800",
    "\udfff",
    "\ufffe",
    "￿",
]
NASTY += [
    "\u202e",
    "\u200b",
    "\u00ad",
    "😀",
    "Hội nghị",
    "<!--",
    "-->",
    "&#0;",
    "&#xd800;",
    '"',
    "'",
    "\u2028",
    "\ufeff",
]

any_text = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20)), max_size=6).map("".join)
few = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("any")
    database = stores.fresh_sqlite(stores.sqlite_template(folder), folder / "bantin.sqlite", stores.Clock())
    yield serve(database, folder)
    database.dispose()


@few
@given(title=any_text, lead=any_text, author=any_text, caption=any_text, body=any_text)
def test_text_is_refused_or_comes_back_equal(
    served: Served, title: str, lead: str, author: str, caption: str, body: str
) -> None:
    attachment = Attachment(number=1, caption=caption, alternative_text=caption)
    said = draft(
        title=f"Tin {title}", lead=lead, authors=(author,), attachments=(attachment,), body=body, published=None
    )
    try:
        with served.database.transaction() as session:
            number = bulletins.draft(session, said)
            publication.publish(session, number, publisher_required=False)
            stored = catalogue.get_bulletin(session, number)
    except InputError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert refusal.field
        assert refusal.reason
        return
    assert stored.title == clean_line(said.title, field="title")
    _compare(served, stored)


def _compare(served: Served, stored: Bulletin) -> None:
    client = served.client
    rss = etree.fromstring(client.get("/feeds/all.rss").data).find("channel/item")
    atom = etree.fromstring(client.get("/feeds/all.atom").data).find(f"{ATOM}entry")
    item = json.loads(client.get("/feeds/all.json").data)["items"][0]
    assert rss is not None
    assert atom is not None
    assert stored.public_id == rss.findtext("guid") == atom.findtext(f"{ATOM}id") == item["id"]
    assert stored.title == rss.findtext("title") == atom.findtext(f"{ATOM}title") == item["title"]
    if stored.lead:
        assert stored.lead == text_of_html(rss.findtext("description") or "") == atom.findtext(f"{ATOM}summary")
        assert stored.lead == item["summary"]
    if stored.authors:
        name = stored.authors[0].name
        assert name == atom.findtext(f"{ATOM}author/{ATOM}name") == item["authors"][0]["name"]
        assert name == rss.findtext("{http://purl.org/dc/elements/1.1/}creator")
    page = client.get(f"/ban-tin/{stored.slug}-{stored.number}")
    assert page.status_code == 200
    for address in ("/feeds/all", "/feeds/"):
        assert client.get(address).status_code == 200


@few
@given(
    path=st.one_of(any_text, any_text.map("feeds/{}".format), any_text.map("ban-tin/{}-1".format)),
    query=any_text,
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "DELETE"]),
    headers=st.dictionaries(
        st.sampled_from(["If-None-Match", "If-Modified-Since", "Range", "Accept-Encoding", "A-IM", "Host", "Accept"]),
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40),
        max_size=4,
    ),
)
def test_no_request_ends_in_500(served: Served, path: str, query: str, method: str, headers: dict[str, str]) -> None:
    quoted = "".join(f"%{byte:02X}" for byte in path.encode("utf-8", "surrogatepass"))
    asked = "".join(f"%{byte:02X}" for byte in query.encode("utf-8", "surrogatepass"))
    answer = served.client.open(f"/{quoted}?before={asked}&{asked}", method=method, headers=headers)
    assert answer.status_code < 500
    answer.close()


def test_a_spoilt_row_leaves_the_other_entries_alone(
    served: Served, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with served.database.transaction() as session:
        spoilt, sound = (bulletins.draft(session, draft(title=title, published=None)) for title in ("Hỏng", "Lành"))
        for number in (spoilt, sound):
            publication.publish(session, number, publisher_required=False)
        session.connection().exec_driver_sql(
            f"UPDATE bulletin SET published_at = NULL, title = 'x' || char(0) || char(11) WHERE number = {spoilt}"
        )
    answer = served.client.get("/feeds/all.json")
    assert answer.status_code == 200
    titles = [item["title"] for item in answer.get_json()["items"]]
    assert "Lành" in titles
    assert "Hỏng" not in titles
    assert f"bulletin {spoilt}" in caplog.text
    with served.database.snapshot() as session:
        assert catalogue.find_bulletin(session, spoilt) is not None
