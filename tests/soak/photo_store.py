"""A served store that files are taken into: what the commands are given, and what must be there once they said yes.

Every taking has a word of its own in its captions, by which it is found again: wholly, or not at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.attachments.storage import Storage
from store.database import Database
from store.models import DbAttachment, DbBulletin, DbRendition
from store.types import Status
from tests.soak import soundness
from tests.soak.photo_reader import FILE
from tests.soak.prepared import PREPARE
from tests.support import documents, pages, pictures
from tests.support.processes import Ended, Started, environment, free_port, running
from tests.support.storages import Kept

PUBLISHER = pages.BODIES[6]
SIZE_PX, NOISE_PX = (800, 600), 96
AGAIN_SHARE = 0.2
"""This share of the photos was taken in before: then nothing new is written."""
LATER = """
import runpy, sys, time
now = time.time
time.time = lambda: now() + 2 * 86_400
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
NEWS = """Tiêu đề: Bản tin {word}
Cơ quan: {publisher}

Sáng nay, huyện khai mạc hội chợ.
"""
MANUSCRIPT = """Tiêu đề: Bản tin {word}
Cơ quan: {publisher}

Chiều nay, đoàn công tác đã đến thăm.

[Ảnh a.jpg: Ảnh thứ nhất {word} | Thu Trang]

Đoàn làm việc với các hộ.

[Ảnh b.jpg: Ảnh thứ hai {word}]

[Văn bản c.pdf: Kế hoạch {word} | 12/KH-UBND]
"""


