"""Checks what a way in hands over, before any row is touched: text through the pipeline, limits, figures.

Whatever passes comes back from every document exactly as it stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from store.errors import InputError
from store.text import languages, markup
from store.text.iris import ascii_iri
from store.text.vietnamese import clean_line
from store.types import UNITS_PER_DEGREE, Attachment, Draft, Focus, Origin, Place

TITLE_CHARS = 500
LEAD_CHARS = 10_000
BODY_CHARS = 1_000_000
CAPTION_CHARS = 2_000
NAME_CHARS = 300
NOTE_CHARS = 2_000
LINKS = 100
ADDRESS_CHARS = 2_000
VIETNAMESE_FIELDS = {
    "title": "tiêu đề",
    "note": "lời đính chính",
    "reason": "lý do",
    "place": "tên địa điểm",
    "origin": "tên nơi đăng đầu tiên",
}


def checked(draft: Draft) -> Draft:
    """Return the draft as it will be stored; raises InputError for the first field that cannot be."""
    if not languages.is_language_tag(draft.language):
        raise InputError(
            field="language", value=draft.language, reason="is no language tag", accepted=languages.ACCEPTED
        )
    body = _within("body", draft.body, BODY_CHARS)
    checked_draft = replace(
        draft,
        title=_line("title", draft.title, TITLE_CHARS, required=True),
        lead=_line("lead", draft.lead, LEAD_CHARS),
        body=markup.sanitise(body, field="body"),
        publisher=_line("publisher", draft.publisher, NAME_CHARS) if draft.publisher else None,
        subjects=_names("subjects", draft.subjects),
        categories=_names("categories", draft.categories),
        authors=_names("authors", draft.authors),
        attachments=tuple(checked_attachment(attachment) for attachment in draft.attachments),
        place=_checked_place(draft.place),
        origin=_checked_origin(draft.origin),
    )
    _check_figures(checked_draft)
    return checked_draft


def checked_note(field: str, value: str) -> str:
    """Return words that readers will see beside a bulletin, cleaned; raises InputError for none, or too many."""
    return _line(field, value, NOTE_CHARS, required=True)


def checked_attachment(attachment: Attachment) -> Attachment:
    """Return an attachment as it will be stored; raises InputError for the first field that cannot be."""
    name = f"attachment {attachment.number}"
    return replace(
        attachment,
        caption=_line(f"{name} caption", attachment.caption, CAPTION_CHARS),
        credit=_line(f"{name} credit", attachment.credit, NAME_CHARS),
        alternative_text=_line(f"{name} alternative text", attachment.alternative_text, CAPTION_CHARS),
        reference=_line(f"{name} reference", attachment.reference, NAME_CHARS),
        focus=_checked_focus(name, attachment.focus),
    )


def _checked_focus(name: str, focus: Focus | None) -> Focus | None:
    if focus is not None and not (0 <= focus.x_percent <= 100 and 0 <= focus.y_percent <= 100):
        raise InputError(
            field=f"{name} focus",
            value=f"{focus.x_percent},{focus.y_percent}",
            reason="lies outside the photo",
            accepted="two whole numbers from 0 to 100: percent from the left and from the upper edge",
        )
    return focus


def _checked_place(place: Place | None) -> Place | None:
    if place is None:
        return None
    name = _line("place", place.name, NAME_CHARS, required=True)
    coordinates = (place.latitude_e5, place.longitude_e5)
    for field, units, limit in zip(("latitude", "longitude"), coordinates, (90, 180), strict=True):
        is_missing = units is None and coordinates != (None, None)
        if is_missing or abs(units or 0) > limit * UNITS_PER_DEGREE:
            raise InputError(
                field=f"place {field}",
                value="" if units is None else f"{units / UNITS_PER_DEGREE:.5f}",
                reason="is missing" if is_missing else "lies on no map",
                accepted=f"-{limit} to {limit} degrees, latitude before longitude, or no coordinates at all",
                vietnamese="tọa độ địa điểm gồm vĩ độ (-90 đến 90) rồi kinh độ (-180 đến 180)",
            )
    return Place(name, *coordinates)


def _checked_origin(origin: Origin | None) -> Origin | None:
    if origin is None:
        return None
    name = _line("origin", origin.name, NAME_CHARS, required=True)
    return Origin(name, _web_address("origin address", origin.url))


def _web_address(field: str, value: str) -> str:
    """Give an absolute http address in ASCII, as which every reader can fetch it."""
    cleaned = clean_line(_within(field, value, ADDRESS_CHARS), field=field)
    if not _is_web_address(cleaned):
        raise InputError(
            field=field,
            value=value,
            reason="is no public web address",
            accepted="http:// or https://, a host and a path, without user or password",
            vietnamese=f"“{value}” không phải địa chỉ trang web; cần dạng https://...",
        )
    return _within(field, ascii_iri(cleaned), ADDRESS_CHARS)


def _is_web_address(iri: str) -> bool:
    if re.search(r"[\s<>\"\\^`{|}]", iri):
        return False
    try:
        parts = urlsplit(iri)
        # Reading the port checks it.
        is_told = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return is_told and parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _check_figures(draft: Draft) -> None:
    numbers = [attachment.number for attachment in draft.attachments]
    if len(set(numbers)) != len(numbers) or any(number < 1 for number in numbers):
        raise InputError(
            field="attachments", value=str(numbers), reason="numbers repeat or are below 1", accepted="1, 2, 3 ..."
        )
    for number in markup.figure_numbers(draft.body):
        if number not in numbers:
            raise InputError(
                field="body",
                value=markup.figure(number),
                reason="refers to an attachment that the bulletin does not have",
                accepted=f"one of {sorted(numbers)}" if numbers else "no figure, as there is no attachment",
            )


def _names(field: str, names: Iterable[str]) -> tuple[str, ...]:
    cleaned = tuple(dict.fromkeys(filter(None, (_line(field, name, NAME_CHARS) for name in names))))
    if len(cleaned) > LINKS:
        raise InputError(field=field, value=str(len(cleaned)), reason="are too many", accepted=f"at most {LINKS}")
    return cleaned


def _line(field: str, value: str, limit: int, *, required: bool = False) -> str:
    cleaned = clean_line(_within(field, value, limit * 4), field=field)
    if required and not cleaned:
        raise InputError(
            field=field,
            value=value,
            reason="is empty",
            accepted=f"1 to {limit} characters",
            vietnamese=f"thiếu {VIETNAMESE_FIELDS.get(field, field)}",
        )
    return _within(field, cleaned, limit)


def _within(field: str, value: str, limit: int) -> str:
    if len(value) > limit:
        raise InputError(
            field=field,
            value=value[:200],
            reason=f"has {len(value):,} characters",
            accepted=f"at most {limit:,} characters",
        )
    return value
