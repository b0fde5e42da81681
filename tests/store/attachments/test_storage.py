"""The contract of storages, on disk and on S3 alike: what every one of them promises to whoever keeps a file."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.attachments.disk import DiskStorage
from store.attachments.objects import S3Storage
from store.attachments.storage import Storage, is_digest, open_storage
from store.errors import NotFound
from tests.support.s3 import SECRET
from tests.support.storages import Kept

JPEG = "image/jpeg"
ABSENT = "ab" * 32
LONG = bytes(range(256)) * 12_000
NO_DIGESTS = ["", "..", "../../etc/passwd", ABSENT.upper(), ABSENT[:-1], ABSENT + "0", f"ab/{ABSENT}", ABSENT + "\n"]


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digests(storage: Storage) -> set[str]:
    return {file.digest for file in storage.iter_kept()}


@pytest.mark.parametrize("content", [b"", b"\x00", "Lễ hội".encode(), LONG], ids=["nothing", "byte", "text", "long"])
def test_what_is_put_is_given_back(kept: Kept, content: bytes) -> None:
    digest = kept.storage.put(content, JPEG)
    assert digest == digest_of(content)
    assert kept.storage.get(digest) == content
    with kept.storage.open(digest) as file:
        assert file.read() == content


def test_the_same_bytes_are_kept_once(kept: Kept) -> None:
    assert kept.storage.put(b"photo", JPEG) == kept.storage.put(b"photo", "application/pdf")
    assert [file.digest for file in kept.storage.iter_kept()] == [digest_of(b"photo")]


def test_what_is_kept_is_listed_with_its_size_and_time(kept: Kept) -> None:
    assert list(kept.storage.iter_kept()) == []
    before = time.time()
    for content in (b"one", b"three", b""):
        kept.storage.put(content, JPEG)
    files = {file.digest: file for file in kept.storage.iter_kept()}
    assert {file.digest: file.size_bytes for file in files.values()} == {
        digest_of(b"one"): 3,
        digest_of(b"three"): 5,
        digest_of(b""): 0,
    }
    # An S3 store tells whole seconds.
    assert all(before - 2 < file.touched_at < time.time() + 2 for file in files.values())


def test_more_than_one_page_of_a_listing_is_listed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.attachments.objects.LISTED_AT_ONCE", 7)
    contents = [f"tệp {number}".encode() for number in range(20)]
    for content in contents:
        kept.storage.put(content, JPEG)
    assert digests(kept.storage) == set(map(digest_of, contents))


def test_a_file_that_is_not_there_is_said_at_once(kept: Kept) -> None:
    kept.storage.put(b"another", JPEG)
    with pytest.raises(NotFound):
        kept.storage.get(ABSENT)
    with pytest.raises(NotFound):
        kept.storage.open(ABSENT)
    with pytest.raises(NotFound):
        kept.storage.set_aside(ABSENT)


@pytest.mark.parametrize("name", NO_DIGESTS)
def test_nothing_but_a_digest_names_a_file(kept: Kept, name: str) -> None:
    assert not is_digest(name)
    for method in (kept.storage.get, kept.storage.open, kept.storage.remove, kept.storage.set_aside):
        with pytest.raises(ValueError, match="no SHA-256 in hex"):
            method(name)


def test_an_opened_file_can_be_read_from_anywhere(kept: Kept) -> None:
    with kept.storage.open(kept.storage.put(LONG, JPEG)) as file:
        assert file.seekable()
        assert file.seek(0, 2) == len(LONG)
        assert file.read(10) == b""
        assert file.seek(-5, 2) == len(LONG) - 5
        assert file.read() == LONG[-5:]
        assert file.seek(1_000_001) == 1_000_001
        assert file.read(900_000) == LONG[1_000_001:1_900_001]
        assert file.tell() == 1_900_001
        assert file.seek(-1_900_000, 1) == 1
        assert file.read(3) == LONG[1:4]
        assert file.seek(len(LONG) + 100) == len(LONG) + 100
        assert file.read(1) == b""
        file.seek(0)
        assert b"".join(iter(lambda: file.read(65_537), b"")) == LONG


def test_what_is_removed_is_gone_and_may_come_back(kept: Kept) -> None:
    digest = kept.storage.put(b"photo", JPEG)
    other = kept.storage.put(b"other", JPEG)
    assert kept.storage.remove(digest)
    with pytest.raises(NotFound):
        kept.storage.get(digest)
    assert digests(kept.storage) == {other}
    assert kept.storage.remove(digest), "what is not there is no error"
    assert kept.storage.put(b"photo", JPEG) == digest
    assert kept.storage.get(digest) == b"photo"


def test_what_came_in_again_since_is_not_removed(kept: Kept) -> None:
    digest = kept.storage.put(b"photo", JPEG)
    assert not kept.storage.remove(digest, unless_touched_after=time.time() - 60)
    assert kept.storage.get(digest) == b"photo"
    assert kept.storage.remove(digest, unless_touched_after=time.time() + 60)
    assert digests(kept.storage) == set()


def test_putting_again_touches(kept: Kept) -> None:
    digest = kept.storage.put(b"photo", JPEG)
    kept.age(digest, 3_600)
    kept.storage.put(b"photo", JPEG)
    assert not kept.storage.remove(digest, unless_touched_after=time.time() - 60)


def test_altered_bytes_are_set_aside_and_never_lost(kept: Kept) -> None:
    digest = kept.storage.put(b"photo", JPEG)
    places = []
    for damage in (b"ph\x00to", b"phot"):
        kept.plant(f"{digest[:2]}/{digest}", damage)
        assert kept.storage.get(digest) == damage
        places.append(kept.storage.set_aside(digest))
        with pytest.raises(NotFound):
            kept.storage.get(digest)
        assert digests(kept.storage) == set()
    assert len(set(places)) == 2
    assert [bytes_at(kept, place) for place in places] == [b"ph\x00to", b"phot"]
    assert kept.storage.put(b"photo", JPEG) == digest
    assert kept.storage.get(digest) == b"photo"
    assert kept.storage.find_stranger() is None


@pytest.mark.parametrize("is_there", [True, False])
def test_what_was_set_aside_goes_with_the_photo(kept: Kept, is_there: bool) -> None:
    digest, other = kept.storage.put(b"photo", JPEG), kept.storage.put(b"other", JPEG)
    for each in (digest, other):
        kept.plant(f"{each[:2]}/{each}", b"altered")
    gone, left = kept.storage.set_aside(digest), kept.storage.set_aside(other)
    if is_there:
        kept.storage.put(b"photo", JPEG)
    assert kept.storage.remove(digest)
    assert bytes_at(kept, left) == b"altered"
    with pytest.raises((FileNotFoundError, AssertionError), match=r"NoSuchKey|No such file"):
        bytes_at(kept, gone)


def bytes_at(kept: Kept, place: str) -> bytes:
    if kept.server is None:
        return Path(place).read_bytes()
    return kept.server.request("GET", "/" + place.removeprefix("s3://"))[1]


@pytest.mark.parametrize(
    "name", ["ghi-chu.txt", f"{ABSENT}", f"cd/{ABSENT}", f"ab/{ABSENT}.jpg", f"ab/cd/{ABSENT}", "ab/Thumbs.db"]
)
def test_what_others_put_there_is_no_file_of_ours(kept: Kept, name: str) -> None:
    kept.storage.put(b"photo", JPEG)
    assert kept.storage.find_stranger() is None
    kept.plant(name, b"strange")
    assert digests(kept.storage) == {digest_of(b"photo")}
    assert name.partition("/")[0] in (kept.storage.find_stranger() or "")


def test_partials_of_the_living_are_left_alone(kept: Kept) -> None:
    digest = kept.storage.put(b"photo", JPEG)
    assert kept.storage.remove_partials(older_than_seconds=60) == 0
    assert kept.storage.get(digest) == b"photo"


def test_many_may_put_the_same_bytes_at_once(kept: Kept) -> None:
    with ThreadPoolExecutor(8) as threads:
        put = list(threads.map(lambda _: kept.storage.put(LONG, JPEG), range(8)))
    assert set(put) == {digest_of(LONG)}
    assert kept.storage.get(put[0]) == LONG
    assert digests(kept.storage) == set(put)
    assert kept.storage.find_stranger() is None


def test_many_may_put_and_read_different_bytes_at_once(kept: Kept) -> None:
    contents = [hashlib.sha256(bytes([number])).digest() * 5_000 for number in range(24)]

    def put_and_read(content: bytes) -> bool:
        return kept.storage.get(kept.storage.put(content, JPEG)) == content

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(put_and_read, contents))
    assert digests(kept.storage) == set(map(digest_of, contents))


def test_a_place_is_named_without_secrets(kept: Kept) -> None:
    said = kept.storage.describe()
    assert (str(kept.folder) if kept.folder else kept.bucket) in said
    assert SECRET not in said


def test_an_address_chooses_the_kind(tmp_path: Path) -> None:
    on_disk = open_storage("", tmp_path)
    assert isinstance(on_disk, DiskStorage)
    assert on_disk.folder == tmp_path
    assert list(tmp_path.iterdir()) == [], "nothing is touched yet"
    assert isinstance(open_storage("s3://tinh/tep?region=ap-southeast-1", tmp_path), S3Storage)
    with pytest.raises(ValueError, match="s3://BUCKET"):
        open_storage("https://tinh.example/tep", tmp_path)
