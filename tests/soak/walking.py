"""Readers who keep what they have read walk heads and archives while editors write; in the end they hold the store.

Each of five channels has a reader of one format, who merges by id, the newest document first, and stops at archives
that he knows. Between his requests editors publish, import what is old, retag, correct, withdraw, publish again and
expunge. What he ought to hold is read from the rows, not from what composes documents.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.app import create_app
from feeds.settings import Settings
from store import (
    archives,
    bulletins,
    catalogue,
    changes,
    expunging,
    publication,
    rebuild,
    renaming,
    reorganisation,
)
from store.database import Database
from store.models import DbBulletin, DbPlacement
from store.names import Kind
from store.types import VIETNAM, Draft, Moment, Selection, Status
from tests.feeds.web.walking import Walker
from tests.support import bulk, stores
from tests.support.archives import latest_archive

BASE_URL = "https://bantin.example"
CHANNELS = {
    "all": ("all", "json"),
    "c3": ("category/y-te", "rss"),
    "o3": ("organisation/uy-ban-xa-na-ma", "atom"),
    "a1": ("author/thu-trang", "json"),
    "c3.o3": ("category/y-te/organisation/uy-ban-xa-na-ma", "atom"),
}
ACTS = ("publish", "publish", "backdate", "revise", "correct", "retag", "retag", "withdraw", "republish", "expunge")
BODY = "<p>Nội dung.</p>\n"


@dataclass(frozen=True, slots=True)
class Summary:
    """What was done, and what it cost."""

    bulletins: int
    acts: Counter[str]
    polls: int
    documents: int
    archives: int
    seconds: float


@dataclass
class _Editors:
    """Does one act after another to a store, all of them at random."""

    database: Database
    clock: stores.Clock
    random: Random
    done: Counter[str] = field(default_factory=Counter)

    def act(self) -> None:
        """Do something to a bulletin, and let a little time pass: sometimes none at all."""
        self.clock.move(seconds=self.random.choice((0, 0, 1, 40)))
        name = self.random.choice(ACTS)
        with self.database.transaction() as session:
            number = self._pick(session, name)
            if number is not None:
                self._do(session, name, number)
                self.done[name] += 1

    def reorganise(self) -> None:
        """Move a category with all that is filed under it, or mend a name wherever it stands."""
        self.clock.move(seconds=1)
        with self.database.transaction() as session:
            if self.done["move"] <= self.done["rename"]:
                under = ("Y tế", "Văn hóa")[self.done["move"] % 2]
                reorganisation.move(session, Kind.CATEGORY, "Lễ hội", under)
                self.done["move"] += 1
            else:
                name, wanted = "Nông Văn Kim", "Nông Văn Kìm"
                if self.done["rename"] % 2:
                    name, wanted = wanted, name
                renaming.rename(session, Kind.AUTHOR, name, wanted, throughout=True)
                self.done["rename"] += 1

    def _pick(self, session: Session, name: str) -> int | None:
        """Pick a published bulletin, now and then one of the head; or one that can come back."""
        status = Status.WITHDRAWN if name == "republish" else Status.PUBLISHED
        chosen = select(DbBulletin.number).where(DbBulletin.status == status.value)
        last = changes.value_of(session, changes.NUMBER)
        if status is Status.PUBLISHED:
            chosen = chosen.where(DbBulletin.number >= self.random.choice((last - 40, self.random.randint(1, last))))
        numbers = session.scalars(chosen.order_by(DbBulletin.number).limit(30)).all()
        return self.random.choice(numbers) if numbers else None

    def _do(self, session: Session, name: str, number: int) -> None:
        step = sum(self.done.values())
        if name in {"publish", "backdate"}:
            ago = timedelta(days=self.random.randrange(1, 2000)) if name == "backdate" else timedelta()
            moment = Moment((self.clock.instant - ago).astimezone(VIETNAM))
            made = bulletins.draft(session, self._draft(f"Bản tin mới {step}", moment))
            publication.publish(session, made)
        elif name in {"revise", "correct", "retag"}:
            self._edit(session, name, number, step)
        elif name == "withdraw":
            publication.withdraw(session, number, reason=f"Sai số liệu {step}")
        elif name == "republish":
            publication.publish(session, number)
        else:
            expunging.expunge(session, number, reason=f"Theo yêu cầu {step}")

    def _edit(self, session: Session, name: str, number: int, step: int) -> None:
        found = catalogue.get_bulletin(session, number)
        if name == "retag":
            said = self._draft(found.title, found.published)
        else:
            said = Draft(
                title=f"{found.title.partition(' (')[0]} ({name} {step})",
                lead=f"Viết lại lần {step}.",
                body=found.body,
                publisher=found.publisher.name if found.publisher else None,
                subjects=tuple(body.name for body in found.subjects),
                categories=tuple(category.name for category in found.categories),
                authors=tuple(author.name for author in found.authors),
                published=found.published,
            )
        if name == "correct":
            bulletins.correct(session, number, said, note=f"Sai {step}")
        else:
            bulletins.revise(session, number, said)

    def _draft(self, title: str, moment: Moment | None) -> Draft:
        choice = self.random.choice
        return Draft(
            title=title,
            lead=f"Tóm tắt của {title}.",
            body=BODY,
            publisher=choice(bulk.BODIES),
            subjects=choice(((), (bulk.BODIES[2],))),
            categories=choice((("Y tế",), ("Lễ hội",), ("Nông nghiệp", "Y tế"), ("Giáo dục",), ())),
            authors=choice(((), ("Thu Trang",))),
            published=moment,
        )


def walk(
    database: Database, clock: stores.Clock, folder: Path, *, count: int, rounds: int, operations: int, seed: int
) -> Summary:
    """Walk all channels once, then after every round of operations; raises AssertionError for a difference."""
    begun = time.process_time()
    bulk.found(database)
    bulk.load(database, count)
    clock.move(days=1)
    random = Random(f"walk/{seed}")
    editors = _Editors(database, clock, random)
    client = create_app(Settings(data=folder, base_url=BASE_URL), database=database).test_client()

    def fetch(address: str) -> bytes:
        answer = client.get(address.removeprefix(BASE_URL))
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"
        return answer.data

    readers = {
        key: Walker(f"{BASE_URL}/feeds/{path}.{extension}", fetch) for key, (path, extension) in CHANNELS.items()
    }
    polls = walked = 0
    for turn in range(rounds + 1):
        if turn:
            for _ in range(operations // 2):
                editors.act()
            if turn % 2:
                editors.reorganise()
        for reader in readers.values():
            meanwhile = partial(_some, editors, random, operations / 2 / len(readers)) if turn else lambda: None
            walked += reader.poll(meanwhile=meanwhile)
            polls += 1
        # Nobody writes for as long as this takes, so what the head missed is in it now.
        for key, reader in readers.items():
            walked += reader.poll()
            polls += 1
            _require_same(database, key, reader, turn)
    _require_sound(database)
    return Summary(
        bulletins=count + editors.done["publish"] + editors.done["backdate"],
        acts=editors.done,
        polls=polls,
        documents=sum(reader.fetched for reader in readers.values()),
        archives=walked,
        seconds=time.process_time() - begun,
    )


def _some(editors: _Editors, random: Random, each: float) -> None:
    for _ in range(int(each + random.random())):
        editors.act()


def _require_sound(database: Database) -> None:
    with database.snapshot() as session:
        faults = rebuild.examine(session).faults
    assert not faults, f"{len(faults)} faults, the first of them: {faults[0]}"


def _require_same(database: Database, key: str, reader: Walker, turn: int) -> None:
    where = f"round {turn}, {reader.address}"
    with database.snapshot() as session:
        rows = session.execute(
            select(
                DbBulletin.public_id,
                DbBulletin.number,
                DbBulletin.title,
                DbBulletin.lead,
                DbBulletin.updated_at,
                DbBulletin.version,
            )
            .join(DbPlacement, DbPlacement.position == DbBulletin.position)
            .where(DbPlacement.selection_key == key)
        ).all()
        wanted = {row.public_id: (row.title, row.lead, row.updated_at) for row in rows}
        missing, extra = wanted.keys() - reader.held.keys(), reader.held.keys() - wanted.keys()
        assert not missing, f"{where}: {len(missing)} are missing, such as {min(missing)}"
        assert not extra, f"{where}: {len(extra)} are too many, such as {min(extra)}"
        for id, (title, lead, updated_at) in wanted.items():
            held = reader.held[id]
            assert (held.title, held.summary) == (title, lead), f"{where}: {id} is {held}"
            assert held.updated is None or datetime.fromisoformat(held.updated) == updated_at, f"{where}: {id}"
        touched = [row.number for row in rows if row.version > 2]
        for found in catalogue.bulletins(session, touched).values():
            filed = {entity.name for entity in (*found.categories, *found.subjects)}
            assert filed <= reader.held[found.public_id].terms, f"{where}: {found.public_id} is filed elsewhere"
        last = latest_archive(session, key)
        head = archives.head(session, Selection.from_key(key), limit=50)
        assert last is None or head.archive in {None, last}


@contextmanager
def open_store(kind: str, folder: Path, clock: stores.Clock) -> Iterator[Database]:
    """Give an empty store on a kind of database."""
    if kind == "postgres":
        with stores.postgres_store() as url, stores.fresh_postgres(url, clock) as database:
            yield database
        return
    database = stores.fresh_sqlite(stores.sqlite_template(folder), folder / "walked.sqlite", clock)
    yield database
    database.dispose()


def soak(kind: str, folder: Path, *, count: int, operations: int, seed: int, say: Callable[[str], None]) -> Summary:
    """Walk through rounds of forty operations until all are done."""
    clock = stores.Clock()
    say(f"{kind}: {count} bulletins, {operations} operations")
    with open_store(kind, folder, clock) as database:
        rounds = max(operations // 40, 1)
        return walk(database, clock, folder, count=count, rounds=rounds, operations=40, seed=seed)
