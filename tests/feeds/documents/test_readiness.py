"""What is let through at one look is what cleaning would give back unchanged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from feeds.documents.model import Document, Entry, Media, Party, Term, Thumbnail
from feeds.documents.outgoing import cleaned
from feeds.documents.readiness import is_ready
from store.types import Correction, Origin, Place
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import ENTRY

TEXTS = st.sampled_from(["Tin", "a<b", "", "\x00", "\ud800", "Nậm\x0bLam", "\ufffe", "🌾"])
URLS = st.sampled_from(["https://a.example/x", "https://a.example/%E1", "https://báo.example/", "", "%", "x%4", "\x01"])
PARTIES = st.builds(Party, name=TEXTS, url=st.none() | URLS)
PHOTOS = st.builds(
    Media,
    url=URLS,
    media_type=TEXTS,
    size_bytes=st.just(1),
    caption=TEXTS,
    credit=TEXTS,
    alternative_text=TEXTS,
    thumbnail=st.none() | st.builds(Thumbnail, url=URLS, width_px=st.just(1), height_px=st.just(1)),
    original_url=st.none() | URLS,
)
FIELDS = {
    "id": TEXTS,
    "url": URLS,
    "title": TEXTS,
    "summary": TEXTS,
    "content_html": TEXTS,
    "language": TEXTS,
    "authors": st.tuples(PARTIES),
    "publisher": st.none() | PARTIES,
    "terms": st.tuples(st.builds(Term, term=TEXTS, label=TEXTS, scheme=URLS)),
    "photos": st.tuples(PHOTOS),
    "documents": st.tuples(
        st.builds(Document, url=URLS, media_type=TEXTS, size_bytes=st.just(1), title=TEXTS, reference=TEXTS)
    ),
    "via_url": st.none() | URLS,
    "corrections": st.tuples(st.builds(Correction, at=st.just(ENTRY.updated), note=TEXTS)),
    "place": st.none() | st.builds(Place, TEXTS, st.none() | st.just(1), st.just(1)),
    "origin": st.none() | st.builds(Origin, TEXTS, URLS),
}


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    changed = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=2))
    return replace(ENTRY, **{name: draw(FIELDS[name]) for name in sorted(changed)})


@given(entries())
@example(replace(ENTRY, url="https://a.example/x%", via_url="41"))
@settings(max_examples=400, deadline=None)
def test_what_passes_at_a_look_needs_no_cleaning(entry: Entry) -> None:
    passes = is_ready(entry)
    event(f"passes: {passes}")
    if passes:
        assert cleaned(entry) == entry


@given(entries())
@settings(max_examples=200, deadline=None)
def test_what_was_cleaned_is_clean(entry: Entry) -> None:
    assert cleaned(cleaned(entry)) == cleaned(entry)


def test_every_field_of_an_entry_is_looked_at() -> None:
    untouched = {"published", "precision", "updated"}
    assert set(FIELDS) | untouched == set(ENTRY.__slots__)


@pytest.mark.parametrize("case", CASES)
def test_an_ordinary_entry_passes(case: str) -> None:
    for entry in CASES[case].entries:
        clean = cleaned(entry)
        assert is_ready(clean) or (clean.place is not None and not clean.place.name), clean
