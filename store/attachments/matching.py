"""Finds, when a bulletin is revised, which attachment of the new text is which of the old. Pure.

A caption that stayed keeps its number and its file wherever it moved; numbers are never given twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.text.markup import figure, fill_figures
from store.types import Attachment, Draft


def matched(draft: Draft, stored: Sequence[Attachment], last_number: int) -> tuple[Draft, int]:
    """Renumber a draft's attachments after the stored ones; return it with the highest number ever given.

    The same kind and caption is the same attachment; of what remains, the same number is a reworded one.
    """
    left = list(stored)
    partners: dict[int, Attachment] = {}
    for same in (_same_caption, _same_number):
        for attachment in draft.attachments:
            if attachment.number in partners:
                continue
            partner = next((old for old in left if same(old, attachment)), None)
            if partner is not None:
                partners[attachment.number] = partner
                left.remove(partner)
    numbers: dict[int, int] = {}
    for attachment in draft.attachments:
        partner = partners.get(attachment.number)
        last_number = last_number if partner else last_number + 1
        numbers[attachment.number] = partner.number if partner else last_number
    attachments = tuple(
        replace(
            attachment,
            number=numbers[attachment.number],
            file=attachment.file or (partners[attachment.number].file if attachment.number in partners else None),
        )
        for attachment in draft.attachments
    )
    body = fill_figures(draft.body, lambda number: figure(numbers[number]))
    ordered = tuple(sorted(attachments, key=lambda attachment: attachment.number))
    return replace(draft, body=body, attachments=ordered), last_number


def _same_caption(old: Attachment, new: Attachment) -> bool:
    return old.kind is new.kind and old.caption == new.caption


def _same_number(old: Attachment, new: Attachment) -> bool:
    return old.kind is new.kind and old.number == new.number