@dataclass(frozen=True, slots=True)
class Taking:
    """One command that takes files in; `captions` are those of all that it attaches."""

    word: str
    arguments: tuple[str, ...]
    captions: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Name the command."""
        return " ".join(self.arguments[:2])


@dataclass
class Material:
    """Makes takings, one after another: each with other words, and mostly with other files."""

    folder: Path
    random: Random
    made: int = 0
    _photos: list[bytes] = field(default_factory=list)

    def bulletin(self) -> Taking:
        """Make a manuscript with two photos and a document beside it."""
        word, folder = self._begin()
        for name, content in (("a.jpg", self._photo()), ("b.jpg", self._photo()), ("c.pdf", documents.pdf(word))):
            (folder / name).write_bytes(content)
        (folder / "tin.txt").write_text(MANUSCRIPT.format(word=word, publisher=PUBLISHER), encoding="utf-8")
        captions = (f"Ảnh thứ nhất {word}", f"Ảnh thứ hai {word}", f"Kế hoạch {word}")
        return Taking(word, ("bulletin", "add", str(folder / "tin.txt"), "--publish"), captions)

    def news(self) -> Taking:
        """Make a manuscript that brings no file."""
        word, folder = self._begin()
        (folder / "tin.txt").write_text(NEWS.format(word=word, publisher=PUBLISHER), encoding="utf-8")
        return Taking(word, ("bulletin", "add", str(folder / "tin.txt"), "--publish"), ())

    def photos(self, number: int, count: int = 2, *, are_new: bool = False) -> Taking:
        """Make photos for a bulletin, of which at least the last was never taken in before."""
        word, folder = self._begin()
        captions = tuple(f"Ảnh {each} {word}" for each in range(1, count + 1))
        arguments = ["photo", "add", str(number)]
        for each in range(1, count + 1):
            (folder / f"{each}.jpg").write_bytes(self._photo(is_new=are_new or each == count))
            arguments.append(str(folder / f"{each}.jpg"))
        for caption in captions:
            arguments += ["--caption", caption]
        return Taking(word, tuple(arguments), captions)

    def document(self, number: int) -> Taking:
        """Make a document for a bulletin."""
        word, folder = self._begin()
        (folder / "ke-hoach.pdf").write_bytes(documents.pdf(f"{word} {self.random.random()}" * 2_000))
        title = f"Kế hoạch {word}"
        arguments = ("document", "add", str(number), str(folder / "ke-hoach.pdf"), "--title", title)
        return Taking(word, arguments, (title,))

    def any(self, numbers: Sequence[int]) -> Taking:
        """Make one of the three, for one of these bulletins."""
        ways: tuple[Callable[[int], Taking], ...] = (
            self.photos,
            self.photos,
            self.document,
            lambda _: self.bulletin(),
            lambda _: self.bulletin(),
        )
        return self.random.choice(ways)(self.random.choice(numbers))

    def _begin(self) -> tuple[str, Path]:
        self.made += 1
        word = f"tn{self.made}x"
        folder = self.folder / word
        folder.mkdir(parents=True)
        return word, folder

    def _photo(self, *, is_new: bool = False) -> bytes:
        if not is_new and self._photos and self.random.random() < AGAIN_SHARE:
            return self.random.choice(self._photos)
        picture = pictures.drawn(size=SIZE_PX, turned=self.random.randrange(4))
        noise = Image.frombytes("RGB", (NOISE_PX, NOISE_PX), self.random.randbytes(3 * NOISE_PX**2))
        picture.paste(noise, (self.random.randrange(600), self.random.randrange(400)))
        self._photos.append(pictures.saved(picture, "JPEG", quality=85))
        return self._photos[-1]


@dataclass(frozen=True)
class PhotoStore:
    """A store on a database and a storage, served on `port`; commands get `env`."""

    url: str
    port: int
    kept: Kept
    env: Mapping[str, str]
    logs: Path

    @property
    def storage(self) -> Storage:
        """The storage, reached as the server does."""
        return self.kept.storage

    def start(self, *arguments: object, later: bool = False) -> Started:
        """Start a command; with `later` as if two days had passed since everything came in."""
        under = (sys.executable, "-c", LATER) if later else ()
        return Started(self.logs, self.env, *arguments, under=under)

    def run(self, *arguments: object, later: bool = False) -> Ended:
        """Run a command to its end."""
        started = self.start(*arguments, later=later)
        try:
            return started.end(within_seconds=300)
        finally:
            started.kill()

    def do(self, *arguments: object, later: bool = False) -> str:
        """Run a command that must succeed, and give what it wrote to stdout."""
        ended = self.run(*arguments, later=later)
        if ended.code:
            raise AssertionError(f"bantin {' '.join(map(str, arguments))} ended with {ended.code}: {ended.err}")
        return ended.out

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Read the database by a connection that is closed again, so that none of ours hides what a crash leaves."""
        database = Database(self.url)
        try:
            # On PostgreSQL, a commit whose process was killed may still be under way: it is over at a writer's turn.
            with database.transaction(dry_run=True):
                pass
            with database.snapshot() as session:
                yield session
        finally:
            database.dispose()

    def is_there(self, taking: Taking) -> bool:
        """Say whether a taking is stored; raises AssertionError where it is only in part, or twice."""
        with self.session() as session:
            rows = session.execute(
                select(DbAttachment.bulletin, DbAttachment.caption, DbAttachment.digest)
                .where(DbAttachment.caption.in_(taking.captions))
                .order_by(DbAttachment.bulletin, DbAttachment.number)
            ).all()
            titled = select(DbBulletin.status).where(DbBulletin.title == f"Bản tin {taking.word}")
            found = list(session.scalars(titled))
        whole = [(caption, True) for caption in taking.captions]
        wanted = [Status.PUBLISHED.value] if rows and taking.kind == "bulletin add" else []
        is_right = [(row.caption, row.digest is not None) for row in rows] in ([], whole)
        if not is_right or len({row.bulletin for row in rows}) > 1 or found != wanted:
            raise AssertionError(f"{taking.kind} ({taking.word}) left {rows}, and bulletins {found}")
        return bool(rows)

    def numbers(self) -> list[int]:
        """List the bulletins."""
        with self.session() as session:
            return list(session.scalars(select(DbBulletin.number).order_by(DbBulletin.number)))

    def attached(self) -> set[str]:
        """Give the digests of all photos and documents that bulletins have."""
        with self.session() as session:
            return {each for each in session.scalars(select(DbAttachment.digest)) if each}

    def used(self) -> set[str]:
        """Give the digests of all that bulletins have, with the renditions."""
        attached = self.attached()
        with self.session() as session:
            return attached | set(session.scalars(select(DbRendition.digest).where(DbRendition.original.in_(attached))))

    def faults(self) -> list[str]:
        """Name all that is not as it is in a sound store."""
        database = Database(self.url)
        try:
            return list(soundness.faults_of(database, self.storage))
        finally:
            database.dispose()

    def list_kept(self) -> set[str]:
        """List the digests of all files in the storage."""
        return {file.digest for file in self.storage.iter_kept()}

    def list_paths(self) -> list[str]:
        """List the paths that what lies in the folder of files would have on the site; none where files are on S3."""
        folder = self.kept.folder
        if folder is None or not folder.exists():
            return []
        return [f"/files/{shard}/{name}" for shard in os.listdir(folder) for name in os.listdir(folder / shard)]

    def list_unfinished(self) -> list[str]:
        """List the paths of what is no file yet, or not any more."""
        return [path for path in self.list_paths() if not FILE.fullmatch(path)]

    def count_on_disk(self) -> int:
        """Count what lies in the folder of files."""
        return len(self.list_paths())


@contextmanager
def served(
    database: str, folder: Path, kept: Kept, *, endpoints: tuple[str, str] | None = None
) -> Iterator[PhotoStore]:
    """Prepare a store in a new folder and serve it, without a worker.

    Files on disk lie in `folder/data/files`; `endpoints` are the server's and the commands' ways to an S3 server.
    """
    with ExitStack() as stack:
        url = stack.enter_context(PREPARE[database](folder / "store"))
        port = free_port()
        env = environment(
            folder / "data", BANTIN_DATABASE_URL=url, BANTIN_BASE_URL=f"http://127.0.0.1:{port}", BANTIN_ENTRIES="500"
        )
        here, there = (_settings(kept, endpoint) for endpoint in endpoints or ("", ""))
        arguments = ("serve", "--port", port, "--workers", 1, "--no-worker")
        server = stack.enter_context(running(folder / "served", env | here, *arguments, port=port))
        yield PhotoStore(url, port, kept, env | there, folder / "log")
        if "Traceback" in server.err:
            raise AssertionError(f"the server said: {server.err[-4000:]}")


def _settings(kept: Kept, endpoint: str) -> dict[str, str]:
    settings = kept.settings
    if endpoint and kept.server is not None:
        settings["BANTIN_FILES_URL"] = settings["BANTIN_FILES_URL"].replace(kept.server.endpoint, endpoint)
    return settings
