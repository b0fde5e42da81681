"""The lines of a portal page: cleaned, numbered as in the file, and asked for the form they have.

A line keeps the number that an editor sees; joining lines keeps the first one's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from store.errors import PageUnreadable
from store.importers.source_lines import FILE_LIMIT_CHARS, clean_lines

LINE_LIMIT = 20_000
# Above this even a page of blank lines is refused before a pass over it costs time.
RAW_LIMIT_CHARS = 2 * FILE_LIMIT_CHARS

CLOSERS = "\"'”’»)]"
SENTENCE_ENDS = ".!?…"
WRAP_MIN_CHARS, WRAP_MAX_CHARS, WRAP_SPREAD_CHARS = 60, 130, 25
_DANGLING_TEXT = """
và của với cho các những về tại trong do từ đến theo là để cùng hoặc ở bằng trên
"""
DANGLING = frozenset(_DANGLING_TEXT.split())
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with words: its number from 1, its text without outer space, and whether a gap stands before it."""

    number: int
    text: str
    after_gap: bool = True


def read_lines(text: str, *, field: str = "page") -> list[Line]:
    """Clean a whole page and give its lines that are not blank; tabs inside a line stay.

    Raises PageUnreadable past 1,000,000 characters or 20,000 lines of content, and TextRefused where the
    text pipeline refuses.
    """
    if len(text) > RAW_LIMIT_CHARS:
        raise _too_long(field, text, len(text))
    _refuse_many_lines(text, field)
    lines: list[Line] = []
    gap = True
    content_chars = 0
    for number, raw in enumerate(clean_lines(text, field=field), start=1):
        line = "\t".join(" ".join(cell.split()) for cell in raw.strip().split("\t"))
        if line.strip():
            lines.append(Line(number, line.strip(), gap))
            content_chars += len(line)
        gap = not line.strip()
    if content_chars > FILE_LIMIT_CHARS:
        raise _too_long(field, text, content_chars)
    return lines


def _refuse_many_lines(text: str, field: str) -> None:
    # Counted on the raw text: cleaning hundreds of thousands of lines would take longer than reading any page.
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    with_words = [number for number, line in enumerate(raw, start=1) if line and not line.isspace()]
    if len(with_words) > LINE_LIMIT:
        raise PageUnreadable(
            field=field,
            value=text[:200].lstrip(),
            reason=f"it has {len(with_words):,} lines of text",
            accepted=f"at most {LINE_LIMIT:,} lines",
            line=with_words[LINE_LIMIT],
        )


def _too_long(field: str, text: str, chars: int) -> PageUnreadable:
    return PageUnreadable(
        field=field,
        value=text[:200].lstrip(),
        reason=f"it has {chars:,} characters",
        accepted=f"at most {FILE_LIMIT_CHARS:,} characters",
    )


def ends_sentence(text: str) -> bool:
    """Tell whether the text ends as sentences do, closing quotes and brackets aside."""
    return text.rstrip(CLOSERS + " ").endswith(tuple(SENTENCE_ENDS))


def word_list(text: str) -> list[str]:
    """List the words, without punctuation."""
    return WORD.findall(text)


def is_all_capitals(text: str) -> bool:
    """Tell whether the text has at least two words and no small letter."""
    return text.isupper() and len([word for word in word_list(text) if word.isupper()]) > 1


def begins_small(text: str) -> bool:
    """Tell whether the first letter is a small one."""
    return next((char.islower() for char in text if char.isalpha()), False)


def ends_dangling(text: str) -> bool:
    """Tell whether the text breaks off: at a comma, a dash or a word that never ends a phrase."""
    if text.endswith((",", " -", " –", "(")):
        return True
    words = text.split()
    return bool(words) and words[-1].casefold() in DANGLING


def join_wrapped(lines: Iterable[Line], *, apart: Collection[int] = ()) -> list[Line]:
    """Join paragraphs that were saved with hard line breaks; lines numbered in `apart` stay as they are."""
    kept = frozenset(apart)
    joined: list[Line] = []
    for group in _groups(lines):
        even = _evenly_wrapped(group)
        pieces: list[list[str]] = []
        heads: list[Line] = []
        for line in group:
            # The physical line before decides, not what has been joined so far: that keeps this linear.
            if pieces and kept.isdisjoint((line.number, heads[-1].number)) and _goes_on(pieces[-1][-1], line, even):
                pieces[-1].append(line.text)
            else:
                heads.append(line)
                pieces.append([line.text])
        joined += [replace(head, text=" ".join(texts)) for head, texts in zip(heads, pieces, strict=True)]
    return joined


def _groups(lines: Iterable[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in lines:
        if line.after_gap or not groups:
            groups.append([])
        groups[-1].append(line)
    return groups


def _evenly_wrapped(group: list[Line]) -> bool:
    lengths = [len(line.text) for line in group[:-1]]
    return (
        len(lengths) > 1
        and min(lengths) >= WRAP_MIN_CHARS
        and max(lengths) <= WRAP_MAX_CHARS
        and max(lengths) - min(lengths) <= WRAP_SPREAD_CHARS
        and not all(ends_sentence(line.text) for line in group[:-1])
    )


def _goes_on(before: str, line: Line, even: bool) -> bool:
    if "\t" in before or "\t" in line.text or LIST_MARK.match(line.text):
        return False
    if even:
        return True
    if len(before) < WRAP_MIN_CHARS or ends_sentence(before) or before.endswith((":", ";")):
        return False
    return begins_small(line.text) or ends_dangling(before)


LIST_MARK = re.compile(r"(?:[-–—•*+▪●○]|\d{1,3}[.)]|[a-zđ]\))\s+(?=\S)")
