"""What a check of the files finds and what it mends, while bulletins and files come and go around it."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from store import bulletins, catalogue, expunging
from store.attachments.checking import Findings, examine
from store.attachments.disk import DiskStorage
from store.attachments.intake import GivenPhoto, Intake
from store.attachments.mending import remove_orphans, repair
from store.attachments.picture_pool import PicturePool
from store.database import Database
from store.types import Attachment, StoredFile
from tests.support.samples import draft

DAY_SECONDS = 86_400
STRANGE = b"nobody refers to this"


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    with PicturePool() as pool:
        yield pool


@pytest.fixture
def photo(storage: DiskStorage, pool: PicturePool) -> StoredFile:
    """A photo that is kept with its renditions."""
    drawn = io.BytesIO()
    Image.radial_gradient("L").resize((400, 300)).save(drawn, "JPEG")
    return Intake(storage, pool).take_photo(GivenPhoto("cho.jpg", drawn.getvalue)).file


def add(database: Database, file: StoredFile) -> int:
    with database.transaction() as session:
        return bulletins.draft(session, draft(attachments=(Attachment(number=1, caption="Chợ phiên", file=file),)))


def shown(database: Database, number: int) -> str | None:
    with database.snapshot() as session:
        file = catalogue.get_bulletin(session, number).attachments[0].file
    return file.digest if file else None


def damage(storage: DiskStorage, digest: str) -> bytes:
    """Alter one byte of a kept file; give what it was."""
    path = storage.path(digest)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    return whole


def bytes_kept(storage: DiskStorage) -> dict[str, bytes]:
    return {file.digest: storage.get(file.digest) for file in storage.iter_kept()}


def aged_orphan(storage: DiskStorage, age_seconds: float) -> str:
    digest = storage.put(STRANGE, "image/jpeg")
    os.utime(storage.path(digest), (time.time() - age_seconds,) * 2)
    return digest


@pytest.mark.parametrize(("age_seconds", "is_orphan"), [(DAY_SECONDS - 300, False), (DAY_SECONDS + 300, True)])
def test_an_orphan_was_not_touched_for_a_day(
    sqlite_database: Database, storage: DiskStorage, age_seconds: float, is_orphan: bool
) -> None:
    digest = aged_orphan(storage, age_seconds)
    findings = examine(sqlite_database, storage)
    assert [orphan.digest for orphan in findings.orphans] == [digest] * is_orphan


def test_an_orphan_that_came_in_again_since_stays(sqlite_database: Database, storage: DiskStorage) -> None:
    """It may wait for hours until the last photo of its batch is in."""
    digest = aged_orphan(storage, 2 * DAY_SECONDS)
    findings = examine(sqlite_database, storage)
    os.utime(storage.path(digest), (time.time() - 3_600,) * 2)
    assert remove_orphans(sqlite_database, storage, findings.orphans) == (0, 0)
    assert storage.get(digest) == STRANGE
    aged_orphan(storage, 2 * DAY_SECONDS)
    assert remove_orphans(sqlite_database, storage, findings.orphans) == (1, len(STRANGE))


@pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "altered"])
def test_a_photo_that_came_back_since_the_check_is_left_alone(
    sqlite_database: Database, storage: DiskStorage, pool: PicturePool, photo: StoredFile, is_missing: bool
) -> None:
    number = add(sqlite_database, photo)
    whole = damage(storage, photo.digest)
    if is_missing:
        storage.path(photo.digest).unlink()
    findings = examine(sqlite_database, storage)
    assert not findings.is_sound
    storage.path(photo.digest).write_bytes(whole)
    said = list(repair(sqlite_database, storage, findings, pool=pool))
    assert said
    assert all("is whole again" in sentence for sentence in said)
    assert shown(sqlite_database, number) == photo.digest
    assert storage.get(photo.digest) == whole
    assert storage.find_stranger() is None
    assert [path.name for path in storage.path(photo.digest).parent.iterdir() if "altered" in path.name] == []


def test_renditions_that_came_back_since_the_check_are_left_alone(
    sqlite_database: Database, storage: DiskStorage, pool: PicturePool, photo: StoredFile
) -> None:
    add(sqlite_database, photo)
    kept = bytes_kept(storage)
    lost = photo.renditions[0].digest
    storage.path(lost).unlink()
    findings = examine(sqlite_database, storage)
    storage.path(lost).write_bytes(kept[lost])
    assert list(repair(sqlite_database, storage, findings, pool=pool)) == [
        f"{photo.digest}: each of its renditions is whole again"
    ]


@pytest.mark.parametrize("what", ["original", "altered rendition"])
def test_what_is_gone_since_the_check_ends_no_repair(
    sqlite_database: Database, storage: DiskStorage, pool: PicturePool, photo: StoredFile, what: str
) -> None:
    number = add(sqlite_database, photo)
    lost = photo.renditions[0].digest
    damage(storage, lost)
    findings = examine(sqlite_database, storage)
    assert [fault.digest for fault in findings.altered] == [lost]
    storage.path(photo.digest if what == "original" else lost).unlink()
    said = " ".join(repair(sqlite_database, storage, findings, pool=pool))
    assert "since" in said
    assert shown(sqlite_database, number) == photo.digest
    assert ("check again" in said) == (what == "original")


def test_a_rendition_that_is_attached_itself_comes_back_for_both(
    sqlite_database: Database, storage: DiskStorage, pool: PicturePool, photo: StoredFile
) -> None:
    made = next(each for each in photo.renditions if each.media_type == "image/jpeg" and each.width_px == 320)
    alone = StoredFile(
        digest=made.digest,
        media_type=made.media_type,
        size_bytes=made.size_bytes,
        width_px=made.width_px,
        height_px=made.height_px,
    )
    add(sqlite_database, photo)
    number = add(sqlite_database, alone)
    kept = bytes_kept(storage)
    storage.path(made.digest).unlink()
    findings = examine(sqlite_database, storage)
    (fault,) = findings.missing
    assert (fault.bulletins, fault.original, fault.is_attached) == ((number,), photo.digest, True)
    said = list(repair(sqlite_database, storage, findings, pool=pool))
    assert said[0] == f"{photo.digest}: 1 of its renditions made again"
    assert bytes_kept(storage) == kept
    assert shown(sqlite_database, number) == made.digest
    assert examine(sqlite_database, storage).is_sound


def test_a_check_lets_go_of_the_database_while_it_reads_files(
    sqlite_database: Database, storage: DiskStorage, photo: StoredFile
) -> None:
    """What is written meanwhile would pile up in SQLite's log; and what goes meanwhile is no fault."""
    number = add(sqlite_database, photo)
    storage.path(photo.digest).unlink()
    done: list[int] = []

    def expunge(*_: object) -> None:
        if not done:
            with sqlite_database.transaction() as session:
                expunging.expunge(session, number, reason="Theo yêu cầu")
            # Refused where any reader still looks at what was there before.
            done.append(sqlite_database.purge_deleted())

    findings = examine(sqlite_database, storage, progress=expunge)
    assert done == [True]
    assert findings == replace(
        Findings(checked=0, checked_bytes=0), checked=findings.checked, checked_bytes=findings.checked_bytes
    )
    assert findings.checked == 1 + len(photo.renditions)
