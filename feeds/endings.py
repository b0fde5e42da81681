"""What became of a category, an organisation or an author, in words for readers.

Pure, and from the entities alone: whoever shows the words takes the entities' change for the words' own.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.text.date_formats import format_day
from store.types import Author, Category, Entity


@dataclass(frozen=True, slots=True)
class Ending:
    """How an entity ended: whole sentences for its own channel, a brief one for lists, and who it goes on as."""

    sentences: str
    brief: str
    successor: Entity | None = None


def ending_of(entity: Entity, successor: Entity | None) -> Ending | None:
    """Tell how an entity ended, None while it lives; `successor` is what it was merged into."""
    if entity.merged_at is not None and successor is not None:
        return _merged(entity, successor, format_day(entity.merged_at))
    return _closed(entity, format_day(entity.closed_at)) if entity.closed_at is not None else None


def _merged(entity: Entity, successor: Entity, day: str) -> Ending:
    if isinstance(entity, Author):
        happened = f"tác giả {entity.name} viết dưới tên {successor.name}"
        brief = f"Viết dưới tên {successor.name} từ ngày {day}."
        goes_on = f"tác giả {successor.name}"
    elif isinstance(entity, Category):
        happened = f"chuyên mục {entity.name} nhập vào chuyên mục {successor.name}"
        brief = f"Đã nhập vào chuyên mục {successor.name} từ ngày {day}."
        goes_on = f"chuyên mục {successor.name}"
    else:
        happened = f"{entity.name} sáp nhập vào {successor.name}"
        brief = f"Đã sáp nhập vào {successor.name} từ ngày {day}."
        goes_on = successor.name
    return Ending(f"Từ ngày {day}, {happened}. Kênh này tiếp tục với các bản tin của {goes_on}.", brief, successor)


def _closed(entity: Entity, day: str) -> Ending:
    if isinstance(entity, Author):
        happened, brief = f"Tác giả {entity.name} ngừng viết tin từ ngày {day}", f"Đã ngừng viết tin từ ngày {day}."
    elif isinstance(entity, Category):
        happened, brief = f"Chuyên mục {entity.name} đã đóng từ ngày {day}", f"Đã đóng từ ngày {day}."
    else:
        happened, brief = f"{entity.name} ngừng hoạt động từ ngày {day}", f"Đã ngừng hoạt động từ ngày {day}."
    return Ending(f"{happened}; kênh này vẫn lưu các bản tin đã đăng.", brief)
