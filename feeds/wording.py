"""The few words of our own that stand inside entries, in Vietnamese, and in English for every other language. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words in one language; `decimal_mark` parts the whole of a number from its tenths."""

    photo: str
    photo_caption: str
    document: str
    documents: str
    read_on: str
    decimal_mark: str


VIETNAMESE = Wording(
    photo="Ảnh",
    photo_caption="Chú thích ảnh",
    document="Văn bản",
    documents="Văn bản kèm theo",
    read_on="Đọc tiếp",
    decimal_mark=",",
)
ENGLISH = Wording(
    photo="Photo",
    photo_caption="Photo caption",
    document="Document",
    documents="Documents",
    read_on="Read on",
    decimal_mark=".",
)


def is_vietnamese(language: str) -> bool:
    """Say whether a language tag such as vi or vi-VN means Vietnamese."""
    return language.split("-")[0] == "vi"


def wording_of(language: str) -> Wording:
    """Give the words that stand in entries of this language."""
    return VIETNAMESE if is_vietnamese(language) else ENGLISH
