"""Keeps what all clients were answered, holds each answer against those before it, and has the oracle judge in the end.

A tag stands for the same bytes for everybody, and different bytes have different tags: for each address and coding.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.soak.polling_acts import AD_HOC, channel_of
from tests.soak.polling_documents import MEDIA_TYPES, Shown, decoded, shown_in
from tests.soak.polling_http import Broken, Reply
from tests.soak.polling_oracle import Oracle, Span

MOST_FAULTS = 12


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asked for; `takes` are the codings that it accepts, `tags` those it says it holds."""

    address: str
    method: str = "GET"
    takes: frozenset[str] = frozenset({"identity"})
    accept: str | None = None
    tags: tuple[str, ...] = ()
    since: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers that ask for it."""
        told = {"Accept-Encoding": self.accept, "If-None-Match": ", ".join(self.tags), "If-Modified-Since": self.since}
        return {name: value for name, value in told.items() if value}

    @property
    def extension(self) -> str:
        """The format."""
        return self.address.partition("?")[0].rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a tag stands for."""

    coding: str
    digest: bytes
    size_bytes: int
    document: bytes


@dataclass(frozen=True, slots=True)
class _Seen:
    """An answer that waits for its judgement."""

    question: Question
    status: int
    tag: str
    size: str
    sent_at: float
    received_at: float
    retry_after: str

    @property
    def seconds(self) -> float:
        return self.received_at - self.sent_at


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that nobody answered; `sent_at` None means that there was no connection to send it over."""

    question: Question
    sent_at: float | None
    ended: float
    reason: str
    got: bytes
    was_open: bool


@dataclass
class Ledger:
    """What was answered. `lags` are instants at which this process was late itself, and by how many seconds."""

    seen: list[_Seen] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    lags: list[tuple[float, float]] = field(default_factory=list)
    _faults: list[str] = field(default_factory=list)
    _known: dict[tuple[str, str], _Known] = field(default_factory=dict)
    _tags: dict[tuple[str, str, bytes], str] = field(default_factory=dict)
    _shown: dict[tuple[str, bytes], Shown] = field(default_factory=dict)

    def note(self, question: Question, reply: Reply) -> None:
        """Take an answer in."""
        tag = reply.headers.get("etag", "")
        seen = _Seen(
            question=question,
            status=reply.status,
            tag=tag,
            size=reply.headers.get("content-length", ""),
            sent_at=reply.sent_at,
            received_at=reply.received_at,
            retry_after=reply.headers.get("retry-after", ""),
        )
        self.seen.append(seen)
        if reply.status in {200, 304}:
            self._check_head(question, reply, tag)
        if reply.status == 200 and question.method == "GET":
            self._check_body(question, reply, tag)

    def add(self, other: Ledger) -> None:
        """Take in all that another one holds; its addresses must have been asked for under the same tags."""
        self.seen += other.seen
        self.failures += other.failures
        self.lags += other.lags
        self._faults += other._faults
        self._known |= other._known
        self._shown |= other._shown

    def note_failure(self, question: Question, error: Broken, ended: float, *, was_open: bool) -> None:
        """Take in that no answer came, over a connection that was open before or not."""
        self.failures.append(Failure(question, error.sent_at, ended, error.reason, error.got, was_open))

    def blame(self, question: Question, fault: str) -> None:
        """Keep a fault."""
        self._faults.append(f"{question.method} {question.address} ({question.accept}): {fault}")

    def _check_head(self, question: Question, reply: Reply, tag: str) -> None:
        if not (len(tag) > 2 and tag[0] == tag[-1] == '"'):
            self.blame(question, f"{reply.status} with the ETag {tag!r}, which is not strong")
        if "accept-encoding" not in reply.headers.get("vary", "").lower():
            self.blame(question, f"{reply.status} without Vary: Accept-Encoding")
        if reply.status == 304:
            return
        if reply.headers.get("content-type") != f"{MEDIA_TYPES[question.extension]}; charset=utf-8":
            self.blame(question, f"the type {reply.headers.get('content-type')}")
        coding = reply.headers.get("content-encoding", "identity")
        if coding not in question.takes:
            self.blame(question, f"it is coded as {coding}")

    def _check_body(self, question: Question, reply: Reply, tag: str) -> None:
        address = question.address
        coding = reply.headers.get("content-encoding", "identity")
        digest = hashlib.sha256(reply.body).digest()
        known = self._known.get((address, tag))
        if known is not None:
            if (known.digest, known.coding) != (digest, coding):
                sizes = f"{known.size_bytes} bytes of {known.coding}, and {len(reply.body)} of {coding}"
                self.blame(question, f"{tag} stands for other bytes than before: {sizes}")
            return
        try:
            document = decoded(reply.body, coding)
            id = hashlib.sha256(document).digest()
            if (address, id) not in self._shown:
                self._shown[address, id] = shown_in(document, question.extension)
        except ValueError as error:
            self.blame(question, f"{tag} is torn: {error}")
            return
        other = self._tags.setdefault((address, coding, id), tag)
        # What is found anew each time has a tag that moves with whatever might have been found.
        if other != tag and channel_of(address) not in AD_HOC:
            self.blame(question, f"{other} and {tag} stand for the same document in {coding}")
        self._known[address, tag] = _Known(coding, digest, len(reply.body), id)

    def judge(
        self,
        oracle: Oracle,
        *,
        refusals: Sequence[Span] = (),
        breaks: Sequence[Span] = (),
        refusal_seconds: float = 2.0,
    ) -> list[str]:
        """Give all faults, the first of them; 503 may be answered in `refusals`, connections may break in `breaks`."""
        for seen in self.seen:
            grace = self.grace(seen)
            if seen.status == 503 and any(span.began <= seen.received_at <= span.ended for span in refusals):
                if not seen.retry_after.isdecimal():
                    self.blame(seen.question, "503 without Retry-After")
                if seen.seconds > refusal_seconds + grace:
                    self.blame(seen.question, f"503 after {seen.seconds:.2f} s")
            elif seen.status not in {200, 304}:
                self.blame(seen.question, f"answered with {seen.status}")
            else:
                for fault in self._judge(seen, oracle, grace):
                    self.blame(seen.question, fault)
        for failure in self.failures:
            if not any(span.began <= failure.ended <= span.ended for span in breaks):
                kept = "a kept" if failure.was_open else "a new"
                self.blame(failure.question, f"no answer on {kept} connection: {failure.reason}, {failure.got[:60]!r}")
        # One of each kind tells more than the first of thousands.
        kinds = {re.sub(r"/feeds/\S+|\(.*?\)|[0-9a-f]+|'.*?'", "", fault): fault for fault in reversed(self._faults)}
        return list(kinds.values())[-MOST_FAULTS:] + ([f"... {len(self._faults)} in all"] if self._faults else [])

    def _judge(self, seen: _Seen, oracle: Oracle, grace: float) -> list[str]:
        address, faults = seen.question.address, []
        known = self._known.get((address, seen.tag))
        if known is not None:
            wrong = oracle.find_fault(
                address, self._shown[address, known.document], seen.sent_at, seen.received_at, grace
            )
            faults += [f"{seen.status} {seen.tag} {wrong}"] if wrong else []
            if seen.status == 200 and seen.size != str(known.size_bytes):
                faults.append(f"{seen.tag} has {known.size_bytes} bytes, and its Content-Length is {seen.size}")
        held = [self._known[address, tag] for tag in seen.question.tags]
        if seen.status == 304 and held:
            asked = [self._shown[address, each.document] for each in held]
            wrongs = [oracle.find_fault(address, each, seen.sent_at, seen.received_at, grace) for each in asked]
            if all(wrongs):
                faults.append(f"304 for {seen.question.tags}, which {wrongs[-1]}")
            if known is not None and known.document not in {each.document for each in held}:
                faults.append(f"304 with {seen.tag}, which is none of {seen.question.tags} in any coding")
        elif self._is_held(seen, held):
            faults.append(f"200 {seen.tag}, although the client holds it as {seen.question.tags}")
        return faults

    def _is_held(self, seen: _Seen, held: Sequence[_Known]) -> bool:
        known = self._known.get((seen.question.address, seen.tag))
        is_sent_again = known is not None and known.document in {each.document for each in held}
        return seen.status == 200 and is_sent_again and channel_of(seen.question.address) not in AD_HOC

    def grace(self, seen: _Seen) -> float:
        """Give how long this process itself could not run while the answer came about, in seconds."""
        return sum(lag for at, lag in self.lags if seen.sent_at - 3 <= at - lag and at <= seen.received_at + lag)

    @property
    def lag_seconds(self) -> float:
        """For how long this process could not run, all in all."""
        return sum(late for _, late in self.lags)

    def knows(self, address: str, tag: str) -> bool:
        """Say whether a tag came with a sound body."""
        return (address, tag) in self._known

    def documents_of(self, address: str) -> int:
        """Give how many different documents an address showed."""
        return sum(1 for known, _ in self._shown if known == address)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many answers there were by their status, and by the coding of bodies."""
        codings = (self._known.get((seen.question.address, seen.tag)) for seen in self.seen if seen.status == 200)
        return Counter(str(seen.status) for seen in self.seen) + Counter(each.coding for each in codings if each)

    def slowest(self, *, since: float = 0.0, until: float = float("inf"), but: int = 503) -> list[float]:
        """Give the seconds that answers between two instants took, the longest last; but for those of one status."""
        return sorted(each.seconds for each in self.seen if since <= each.sent_at <= until and each.status != but)
