"""Finds, when a bulletin is revised, which attachment of the new text is which of the old. Pure.

A caption that stayed keeps its number and its file wherever it moved; numbers are never given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from store.text.markup import figure, fill_figures
from store.types import Attachment, Draft

ALIKE = 0.6


def matched(
    draft: Draft, stored: Sequence[Attachment], last_number: int, *, meant: Collection[int] = ()
) -> tuple[Draft, int]:
    """Renumber a draft's attachments after the stored ones; return it with the highest number ever given.

    The same kind and caption is the same attachment; of what remains, the same number is a reworded one, if its
    caption is still alike or `meant` lists the number. Any other is new: no photo slips under a foreign caption.
    """
    left = list(stored)
    partners: dict[int, Attachment] = {}
    for same in (_meant_number(meant), _same_caption, _reworded):
        for attachment in draft.attachments:
            if attachment.number in partners:
                continue
            partner = next((old for old in left if same(old, attachment)), None)
            if partner is not None:
                partners[attachment.number] = partner
                left.remove(partner)
    numbers: dict[int, int] = {}
    attachments: list[Attachment] = []
    for attachment in draft.attachments:
        partner = partners.get(attachment.number)
        last_number = last_number if partner else last_number + 1
        numbers[attachment.number] = partner.number if partner else last_number
        attachments.append(_completed(attachment, partner, numbers[attachment.number]))
    body = fill_figures(draft.body, lambda number: figure(numbers[number]))
    ordered = tuple(sorted(attachments, key=lambda attachment: attachment.number))
    return replace(draft, body=body, attachments=ordered), last_number


def _completed(attachment: Attachment, partner: Attachment | None, number: int) -> Attachment:
    """Give an attachment what a text has no words for: the file, and the focus of the same photo."""
    if partner is None:
        return replace(attachment, number=number)
    return replace(
        attachment,
        number=number,
        file=attachment.file or partner.file,
        focus=attachment.focus or (partner.focus if attachment.file in (None, partner.file) else None),
    )


def _same_caption(old: Attachment, new: Attachment) -> bool:
    return old.kind is new.kind and old.caption == new.caption


def _meant_number(meant: Collection[int]) -> Callable[[Attachment, Attachment], bool]:
    return lambda old, new: old.kind is new.kind and old.number == new.number and new.number in meant


def _reworded(old: Attachment, new: Attachment) -> bool:
    if old.kind is not new.kind or old.number != new.number:
        return False
    return SequenceMatcher(None, old.caption, new.caption, autojunk=False).ratio() >= ALIKE
