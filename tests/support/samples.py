"""Small drafts for tests, in Vietnamese, each field overridable."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.types import VIETNAM, Attachment, Draft, Moment, Precision

BODY = (
    "<p>Sáng nay, hội nghị đã khai mạc.</p>\n"
    '<figure data-attachment="1"></figure>\n'
    "<p>Hội nghị bế mạc buổi chiều.</p>\n"
)


def day(year: int, month: int, day_of_month: int) -> Moment:
    return Moment(datetime(year, month, day_of_month, 12, tzinfo=VIETNAM), Precision.DAY)


def minute(*parts: int) -> Moment:
    return Moment(datetime(*parts, tzinfo=VIETNAM))  # type: ignore[arg-type]  # five whole numbers


def draft(**changed: Any) -> Draft:
    said: dict[str, Any] = {
        "title": "Hội nghị tổng kết công tác năm",
        "lead": "Chiều 29/12, hội nghị tổng kết được tổ chức tại thị trấn Nà Mạ.",
        "body": BODY,
        "attachments": (Attachment(number=1, caption="Quang cảnh hội nghị", credit="Thu Trang"),),
        "published": day(2026, 11, 2),
    }
    return Draft(**(said | changed))
