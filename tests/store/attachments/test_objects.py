"""What only a distant store can do: hang, break off, refuse, be misnamed; and how it is told what a file is."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from store.attachments import objects
from store.attachments.objects import S3Storage
from store.attachments.s3_address import S3Address
from store.attachments.storage import Storage
from store.errors import DiskFull, InputError, NotFound, StoreUnavailable
from tests.support.s3 import KEY, SECRET, Line, S3Server
from tests.support.storages import PREFIX, Kept, on_s3

JPEG, PDF = "image/jpeg", "application/pdf"
LONG = bytes(range(256)) * 20_000
ABSENT = "ab" * 32
LONGEST_OUTAGE_SECONDS = 15
SITE_SECONDS = objects.SILENCE_SECONDS + objects.CONNECT_SECONDS
"""So long a site waits; the tests have more patience, but for those of impatience."""


@pytest.fixture
def line(s3_server: S3Server) -> Iterator[Line]:
    """A way to the server that can break."""
    line = Line(s3_server.port)
    yield line
    line.close()


def asking(storage: Storage, digest: str) -> dict[str, Callable[[], object]]:
    """Name everything that can be asked of a storage."""
    return {
        "put": lambda: storage.put(b"new", JPEG),
        "put long": lambda: storage.put(LONG[:1_000_000], JPEG),
        "get": lambda: storage.get(digest),
        "open": lambda: storage.open(digest),
        "remove": lambda: storage.remove(digest),
        "list": lambda: list(storage.iter_kept()),
        "set aside": lambda: storage.set_aside(digest),
        "stranger": storage.find_stranger,
    }


def refusal(ask: Callable[[], object]) -> tuple[StoreUnavailable, float]:
    before = time.monotonic()
    with pytest.raises(StoreUnavailable) as refused:
        ask()
    return refused.value, time.monotonic() - before


def test_an_object_carries_what_a_browser_must_be_told(s3_server: S3Server) -> None:
    kept = on_s3(s3_server)
    photo, document = kept.storage.put(b"photo", JPEG), kept.storage.put(b"document", PDF)
    headers, content = s3_server.request("GET", f"/{kept.bucket}/{PREFIX}/{photo[:2]}/{photo}")
    assert content == b"photo"
    assert headers["content-type"] == JPEG
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-disposition" not in headers
    headers, _ = s3_server.request("GET", f"/{kept.bucket}/{PREFIX}/{document[:2]}/{document}")
    assert headers["content-type"] == PDF
    assert headers["content-disposition"] == "attachment"


def test_a_server_that_hangs_is_given_up_and_nothing_is_lost(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SITE_SECONDS < LONGEST_OUTAGE_SECONDS
    kept = on_s3(s3_server)
    digest = kept.storage.put(b"photo", JPEG)
    with monkeypatch.context() as patch:
        patch.setattr(objects, "SILENCE_SECONDS", 2)
        impatient = S3Storage(S3Address(kept.bucket, PREFIX, kept.endpoint), key=KEY, secret=SECRET)
        asked = asking(impatient, digest)
        # What the server has taken in, it does once it goes on: of those, only what does no harm is asked.
        del asked["remove"], asked["set aside"]
        with s3_server.stopped(), ThreadPoolExecutor(len(asked)) as threads:
            refusals = list(threads.map(refusal, asked.values()))
    for error, seconds in refusals:
        assert seconds < LONGEST_OUTAGE_SECONDS
        assert "does not answer in time" in str(error)
        assert kept.bucket in str(error)
        assert "không trả lời kịp" in error.vietnamese
    assert kept.storage.get(digest) == b"photo"
    assert kept.storage.get(kept.storage.put(b"new", JPEG)) == b"new"


def test_a_line_that_is_refused_is_said_soon_and_nothing_is_lost(s3_server: S3Server, line: Line) -> None:
    kept = on_s3(s3_server, endpoint=line.endpoint)
    digest = kept.storage.put(b"photo", JPEG)
    line.close()
    asked = asking(kept.storage, digest)
    with ThreadPoolExecutor(len(asked)) as threads:
        refusals = list(threads.map(refusal, asked.values()))
    for error, seconds in refusals:
        assert seconds < LONGEST_OUTAGE_SECONDS
        assert f"{kept.bucket}/{PREFIX} ({line.endpoint}) cannot be reached" in str(error)
    line.open()
    assert kept.storage.get(digest) == b"photo"
    assert [file.digest for file in kept.storage.iter_kept()] == [digest]


def test_a_reader_whose_line_breaks_is_told_so(s3_server: S3Server, line: Line) -> None:
    kept = on_s3(s3_server, endpoint=line.endpoint)
    digest = kept.storage.put(LONG, JPEG)
    with kept.storage.open(digest) as file:
        assert file.read(1_000) == LONG[:1_000]
        line.cut_after_bytes = line.passed_bytes + 100_000
        with pytest.raises(StoreUnavailable, match=kept.bucket):
            file.read()
    line.cut_after_bytes = None
    assert kept.storage.get(digest) == LONG


def test_a_file_that_goes_while_it_is_read_is_not_taken_for_whole(s3_server: S3Server) -> None:
    kept = on_s3(s3_server)
    digest = kept.storage.put(LONG, JPEG)
    with kept.storage.open(digest) as file:
        assert file.read(10) == LONG[:10]
        kept.storage.remove(digest)
        with pytest.raises(NotFound):
            file.read()


def test_no_more_is_fetched_than_is_read(s3_server: S3Server, line: Line) -> None:
    kept = on_s3(s3_server, endpoint=line.endpoint)
    digest = kept.storage.put(LONG, JPEG)
    before = line.passed_bytes
    with kept.storage.open(digest) as file:
        file.seek(-10, 2)
        assert file.read() == LONG[-10:]
    assert line.passed_bytes - before < len(LONG) / 10


def test_a_long_file_has_the_time_that_a_slow_line_needs(
    s3_server: S3Server, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = on_s3(s3_server, endpoint=line.endpoint)
    # From here on it counts for what is put, and not for what is read.
    monkeypatch.setattr(objects, "SILENCE_SECONDS", 1)
    monkeypatch.setattr(objects, "SLOWEST_BYTES_A_SECOND", 100_000)
    line.upload_bytes_a_second = 700_000
    before = time.monotonic()
    digest = kept.storage.put(LONG[:1_500_000], JPEG)
    assert time.monotonic() - before > 1.5, "the line was not slow"
    assert kept.storage.get(digest) == LONG[:1_500_000]


def test_a_bucket_that_is_not_there_is_no_missing_file(s3_server: S3Server) -> None:
    storage = S3Storage(S3Address("khong-co", "", s3_server.endpoint), key=KEY, secret=SECRET)
    for ask in asking(storage, ABSENT).values():
        error, _ = refusal(ask)
        assert "s3://khong-co" in str(error)
        assert "has no such bucket" in str(error)
        assert "không có bucket này" in error.vietnamese


def test_settings_of_other_programs_change_nothing(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "other",
        "AWS_SECRET_ACCESS_KEY": "other",
        "AWS_SESSION_TOKEN": "other",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_BUCKET": "other-bucket",
        "AWS_REGION": "eu-north-1",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    }.items():
        monkeypatch.setenv(name, value)
    kept = on_s3(s3_server)
    digest = kept.storage.put(b"photo", JPEG)
    monkeypatch.undo()
    assert kept.storage.get(digest) == b"photo"
    assert s3_server.request("GET", f"/{kept.bucket}/{PREFIX}/{digest[:2]}/{digest}")[1] == b"photo"


def test_without_the_client_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(InputError, match=r"pip install bantin\[s3\]") as refused:
        S3Storage(S3Address("bantin"))
    assert refused.value.field == "BANTIN_FILES_URL"
    assert "pip install bantin[s3]" in refused.value.vietnamese


class Refusing(BaseHTTPRequestHandler):
    """Answers everything with one status and error code, and remembers what it was told."""

    status, code = 403, "AccessDenied"
    asked: list[dict[str, str]]

    def answer(self) -> None:
        type(self).asked.append({name.lower(): value for name, value in self.headers.items()})
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = f"<Error><Code>{self.code}</Code><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "InvalidAccessKeyId", "refuses this access (InvalidAccessKeyId); look at BANTIN_FILES_KEY"),
        (403, "SignatureDoesNotMatch", "refuses this access (SignatureDoesNotMatch)"),
        (401, "", "refuses this access (401 Unauthorized)"),
        (500, "InternalError", "answers with an error (InternalError)"),
        (503, "SlowDown", "answers with an error (SlowDown)"),
        (400, "<script>", "answers with an error (400 Bad Request)"),
        (507, "XMinioStorageFull", "is full; nothing was changed"),
        (403, "QuotaExceeded", "is full; nothing was changed"),
    ],
)
def test_a_refusal_is_told_in_one_sentence_without_secrets(status: int, code: str, said: str) -> None:
    handler = type("Handler", (Refusing,), {"status": status, "code": code, "asked": [], "do_PUT": Refusing.answer})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        error, seconds = refusal(
            lambda: S3Storage(S3Address("bantin", "", endpoint), key=KEY, secret=SECRET).put(b"photo", JPEG)
        )
        server.shutdown()
    assert str(error).startswith(f"the file store s3://bantin ({endpoint}) {said}")
    assert isinstance(error, DiskFull) == ("is full" in said)
    assert endpoint in error.vietnamese
    assert SECRET not in f"{error!s}{error.vietnamese}{error.__cause__!s}{error!r}"
    assert KEY not in f"{error!s}{error.vietnamese}"
    assert "\n" not in f"{error!s}{error.vietnamese}"
    assert seconds < LONGEST_OUTAGE_SECONDS
    assert all(SECRET not in str(headers) for headers in handler.asked)


def test_what_is_set_aside_keeps_its_type(s3_server: S3Server) -> None:
    kept: Kept = on_s3(s3_server)
    digest = kept.storage.put(b"photo", PDF)
    place = kept.storage.set_aside(digest)
    assert place == f"s3://{kept.bucket}/{PREFIX}/altered/{digest}"
    headers, content = s3_server.request("GET", "/" + place.removeprefix("s3://"))
    assert (headers["content-type"], content) == (PDF, b"photo")
