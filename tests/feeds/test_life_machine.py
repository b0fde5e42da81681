"""A whole life at random: after every step, on both databases, readers see what a simple model says, and no more moves.

A step moves the validators and the date of exactly the channels that it touches; a refused step moves nothing.
"""

from __future__ import annotations

import copy
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.addresses import Addresses, SelectionPath
from feeds.channels import Prepared, find_selection, prepare
from feeds.documents.model import Channel, Entry, Format
from feeds.documents.rendering import render
from feeds.entries import entry_of
from feeds.fragment_cache import FragmentCache
from feeds.http.validators import window_etag
from feeds.settings import Settings
from store import (
    archives,
    attaching,
    bulletins,
    catalogue,
    changes,
    expunging,
    names,
    placements,
    publication,
    rebuild,
    renaming,
    reorganisation,
    taxonomy,
)
from store.database import Database
from store.errors import StoreError
from store.models import DbAnnouncement
from store.types import VIETNAM, Attachment, Bulletin, Draft, Moment, Precision, Selection, Status, StoredFile
from tests.store.life_model import HEAD, Entity, Filing, Kind, Model, Refusal
from tests.support import stores
from tests.support.archives import iter_archives
from tests.support.requirements import lacks

PAGE = 4
SETTINGS = Settings(entries=HEAD, base_url="https://bantin.example")
NAMES: dict[Kind, tuple[str, ...]] = {
    "category": ("Văn hóa", "Lễ hội", "Thể thao", "Nông nghiệp", "Môi trường"),
    "organisation": ("Sở Văn hóa tỉnh", "Hội Nông dân tỉnh", "Ủy ban xã Nà Mạ", "Tỉnh đoàn", "Sở Nội vụ tỉnh"),
    "author": ("Thu Trang", "Nông Văn Kim", "Hoàng Thị Mai", "Lý A Páo"),
}
MOST: dict[Kind, int] = {"category": 4, "organisation": 3, "author": 3}
CRITERIA: dict[str, tuple[str, Kind]] = {
    "c": ("category", "category"),
    "o": ("organisation", "organisation"),
    "p": ("publisher", "organisation"),
    "a": ("author", "author"),
}

picks = st.integers(0, 5)
rarely = st.sampled_from([False] * 6 + [True])
kinds = st.sampled_from(tuple(NAMES))


@dataclass(frozen=True)
class Wish:
    """What a step files a bulletin under, as picks among what there is."""

    publisher: int | None
    subjects: list[int]
    categories: list[int]
    authors: list[str]


wishes = st.builds(
    Wish,
    publisher=st.one_of(picks, picks, picks, st.none()),
    subjects=st.lists(picks, max_size=2),
    categories=st.lists(picks, max_size=2),
    authors=st.lists(st.sampled_from(NAMES["author"][:3]), max_size=1),
)


@dataclass(frozen=True)
class When:
    """A date as people give it: none at all, minutes away from now, or a day alone."""

    minutes: int | None = None
    day: int | None = None

    def moment(self, now: datetime) -> Moment | None:
        here = now.astimezone(VIETNAM)
        if self.day is not None:
            noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
            return Moment(noon + timedelta(days=self.day), Precision.DAY)
        return None if self.minutes is None else Moment(here + timedelta(minutes=self.minutes))


dates = st.one_of(
    st.builds(When),
    st.builds(When, minutes=st.sampled_from([-1, -90, -3000, 45])),
    st.builds(When, day=st.sampled_from([0, -1, -3])),
)
plans = (
    st.builds(When, minutes=st.sampled_from([1, 30, 90, 2000, -5])) | st.builds(When) | st.builds(When, day=st.just(1))
)
starts = st.sampled_from([None, None, timedelta(hours=1), timedelta(days=2), timedelta(days=-1)])
"""How long ago something began; the last is refused."""


@dataclass(frozen=True)
class Seen:
    """A channel as it was found: what its documents are made of, their tags and bytes."""

    channel: Channel
    entries: tuple[Entry, ...]
    etags: dict[Format, str]
    documents: dict[Format, bytes]


