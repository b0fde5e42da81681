"""A small store with every state that a bulletin can be in, and backups that somebody altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import text

from store import bulletins, expunging, publication, reorganisation, taxonomy
from store.attachments.disk import DiskStorage
from store.backups.places import Destination
from store.backups.writing import Backup, write_backup
from store.database import Database
from store.names import Kind
from store.types import VIETNAM, Attachment, Moment, StoredFile
from tests.support.samples import day, draft
from tests.support.stores import Clock

Members = dict[str, bytes]


def photo(storage: DiskStorage, number: int) -> StoredFile:
    content = b"not a picture, but bytes like those of one: \x00\xff\n" * (200 + number)
    digest = storage.put(content, "image/jpeg")
    return StoredFile(digest=digest, media_type="image/jpeg", size_bytes=len(content), width_px=640, height_px=480)


def fill(database: Database, storage: DiskStorage, clock: Clock) -> None:
    """Store a draft, a scheduled, four published, a moved, a withdrawn and an expunged bulletin."""
    with database.transaction(actor="Lan") as session:
        for name in ("Văn hóa", "Lễ hội", "Thể thao", "Thi đấu"):
            taxonomy.add_category(session, name)
        taxonomy.add_organisation(session, "Hội Nông dân tỉnh", aliases=("HND",))
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh")
        # A parent that is younger than its child: no order of the rows alone satisfies the reference.
        session.execute(text("UPDATE category SET parent_id = 2 WHERE id = 1"))
    for number in range(1, 9):
        clock.move(minutes=1)
        attachment = Attachment(number=1, caption=f"Ảnh “{number}” \u2028 \\ 😀", file=photo(storage, number))
        with database.transaction(actor="Lan") as session:
            bulletins.draft(
                session,
                draft(
                    title=f"Bản tin số {number}",
                    categories=("Văn hóa",),
                    publisher="Hội Nông dân tỉnh",
                    authors=("Thu Trang",),
                    attachments=(attachment,),
                    published=day(2026, 11, number) if number != 2 else None,
                ),
            )
            if number > 2:
                publication.publish(session, number)
    with database.transaction(actor="Minh") as session:
        publication.schedule(session, 2, Moment((clock() + timedelta(days=2)).astimezone(VIETNAM)))
        bulletins.revise(
            session, 3, draft(title="Bản tin chuyển mục", categories=("Lễ hội",), published=day(2026, 11, 3))
        )
        publication.withdraw(session, 4, reason="Đăng nhầm")
        expunging.expunge(session, 5, reason="Theo yêu cầu")
        reorganisation.merge(session, Kind.CATEGORY, "Thi đấu", "Thể thao")


def back_up(database: Database, storage: DiskStorage, folder: Path) -> Backup:
    folder.mkdir(exist_ok=True)
    return write_backup(database, storage, Destination(folder))


def read_members(path: Path) -> Members:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_members(path: Path, members: Members) -> Path:
    """Write a backup with these members as they are, whether they fit together or not."""
    with ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = ZipInfo(name)
            info.compress_type = ZIP_STORED if name.startswith("files/") else ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def altered(source: Path, target: Path, change: Callable[[Members], None], *, consistent: bool) -> Path:
    """Copy a backup with a change; `consistent` has the manifest agree with it, as a skilled forger would."""
    members = read_members(source)
    change(members)
    if consistent:
        manifest = json.loads(members.pop("manifest.json"))
        manifest["members"] = {name: _member(name, content) for name, content in members.items()}
        members["manifest.json"] = json.dumps(manifest).encode()
    return write_members(target, members)


def _member(name: str, content: bytes) -> dict[str, object]:
    said: dict[str, object] = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    return said | ({"rows": content.count(b"\n")} if name.startswith("tables/") else {})
