"""Files as clients get them, over a socket, from a disk and from an S3 store alike."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from feeds.app import create_app
from feeds.settings import SENDING_AT_ONCE, Settings
from store import bulletins, expunging, publication
from store.attachments import removal
from store.attachments.kinds import PDF
from store.database import Database
from store.types import Attachment, AttachmentKind, StoredFile
from tests.support.processes import environment, free_port, running, wait_until
from tests.support.s3 import Line, S3Server
from tests.support.samples import draft
from tests.support.storages import PREFIX, Kept, on_disk, on_s3
from tests.support.stores import Clock, fresh_sqlite

PHOTO = b"\xff\xd8\xff\xe0 a photo, nearly " + bytes(range(256)) * 2_000
DOCUMENT = b"%PDF-1.7 a document, nearly\n%%EOF"
JPEG = "image/jpeg"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask as a client that normalises no path; a body that breaks off raises IncompleteRead."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


@dataclass(frozen=True)
class Site:
    """A served store whose bulletins have a photo and a document each."""

    port: int
    database: Database
    kept: Kept

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return ask(self.port, path, method, **headers)

    def keep(self, content: bytes, media_type: str) -> StoredFile:
        digest = self.kept.storage.put(content, media_type)
        return StoredFile(digest=digest, media_type=media_type, size_bytes=len(content))

    def add(self, *attachments: Attachment, is_published: bool = True) -> int:
        with self.database.transaction() as session:
            number = bulletins.draft(session, draft(attachments=attachments))
            if is_published:
                publication.publish(session, number, publisher_required=False)
        return number


def photo_of(file: StoredFile) -> Attachment:
    return Attachment(number=1, caption="Quang cảnh", file=file)


def document_of(file: StoredFile, *, reference: str = "", caption: str = "", number: int = 1) -> Attachment:
    return Attachment(number=number, kind=AttachmentKind.DOCUMENT, reference=reference, caption=caption, file=file)


def address(file: StoredFile, extension: str = ".jpg") -> str:
    return f"/files/{file.digest[:2]}/{file.digest}{extension}"


def settings_of(kept: Kept, folder: Path) -> Settings:
    """Name the storage; one on disk lies where a site with its data in `folder` looks for it."""
    return Settings.from_env({"BANTIN_DATA": str(folder), **kept.settings})


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve an application over a socket; give its port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class QuietHandler(WSGIRequestHandler):
    """Writes nothing of its own; connections that clients break are meant."""

    def log(self, *_said: object) -> None:
        pass

    def connection_dropped(self, *_said: object) -> None:
        pass


@pytest.fixture
def site(sqlite_database: Database, kept: Kept, tmp_path: Path) -> Iterator[Site]:
    app = create_app(settings_of(kept, tmp_path), database=sqlite_database)
    with served(app) as port:
        yield Site(port, sqlite_database, kept)


@pytest.fixture
def photo(site: Site) -> StoredFile:
    """The photo of a published bulletin."""
    file = site.keep(PHOTO, JPEG)
    site.add(photo_of(file))
    return file


def test_a_photo_is_shown_and_kept_for_ever(site: Site, photo: StoredFile) -> None:
    answer = site.ask(address(photo))
    assert (answer.status, answer.body) == (200, PHOTO)
    assert dict(answer.headers) | {
        "Content-Type": JPEG,
        "Content-Length": str(len(PHOTO)),
        "ETag": f'"{photo.digest}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    } == dict(answer.headers)
    assert not {"Content-Disposition", "Set-Cookie", "Vary", "Transfer-Encoding"} & set(answer.headers)


def test_head_is_get_without_the_body(site: Site, photo: StoredFile) -> None:
    get, head = site.ask(address(photo)), site.ask(address(photo), "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert {**head.headers, "Date": ""} == {**get.headers, "Date": ""}


def test_the_key_of_a_file_is_its_address_too(site: Site, photo: StoredFile) -> None:
    """So that a CDN may fetch from here what it is asked for by the address of an S3 store."""
    bare, full = site.ask(address(photo, "")), site.ask(address(photo))
    assert bare.body == full.body
    assert {**bare.headers, "Date": ""} == {**full.headers, "Date": ""}


PARTS = {
    "bytes=0-0": (0, 1),
    "bytes=0-1": (0, 2),
    "bytes=100-70099": (100, 70_100),
    "bytes=500000-": (500_000, len(PHOTO)),
    "bytes=-5": (len(PHOTO) - 5, len(PHOTO)),
    "bytes=-9999999": (0, len(PHOTO)),
    f"bytes=10-{10**19}": (10, len(PHOTO)),
    "Bytes = 3 - 4": (3, 5),
}
NO_PARTS = ("bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "items=0-1", "0-1", "bytes=0-1,3-4", f"bytes=0-{'9' * 99}")


def test_a_part_is_sent_exactly(site: Site, photo: StoredFile) -> None:
    for asked, (start, end) in PARTS.items():
        answer = site.ask(address(photo), Range=asked)
        assert (answer.status, answer.body) == (206, PHOTO[start:end]), asked
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(PHOTO)}"
        assert answer.headers["Content-Length"] == str(end - start)
        assert answer.headers["Content-Type"] == JPEG
        assert answer.headers["ETag"] == f'"{photo.digest}"'


def test_a_part_that_is_not_there_is_refused_with_the_length(site: Site, photo: StoredFile) -> None:
    for asked in (f"bytes={len(PHOTO)}-", "bytes=-0", f"bytes={len(PHOTO) + 5}-{len(PHOTO) + 9}"):
        answer = site.ask(address(photo), Range=asked)
        assert answer.status == 416, asked
        assert answer.headers["Content-Range"] == f"bytes */{len(PHOTO)}"
        assert "immutable" not in answer.headers.get("Cache-Control", "")
        assert len(answer.body) < 200


def test_what_is_no_range_gets_the_whole_file(site: Site, photo: StoredFile) -> None:
    for asked in NO_PARTS:
        answer = site.ask(address(photo), Range=asked)
        assert (answer.status, len(answer.body)) == (200, len(PHOTO)), asked
    # Only GET knows parts.
    assert site.ask(address(photo), "HEAD", Range="bytes=0-1").status == 200


def test_a_known_file_is_not_sent_again(site: Site, photo: StoredFile) -> None:
    tag = f'"{photo.digest}"'
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        for more in ({}, {"Range": "bytes=0-1"}):
            answer = site.ask(address(photo), If_None_Match=known, **more)
            assert (answer.status, answer.body) == (304, b"")
            assert answer.headers["ETag"] == tag
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert site.ask(address(photo), If_None_Match='"other"').status == 200


def test_a_part_of_another_version_is_never_sent(site: Site, photo: StoredFile) -> None:
    tag = f'"{photo.digest}"'
    assert site.ask(address(photo), Range="bytes=0-9", If_Range=tag).body == PHOTO[:10]
    for other in ('"other"', f"W/{tag}", "Fri, 20 Nov 2026 05:00:00 GMT"):
        answer = site.ask(address(photo), Range="bytes=0-9", If_Range=other)
        assert (answer.status, answer.body) == (200, PHOTO), other


def test_other_methods_are_refused(site: Site, photo: StoredFile) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = site.ask(address(photo), method)
        assert answer.status == 405
        assert {word.strip() for word in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_a_document_is_saved_under_its_own_name(site: Site) -> None:
    file = site.keep(DOCUMENT, PDF)
    site.add(document_of(file, reference="không ai thấy"), is_published=False)
    site.add(
        photo_of(site.keep(PHOTO, JPEG)), document_of(file, reference="1234/QĐ-UBND", caption="Kế hoạch", number=2)
    )
    site.add(document_of(file, caption="Bản sao"))
    answer = site.ask(address(file, ".pdf"))
    assert (answer.status, answer.body) == (200, DOCUMENT)
    assert answer.headers["Content-Type"] == PDF
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename=\"1234-qd-ubnd-ke-hoach.pdf\"; filename*=UTF-8''")
    assert unquote(said.partition("''")[2]) == "1234-QĐ-UBND – Kế hoạch.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    part = site.ask(address(file, ".pdf"), Range="bytes=-5")
    assert (part.status, part.body, part.headers["Content-Disposition"]) == (206, b"%%EOF", said)


def test_a_document_without_words_is_named_by_its_content(site: Site) -> None:
    file = site.keep(DOCUMENT, PDF)
    site.add(document_of(file))
    assert f'filename="{file.digest}.pdf"' in site.ask(address(file, ".pdf")).headers["Content-Disposition"]


def test_a_file_lives_as_long_as_its_bulletin_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    file = site.keep(PHOTO, JPEG)
    assert site.ask(address(file)).status == 404, "nobody uses it"
    number = site.add(photo_of(file), is_published=False)
    assert site.ask(address(file)).status == 404, "a draft's"
    with site.database.transaction() as session:
        publication.publish(session, number, publisher_required=False)
    tag = site.ask(address(file)).headers["ETag"]
    with site.database.transaction() as session:
        publication.withdraw(session, number, reason="Đăng nhầm")
    for headers in ({}, {"If_None_Match": tag}, {"Range": "bytes=0-1"}):
        for path in (address(file), address(file, "")):
            answer = site.ask(path, **headers)
            assert answer.status == 410
            assert PHOTO[:4] not in answer.body
            assert "immutable" not in answer.headers["Cache-Control"]
    with site.database.transaction() as session:
        expunging.expunge(session, number, reason="Theo yêu cầu")
    # An S3 store's clock cannot be set: what came in just now is old enough.
    monkeypatch.setattr(removal, "ARRIVING_SECONDS", -10)
    with site.database.transaction() as session:
        assert removal.remove_due(session, site.kept.storage) == (1, 0)
    assert list(site.kept.storage.iter_kept()) == []
    for path in (address(file), address(file, "")):
        assert site.ask(path).status in {404, 410}


PATHS = [
    "/files",
    "/files/",
    "/files/{shard}",
    "/files/{shard}/",
    "/files//{digest}.jpg",
    "/files/{shard}//{digest}.jpg",
    "/files/{shard}/{digest}.jpg/",
    "/files/{shard}/{digest}.png",
    "/files/{shard}/{digest}.JPG",
    "/files/{shard}/{digest}.",
    "/files/{shard}/{digest}.jpg.html",
    "/files/{shard}/{digest}%00.jpg",
    "/files/{shard}/{digest}.jpg%0a",
    "/files/{shard}/{digest}%2ejpg%20",
    "/files/{shard}/{upper}.jpg",
    "/files/zz/{digest}.jpg",
    "/files/{shard}\\{digest}.jpg",
    "/files/{shard}/%5c..%5c{digest}.jpg",
    "/files/../bantin.sqlite",
    "/files/%2e%2e/bantin.sqlite",
    "/files/..%2fbantin.sqlite",
    "/files/{shard}/..%2f..%2fbantin.sqlite",
    "/files/{shard}/%2e%2e%2f%2e%2e%2fbantin.sqlite",
    "/files/{shard}/%252e%252e%252fbantin.sqlite",
    "/files/{shard}/.arriving-x",
    "/files/{shard}/altered/{digest}",
    "/files/altered/{digest}",
    "/files/{shard}/%c0%ae%c0%ae%c0%afbantin.sqlite",
    "/files/{shard}/%ff%fe",
    "/files/{shard}/" + "a" * 30_000,
    "/files/{shard}/{digest}{digest}.jpg",
    "/FILES/{shard}/{digest}.jpg",
]


def test_no_other_path_leads_to_a_file(site: Site, photo: StoredFile) -> None:
    for path in PATHS:
        asked = path.format(shard=photo.digest[:2], digest=photo.digest, upper=photo.digest.upper())
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection:
            connection.sendall(f"GET {asked} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            raw = b"".join(iter(lambda: connection.recv(65_536), b""))
        head, _, body = raw.partition(b"\r\n\r\n")
        assert head.split()[1] in {b"404", b"400", b"308"}, path[:60]
        assert PHOTO[:20] not in body
        assert b"SQLite" not in body
        assert photo.digest.encode() not in body, "no listing"


def test_a_file_of_another_length_is_not_sent(site: Site, photo: StoredFile) -> None:
    for damage in (PHOTO[:-1], PHOTO + b"\0", b""):
        site.kept.plant(f"{photo.digest[:2]}/{photo.digest}", damage)
        for headers in ({}, {"Range": "bytes=0-9"}):
            answer = site.ask(address(photo), **headers)
            assert answer.status == 503
            assert "Retry-After" in answer.headers
            assert PHOTO[:10] not in answer.body
    site.kept.plant(f"{photo.digest[:2]}/{photo.digest}", PHOTO)
    assert site.ask(address(photo)).body == PHOTO


def test_a_lost_file_is_not_there_and_is_told_to_the_operator(
    site: Site, photo: StoredFile, caplog: pytest.LogCaptureFixture
) -> None:
    site.kept.storage.remove(photo.digest)
    answer = site.ask(address(photo))
    assert answer.status == 404
    assert "immutable" not in answer.headers["Cache-Control"]
    assert f"{photo.digest} of a published bulletin is missing" in caplog.text


def test_a_store_that_cannot_be_reached_is_said_and_comes_back(
    s3_server: S3Server, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = on_s3(s3_server)
    with monkeypatch.context() as patch:
        patch.setattr("store.attachments.objects.SILENCE_SECONDS", 1)
        impatient = create_app(settings_of(kept, tmp_path), database=sqlite_database).test_client()
    client = create_app(settings_of(kept, tmp_path), database=sqlite_database).test_client()
    site = Site(0, sqlite_database, kept)
    file = site.keep(PHOTO, JPEG)
    site.add(photo_of(file))
    with s3_server.stopped():
        for method in (impatient.get, impatient.head):
            answer = method(address(file))
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "immutable" not in answer.headers.get("Cache-Control", "")
            assert kept.bucket not in answer.text, "readers need not know"
        assert impatient.get(address(file), headers={"If-None-Match": f'"{file.digest}"'}).status_code == 304
        assert impatient.get("/feeds/all.rss").status_code == 200
    assert client.get(address(file)).data == PHOTO


def test_a_file_that_breaks_off_is_not_taken_for_whole(
    s3_server: S3Server, sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    line = Line(s3_server.port)
    kept = on_s3(s3_server, endpoint=line.endpoint)
    with served(create_app(settings_of(kept, tmp_path), database=sqlite_database)) as port:
        site = Site(port, sqlite_database, kept)
        file = site.keep(PHOTO * 8, JPEG)
        site.add(photo_of(file))
        line.cut_after_bytes = line.passed_bytes + 2_000_000
        with pytest.raises(http.client.IncompleteRead):
            site.ask(address(file))
        assert f"{file.digest} broke off" in caplog.text
        line.cut_after_bytes = None
        assert site.ask(address(file)).body == PHOTO * 8
    line.close()


def test_slow_readers_of_files_keep_nobody_else_waiting(site: Site) -> None:
    file = site.keep(PHOTO * 60, JPEG)
    site.add(photo_of(file))
    with ExitStack() as slow:
        for _ in range(SENDING_AT_ONCE):
            reader = slow.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            reader.connect(("127.0.0.1", site.port))
            reader.sendall(f"GET {address(file)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert reader.recv(12) == b"HTTP/1.1 200"
        refused = site.ask(address(file))
        assert refused.status == 503
        assert refused.headers["Retry-After"]
        assert site.ask("/feeds/all.rss").status == 200
    wait_until(lambda: site.ask(address(file), "HEAD").status == 200, 60, lambda: "no place becomes free again")


def test_a_public_address_of_files_stands_in_documents_and_changes_their_tags(site: Site, tmp_path: Path) -> None:
    """And the key of a file below it is the path of the object in an S3 store."""
    file = site.keep(PHOTO, JPEG)
    site.add(photo_of(file))
    own = settings_of(site.kept, tmp_path)
    public = "https://cdn.example/tep"
    answers = [
        create_app(settings, database=site.database).test_client().get("/feeds/all.json")
        for settings in (own, replace(own, files_public_url=public))
    ]
    [ours], [theirs] = [answer.get_json()["items"][0]["attachments"] for answer in answers]
    assert ours["url"].endswith(address(file))
    assert theirs == ours | {"url": f"{public}/{file.digest[:2]}/{file.digest}"}
    assert answers[0].headers["ETag"] != answers[1].headers["ETag"]
    if site.kept.server is not None:
        key = theirs["url"].removeprefix(public)
        _, content = site.kept.server.request("GET", f"/{site.kept.bucket}/{PREFIX}{key}")
        assert content == PHOTO


def test_the_real_server_sends_files_exactly(kept: Kept, sqlite_template: Path, tmp_path: Path, clock: Clock) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if kept.folder is not None:
        kept = on_disk(data / "files")
    database = fresh_sqlite(sqlite_template, data / "bantin.sqlite", clock)
    site = Site(free_port(), database, kept)
    file = site.keep(PHOTO, JPEG)
    site.add(photo_of(file))
    database.dispose()
    env = environment(data, BANTIN_BASE_URL=f"http://127.0.0.1:{site.port}", **kept.settings)
    with running(tmp_path / "log", env, "serve", "--port", site.port, "--workers", "1", port=site.port) as server:
        get, head = site.ask(address(file)), site.ask(address(file), "HEAD")
        assert (get.status, get.body, get.headers["Content-Length"]) == (200, PHOTO, str(len(PHOTO)))
        assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(PHOTO)))
        part = site.ask(address(file), Range="bytes=-5")
        assert (part.status, part.body, part.headers["Content-Length"]) == (206, PHOTO[-5:], "5")
        assert site.ask(address(file), Range=f"bytes={len(PHOTO)}-").status == 416
        known = site.ask(address(file), If_None_Match=f'"{file.digest}"')
        assert (known.status, known.body) == (304, b"")
        # Clients that go away leave nothing open that the next would wait for.
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection:
                connection.sendall(f"GET {address(file)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                connection.recv(100)
        assert site.ask(address(file)).body == PHOTO
        assert "Traceback" not in server.err