class LifeMachine(RuleBasedStateMachine):
    """Does every step to the store and to the model, and compares all that readers see."""

    opened: ClassVar[Callable[[stores.Clock], AbstractContextManager[Database]]]

    def __init__(self) -> None:
        super().__init__()
        self.clock = stores.Clock()
        self.latest = self.clock.instant
        self.opening = type(self).opened(self.clock)
        self.database = self.opening.__enter__()
        self.model = Model()
        self.seen: dict[str, Seen] = {}
        self.fragments = FragmentCache(8_000_000)
        self.settled: dict[int, tuple[str, Moment | None, int | None]] = {}
        self.said_by_tag: dict[tuple[str, str], str] = {}
        self.steps = 0
        self.is_beginning = True
        self.is_whole = True

    def teardown(self) -> None:
        try:
            # What went wrong in a step must not be hidden by what follows from it.
            if self.is_whole:
                with self.database.snapshot() as session:
                    self.check_all_anew(session)
        finally:
            self.opening.__exit__(None, None, None)

    # Steps

    @initialize()
    def begin(self) -> None:
        first, second = NAMES["category"][:2]
        self.add_entity("category", first, None, None)
        self.add_entity("category", second, None, 1)
        for name in NAMES["organisation"][:2]:
            self.add_entity("organisation", name, None, None)
        for number in (0, 1):
            self.write(Wish(number, [1], [1], [NAMES["author"][0]]), When(), is_published=True)
        self.is_beginning = False
        self.let_time_pass(timedelta(days=1))

    @rule(kind=kinds, name=picks, parent=st.one_of(st.none(), picks), takes_slug=rarely)
    def add(self, kind: Kind, name: int, parent: int | None, takes_slug: bool) -> None:
        there = self.model.entities[kind]
        if len(there) < MOST[kind]:
            above = self.entity(kind, parent).id if there and parent is not None else None
            slug = self.entity(kind, name).slug if there and takes_slug else None
            self.add_entity(kind, NAMES[kind][name % len(NAMES[kind])], slug, above)

    @rule(wish=wishes, when=dates, is_published=st.sampled_from([True, True, False]))
    def write(self, wish: Wish, when: When, is_published: bool) -> None:
        said, moment = self.filing(wish), when.moment(self.clock.instant)
        title = f"Bản tin thứ {len(self.model.items) + 1}"
        self.act(
            f"draft {title}",
            lambda session: bulletins.draft(session, self.text(title, "", said, moment)),
            lambda model, now, number: model.draft(now, number, title, said, moment),
        )
        if is_published and title in [item.title for item in self.model.items.values()]:
            self.publish_number(max(self.model.items))

    @precondition(lambda self: self.model.items)
    @rule(pick=picks, wish=st.none() | wishes, note=st.sampled_from([None, "Sửa lại ngày.", ""]), is_moved=rarely)
    def revise(self, pick: int, wish: Wish | None, note: str | None, is_moved: bool) -> None:
        item = self.model.items[self.item(pick, Status.PUBLISHED, Status.DRAFT, Status.SCHEDULED, Status.WITHDRAWN)]
        lead = f"Lần {self.steps}"
        said = self.filing(wish) if wish else self.as_shown(item.number)
        moment = item.moment
        if is_moved:
            moment = Moment((item.at or self.clock.instant).astimezone(VIETNAM) - timedelta(days=3))
        text = self.text(item.title or "Không còn", lead, said, moment)

        def change(session: Session) -> None:
            if note is None:
                assert bulletins.revise(session, item.number, text)
            else:
                assert bulletins.correct(session, item.number, text, note=note)

        self.act(
            f"revise {item.number} ({note=})",
            change,
            lambda model, now, _: model.revise(now, item.number, lead, said, moment=moment, note=note),
        )

    @precondition(lambda self: self.model.items)
    @rule(pick=picks)
    def say_the_same(self, pick: int) -> None:
        number = self.item(pick, Status.PUBLISHED, Status.WITHDRAWN)
        item = self.model.items[number]
        if item.status is not Status.EXPUNGED:
            text = self.text(item.title, item.lead, self.as_shown(number), item.moment)

            def change(session: Session) -> None:
                assert not bulletins.revise(session, number, text)

            self.act(f"say {number} again", change, lambda model, now, _: None)

    @precondition(lambda self: any(item.photo is None for item in self.model.items.values()))
    @rule(pick=picks)
    def attach(self, pick: int) -> None:
        waiting = [item.number for item in self.model.items.values() if item.photo is None]
        number = waiting[pick % len(waiting)]
        digest = hashlib.sha256(str(self.steps).encode()).hexdigest()
        photo = StoredFile(digest=digest, media_type="image/jpeg", size_bytes=100, width_px=4, height_px=3)
        self.act(
            f"attach to {number}",
            lambda session: attaching.attach_file(session, number, 1, photo),
            lambda model, now, _: model.attach(now, number, digest),
        )

    @precondition(lambda self: self.model.items and self.model.entities["organisation"])
    @rule(pick=picks, organisation=picks)
    def recognise(self, pick: int, organisation: int) -> None:
        number, body = self.item(pick, Status.PUBLISHED, Status.DRAFT), self.entity("organisation", organisation).id
        self.act(
            f"recognise organisation {body} in {number}",
            lambda session: bulletins.add_subject(session, number, body),
            lambda model, now, _: model.add_subject(now, number, body),
        )

    @precondition(lambda self: self.model.items)
    @rule(pick=picks, is_stray=rarely)
    def publish(self, pick: int, is_stray: bool) -> None:
        statuses = [] if is_stray else [Status.DRAFT, Status.WITHDRAWN]
        self.publish_number(self.item(pick, *statuses))

    @precondition(lambda self: self.has(Status.WITHDRAWN))
    @rule(pick=picks)
    def publish_again(self, pick: int) -> None:
        self.publish_number(self.item(pick, Status.WITHDRAWN))

    @precondition(lambda self: self.model.items)
    @rule(pick=picks, plan=plans)
    def schedule(self, pick: int, plan: When) -> None:
        number = self.item(pick, Status.DRAFT, Status.SCHEDULED)
        moment = plan.moment(self.clock.instant)
        self.act(
            f"schedule {number} for {moment}",
            lambda session: publication.schedule(session, number, moment),
            lambda model, now, _: model.schedule(now, number, moment),
        )

    @precondition(lambda self: self.has(Status.SCHEDULED))
    @rule(pick=picks, is_stray=rarely)
    def cancel(self, pick: int, is_stray: bool) -> None:
        number = self.item(pick, *([] if is_stray else [Status.SCHEDULED]))
        self.act(
            f"cancel {number}",
            lambda session: publication.cancel_schedule(session, number),
            lambda model, _now, _: model.cancel(number),
        )

    @rule(passed=st.sampled_from([timedelta(seconds=1), timedelta(minutes=40), timedelta(days=2), timedelta(hours=-1)]))
    def let_time_pass(self, passed: timedelta) -> None:
        """Move the clock, back as well, and have the worker publish what is due."""
        self.clock.instant += passed
        while self.model.due(self.clock.instant + timedelta(seconds=1)) is not None:
            self.publish_next_due()
        self.publish_next_due()

    @precondition(lambda self: self.model.items)
    @rule(pick=picks, reason=st.sampled_from(["Đăng nhầm.", "Theo yêu cầu.", ""]), is_stray=rarely)
    def withdraw(self, pick: int, reason: str, is_stray: bool) -> None:
        number = self.item(pick, *([] if is_stray else [Status.PUBLISHED]))
        self.act(
            f"withdraw {number}",
            lambda session: publication.withdraw(session, number, reason=reason),
            lambda model, now, _: model.withdraw(now, number, reason),
        )

    @precondition(lambda self: self.model.items)
    @rule(pick=picks, reason=st.sampled_from(["", "Có dữ liệu cá nhân."]))
    def expunge(self, pick: int, reason: str) -> None:
        number = self.item(pick)
        self.act(
            f"expunge {number}",
            lambda session: expunging.expunge(session, number, reason=reason),
            lambda model, now, _: model.expunge(now, number, reason),
        )

    @rule(kind=kinds, pick=picks, name=picks, ago=starts, is_throughout=st.booleans(), takes_slug=rarely)
    def rename(
        self, kind: Kind, pick: int, name: int, ago: timedelta | None, is_throughout: bool, takes_slug: bool
    ) -> None:
        if not self.model.entities[kind]:
            return
        entity, new, since = self.entity(kind, pick), NAMES[kind][name % len(NAMES[kind])], self.since(ago)
        slug = self.entity(kind, name).slug if takes_slug else None
        self.act(
            f"rename {kind} {entity.id} to {new} {since=} {is_throughout=}",
            lambda session: renaming.rename(
                session, names.Kind(kind), entity.name, new, since=since, throughout=is_throughout, slug=slug
            ),
            lambda model, now, _: model.rename(
                now, kind, entity.id, new, since=since, throughout=is_throughout, slug=slug
            ),
        )

    @rule(kind=st.sampled_from(["category", "category", "organisation"]), pick=picks, parent=st.none() | picks)
    def move(self, kind: Kind, pick: int, parent: int | None) -> None:
        entity = self.entity(kind, pick)
        above = self.entity(kind, parent) if parent is not None else None
        self.act(
            f"move {kind} {entity.id} under {above.id if above else 'none'}",
            lambda session: reorganisation.move(session, names.Kind(kind), entity.name, above.name if above else None),
            lambda model, now, _: model.move(now, kind, entity.id, above.id if above else None),
        )

    @rule(kind=kinds, pick=picks, into=picks, ago=starts)
    def merge(self, kind: Kind, pick: int, into: int, ago: timedelta | None) -> None:
        if not self.model.entities[kind]:
            return
        entity, successor, since = self.entity(kind, pick), self.entity(kind, into), self.since(ago)
        self.act(
            f"merge {kind} {entity.id} into {successor.id} {since=}",
            lambda session: reorganisation.merge(session, names.Kind(kind), entity.name, successor.name, since=since),
            lambda model, now, _: model.merge(now, kind, entity.id, successor.id, since),
        )

    @rule(kind=kinds, pick=picks, ago=starts)
    def close(self, kind: Kind, pick: int, ago: timedelta | None) -> None:
        if self.model.entities[kind]:
            entity, since = self.entity(kind, pick), self.since(ago)
            self.act(
                f"close {kind} {entity.id} {since=}",
                lambda session: reorganisation.close(session, names.Kind(kind), entity.name, since=since),
                lambda model, now, _: model.close(now, kind, entity.id, since),
            )

    @rule(kind=kinds, pick=picks)
    def reopen(self, kind: Kind, pick: int) -> None:
        there = [entity for entity in self.model.entities[kind].values() if entity.closed_at is not None]
        there = there or list(self.model.entities[kind].values())
        if there:
            entity = there[pick % len(there)]
            self.act(
                f"reopen {kind} {entity.id}",
                lambda session: reorganisation.reopen(session, names.Kind(kind), entity.name),
                lambda model, now, _: model.reopen(now, kind, entity.id),
            )

    # What the steps are made of

    def entity(self, kind: Kind, pick: int) -> Entity:
        there = self.model.entities[kind]
        return there[sorted(there)[pick % len(there)]]

    def has(self, status: Status) -> bool:
        return any(item.status is status for item in self.model.items.values())

    def item(self, pick: int, *statuses: Status) -> int:
        """Choose a bulletin of these statuses, of any where there is none."""
        fitting = [item.number for item in self.model.items.values() if item.status in statuses]
        fitting = fitting or list(self.model.items)
        return sorted(fitting, reverse=True)[pick % len(fitting)]

    def filing(self, wish: Wish) -> Filing:
        bodies = self.model.entities["organisation"]
        return Filing(
            publisher=self.entity("organisation", wish.publisher).name
            if bodies and wish.publisher is not None
            else None,
            subjects=tuple(dict.fromkeys(self.entity("organisation", pick).name for pick in wish.subjects if bodies)),
            categories=tuple(dict.fromkeys(self.entity("category", pick).name for pick in wish.categories)),
            authors=tuple(wish.authors),
        )

    def as_shown(self, number: int) -> Filing:
        """Read a bulletin's filing as an editor's form would show it."""
        with self.database.snapshot() as session:
            shown = catalogue.get_bulletin(session, number)
        return Filing(
            publisher=shown.publisher.name if shown.publisher else None,
            subjects=tuple(body.name for body in shown.subjects),
            categories=tuple(category.name for category in shown.categories),
            authors=tuple(author.name for author in shown.authors),
        )

    def text(self, title: str, lead: str, said: Filing, moment: Moment | None) -> Draft:
        return Draft(
            title=title,
            lead=lead,
            body='<p>Sáng nay.</p>\n<figure data-attachment="1"></figure>\n',
            publisher=said.publisher,
            subjects=said.subjects,
            categories=said.categories,
            authors=said.authors,
            attachments=(Attachment(number=1, caption="Quang cảnh hội nghị", credit="Thu Trang"),),
            published=moment,
        )

    def since(self, ago: timedelta | None) -> datetime | None:
        return None if ago is None else self.clock.instant - ago

    def add_entity(self, kind: Kind, name: str, slug: str | None, parent: int | None) -> None:
        above = self.model.entities[kind][parent].name if parent is not None and kind != "author" else None

        def add(session: Session) -> int:
            if kind == "author":
                return taxonomy.add_author(session, name, slug=slug).id
            adder = taxonomy.add_category if kind == "category" else taxonomy.add_organisation
            return adder(session, name, slug=slug, parent=above).id

        self.act(
            f"add {kind} {name}",
            add,
            lambda model, now, id: model.add(now, kind, id, name, slug, parent if above else None),
        )

    def publish_number(self, number: int) -> None:
        self.act(
            f"publish {number}",
            lambda session: publication.publish(session, number),
            lambda model, now, _: model.publish(now, number),
        )

    def publish_next_due(self) -> None:
        def publish(session: Session) -> None:
            assert publication.publish_due(session) == self.model.due(self.clock.instant)

        self.act("publish what is due", publish, lambda model, now, _: model.publish_due(now))

    def act(
        self, step: str, on_store: Callable[[Session], object], on_model: Callable[[Model, datetime, Any], None]
    ) -> None:
        """Do a step to both, a second after the last one; either both refuse it or none."""
        self.steps += 1
        self.is_whole = False
        now = self.clock.move(seconds=1)
        is_later = now > max(self.latest, self.model.newest_change or self.latest)
        self.latest = max(self.latest, now)
        before = self.model.shown()
        refused: StoreError | None = None
        wanted: type[StoreError] | None = None
        result: object = None
        try:
            with self.database.transaction() as session:
                result = on_store(session)
        except StoreError as error:
            refused = error
        expected = copy.deepcopy(self.model)
        expected.marked = set()
        expected.new_author_ids = self.author_ids()
        touched: set[str] = set()
        try:
            on_model(expected, now, result)
        except Refusal as refusal:
            wanted = refusal.error
        if type(refused) is not (wanted or type(None)):
            raise AssertionError(f"{step}: the store says {refused!r}, the model {wanted}") from refused
        if wanted is None:
            expected.settle(now)
            self.model = expected
            after = expected.shown()
            touched = {channel for channel in before if before[channel] != after[channel]} | expected.marked
        # What every life begins with is looked at once.
        if not self.is_beginning:
            self.check(step, touched, is_later=is_later)
        self.is_whole = True

    def author_ids(self) -> dict[str, int]:
        with self.database.snapshot() as session:
            return {author.name: author.id for author in taxonomy.authors_by_id(session).values()}

    # What must hold after each of them

    def check(self, step: str, touched: set[str], *, is_later: bool) -> None:
        with self.database.snapshot() as session:
            editions = [change.edition for change in changes.iter_since(session, 0)]
            assert editions == list(range(1, self.model.edition + 1)), f"{step}: editions {editions}"
            assert changes.current_edition(session) == self.model.edition, step
            stored = catalogue.bulletins(session, list(self.model.items))
            self.check_bulletins(session, step, stored)
            found = self.model.channels()
            histories = self.model.histories()
            for ordinal, channel in enumerate(found):
                self.check_channel(
                    session,
                    f"{step}: channel {channel}",
                    channel,
                    histories.get(channel, []),
                    stored,
                    is_touched=channel in touched,
                    is_later=is_later,
                    # A few by turns, so that no document is taken on trust for long.
                    is_rendered=ordinal % len(found) == self.steps % len(found),
                )
        with self.database.transaction(dry_run=True) as session:
            faults = rebuild.rebuild(session).faults
        assert not faults, f"{step}: {faults}"

    def check_bulletins(self, session: Session, step: str, stored: dict[int, Bulletin]) -> None:
        placed = placements.placed_keys(session, list(stored))
        for number, item in self.model.items.items():
            bulletin, where = stored[number], f"{step}: bulletin {number}"
            assert placed[number] == self.model.placed[number], f"{where} stands elsewhere"
            assert bulletin.status is item.status, where
            assert bulletin.arrival == item.arrival, where
            gone = (bulletin.gone.at, bulletin.gone.reason) if bulletin.gone else (None, None)
            assert gone == (item.gone_at, item.reason), f"{where}: {gone}"
            assert entry_in_short(bulletin) == self.model.entry(item), where
            settled = (bulletin.public_id, bulletin.published if item.arrival else None, item.arrival)
            before = self.settled.get(number, (bulletin.public_id, None, None))
            assert settled == before or before == (bulletin.public_id, None, None), f"{where} has another identity"
            self.settled[number] = settled
        arrivals = sorted(bulletin.arrival for bulletin in stored.values() if bulletin.arrival)
        assert arrivals == list(range(1, len(arrivals) + 1)), f"{step}: arrivals {arrivals}"

    def check_channel(
        self,
        session: Session,
        where: str,
        channel: str,
        history: list[int],
        stored: dict[int, Bulletin],
        *,
        is_touched: bool,
        is_later: bool,
        is_rendered: bool,
    ) -> None:
        prepared = self.prepared(session, where, channel)
        numbers = [key.number for key in prepared.window.entries]
        head = self.model.head(channel, history)
        assert numbers == head, f"{where}: the head is {numbers} and should be {head}"
        gone = [
            (stone.number, stone.gone_at, stone.reason if stone.is_withdrawn else None)
            for stone in prepared.window.tombstones
        ]
        due = self.model.tombstones(channel)
        assert gone == due, f"{where}: tombstones {gone} should be {due}"
        entries = tuple(entry_of(stored[number], Addresses(SETTINGS.base_url)) for number in numbers)
        etags = {
            kind: window_etag(prepared.window, kind=kind.value, channel=prepared.channel, settings=SETTINGS)
            for kind in Format
        }
        before = self.seen.get(channel)
        if before and before.etags == etags and (before.channel, before.entries) == (prepared.channel, entries):
            # Rendering is a pure function of these.
            documents = rendered(session, prepared) if is_rendered else before.documents
        else:
            documents = {kind: render(kind, prepared.channel, entries) for kind in Format}
        if before is None or documents is not before.documents:
            # Whatever was rendered in a step before, for whichever channel, must still be right.
            kept = {kind: prepared.render(session, kind, SETTINGS, self.fragments).document for kind in Format}
            assert kept == documents, f"{where}: a fragment that was kept is out of date"
        self.seen[channel] = Seen(prepared.channel, entries, etags, documents)
        for kind in Format:
            said = hashlib.sha256(documents[kind]).hexdigest()
            known = self.said_by_tag.setdefault((channel, etags[kind]), said)
            assert said == known, f"{where}: tag {etags[kind]} ({kind}) stands for two documents"
        if is_touched or before is None:
            paged = whole_history(session, channel)
            assert paged == history, f"{where}: the history is {paged} and should be {history}"
            self.check_archives(session, where, channel, history)
        if before is None:
            return
        for kind in Format:
            is_tag_new, are_bytes_new = before.etags[kind] != etags[kind], before.documents[kind] != documents[kind]
            assert is_tag_new == is_touched, f"{where}: tag ({kind}) {'moved' if is_tag_new else 'stayed'}"
            # While the clock is behind, dates stand still, and a marked channel may say the very same.
            assert are_bytes_new == is_tag_new or not (is_later or are_bytes_new), f"{where}: bytes ({kind})"
        earlier, later = before.channel.updated, prepared.channel.updated
        assert later >= earlier, f"{where}: its date went back from {earlier} to {later}"
        assert (later > earlier) == is_touched or not is_later, f"{where}: its date went from {earlier} to {later}"

    def check_archives(self, session: Session, where: str, channel: str, history: list[int]) -> None:
        told = list(
            session.scalars(
                select(DbAnnouncement.bulletin)
                .where(DbAnnouncement.selection_key == channel)
                .order_by(DbAnnouncement.ordinal)
            )
        )
        due = [number for number, _ in self.model.told[channel]]
        assert told == due, f"{where}: readers were told of {told}, not of {due}"
        for name in iter_archives(session, channel):
            found = archives.find_archive(session, Selection.from_key(channel), name)
            assert found is not None, where
            standing = [entry.number for entry in found.window.entries]
            gone = {stone.number for stone in found.window.tombstones}
            assert standing == [number for number in history if number in set(told)], f"{where}: {name}"
            assert gone == set(told) - set(history), f"{where}: {name}"

    def prepared(self, session: Session, where: str, channel: str) -> Prepared:
        criteria = []
        for part in channel.split("."):
            if part != "all":
                criterion, kind = CRITERIA[part[0]]
                criteria.append((criterion, self.model.entities[kind][int(part[1:])].slug))
        resolved = find_selection(session, SelectionPath(tuple(criteria)))
        assert resolved is not None, f"{where} is not found"
        assert resolved.selection.key == channel, where
        return prepare(session, resolved, SETTINGS)

    def check_all_anew(self, session: Session) -> None:
        """Render and page everything once more, after the last step."""
        for channel, seen in self.seen.items():
            assert rendered(session, self.prepared(session, channel, channel)) == seen.documents, channel
            assert whole_history(session, channel) == self.model.history(channel), channel
        for (kind, slug), id in self.model.slugs.items():
            today = self.model.entities[kind][id].slug
            assert taxonomy.find_id_by_slug(session, names.Kind(kind), slug) == (id, today), slug


