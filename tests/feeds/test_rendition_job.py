"""The worker makes the renditions that photos lack, once, and a photo that it cannot read holds up no other."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from feeds.jobs import FIRST_REST_SECONDS, RENDITION_SECONDS, RenditionMaking
from feeds.samples.drawings import draw
from store import attaching, bulletins, catalogue, files, publication
from store.attachments import recipe, renditions
from store.attachments.disk import DiskStorage
from store.database import Database
from store.types import Bulletin, Focus, StoredFile
from tests.support.photos import HerePool, take_photo
from tests.support.samples import draft


class Elapsed:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def job(database: Database, storage: DiskStorage, elapsed: Elapsed) -> RenditionMaking:
    made = RenditionMaking(database, storage, elapsed)
    made._pool = HerePool()
    return made


def run(job: RenditionMaking, database: Database) -> float:
    return job.make_one(lambda: database.transaction(actor="worker"))


def run_all(job: RenditionMaking, database: Database) -> int:
    """Run the job until nothing is due; return for how many photos it tried."""
    tried = []
    begin = job._begin
    job._begin = lambda due: tried.append(due) or begin(due)
    while run(job, database) == 0.0:
        pass
    del job._begin
    return len(tried)


def publish(database: Database, file: StoredFile, *, focus: Focus | None = None) -> int:
    with database.transaction() as session:
        number = bulletins.draft(session, draft())
        attaching.attach_file(session, number, 1, file)
        publication.publish(session, number, publisher_required=False)
        attached = catalogue.get_bulletin(session, number).attachments[0]
        attaching.revise_attachment(session, number, replace(attached, focus=focus))
    return number


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def bare(storage: DiskStorage, name: str = "cho-phien.jpg") -> StoredFile:
    """Take a photo in as older versions did: without renditions."""
    return replace(take_photo(storage, draw(name, width_px=800, height_px=533)), renditions=())


def test_a_photo_that_came_without_gets_all_its_renditions(
    database: Database, storage: DiskStorage, job: RenditionMaking
) -> None:
    whole = take_photo(storage, draw("cho-phien.jpg", width_px=800, height_px=533))
    number = publish(database, bare(storage))
    before = read(database, number)
    assert run_all(job, database) == 1
    after = read(database, number)
    assert after.attachments[0].file == whole
    assert (after.updated, after.revision) == (before.updated, before.revision)
    # The entry reads otherwise now, so its document has another tag.
    assert after.version > before.version
    assert run(job, database) == RENDITION_SECONDS


def test_a_new_recipe_is_noticed_at_the_start_of_the_worker(
    database: Database, storage: DiskStorage, job: RenditionMaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = publish(database, take_photo(storage, draw("cau-moi.jpg", width_px=800, height_px=533)))
    old = read(database, number).attachments[0].file
    monkeypatch.setattr(recipe, "RECIPE", 2)
    monkeypatch.setattr(recipe, "WIDTHS_PX", (200, 1280))
    assert run_all(job, database) == 1
    new = read(database, number).attachments[0].file
    assert {r.name for r in new.renditions} == recipe.names_of(old)
    assert "jpeg-200" in {r.name for r in new.renditions}
    with database.snapshot() as session:
        assert all(files.find_visible_file(session, r.digest) for r in old.renditions)


def test_a_focus_set_later_gets_its_card(database: Database, storage: DiskStorage, job: RenditionMaking) -> None:
    file = take_photo(storage, draw("cau-moi.jpg", width_px=800, height_px=533))
    number = publish(database, file, focus=Focus(0, 100))
    with database.snapshot() as session:
        assert renditions.find_due(session).names == {"card-0-100"}
    assert run_all(job, database) == 1
    attached = read(database, number).attachments[0]
    assert recipe.share_card(attached).name == "card-0-100"
    assert recipe.share_card(replace(attached, focus=None)).digest != recipe.share_card(attached).digest


def test_a_photo_that_cannot_be_read_rests_and_the_others_are_made(
    database: Database,
    storage: DiskStorage,
    job: RenditionMaking,
    elapsed: Elapsed,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost, good = bare(storage, "cau-moi.jpg"), bare(storage)
    numbers = publish(database, lost), publish(database, good)
    content = storage.get(lost.digest)
    storage.remove(lost.digest)
    with caplog.at_level(logging.CRITICAL, "feeds.jobs"):
        assert run_all(job, database) == 2
    assert read(database, numbers[1]).attachments[0].file.renditions
    assert not read(database, numbers[0]).attachments[0].file.renditions
    assert run(job, database) == RENDITION_SECONDS
    storage.put(content, "image/jpeg")
    elapsed.seconds += FIRST_REST_SECONDS + 1
    assert run_all(job, database) == 1
    assert read(database, numbers[0]).attachments[0].file.renditions
