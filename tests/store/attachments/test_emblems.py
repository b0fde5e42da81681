"""The picture of a channel: made harmless, in its two shapes, kept while a channel has it, saved with the store."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from store import bulletins, channel_settings, expunging, files
from store.attachments.checking import examine
from store.attachments.disk import DiskStorage
from store.attachments.intake import GivenPhoto, Intake
from store.attachments.mending import remove_orphans, repair
from store.attachments.picture_pool import PicturePool
from store.attachments.pictures import Picture, develop_emblem
from store.attachments.removal import sweep
from store.backups.restoring import restore
from store.database import Database, sqlite_url
from store.errors import PhotoRefused
from store.types import Attachment, ChannelSettings, Selection, StoredFile
from tests.support.backups import back_up
from tests.support.photos import HerePool, take_emblem
from tests.support.samples import draft
from tests.support.stores import Clock

RED, CLEAR = (200, 30, 30, 255), 0


def drawn(size: tuple[int, int], image_format: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, RED[: len(mode)]).save(out, image_format, **options)  # type: ignore[arg-type] # of Pillow
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGBA")


def shapes(picture: Picture) -> tuple[Image.Image, Image.Image]:
    (wide,) = picture.renditions
    assert (wide.name, wide.media_type, picture.media_type) == ("logo", "image/png", "image/png")
    return opened(picture.content), opened(wide.content)


@pytest.mark.parametrize(
    ("size", "icon_box", "logo_box"),
    [
        ((144, 144), (0, 0, 144, 144), (72, 0, 216, 144)),
        ((900, 900), (0, 0, 144, 144), (72, 0, 216, 144)),
        ((900, 450), (0, 36, 144, 108), (0, 0, 288, 144)),
        ((450, 900), (36, 0, 108, 144), (108, 0, 180, 144)),
    ],
)
def test_all_of_a_picture_is_seen_in_both_shapes(
    size: tuple[int, int], icon_box: tuple[int, ...], logo_box: tuple[int, ...]
) -> None:
    icon, logo = shapes(develop_emblem(drawn(size), name="huy-hieu.png"))
    assert (icon.size, logo.size) == ((144, 144), (288, 144))
    # What is drawn lies exactly there, and all around it is transparent.
    assert icon.getchannel("A").getbbox() == icon_box
    assert logo.getchannel("A").getbbox() == logo_box
    assert icon.getpixel((72, 72)) == logo.getpixel((144, 72)) == RED


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_nothing_of_its_maker_is_kept(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh của Lan"
    options = {"exif": exif} if image_format != "GIF" else {"comment": b"of Lan"}
    picture = develop_emblem(drawn((300, 300), image_format, **options), name="x")
    for content in (picture.content, picture.renditions[0].content):
        assert b"Lan" not in content
        with Image.open(io.BytesIO(content)) as image:
            assert not image.info.keys() & {"exif", "comment", "icc_profile"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (drawn((143, 500)), "143 x 500 pixels"),
        (drawn((500, 143)), "500 x 143 pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no photo"),
        (drawn((300, 300))[:200], "accepted: a whole photo"),
        (b"", "no photo"),
    ],
)
def test_what_makes_no_picture_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(PhotoRefused, match=reason) as refusal:
        develop_emblem(content, name="huy-hieu.png")
    assert "huy-hieu.png" in str(refusal.value)
    assert refusal.value.vietnamese


def test_it_is_made_where_foreign_pictures_are_looked_at() -> None:
    content = drawn((700, 500), "JPEG")
    with PicturePool(1) as pool:
        assert pool.develop_emblem(content, name="x") == develop_emblem(content, name="x")
        with pytest.raises(PhotoRefused, match="at least 144 x 144"):
            pool.develop_emblem(drawn((10, 10)), name="x")


# Kept


def give(database: Database, image: StoredFile | None) -> None:
    with database.transaction() as session:
        channel_settings.set_channel_settings(session, Selection(), ChannelSettings(image=image))


def age(storage: DiskStorage) -> None:
    for file in storage.iter_kept():
        os.utime(storage.path(file.digest), (time.time() - 90_000,) * 2)


def test_a_picture_is_no_orphan_while_a_channel_has_it(database: Database, storage: DiskStorage) -> None:
    emblem = take_emblem(storage)
    wide = emblem.renditions[0]
    give(database, emblem)
    age(storage)
    findings = examine(database, storage)
    assert (findings.is_sound, findings.checked, findings.orphans) == (True, 2, ())
    give(database, None)
    findings = examine(database, storage)
    assert {orphan.digest for orphan in findings.orphans} == {emblem.digest, wide.digest}
    assert remove_orphans(database, storage, findings.orphans)[0] == 2
    assert list(storage.iter_kept()) == []
    give(database, take_emblem(storage))
    assert examine(database, storage).is_sound


def test_a_photo_that_is_expunged_stays_while_a_channel_has_it_for_its_picture(
    database: Database, storage: DiskStorage
) -> None:
    emblem = take_emblem(storage)
    with database.transaction() as session:
        said = draft(attachments=(Attachment(number=1, caption="Huy hiệu", file=emblem),), body="")
        number = bulletins.draft(session, said)
    give(database, emblem)
    with database.transaction() as session:
        expunging.expunge(session, number)
    age(storage)
    assert sweep(database, storage) == (0, 0)
    assert examine(database, storage).checked == 2


def test_a_lost_wide_form_is_made_again_and_its_readers_are_told(database: Database, storage: DiskStorage) -> None:
    emblem = take_emblem(storage, (600, 300))
    wide = emblem.renditions[0]
    give(database, emblem)
    storage.path(wide.digest).unlink()
    findings = examine(database, storage)
    (fault,) = findings.missing
    assert (fault.digest, fault.original, fault.bulletins, fault.channels) == (wide.digest, emblem.digest, (), ("all",))
    with PicturePool(1) as pool:
        said = list(repair(database, storage, findings, pool=pool))
    assert said == [f"{emblem.digest}: 1 of its renditions made again"]
    assert examine(database, storage).is_sound
    with database.snapshot() as session:
        image = channel_settings.channel_settings(session, Selection()).image
        assert image is not None
        assert [made.name for made in image.renditions] == ["logo"]
        assert files.find_visible_file(session, image.renditions[0].digest) is not None


@pytest.mark.parametrize("is_altered", [False, True])
def test_a_channel_whose_picture_is_lost_has_that_of_the_site(
    database: Database, storage: DiskStorage, is_altered: bool
) -> None:
    emblem = take_emblem(storage)
    give(database, emblem)
    path = storage.path(emblem.digest)
    if is_altered:
        path.write_bytes(b"x" * emblem.size_bytes)
    else:
        path.unlink()
    findings = examine(database, storage)
    (fault,) = findings.altered if is_altered else findings.missing
    assert (fault.digest, fault.channels) == (emblem.digest, ("all",))
    said = list(repair(database, storage, findings, pool=HerePool()))
    assert any("channel all has the picture of the site" in sentence for sentence in said)
    with database.snapshot() as session:
        assert channel_settings.channel_settings(session, Selection()).image is None
    assert examine(database, storage).is_sound


def test_pictures_come_back_with_a_backup(
    database: Database, storage: DiskStorage, clock: Clock, tmp_path: Path
) -> None:
    emblem = take_emblem(storage)
    give(database, emblem)
    made = back_up(database, storage, tmp_path / "backups")
    assert set(made.manifest.files) == {emblem.digest, emblem.renditions[0].digest}
    restored = Database(sqlite_url(tmp_path / "new" / "bantin.sqlite"), clock=clock)
    place = DiskStorage(tmp_path / "new" / "files")
    restore(restored, place, made.path)
    with restored.snapshot() as session:
        assert channel_settings.channel_settings(session, Selection()).image == emblem
    assert examine(restored, place).is_sound
    restored.dispose()


def test_looking_alone_keeps_nothing(storage: DiskStorage) -> None:
    Intake(None, HerePool()).take_emblem(GivenPhoto("x", lambda: drawn((200, 200))))
    assert list(storage.iter_kept()) == []
