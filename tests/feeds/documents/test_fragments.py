"""Joined fragments are the whole document, byte for byte, whichever of them were rendered before, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.documents.fragments import context_of, join, render_fragments
from feeds.documents.model import Channel, Entry, Format
from feeds.documents.rendering import render
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import CHANNEL, ENTRY

CHANNELS = [case.channel for case in CASES.values()]
ENTRIES = [
    replace(entry, id=f"urn:x:{case}:{number}")
    for case, meant in CASES.items()
    for number, entry in enumerate(meant.entries)
]
SEAMS_AS_TEXT = (
    '\n    <item>\n  </channel>\n</rss>\n  <entry>\n</feed>\n"items": []\n}\n],\n    {',
    "\n  <entry",
    "]]>\n    <item",
)


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("case", CASES)
def test_every_case_is_joined_as_it_is_rendered(case: str, format: Format) -> None:
    channel, entries = CASES[case].channel, CASES[case].entries
    assert join(format, channel, render_fragments(format, channel, entries)) == render(format, channel, entries)


@given(channel=st.sampled_from(CHANNELS), others=st.sampled_from(CHANNELS), data=st.data())
@settings(max_examples=40, deadline=None)
def test_fragments_rendered_elsewhere_fit_in_any_mixture(
    channel: Channel, others: Channel, data: st.DataObject
) -> None:
    """Some come one by one out of other channels of the same context, some together, in any order."""
    format = data.draw(st.sampled_from(Format))
    entries = data.draw(st.lists(st.sampled_from(ENTRIES), max_size=6, unique_by=lambda entry: entry.id))
    kept_ids = data.draw(st.sets(st.sampled_from([entry.id for entry in entries]))) if entries else set()
    other = replace(others, language=channel.language)
    assert context_of(format, other) == context_of(format, channel)
    kept = {entry.id: render_fragments(format, other, [entry])[0] for entry in entries if entry.id in kept_ids}
    fresh = [entry for entry in entries if entry.id not in kept]
    rendered = dict(zip([entry.id for entry in fresh], render_fragments(format, channel, fresh), strict=True))
    fragments = [(kept | rendered)[entry.id] for entry in entries]
    assert join(format, channel, fragments) == render(format, channel, entries)


@given(first=st.sampled_from(ENTRIES), second=st.sampled_from(ENTRIES), data=st.data())
@settings(max_examples=40, deadline=None)
def test_fields_of_entries_may_meet_in_any_combination(first: Entry, second: Entry, data: st.DataObject) -> None:
    names = data.draw(
        st.sets(st.sampled_from(["photos", "documents", "place", "origin", "corrections", "language", "updated"]))
    )
    mixed = replace(first, **{name: getattr(second, name) for name in names})
    for format in Format:
        fragments = render_fragments(format, CHANNEL, [mixed, ENTRY])
        assert join(format, CHANNEL, fragments) == render(format, CHANNEL, [mixed, ENTRY])


@pytest.mark.parametrize("text", SEAMS_AS_TEXT)
@pytest.mark.parametrize("format", Format)
def test_text_that_looks_like_a_seam_is_no_place_to_cut(format: Format, text: str) -> None:
    entry = replace(ENTRY, title=text, summary=text, content_html=text)
    fragments = render_fragments(format, CHANNEL, [entry, ENTRY])
    assert len(fragments) == 2
    assert join(format, CHANNEL, fragments) == render(format, CHANNEL, [entry, ENTRY])
    channel = replace(CHANNEL, title=text, description=text, rights=text)
    assert join(format, channel, fragments) == render(format, channel, [entry, ENTRY])


@pytest.mark.parametrize("format", [Format.RSS, Format.ATOM])
def test_another_language_of_the_channel_is_another_context(format: Format) -> None:
    english = replace(CHANNEL, language="en")
    assert context_of(format, english) != context_of(format, CHANNEL)
    assert render_fragments(format, english, [ENTRY]) != render_fragments(format, CHANNEL, [ENTRY])


@pytest.mark.parametrize("format", Format)
def test_nothing_but_the_context_of_a_channel_shows_in_a_fragment(format: Format) -> None:
    """Every field of a channel is another; one that showed would have to stand in the context."""
    other = replace(
        CASES["everything-at-once"].channel,
        id="urn:x:other",
        title="Khác",
        description="Khác",
        html_url="https://other.example/",
        feed_urls={each: f"https://other.example/{each}" for each in Format},
        updated=CHANNEL.updated + timedelta(days=1),
        author=replace(CHANNEL.author, name="Khác"),
        ttl_minutes=99,
    )
    same = [name for name in CHANNEL.__slots__ if getattr(other, name) == getattr(CHANNEL, name)]
    assert set(same) <= {"language", "history"}
    assert render_fragments(format, other, ENTRIES) == render_fragments(format, CHANNEL, ENTRIES)


@pytest.mark.parametrize("format", Format)
def test_without_fragments_the_document_is_its_head(format: Format) -> None:
    assert render_fragments(format, CHANNEL, []) == []
    assert join(format, CHANNEL, []) == render(format, CHANNEL, [])
