"""The soak run of photos in short: takings are killed, the S3 store goes away, and readers get only whole files."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feeds.cli.main import main
from store import bulletins
from store.database import Database
from store.models import DbFileRemoval
from store.types import Attachment, Draft, StoredFile
from tests.soak import photo_reader, photos
from tests.soak.photo_reader import Announced, Answer, Reader, announced
from tests.soak.photo_store import PhotoStore, Taking
from tests.support.s3 import S3Server
from tests.support.storages import on_disk

JPEG = "image/jpeg"
CONTENT = b"\xff\xd8\xff a photo, nearly"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PATH = f"/files/{DIGEST[:2]}/{DIGEST}.jpg"
UNFINISHED = f"/files/{DIGEST[:2]}/.arriving-x1"
WANTED = Announced(PATH, JPEG, len(CONTENT))


def test_killed_on_disk(tmp_path: Path) -> None:
    said: list[str] = []
    done = photos.survive_on_disk("sqlite", tmp_path, kills=10, seed=4, say=said.append)
    assert done.before + done.between + done.after == done.kills == 10, said
    assert done.between > 0, said
    assert done.addresses > 0
    assert done.fetched > done.addresses
    assert done.polls > 10


def test_killed_on_s3_and_the_server_away(s3_server: S3Server, tmp_path: Path) -> None:
    said: list[str] = []
    done = photos.survive_on_s3("sqlite", tmp_path, s3_server, kills=3, seed=4, say=said.append)
    assert done.before + done.between + done.after == done.kills == 3, said
    assert set(done.outages) == {"stopped", "killed"}
    assert all(outage.polls > 3 for outage in done.outages.values())


def test_what_is_expunged_while_the_storage_is_away_is_not_forgotten(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = StoredFile(digest=DIGEST, media_type=JPEG, size_bytes=len(CONTENT))
    with sqlite_database.transaction() as session:
        bulletins.draft(session, Draft(title="Lễ hội", attachments=(Attachment(number=1, file=file),)))
    for name, value in {
        "BANTIN_DATABASE_URL": str(sqlite_database.url),
        "BANTIN_FILES_URL": "s3://bantin?endpoint=http://127.0.0.1:9",
        "BANTIN_FILES_KEY": "khoa",
        "BANTIN_FILES_SECRET": "bi-mat",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(["bulletin", "expunge", "1", "--yes"])
    out, err = capfd.readouterr()
    assert (ended.value.code, out) == (3, "expunged 1\n")
    assert "the worker removes them for good when the storage can serve again" in err
    assert "cannot be reached" in err
    with sqlite_database.snapshot() as session:
        assert session.get(DbFileRemoval, DIGEST) is not None


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer(404, "text/plain", 0, b""), "answers 404"),
        (Answer(410, "text/plain", 0, b""), "answers 410"),
        (Answer(503, "text/plain", 0, b""), "answers 503"),
        (Answer(200, JPEG, len(CONTENT), b"", broken="IncompleteRead"), "breaks off"),
        (Answer(200, JPEG, 4, CONTENT[:4]), "answers other bytes"),
        (Answer(200, JPEG, len(CONTENT), CONTENT[::-1]), "answers other bytes"),
        (Answer(200, JPEG, None, CONTENT), f"has {len(CONTENT)} bytes, not None"),
        (Answer(200, "image/webp", len(CONTENT), CONTENT), "is answered as image/webp"),
    ],
)
def test_a_wrong_answer_is_seen(answer: Answer, fault: str) -> None:
    assert fault in " ".join(photo_reader.faults_of(WANTED, answer))
    assert list(photo_reader.faults_of(WANTED, Answer(200, JPEG, len(CONTENT), CONTENT))) == []


def test_a_wrong_announcement_is_seen() -> None:
    [fault] = photo_reader.faults_of(Announced(PATH, JPEG, 4), Answer(200, JPEG, len(CONTENT), CONTENT))
    assert f"has {len(CONTENT)} bytes" in fault


@pytest.mark.parametrize("name", ["photos-and-documents.rss", "photos-and-documents.atom", "photos-and-documents.json"])
def test_all_that_a_document_names_is_found(name: str) -> None:
    document = (Path(__file__).parents[1] / "data" / "golden" / name).read_bytes()
    found = announced(name, document)
    assert {each.path for each in found} == {match[0] for match in photo_reader.FILE.finditer(document.decode())}
    told = [each for each in found if each.size_bytes]
    assert {each.media_type for each in told} >= {JPEG, "application/pdf"}
    assert len(told) < len(found), "renditions are only shown"


@contextmanager
def answering(answers: dict[str, tuple[int, str, bytes]]) -> Iterator[int]:
    """Serve these paths, anything else with 404; give the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, media_type, body = answers.get(self.path, (404, "text/plain", b""))
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


PHOTO = (200, JPEG, CONTENT)
ATTACHED = {"url": f"http://127.0.0.1{PATH}", "mime_type": JPEG, "size_in_bytes": len(CONTENT)}
FEED = (200, "application/feed+json", json.dumps({"items": [{"attachments": [ATTACHED]}]}).encode())


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"/feeds/all.json": FEED, PATH: PHOTO}, ""),
        ({"/feeds/all.json": (503, "text/plain", b"")}, "/feeds/all.json answers 503"),
        ({"/feeds/all.json": FEED}, "is announced and answers 404"),
        ({"/feeds/all.json": FEED, PATH: (200, JPEG, CONTENT[:-1])}, "answers other bytes"),
        ({"/feeds/all.json": FEED, PATH: PHOTO, UNFINISHED: PHOTO}, f"{UNFINISHED} is no file yet, and answers 200"),
        ({"/feeds/all.json": (200, "application/feed+json", b"<html>")}, "the reader met JSONDecodeError"),
    ],
)
def test_a_reader_sees_a_site_that_errs(
    answers: dict[str, tuple[int, str, bytes]], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_reader, "FEEDS", ("/feeds/all.json",))
    monkeypatch.setattr(photo_reader, "PAUSE_SECONDS", 0.01)
    with answering(answers) as port:
        with Reader(port, find_behind=lambda: [UNFINISHED, PATH], seed="0") as reader:
            deadline = time.monotonic() + 20
            while reader.polls < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
        assert reader.polls >= 2
        assert (fault in " ".join(reader.faults)) if fault else (reader.faults == [])


def test_a_taking_that_is_there_in_part_is_seen(sqlite_database: Database, tmp_path: Path) -> None:
    url = sqlite_database.url.render_as_string(hide_password=False)
    store = PhotoStore(url, port=0, kept=on_disk(tmp_path), env={}, logs=tmp_path)
    taking = Taking("tn1x", ("photo", "add", "1"), ("một", "hai"))
    file = StoredFile(digest=DIGEST, media_type=JPEG, size_bytes=len(CONTENT))

    def has(*captions: str) -> None:
        attached = tuple(Attachment(number=n, caption=each, file=file) for n, each in enumerate(captions, 1))
        with sqlite_database.transaction() as session:
            bulletins.draft(session, Draft(title="Lễ hội", attachments=attached))

    assert not store.is_there(taking)
    has("một", "hai")
    assert store.is_there(taking)
    has("hai")
    with pytest.raises(AssertionError, match="left"):
        store.is_there(taking)
