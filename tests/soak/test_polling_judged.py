"""The judgement on polls: each kind of wrong answer is seen, and what is right is not blamed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import zstandard

from tests.soak.polling_acts import Act, Filing, read_acts, write_act
from tests.soak.polling_documents import decoded, shown_in
from tests.soak.polling_http import Broken, Reply
from tests.soak.polling_ledger import Ledger, Question
from tests.soak.polling_oracle import Oracle, Span

ADDRESS = "/feeds/all.json"
PLAIN = Question(ADDRESS)
FILING = Filing("Y tế", "Sở Văn hóa tỉnh", "Thu Trang", is_rare=False)
MOST = 2
# One after another: a and b are published, a is corrected, b is withdrawn; each takes a second.
ACTS = [
    Act(10, 11, "publish", "a", 1, "A", True, ("2024-01-01", 1), FILING),
    Act(20, 21, "publish", "b", 2, "B", True, ("2024-01-02", 2), FILING),
    Act(30, 31, "correct", "a", 1, "A, lần 2", True, ("2024-01-01", 1), FILING),
    Act(40, 41, "withdraw", "b", 2, "B", False, ("2024-01-02", 2), FILING),
]


def document(*entries: tuple[str, str], gone: Sequence[str] = ()) -> bytes:
    told = {"items": [{"id": id, "title": title} for id, title in entries]}
    return json.dumps(told | ({"_bantin": {"deleted": [{"id": id} for id in gone]}} if gone else {})).encode()


FIRST = document(("a", "A"))
SECOND = document(("b", "B"), ("a", "A"))
THIRD = document(("b", "B"), ("a", "A, lần 2"))
FOURTH = document(("a", "A, lần 2"), gone=["b"])


def reply(body: bytes, tag: str, at: float, *, status: int = 200, **changed: str) -> Reply:
    headers = {
        "etag": f'"{tag}"',
        "vary": "Accept-Encoding",
        "content-type": "application/feed+json; charset=utf-8",
        "content-length": str(len(body)),
    }
    told = headers | {name.replace("_", "-"): value for name, value in changed.items()}
    return Reply(status, told, body, sent_at=at, received_at=at + 0.1)


def faults(*answers: tuple[Question, Reply], outages: Sequence[Span] = (), refusals: Sequence[Span] = ()) -> list[str]:
    ledger = Ledger()
    for question, answer in answers:
        ledger.note(question, answer)
    return ledger.judge(Oracle(ACTS, MOST, outages), refusals=refusals)


GZIP = Question(ADDRESS, takes=frozenset({"gzip"}), accept="gzip")
HELD = Question(ADDRESS, tags=('"t"',))
HEAD = Question(ADDRESS, "HEAD")


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([(PLAIN, reply(SECOND, "t", 25))], ""),
        ([(PLAIN, reply(SECOND, "t", 30.5))], ""),
        ([(PLAIN, reply(THIRD, "t", 30.5))], ""),
        ([(PLAIN, reply(SECOND, "t", 32.5))], ""),
        ([(PLAIN, reply(SECOND, "t", 33.5))], "was over for 2.50 s"),
        ([(PLAIN, reply(THIRD, "t", 29))], "not yet written"),
        ([(PLAIN, reply(FOURTH, "t", 50))], ""),
        ([(PLAIN, reply(document(("a", "A, lần 2")), "t", 50))], "never was"),
        ([(PLAIN, reply(document(("a", "A"), ("b", "B")), "t", 25))], "never was"),
        ([(PLAIN, reply(document(("b", "B")), "t", 25))], "never was"),
        ([(PLAIN, reply(SECOND[:-1], "t", 25))], "torn"),
        ([(GZIP, reply(gzip.compress(SECOND), "t", 25, content_encoding="gzip"))], ""),
        ([(GZIP, reply(gzip.compress(SECOND)[:-1], "t", 25, content_encoding="gzip"))], "torn"),
        ([(GZIP, reply(gzip.compress(SECOND) + b"x", "t", 25, content_encoding="gzip"))], "torn"),
        ([(GZIP, reply(SECOND, "t", 25, content_encoding="gzip"))], "torn"),
        ([(GZIP, reply(SECOND, "t", 25))], "coded as identity"),
        ([(PLAIN, reply(gzip.compress(SECOND), "t", 25, content_encoding="gzip"))], "coded as gzip"),
        ([(PLAIN, reply(SECOND, "t", 25)), (PLAIN, reply(SECOND + b" ", "t", 26))], "other bytes"),
        ([(PLAIN, reply(SECOND, "t", 25)), (PLAIN, reply(SECOND, "u", 26))], "the same document"),
        ([(PLAIN, reply(SECOND, "t", 25)), (GZIP, reply(SECOND, "t", 26, content_encoding="gzip"))], "other bytes"),
        ([(PLAIN, reply(SECOND, "t", 25)), (HELD, reply(b"", "t", 26, status=304))], ""),
        ([(PLAIN, reply(SECOND, "t", 25)), (HELD, reply(b"", "t", 35, status=304))], "304"),
        ([(PLAIN, reply(SECOND, "t", 25)), (HELD, reply(SECOND, "t", 26))], "although the client holds it"),
        ([(PLAIN, reply(SECOND, "t", 25)), (HEAD, reply(b"", "t", 26, content_length=str(len(SECOND))))], ""),
        ([(PLAIN, reply(SECOND, "t", 25)), (HEAD, reply(b"", "t", 26))], "Content-Length is 0"),
        ([(PLAIN, reply(SECOND, "t", 25, vary="Accept"))], "without Vary"),
        ([(PLAIN, reply(SECOND, "t", 25, content_type="text/html"))], "the type text/html"),
        ([(PLAIN, reply(SECOND, "t", 25, etag='W/"t"'))], "not strong"),
        ([(PLAIN, reply(b"", "t", 25, status=503, retry_after="5"))], "answered with 503"),
        ([(PLAIN, reply(b"", "t", 25, status=500))], "answered with 500"),
        ([(PLAIN, reply(b"", "t", 25, status=404))], "answered with 404"),
    ],
)
def test_each_answer_is_judged_by_what_was_written(answers: list[tuple[Question, Reply]], fault: str) -> None:
    found = " ".join(faults(*answers))
    assert (fault in found) if fault else not found


def test_an_outage_excuses_refusals_and_what_was_in_the_making() -> None:
    outage = [Span(30.5, 60)]
    refused = reply(b"", "t", 50, status=503, retry_after="5")
    assert not faults((PLAIN, reply(SECOND, "t", 50)), outages=outage)
    assert faults((PLAIN, reply(FIRST, "t", 50)), outages=outage)
    idle = Oracle(ACTS, MOST, outage, is_idle=True)
    assert not idle.find_fault(ADDRESS, shown_in(FIRST, "json"), 50, 50.1, 0)
    assert idle.find_fault(ADDRESS, shown_in(FIRST, "json"), 61, 61.1, 0)
    assert faults((PLAIN, reply(SECOND, "t", 61)), outages=outage)
    assert not faults((PLAIN, refused), refusals=outage)
    assert faults((PLAIN, reply(b"", "t", 50, status=503)), refusals=outage)
    slow = Reply(503, refused.headers, b"", 50, 53)
    assert faults((PLAIN, slow), refusals=outage)


def test_a_lost_answer_is_excused_only_while_connections_break() -> None:
    for ended, breaks, is_excused in ((25.0, [Span(24, 26)], True), (27.0, [Span(24, 26)], False), (25.0, [], False)):
        ledger = Ledger()
        ledger.note_failure(PLAIN, Broken("reset", sent_at=24.5), ended, was_open=True)
        assert (ledger.judge(Oracle(ACTS, MOST), breaks=breaks) == []) is is_excused


def test_a_process_that_was_held_up_grants_as_much() -> None:
    late = (PLAIN, reply(SECOND, "t", 33.5))
    ledger = Ledger(lags=[(33.0, 1.0)])
    ledger.note(*late)
    assert ledger.judge(Oracle(ACTS, MOST)) == []
    ledger = Ledger(lags=[(25.0, 1.0)])
    ledger.note(*late)
    assert ledger.judge(Oracle(ACTS, MOST))


def test_what_stands_below_the_newest_may_be_told_again() -> None:
    told = Oracle(ACTS, most=1)
    assert told.find_fault(ADDRESS, shown_in(THIRD, "json"), 35, 35.1, 0) == ""
    assert told.find_fault(ADDRESS, shown_in(document(("b", "B")), "json"), 35, 35.1, 0) == ""
    assert "over for" in told.find_fault(ADDRESS, shown_in(SECOND, "json"), 35, 35.1, 0)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_coding_that_stops_short_is_no_whole_one(coding: str) -> None:
    whole = gzip.compress(FIRST) if coding == "gzip" else zstandard.compress(FIRST)
    assert decoded(whole, coding) == FIRST
    for broken in (whole[:-2], b"", whole + whole[:3], FIRST):
        with pytest.raises(ValueError, match=coding):
            decoded(broken, coding)


@pytest.mark.parametrize("name", ["tombstones.rss", "tombstones.atom", "tombstones.json"])
def test_a_document_of_each_format_is_read(name: str) -> None:
    folder = Path(__file__).parents[1] / "data" / "golden"
    path = folder / name
    document = path.read_bytes()
    shown = shown_in(document, path.suffix[1:])
    assert shown.entries
    assert all(id.startswith("urn:uuid:") and title for id, title in shown.entries)
    assert shown.gone


def test_a_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    for act in ACTS:
        write_act(tmp_path / "journal", act)
    with (tmp_path / "journal").open("a") as file:
        file.write('{"began": 1')
    assert read_acts(tmp_path / "journal") == ACTS
