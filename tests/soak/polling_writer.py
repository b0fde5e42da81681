"""`python -m tests.soak.polling_writer URL JOURNAL SEED PAUSE_SECONDS`: publishes, corrects and withdraws at random.

It goes on until its standard input is closed. Where an act failed, it looks into the store whether it was committed, as
soon as that answers again: the journal holds what was, and nothing else.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from store import bulletins, catalogue, publication, taxonomy
from store.database import Database
from store.errors import StoreError
from store.text.markup import paragraphs
from store.types import VIETNAM, Bulletin, Draft, Moment, Status
from tests.soak.polling_acts import AUTHORS, BODIES, CATEGORIES, RARE_WORD, Act, Filing, read_acts, write_act

FIRST = datetime(2024, 1, 1, 8, tzinfo=VIETNAM)
MOST_GONE = 30
"""Fewer than a feed tells of, so that all that is withdrawn must stand there."""
BEGUN_WITH = 36
SENTENCE = "Bà con bản {word} phấn khởi đón ngày hội, ghi lại lời của già làng và cùng nhau trồng thêm {count} cây mỡ. "
LOOK_AGAIN_SECONDS = 0.2

Do = Callable[[Session], int]


@dataclass(frozen=True, slots=True)
class _Meant:
    do: str
    number: int | None
    title: str
    is_shown: bool
    filing: Filing
    act: Do


class Writer:
    """Acts on a store, one transaction after another, and keeps the journal."""

    def __init__(self, database: Database, journal: Path, seed: str) -> None:
        self._database = database
        self._journal = journal
        self._random = Random(seed)
        self._bulletins = {act.number: act for act in read_acts(journal)}
        self._serial = len(read_acts(journal))

    def found(self) -> None:
        """Add what bulletins are filed under, and the first of them."""
        with self._database.transaction() as session:
            for name, parent in CATEGORIES:
                taxonomy.add_category(session, name, parent=parent)
            for name in BODIES:
                taxonomy.add_organisation(session, name)
            for name in AUTHORS:
                taxonomy.add_author(session, name)
        for _ in range(BEGUN_WITH):
            self._do(self._publish())

    def act(self) -> None:
        """Do one thing at random."""
        shown = [each for each in self._bulletins.values() if each.is_shown]
        gone = [each for each in self._bulletins.values() if not each.is_shown]
        chance = self._random.random()
        if gone and (chance < 0.1 or len(gone) >= MOST_GONE):
            self._do(self._republish(self._random.choice(gone)))
        elif chance < 0.4:
            self._do(self._publish())
        elif chance < 0.75:
            self._do(self._change(self._chosen(shown), is_correction=chance < 0.6))
        else:
            self._do(self._withdraw(self._chosen(shown)))

    def _chosen(self, shown: Sequence[Act]) -> Act:
        # Mostly one of those that the feeds show.
        newest = sorted(shown, key=lambda act: act.order)[-25:]
        return self._random.choice(newest if self._random.random() < 0.8 else shown)

    def _do(self, meant: _Meant) -> None:
        began = time.monotonic()
        try:
            with self._database.transaction() as session:
                number = meant.act(session)
        except StoreError:
            found = self._look(meant)
            if found is None:
                return
            number = found
        done = time.monotonic()
        bulletin = self._read(number)
        assert bulletin is not None
        assert bulletin.published is not None
        act = Act(
            began=began,
            done=done,
            do=meant.do,
            id=bulletin.public_id,
            number=number,
            title=meant.title,
            is_shown=meant.is_shown,
            order=(bulletin.published.instant.isoformat(), bulletin.arrival or 0),
            filing=meant.filing,
        )
        self._bulletins[number] = act
        write_act(self._journal, act)

    def _read(self, number: int) -> Bulletin | None:
        while True:
            try:
                with self._database.snapshot() as session:
                    return catalogue.find_bulletin(session, number)
            except StoreError:
                time.sleep(LOOK_AGAIN_SECONDS)

    def _look(self, meant: _Meant) -> int | None:
        """Find out whether an act that failed was committed nevertheless; wait until the store can tell."""
        number = meant.number
        while number is None:
            try:
                with self._database.snapshot() as session:
                    titled = catalogue.numbers_titled(session, meant.title)
                if not titled:
                    return None
                number = titled[0]
            except StoreError:
                time.sleep(LOOK_AGAIN_SECONDS)
        bulletin = self._read(number)
        assert bulletin is not None
        is_shown = bulletin.status is Status.PUBLISHED
        return number if (bulletin.title, is_shown) == (meant.title, meant.is_shown) else None

    def _publish(self) -> _Meant:
        self._serial += 1
        is_rare = self._serial % 3 == 0
        chosen = self._random
        filing = Filing(chosen.choice(CATEGORIES)[0], chosen.choice(BODIES), chosen.choice(AUTHORS), is_rare)
        title = f"Ngày hội {RARE_WORD if is_rare else 'ngô'} ở bản {self._serial}"
        # Now and then one that comes late, and stands between others.
        place = self._serial if chosen.random() < 0.85 else chosen.randrange(self._serial)
        said = self._text(title, filing, Moment(FIRST + timedelta(minutes=place)))

        def act(session: Session) -> int:
            number = bulletins.draft(session, said)
            publication.publish(session, number)
            return number

        return _Meant("publish", None, title, True, filing, act)

    def _change(self, chosen: Act, *, is_correction: bool) -> _Meant:
        self._serial += 1
        title = f"{chosen.title.partition(',')[0]}, lần {self._serial}"
        said = self._text(title, chosen.filing, Moment(datetime.fromisoformat(chosen.order[0])))

        def act(session: Session) -> int:
            if is_correction:
                bulletins.correct(session, chosen.number, said, note=f"Sửa tên bài lần {self._serial}.")
            else:
                bulletins.revise(session, chosen.number, said)
            return chosen.number

        return _Meant("correct" if is_correction else "revise", chosen.number, title, True, chosen.filing, act)

    def _withdraw(self, chosen: Act) -> _Meant:
        def act(session: Session) -> int:
            publication.withdraw(session, chosen.number, reason="Đăng nhầm bản cũ.")
            return chosen.number

        return _Meant("withdraw", chosen.number, chosen.title, False, chosen.filing, act)

    def _republish(self, chosen: Act) -> _Meant:
        def act(session: Session) -> int:
            publication.publish(session, chosen.number)
            return chosen.number

        return _Meant("republish", chosen.number, chosen.title, True, chosen.filing, act)

    def _text(self, title: str, filing: Filing, moment: Moment) -> Draft:
        sentence = SENTENCE.format(word=f"{self._serial}", count=self._random.randrange(10, 9999))
        return Draft(
            title=title,
            lead=f"Sáng nay, bà con dự ngày hội lần thứ {self._serial}.",
            body=paragraphs([sentence * 3] * self._random.randint(1, 4)),
            publisher=filing.publisher,
            categories=(filing.category,),
            authors=(filing.author,),
            published=moment,
        )


def main(arguments: Sequence[str]) -> None:
    """Act until standard input is closed, with pauses of twice `PAUSE_SECONDS` at most."""
    url, journal, seed, pause_seconds = arguments
    database = Database(url)
    writer = Writer(database, Path(journal), seed)
    pauses = Random(f"pauses {seed}")
    while not select.select([sys.stdin], [], [], pauses.uniform(0, 2 * float(pause_seconds)))[0]:
        writer.act()
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
