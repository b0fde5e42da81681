"""Six independent parsers read every field of every golden document as it was meant, or have a limit that is known."""

from __future__ import annotations

from collections.abc import Mapping

import atoma
import fastfeedparser
import feedparser
import pytest

from feeds.documents.model import Format
from tests import matrix
from tests.support import nodefeeds
from tests.support.parsers import NODE_READERS, PYTHON_READERS
from tests.support.reading_limits import ABSENT, LIMITS, MARKS, marked_document
from tests.support.reading_matrix import FIELDS, PARSERS, Finding, Key, find_all

ATOMA = {"rss": atoma.parse_rss_bytes, "atom": atoma.parse_atom_bytes, "json": atoma.parse_json_feed_bytes}
PAIRS = [(reader, format) for reader in (*PYTHON_READERS, *NODE_READERS) for format in reader.formats]


@pytest.fixture(scope="module")
def findings(node_parsers: None) -> Mapping[Key, Finding]:
    return find_all()


def test_the_parsers_are_six_and_the_strict_readers_have_no_limit(findings: Mapping[Key, Finding]) -> None:
    assert len(set(PARSERS)) == 6
    assert {name for name, _ in LIMITS} <= set(PARSERS)
    strict = {key: found for key, found in findings.items() if key[0] in ("lxml", "json")}
    assert len(strict) == 3 * len(FIELDS)
    assert [key for key, found in strict.items() if not found.is_whole] == []


@pytest.mark.parametrize(("name", "format"), [(reader.name, format) for reader, format in PAIRS])
def test_what_is_lost_is_known_and_what_is_known_is_still_lost(
    findings: Mapping[Key, Finding], name: str, format: str
) -> None:
    lost = {
        field: found for (n, f, field), found in findings.items() if (n, f) == (name, format) and not found.is_whole
    }
    known = LIMITS.get((name, format), {})
    assert {field: found.first_bad for field, found in lost.items() if field not in known} == {}
    assert sorted(known.keys() - lost.keys()) == [], "these limits no longer hold: take them out"


@pytest.mark.usefixtures("node_parsers")
@pytest.mark.parametrize(("name", "format"), LIMITS)
def test_what_is_called_absent_is_nowhere_in_the_answer(name: str, format: str) -> None:
    answer = answer_of(name, format, marked_document(Format(format)))
    said = {field for field, marks in MARKS.items() if any(mark in answer for mark in marks)}
    absent = {field for field, reason in LIMITS[name, format].items() if reason == ABSENT}
    assert absent <= set(MARKS)
    assert absent & said == set(), "the parser hands these on by now"
    # The marks themselves are found where the field is read.
    assert said or absent == set(MARKS)


def answer_of(name: str, format: str, document: bytes) -> str:
    """All that a parser answers, as text."""
    if name in nodefeeds.PARSERS:
        return nodefeeds.read_raw(document, name)
    parse = {
        "feedparser": feedparser.parse,
        "fastfeedparser": lambda given: dict(fastfeedparser.parse(given)),
        "atoma": ATOMA[format],
    }[name]
    return repr(parse(document))


def test_the_command_prints_every_parser_field_and_reason(
    findings: Mapping[Key, Finding], capsys: pytest.CaptureFixture[str]
) -> None:
    assert matrix.main(findings) == 0
    table = capsys.readouterr().out
    for word in (*PARSERS, *FIELDS, *matrix.letters(), *matrix.FORMATS.values()):
        assert word in table
    assert matrix.UNKNOWN not in table
