"""A site with its export, and hands that publish, rename and withdraw on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType

import pytest
from jinja2 import Environment

from feeds.app import create_app
from feeds.export.disk import Disk
from feeds.export.exporting import Exported, Wanted, export
from feeds.export.manifest import Generation, Shard
from feeds.http import codings
from feeds.settings import Settings
from store import bulletins, publication
from store.attachments.disk import DiskStorage
from store.database import Database
from store.types import Attachment, AttachmentKind, StoredFile
from tests.feeds.conftest import BASE_URL, Served, fill
from tests.support.nginx import Nginx, require, serving
from tests.support.pictures import drawn, saved
from tests.support.samples import day, draft
from tests.support.stores import Clock

PREFIX = "/tin"


@pytest.fixture(autouse=True, scope="package")
def _quickly() -> Iterator[None]:
    """Templates that one application compiled serve the others, and nobody waits for the last percent of a coding."""
    compiled: dict[tuple[object, ...], CodeType] = {}
    compile_anew = Environment.compile

    def compile_once(self: Environment, *source: object, **named: object) -> CodeType:
        key = (source, tuple(sorted(named.items())))
        if key not in compiled:
            compiled[key] = compile_anew(self, *source, **named)  # type: ignore[arg-type]  # as it was called
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "compile", compile_once)
        patch.setattr(codings, "_BROTLI_QUALITY", 2)
        patch.setattr(codings, "_ZSTD_LEVEL", 2)
        yield


class QuickDisk(Disk):
    """What a test writes need not survive a power cut."""

    def settle(self) -> None:
        """Settle nothing."""


@dataclass(frozen=True)
class Exporting(Served):
    """A served site, and the folder that it is exported to."""

    clock: Clock = field(default_factory=Clock)
    folder: Path = Path()
    disk: Disk = field(default_factory=QuickDisk)

    def __call__(self, **wanted: object) -> Exported:
        """Export what there is now."""
        return export(self.settings, self.database, self.folder, Wanted(**wanted), disk=self.disk)  # type: ignore[arg-type]  # a test says what it means

    @property
    def storage(self) -> DiskStorage:
        return DiskStorage(self.settings.files_folder)

    def put(self, content: bytes, media_type: str, **size: int) -> StoredFile:
        digest = self.storage.put(content, media_type)
        return StoredFile(digest=digest, media_type=media_type, size_bytes=len(content), **size)

    def photo(self, turned: int = 0) -> Attachment:
        content = saved(drawn(size=(64, 48), turned=turned), "JPEG")
        file = self.put(content, "image/jpeg", width_px=64, height_px=48)
        return Attachment(number=1, caption="Quang cảnh", file=file)

    def paper(self, title: str) -> Attachment:
        file = self.put(b"%PDF-1.4 " + title.encode(), "application/pdf")
        return Attachment(number=2, kind=AttachmentKind.DOCUMENT, caption=title, file=file)

    def withdraw(self, number: int, reason: str = "Có sai sót.") -> None:
        with self.database.transaction() as session:
            publication.withdraw(session, number, reason=reason)

    def retitle(self, number: int, title: str, **said: object) -> None:
        with self.database.transaction() as session:
            bulletins.revise(session, number, draft(title=title, **said))

    def addresses(self) -> list[str]:
        """List every address that the export says it holds."""
        current = self.folder / "current"
        generation = Generation.from_json((current / "manifest.json").read_bytes())
        assert generation is not None
        found: list[str] = []
        for path in generation.shards:
            shard = Shard.from_json((current / path / "@" / "manifest.json").read_bytes())
            found += [document.address for document in shard.documents.values()]
            found += [f"/{path}/{name}" for name in shard.files]
        return sorted(address for address in found if not address.startswith("/@"))

    def addresses_of_full(self) -> list[str]:
        """List what an export to a new folder holds, by making one beside."""
        beside = replace(self, folder=self.folder.with_name("beside"))
        return list(beside().written)

    def tree(self) -> dict[str, tuple[str, bytes | str]]:
        """Everything that can be read through `current`, by path: files by content, links by where they lead."""
        root = self.folder / "current"
        found: dict[str, tuple[str, bytes | str]] = {}
        for place, folders, files in os.walk(root, followlinks=True):
            folders[:] = [name for name in folders if not name.startswith("@moved") and name not in {"gone", "name"}]
            for name in files:
                path = Path(place) / name
                found[str(path.relative_to(root))] = ("file", path.read_bytes())
        return found

    def read(self, name: str) -> bytes:
        """Read a file through `current`."""
        return (self.folder / "current" / name).read_bytes()


def exporting(database: Database, folder: Path, clock: Clock, **settings: object) -> Exporting:
    said = {"data": folder / "data", "base_url": BASE_URL, "site_name": "Bản tin tỉnh Vân Sơn"} | settings
    chosen = Settings(**said)  # type: ignore[arg-type]  # a test says what it means
    app = create_app(chosen, database=database, has_search=False)
    return Exporting(app, database, chosen, clock=clock, folder=folder / "site")


def furnish(site: Exporting) -> None:
    """Publish three bulletins: one with a photo and a document, one of an author, one about a body."""
    fill(site.database)
    paper = site.paper("Kế hoạch tổ chức lễ hội năm 2026")
    site.add(
        title="Lễ hội Lồng Tồng",
        categories=("Lễ hội",),
        publisher="Sở Văn hóa tỉnh",
        published=day(2026, 10, 1),
        attachments=(site.photo(), paper),
    )
    site.add(title="Hội thi hát Then", categories=("Văn hóa",), publisher="Sở Văn hóa tỉnh", authors=("Thu Trang",))
    site.add(title="Ngày hội nông dân", publisher="Hội Nông dân tỉnh", subjects=("Sở Văn hóa tỉnh",))
    site.clock.move(seconds=30)


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path, clock: Clock) -> Exporting:
    """A site of three bulletins that was never exported."""
    made = exporting(sqlite_database, tmp_path, clock)
    furnish(made)
    return made


@pytest.fixture
def nginx(site: Exporting, tmp_path: Path) -> Iterator[Nginx]:
    """An nginx that serves the site's first export, and whatever is exported after it."""
    require()
    site()
    with serving(tmp_path / "nginx", site.folder) as running:
        yield running
