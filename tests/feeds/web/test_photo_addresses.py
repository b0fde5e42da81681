"""Addresses of photos and documents on the real server: as long as they are seen, nothing beside them, named well."""

from __future__ import annotations

import json
import re
import socket
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

import pytest

from store.attachments import removal
from tests.support import documents
from tests.support.editor import PREFIX, Editor
from tests.support.pictures import drawn, saved
from tests.support.processes import wait_until
from tests.support.storages import Kept, on_disk, on_s3

PUBLISHER = "Sở Văn hóa tỉnh"
MANUSCRIPT = """\
Tiêu đề: {title}
Ngày: 10/02/2026 08:30
Cơ quan: {publisher}

Sáng nay, lễ hội khai mạc.

{brackets}
"""
OWN = b"Van ban rieng"
"""Stands in a document that one bulletin alone has."""


@dataclass(frozen=True)
class Site:
    """A served store, and where its files lie."""

    editor: Editor
    place: Kept
    serial: Iterator[int] = field(default_factory=count)

    def add(self, files: dict[str, bytes], *, title: str = "Lễ hội Lồng Tồng") -> int:
        """Publish a bulletin of its own title with these files, photos and documents as their names tell."""
        brackets = "\n\n".join(
            f"[{'Ảnh' if name.endswith('.jpg') else 'Văn bản'} {unicodedata.normalize('NFC', name)}]" for name in files
        )
        text = MANUSCRIPT.format(title=f"{title} {next(self.serial)}", publisher=PUBLISHER, brackets=brackets)
        return self.editor.add(text, files)

    def item(self, number: int) -> dict | None:
        """Give the bulletin as the JSON feed has it, None where it has not."""
        items = json.loads(self.editor.ask("/feeds/all.json").body)["items"]
        return next((item for item in items if item["url"].endswith(f"-{number}")), None)

    def wait_for(self, number: int, *, is_shown: bool) -> None:
        """Wait until the feed knows what a command did; the server has processes of its own."""
        wait_until(lambda: (self.item(number) is not None) is is_shown, 60, lambda: "the feed does not change")

    def lying(self) -> bytes:
        """Give names and bytes of all that lies where the files are kept, without asking the storage."""
        if self.place.folder is not None:
            files = [path for path in self.place.folder.rglob("*") if path.is_file()]
            return b"\n".join(f"{path.name}\n".encode() + path.read_bytes() for path in files)
        assert self.place.server is not None
        _, listing = self.place.server.request("GET", f"/{self.place.bucket}?list-type=2&max-keys=1000")
        keys = re.findall(rb"<Key>([^<]+)</Key>", listing)
        assert b"<IsTruncated>false" in listing
        contents = [self.place.server.request("GET", f"/{self.place.bucket}/{key.decode()}")[1] for key in keys]
        return b"\n".join([*keys, *contents])


