"""Checks what a way in hands over, before any row is touched: text through the pipeline, limits, figures.

Whatever passes comes back from every document exactly as it stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from store.errors import InputError
from store.text import languages, markup
from store.text.vietnamese import clean_line
from store.types import Attachment, Draft

TITLE_CHARS = 500
LEAD_CHARS = 10_000
BODY_CHARS = 1_000_000
CAPTION_CHARS = 2_000
NAME_CHARS = 300
LINKS = 100


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
        attachments=tuple(_attachment(attachment) for attachment in draft.attachments),
    )
    _check_figures(checked_draft)
    return checked_draft


def _attachment(attachment: Attachment) -> Attachment:
    name = f"attachment {attachment.number}"
    return replace(
        attachment,
        caption=_line(f"{name} caption", attachment.caption, CAPTION_CHARS),
        credit=_line(f"{name} credit", attachment.credit, NAME_CHARS),
        alternative_text=_line(f"{name} alternative text", attachment.alternative_text, CAPTION_CHARS),
    )


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
        raise InputError(field=field, value=value, reason="is empty", accepted=f"1 to {limit} characters")
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
