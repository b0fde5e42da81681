"""Finds which waiting caption each arriving file belongs to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from store.errors import Conflict
from store.text.vietnamese import fold
from store.types import Attachment

ALIKE = 0.8


def assign(
    waiting: Sequence[Attachment],
    captions: Sequence[str],
    *,
    said: bool,
    in_order: bool = False,
    are_mere_names: bool = False,
) -> list[int | None]:
    """Give, for each arriving file, the number of the caption that waited for it, or None for a new attachment.

    `captions` are what is known of the files, "" for nothing; with `said` somebody gave them, so that a file whose
    caption is like none that waits is new. Files without words, or whose words `are_mere_names` of files, fill the
    captions in order if there are exactly as many, any files do with `in_order`; otherwise Conflict is raised,
    because no file may slip under a foreign caption.
    """
    left = list(waiting)
    numbers: list[int | None] = [None] * len(captions)
    for index, caption in enumerate(captions):
        alike = [attachment for attachment in left if not in_order and _is_alike(caption, attachment.caption)]
        # Of captions that read the same any is the right one.
        if alike and len({attachment.caption for attachment in alike}) == 1:
            numbers[index] = alike[0].number
            left.remove(alike[0])
    open_files = [index for index, number in enumerate(numbers) if number is None]
    if not left or not open_files or (said and not in_order):
        return numbers
    are_told_apart = any(captions[index] for index in open_files) and not (in_order or are_mere_names)
    if are_told_apart or len(open_files) != len(left):
        raise Conflict(
            f"nothing says which of the captions that wait for a file ({_listed(left)}) get which of the files that "
            "came; add one file at a time with --for NUMBER, all in their order with --in-order, or as new ones with "
            "--new",
            vietnamese=f"chưa rõ tệp nào là của chú thích nào đang chờ ({_listed(left)}); hãy thêm từng tệp với "
            "--for SỐ, lần lượt theo thứ tự với --in-order, hoặc thêm mới với --new",
        )
    for index, attachment in zip(open_files, left, strict=True):
        numbers[index] = attachment.number
    return numbers


def _is_alike(one: str, other: str) -> bool:
    if not one or not other:
        return False
    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio() >= ALIKE


def _listed(waiting: Sequence[Attachment]) -> str:
    return "; ".join(f"{attachment.number}: {attachment.caption[:40] or '-'}" for attachment in waiting[:10])