def entry_in_short(bulletin: Bulletin) -> tuple[object, ...]:
    """What `Model.entry` gives, of a stored bulletin."""
    named = [
        sorted((entity.name, entity.slug) for entity in entities)
        for entities in (
            [bulletin.publisher] if bulletin.publisher else [],
            bulletin.subjects,
            bulletin.categories,
            bulletin.authors,
        )
    ]
    file = bulletin.attachments[0].file if bulletin.attachments else None
    notes = tuple(correction.note for correction in bulletin.corrections)
    photo = file.digest if file else None
    return bulletin.number, bulletin.title, bulletin.lead, bulletin.published, bulletin.updated, photo, notes, named


def rendered(session: Session, prepared: Prepared) -> dict[Format, bytes]:
    return {kind: prepared.render(session, kind, SETTINGS).document for kind in Format}


def whole_history(session: Session, channel: str) -> list[int]:
    """Read a channel a page at a time."""
    numbers: list[int] = []
    before: int | None = None
    while entries := catalogue.window(session, Selection.from_key(channel), limit=PAGE, before=before).entries:
        numbers += [key.number for key in entries]
        before = entries[-1].position
    return numbers


DatabaseKind = Literal["sqlite", "postgres"]


@contextmanager
def stores_of(kind: DatabaseKind) -> Iterator[Callable[[stores.Clock], AbstractContextManager[Database]]]:
    """Give what opens a fresh store of this kind."""
    if kind == "postgres":
        with stores.postgres_store() as url:
            yield lambda clock: stores.fresh_postgres(url, clock)
        return
    with tempfile.TemporaryDirectory(prefix="bantin-life-") as folder:
        template = stores.sqlite_template(Path(folder))

        @contextmanager
        def opened(clock: stores.Clock) -> Iterator[Database]:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                database = stores.fresh_sqlite(template, Path(own) / "bantin.sqlite", clock)
                try:
                    yield database
                finally:
                    database.dispose()

        yield opened


def run_machine(database_kind: DatabaseKind, examples: int, steps: int) -> None:
    """Live `examples` lives of up to `steps` steps on one kind of database; raises AssertionError for a difference."""
    with stores_of(database_kind) as opened:

        class OnOneDatabase(LifeMachine):
            pass

        OnOneDatabase.opened = staticmethod(opened)
        run_state_machine_as_test(
            OnOneDatabase,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                print_blob=True,
                # A step looks at some thirty channels: slow, and long to tell, is what a life is.
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )


# A failure is worth the minutes that it takes to find its shortest form.
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("database_kind", "examples"), [("sqlite", 4), ("postgres", 2)])
def test_every_channel_follows_the_model(database_kind: DatabaseKind, examples: int) -> None:
    missing = stores.postgres_missing() if database_kind == "postgres" else None
    if missing:
        lacks("postgres", missing)
    run_machine(database_kind, examples, 14)
