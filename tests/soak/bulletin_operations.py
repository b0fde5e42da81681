"""Random operations on bulletins, each planned as a desk or a command would do it: with words that no other one has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from store import attaching, bulletins, catalogue, expunging, publication
from store.models import DbRevision
from store.names import Kind
from store.text.markup import figure, paragraphs
from store.types import VIETNAM, Attachment, Draft, Moment, Precision, Status, StoredFile
from tests.soak.planned import Plan, SeenBulletin, Situation

AUTHORS = ("Hoàng Lan", "Lê Gia Bảo", "Trần Khánh Vy", "Phạm Hải Yến", "Nông Thị Hương", "Mông Thế Duy")
SHARED_PHOTOS = 4
"""So many photos are put again and again, under many bulletins."""
SENTENCE = "Đồng bào các bản vùng cao phấn khởi đón chương trình, ghi lại lời {word} làm kỷ niệm."

Planner = Callable[[Situation], Plan | None]
"""Plans one operation; None where nothing in view suits it."""


def draft(now: Situation) -> Plan:
    said = _text(now, captions=now.random.choice((0, 0, 1, 2)))
    note = f"soạn {now.word}"

    def act(session: Session) -> Mapping[str, Any]:
        return found_of(session, bulletins.draft(session, said, note=note))

    return Plan(_meant("draft", None, said, note), act)


def revise(now: Situation) -> Plan | None:
    chosen = _one(now, now.view.of_status(Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED, Status.WITHDRAWN))
    if chosen is None:
        return None
    said = _text(now, captions=len(chosen.waiting), is_dated=chosen.status is Status.DRAFT)
    note = f"sửa {now.word}"
    expected = chosen.revision if now.random.random() < 0.5 else None

    def act(session: Session) -> Mapping[str, Any] | None:
        changed = bulletins.revise(session, chosen.number, said, note=note, expected_revision=expected)
        return found_of(session, chosen.number) if changed else None

    return Plan(_meant("revise", chosen, said, note), act)


def correct(now: Situation) -> Plan | None:
    chosen = _one(now, now.view.of_status(Status.PUBLISHED))
    if chosen is None:
        return None
    said = _text(now, captions=len(chosen.waiting), is_dated=now.random.random() < 0.1)
    note = f"đính chính {now.word}"

    def act(session: Session) -> Mapping[str, Any] | None:
        changed = bulletins.correct(session, chosen.number, said, note=note)
        return found_of(session, chosen.number) if changed else None

    return Plan(_meant("correct", chosen, said, note), act)


def publish(now: Situation) -> Plan | None:
    return _simple(now, "publish", (Status.DRAFT,), lambda session, number: publication.publish(session, number))


def republish(now: Situation) -> Plan | None:
    return _simple(now, "republish", (Status.WITHDRAWN,), lambda session, number: publication.publish(session, number))


def schedule(now: Situation) -> Plan | None:
    instant = datetime.now(VIETNAM).replace(microsecond=0) + timedelta(seconds=now.random.randint(1, 4))
    return _simple(
        now,
        "schedule",
        (Status.DRAFT, Status.SCHEDULED),
        lambda session, number: publication.schedule(session, number, Moment(instant), publisher_required=False),
        moment=instant.isoformat(),
    )


def cancel(now: Situation) -> Plan | None:
    return _simple(
        now, "cancel", (Status.SCHEDULED,), lambda session, number: publication.cancel_schedule(session, number)
    )


def withdraw(now: Situation) -> Plan | None:
    # The reason stays for readers when the bulletin is expunged, so it holds no word of its text.
    reason = f"gỡ theo việc số {now.op}"
    return _simple(
        now,
        "withdraw",
        (Status.PUBLISHED,),
        lambda session, number: publication.withdraw(session, number, reason=reason),
        reason=reason,
    )


def expunge(now: Situation) -> Plan | None:
    reason = now.random.choice(("", f"xóa theo việc số {now.op}"))
    return _simple(
        now,
        "expunge",
        (Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED, Status.WITHDRAWN),
        lambda session, number: expunging.expunge(session, number, reason=reason),
        reason=reason,
    )


def put_photo(now: Situation) -> Plan | None:
    chosen = _one(now, [bulletin for bulletin in now.view.bulletins if bulletin.waiting])
    if chosen is None:
        return None
    attachment = now.random.choice(chosen.waiting)
    is_shared = now.random.random() < 0.4
    said = f"ảnh chung {now.random.randrange(SHARED_PHOTOS)}" if is_shared else f"ảnh {now.word} "
    content = b"\xff\xd8\xff" + said.encode() * 300
    file = StoredFile(
        digest=hashlib.sha256(content).hexdigest(),
        media_type="image/jpeg",
        size_bytes=len(content),
        width_px=640,
        height_px=480,
    )

    def act(session: Session) -> Mapping[str, Any]:
        attaching.attach_file(session, chosen.number, attachment, file)
        return found_of(session, chosen.number) | {"digest": file.digest}

    meant = {"do": "photo", "number": chosen.number, "attachment": attachment, "digest": file.digest}
    return Plan(meant, act, before=lambda: now.storage.put(content, file.media_type))


def found_of(session: Session, number: int) -> dict[str, Any]:
    """Give what a reader of the store must find of a bulletin after this transaction."""
    bulletin = catalogue.get_bulletin(session, number)
    revision = session.get_one(DbRevision, (number, bulletin.revision))
    return {
        "number": number,
        "public_id": bulletin.public_id,
        "status": bulletin.status.value,
        "revision": bulletin.revision,
        "version": bulletin.version,
        "arrival": bulletin.arrival,
        "published": bulletin.published.instant.isoformat() if bulletin.published else None,
        "content": text_digest(revision.content),
    }


def text_digest(content: str) -> str:
    """Give the digest of what a revision says, but for what comes into it later: the settled date, and photos."""
    said = json.loads(content)
    said.pop("published", None)
    for attachment in said.get("attachments", ()):
        attachment.pop("digest")
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _simple(
    now: Situation,
    what: str,
    statuses: tuple[Status, ...],
    do: Callable[[Session, int], object],
    **also: str,
) -> Plan | None:
    chosen = _one(now, now.view.of_status(*statuses))
    if chosen is None:
        return None

    def act(session: Session) -> Mapping[str, Any]:
        do(session, chosen.number)
        return found_of(session, chosen.number)

    return Plan({"do": what, "number": chosen.number, **also}, act)


def _one(now: Situation, among: Sequence[SeenBulletin]) -> SeenBulletin | None:
    if not among:
        return None
    # Half of the time one of the latest, so that four processes meet at the same bulletins.
    return now.random.choice(among[-6:] if now.random.random() < 0.5 else among)


def _meant(what: str, chosen: SeenBulletin | None, said: Draft, note: str) -> dict[str, Any]:
    return {
        "do": what,
        "number": chosen.number if chosen else None,
        "title": said.title,
        "lead": said.lead,
        "note": note,
    }


def _text(now: Situation, *, captions: int, is_dated: bool = True) -> Draft:
    random = now.random
    attachments = tuple(
        Attachment(number=number, caption=f"Ảnh {number} của {now.word}", credit="Thu Trang")
        for number in range(1, captions + 1)
    )
    # Now and then so long that the row spills over many pages of the database.
    body = paragraphs([SENTENCE.format(word=now.word)] * random.choice((1, 2, 5, 20, 300)))
    body += "".join(f"{figure(attachment.number)}\n" for attachment in attachments)
    open_categories, bodies = now.view.open_names(Kind.CATEGORY), now.view.open_names(Kind.ORGANISATION)
    return Draft(
        title=f"Ngày hội đại đoàn kết ở bản {now.word}",
        lead=f"Sáng nay, bà con dự ngày hội {now.word}.",
        body=body,
        publisher=random.choice(bodies) if bodies and random.random() < 0.9 else None,
        subjects=tuple(random.sample(bodies, k=min(len(bodies), random.choice((0, 0, 1, 2))))),
        categories=tuple(random.sample(open_categories, k=min(len(open_categories), random.choice((0, 1, 1, 2))))),
        authors=tuple(random.sample(AUTHORS, k=random.choice((0, 1, 1, 2)))),
        attachments=attachments,
        published=_moment(now) if is_dated else None,
    )


def _moment(now: Situation) -> Moment | None:
    today = datetime.now(VIETNAM).replace(microsecond=0)
    past = today - timedelta(days=now.random.randint(1, 400), minutes=now.random.randint(0, 600))
    noon = past.replace(hour=12, minute=0, second=0)
    return now.random.choice((None, None, Moment(past.replace(second=0)), Moment(noon, Precision.DAY)))