@pytest.fixture(scope="module", params=["disk", "s3"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("anh")
    if request.param == "disk":
        place = on_disk(folder / "data" / "files")
    else:
        place = on_s3(request.getfixturevalue("s3_server"))
    editor = Editor.at(folder, **place.settings)
    editor("db", "upgrade")
    editor("organisation", "add", PUBLISHER)
    with editor.serving():
        yield Site(editor, place)


def photo(turned: int, width_px: int = 1400) -> bytes:
    """Draw a photo, another one for each `turned`, that has every rendition."""
    return saved(drawn(size=(width_px, width_px * 3 // 4), turned=turned), "JPEG", quality=70)


def address(digest: str) -> str:
    return f"/files/{digest[:2]}/{digest}"


def test_files_are_seen_as_long_as_their_bulletin(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = site.editor
    before = editor.kept()
    common = {"chung.jpg": photo(1), "chung.pdf": documents.pdf("Van ban chung")}
    other = site.add(common)
    shared = editor.kept() - before
    number = site.add({"rieng.jpg": photo(2), **common, "rieng.pdf": documents.pdf(OWN.decode())})
    own = editor.kept() - before - shared
    # The photo, its renditions in two formats, its share card, the document.
    assert len(own) == len(shared) == 1 + 6 + 1 + 1
    site.wait_for(number, is_shown=True)
    item = site.item(number)
    told = told_of(site, item, own)
    assert {PurePosixPath(path).stem for path in told} == own, "readers are led to each of them"
    require(site, own | shared, {200})

    editor("bulletin", "withdraw", number, "--reason", "Đăng nhầm.")
    require(site, own, {410}, told)
    require(site, shared, {200})
    site.wait_for(number, is_shown=False)
    wait_until(lambda: not mentioned(own, everything(site)), 60, lambda: "its files are still shown")
    assert mentioned(shared, everything(site)), "the other bulletin still shows its own"
    assert editor.ask(item["url"]).status == 410

    editor("bulletin", "publish", number)
    require(site, own | shared, {200})
    site.wait_for(number, is_shown=True)
    assert site.item(number)["attachments"] == item["attachments"]

    lying = site.lying()
    assert (mentioned(own | shared, lying), OWN in lying) == (own | shared, True)
    # A file that just came in is left alone for a minute, which a test has no time for.
    monkeypatch.setattr(removal, "ARRIVING_SECONDS", -5)
    editor("bulletin", "expunge", number, "--yes", "--reason", "Theo yêu cầu của công dân.")
    lying = site.lying()
    assert (mentioned(own | shared, lying), OWN in lying) == (shared, False)
    assert not [path for path in editor.data.rglob("*") if path.is_file() and OWN in path.read_bytes()]
    require(site, own, {404, 410}, told)
    require(site, shared, {200})
    site.wait_for(other, is_shown=True)
    assert "every file that a bulletin shows is there, whole" in editor("photo", "check")


def told_of(site: Site, item: dict, digests: frozenset[str]) -> frozenset[str]:
    """List the paths of these files as the feed and the page of a bulletin give them."""
    texts = json.dumps(item), site.editor.ask(item["url"]).body.decode()
    paths = {path for text in texts for path in re.findall(r"/files/[0-9a-z./]+", text)}
    return frozenset(path for path in paths if PurePosixPath(path).stem in digests)


def everything(site: Site) -> bytes:
    return b"".join(site.editor.ask(f"/feeds/all{end}").body for end in (".rss", ".atom", ".json", ""))


def mentioned(digests: frozenset[str], text: bytes) -> set[str]:
    return {digest for digest in digests if digest.encode() in text}


def require(site: Site, digests: frozenset[str], statuses: set[int], told: frozenset[str] = frozenset()) -> None:
    """Assert that files answer so, whoever asks in whatever way, by their keys and by the addresses `told`."""
    for path in sorted(told | {address(digest) for digest in digests}):
        answer = site.editor.ask(path)
        assert answer.status in statuses, path
        others = [
            site.editor.ask(path, "HEAD"),
            site.editor.ask(path, Range="bytes=0-9"),
            site.editor.ask(path, If_None_Match=f'"{PurePosixPath(path).stem}"'),
        ]
        if answer.status == 200:
            assert [other.status for other in others] == [200, 206, 304], path
            continue
        assert {other.status for other in others} == {answer.status}, path
        assert len(answer.body) < 200, path
        assert answer.headers["Content-Type"].startswith("text/plain"), path
        assert "immutable" not in answer.headers["Cache-Control"], path


PATHS = (
    "/files",
    "/files/",
    "/files/{shard}",
    "/files/{shard}/",
    "/files/{shard}/.",
    "/files//{digest}.jpg",
    "/files/{shard}//{digest}.jpg",
    "/files/./{shard}/{digest}.jpg",
    "/files/{shard}/./{digest}.jpg",
    "/files/{shard}/x/../{digest}.jpg",
    "/files/{other}/{digest}.jpg",
    "/files/{other}/../{shard}/{digest}.jpg",
    "/files/{shard}/{digest}.jpg/",
    "/files/{shard}/{digest}.jpg/..",
    "/files/{shard}/{digest}.jpg;x=1",
    "/files/{shard}/{digest}.png",
    "/files/{shard}/{digest}.pdf",
    "/files/{shard}/{digest}.jpeg",
    "/files/{shard}/{digest}.JPG",
    "/files/{shard}/{digest}.",
    "/files/{shard}/{digest}.jpg.html",
    "/files/{shard}/{upper}.jpg",
    "/files/{shard}/{short}.jpg",
    "/files/{shard}/{digest}0.jpg",
    "/files/{shard}/{digest}%00.jpg",
    "/files/{shard}/{digest}.jpg%00",
    "/files/{shard}/{digest}.jpg%00.html",
    "/files/{shard}/{digest}.jpg%0a",
    "/files/{shard}/{digest}.jpg%20",
    "/files/{shard}/%20{digest}.jpg",
    "/files/{shard}/{fullwidth}.jpg",
    "/files/{shard}\\{digest}.jpg",
    "/files/{shard}/%5c..%5c{digest}.jpg",
    "/files/../bantin.sqlite",
    "/files/../../bantin.sqlite",
    "/files/%2e%2e/bantin.sqlite",
    "/files/..%2fbantin.sqlite",
    "/files/{shard}/..%2f..%2fbantin.sqlite",
    "/files/{shard}/%2e%2e%2f%2e%2e%2fbantin.sqlite",
    "/files/{shard}/%252e%252e%252fbantin.sqlite",
    "/files/{shard}/%c0%ae%c0%ae%c0%afbantin.sqlite",
    "/files/%2fetc/passwd",
    "/files/{shard}/.arriving-x",
    "/files/{shard}/.altered-{digest}",
    "/files/altered/{digest}",
    "/files/{shard}/%ff%fe",
    "/files/{shard}/{long}",
    "/files/{long}/{digest}.jpg",
    "/files/{shard}/{digest}{digest}.jpg",
    "/FILES/{shard}/{digest}.jpg",
    "/Files/{shard}/{digest}.jpg",
    "/feeds/../files/{shard}/{digest}.jpg",
    "/files/{shard}/{draft}",
)


def test_no_other_path_leads_to_a_file(site: Site) -> None:
    before = site.editor.kept()
    content = photo(3)
    site.add({"anh.jpg": content})
    digest = next(digest for digest in site.editor.kept() - before if site.editor.ask(address(digest)).body == content)
    assert site.editor.ask(f"{address(digest)}.jpg").body == content
    words = {
        "digest": digest,
        "shard": digest[:2],
        "other": f"{(int(digest[:2], 16) + 1) % 256:02x}",
        "upper": digest.upper(),
        "short": digest[:-1],
        "fullwidth": quote("".join(chr(ord(sign) + 0xFEE0) for sign in digest)),
        "long": "a" * 30_000,
        "draft": "f" * 64,
    }
    for path in PATHS:
        answer = raw(site, path.format(**words).encode())
        assert answer.startswith(b"HTTP/1.1 404 "), path
        head, _, body = answer.partition(b"\r\n\r\n")
        assert len(body) < 4_000, path
        assert content[:20] not in body
        assert b"SQLite" not in body
        assert digest[:32].encode() not in body, "no listing"
        assert b"immutable" not in head, path


def test_what_is_no_request_at_all_gets_nothing(site: Site) -> None:
    for path in (b"/files/\0/x", b"/files/\r/x", b"/files/ /x"):
        assert raw(site, path).split()[1] == b"400"
    # The server goes on.
    assert site.editor.ask("/feeds/all.rss").status == 200


def raw(site: Site, path: bytes) -> bytes:
    """Send a path as it stands, as no client library would."""
    request = b"GET %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % (PREFIX.encode(), path)
    with socket.create_connection(("127.0.0.1", site.editor.port), timeout=60) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


NAMES = {
    "Kế hoạch “tổ chức” Lễ hội Lồng Tồng & hội xuân.pdf": (
        "Kế hoạch “tổ chức” Lễ hội Lồng Tồng & hội xuân",
        "",
        "Kế hoạch “tổ chức” Lễ hội Lồng Tồng & hội xuân.pdf",
    ),
    "12_QĐ-UBND về việc khen thưởng.pdf": (
        "về việc khen thưởng",
        "12/QĐ-UBND",
        "12-QĐ-UBND – về việc khen thưởng.pdf",
    ),
}
"""Names of files: the title and the number that they tell, and the name that readers save them under."""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_document_is_saved_under_its_vietnamese_title(site: Site, form: str) -> None:
    files = {
        unicodedata.normalize(form, name): documents.pdf(f"Trang {place} {form}") for place, name in enumerate(NAMES)
    }
    number = site.add(files)
    site.wait_for(number, is_shown=True)
    listed = site.item(number)["_bantin"]["documents"]
    for document, content, (title, reference, saved_as) in zip(listed, files.values(), NAMES.values(), strict=True):
        assert (document["title"], document.get("reference", "")) == (title, reference)
        answer = site.editor.ask(document["url"])
        assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, content, "application/pdf")
        said = answer.headers["Content-Disposition"]
        assert said.isascii()
        assert said.startswith("attachment; ")
        assert unquote(said.partition("filename*=UTF-8''")[2]) == saved_as
        plain = re.search(r'filename="([a-z0-9-]+)\.pdf"', said)
        assert plain, said
