"""Plain text comes back letter by letter from every format, and no text makes a document unreadable."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.documents.model import Channel, Document, Entry, Format, Media, Party, Term, Thumbnail
from feeds.documents.rendering import render
from tests.feeds.documents.values import CHANNEL, ENTRY, SITE_URL, document, photo
from tests.support.parsers import PYTHON_READERS
from tests.support.strict_readers import read_json, read_xml

HOSTILE = ["AT&T", "&lt;b&gt;", "a<b", "]]>", "🌾", "&amp;amp;", "<!--", "<![CDATA[x]]>", "&#7855;", "\\u1eaf", "\"'"]

# What the text pipeline lets through: one line, no control characters, nothing unassigned.
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"], exclude_characters="\ufeff")
LINES = (
    st.lists(st.sampled_from(HOSTILE) | st.text(LETTERS, max_size=12), min_size=1, max_size=4)
    .map(lambda parts: " ".join("".join(parts).split()))
    .filter(bool)
)
ANYTHING = st.text(st.characters(), max_size=20)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("format", Format)
def test_hostile_titles_are_exact_in_every_parser_that_does_not_guess(format: Format, text: str) -> None:
    document = render(format, replace(CHANNEL, title=text), [replace(ENTRY, title=text, summary=text)])
    readers = [reader for reader in PYTHON_READERS if format.value in reader.formats and reader.is_exact(format.value)]
    assert len(readers) >= 3
    for reader in readers:
        feed = reader.read(document)
        assert (feed.title, feed.titles, feed.summaries) == (text, (text,), (text,)), reader.name


@given(title=LINES, summary=LINES, caption=LINES, credit=LINES, name=LINES, label=LINES)
@settings(max_examples=60, deadline=None)
def test_clean_text_is_exact(title: str, summary: str, caption: str, credit: str, name: str, label: str) -> None:
    entry = replace(
        ENTRY,
        title=title,
        summary=summary,
        photos=(photo(1, caption=caption, credit=credit, alternative_text=title),),
        documents=(document(1, title=caption, reference=credit),),
        authors=(Party(name=name),),
        publisher=Party(name=name),
        terms=(Term(term="x", label=label, scheme=f"{SITE_URL}/feeds/category/"),),
    )
    channel = replace(CHANNEL, title=title, description=summary, author=Party(name=name), rights=caption)
    for format in Format:
        rendered = render(format, channel, [entry])
        feed = read_json(rendered) if format is Format.JSON else read_xml(rendered)
        (read,) = feed.entries
        assert (feed.title, read.title, read.summary) == (title, title, summary)
        assert (read.authors, read.categories) == ((name,), (label,))
        (shown,), (offered,) = read.photos, read.documents
        assert (shown.caption, shown.credit, shown.alternative_text) == (caption, credit, title)
        assert (offered.title, offered.reference) == (caption, credit)


@given(text=ANYTHING, url=ANYTHING)
@settings(max_examples=80, deadline=None)
def test_no_text_breaks_the_entries_beside_it(text: str, url: str) -> None:
    party = Party(name=text, url=url)
    term = Term(term=text, label=text, scheme=url)
    media = Media(
        url=url,
        media_type=text,
        size_bytes=1,
        caption=text,
        credit=text,
        alternative_text=text,
        thumbnail=Thumbnail(url=url, width_px=1, height_px=1),
        original_url=url,
    )
    dirty = replace(
        ENTRY,
        id=f"urn:x:{text}",
        url=f"{SITE_URL}/{url}",
        title=text,
        summary=text,
        content_html=text,
        language=text,
        authors=(party,),
        publisher=party,
        terms=(term,),
        photos=(media,),
        documents=(Document(url=url, media_type=text, size_bytes=1, title=text, reference=text),),
        via_url=url,
    )
    channel = replace(CHANNEL, title=text, description=text, rights=text, author=party, icon_url=url)
    for format in Format:
        document = render(format, channel, [dirty, ENTRY])
        feed = read_json(document) if format is Format.JSON else read_xml(document)
        assert len(feed.entries) == 2
        assert feed.entries[1].id == ENTRY.id
        assert feed.entries[1].title == ENTRY.title
        assert feed.entries[0].title
        assert feed.entries[0].link.isascii()


@pytest.mark.parametrize("format", Format)
def test_text_that_slipped_through_loses_only_what_xml_forbids(format: Format) -> None:
    title = "Hội\x00 nghị\x0b \ud800tổng\ufffe kết\x1f"
    document = render(format, CHANNEL, [replace(ENTRY, title=title)])
    feed = read_json(document) if format is Format.JSON else read_xml(document)
    assert feed.titles == ("Hội nghị tổng kết",)


@pytest.mark.parametrize("format", Format)
def test_an_entry_looks_the_same_alone_and_among_others(format: Format) -> None:
    others = [replace(ENTRY, id=f"urn:x:{number}", title=f"Tin số {number}") for number in range(3)]
    alone = entries_of(format, CHANNEL, others[1:2])
    assert alone == entries_of(format, CHANNEL, others)[1:2]


def entries_of(format: Format, channel: Channel, entries: list[Entry]) -> list[str]:
    """Return the text of each entry, cut where its line begins."""
    opening = {Format.RSS: "    <item>\n", Format.ATOM: "  <entry>\n", Format.JSON: '    {\n      "id"'}[format]
    closing = {Format.RSS: "    </item>\n", Format.ATOM: "  </entry>\n", Format.JSON: "\n    }"}[format]
    _, *cut = render(format, channel, entries).decode().split(opening)
    assert len(cut) == len(entries)
    return [text.partition(closing)[0] for text in cut]
