"""The end of a bulletin's text: its end mark `./.`, who wrote it, and who took the photos.

The mark never stays in the text; a name is taken for a byline only on evidence that is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from store.importers.portal_credits import credit_of
from store.importers.portal_lines import SENTENCE_ENDS, Line, ends_sentence, is_all_capitals
from store.importers.portal_names import Names, is_initials, is_person, read_names
from store.importers.portal_offices import names_office
from store.importers.portal_page import Decision, Kind
from store.importers.portal_signature import signature_lines

THRESHOLD = 4.0
CERTAIN = 5.0
BYLINE_LIMIT_WORDS = 14
TAIL_LIMIT_LINES = 12
MARK = "./."
NUMERAL = re.compile(r"[IVX]{1,5}[.)]\s")
SOURCE_LIMIT_CHARS = 90
SOURCE_IN_BRACKETS = re.compile(r"(?i)\s*\((?:theo|nguồn|nguồn tin)\b[^()]{2,80}\)\.?$")


@dataclass(frozen=True, slots=True)
class Ending:
    """The lines without end marks and bylines, the authors and photographer named, and the choices made."""

    lines: tuple[Line, ...]
    authors: tuple[str, ...]
    photographer: str
    decisions: tuple[Decision, ...]
    has_end_mark: bool


def read_ending(lines: Sequence[Line], *, overrules: Mapping[int, Kind]) -> Ending:
    """Take end marks and bylines out of the lines of a text."""
    pieces, marked = _without_marks(_source_apart(lines, overrules), overrules)
    tail_start = marked if marked is not None else max(len(pieces) - 2, 1)
    signature = signature_lines(pieces)
    taken: dict[int, tuple[Names, Decision]] = {}
    for index, piece in enumerate(pieces):
        ruled = overrules.get(piece.number)
        if ruled is Kind.BYLINE:
            taken[index] = _forced(piece)
        elif ruled is None and index >= max(tail_start, len(pieces) - TAIL_LIMIT_LINES):
            if index in signature or _credits_caption(pieces, index, taken):
                continue
            found = _weighed(pieces, index, after_mark=marked is not None)
            if found is not None:
                taken[index] = found
    if marked is None:
        taken = _plausible(pieces, taken, overrules)
    names = [pair[0] for _, pair in sorted(taken.items())]
    return Ending(
        lines=tuple(piece for index, piece in enumerate(pieces) if index not in taken),
        authors=tuple(dict.fromkeys(author for found in names for author in found.authors)),
        photographer=next((found.photographer for found in names if found.photographer), ""),
        decisions=tuple(pair[1] for _, pair in sorted(taken.items())),
        has_end_mark=marked is not None,
    )


def _source_apart(lines: Sequence[Line], overrules: Mapping[int, Kind]) -> Sequence[Line]:
    """Part a source in brackets from the end of the last paragraph that it follows."""
    if not lines or lines[-1].number in overrules:
        return lines
    last = lines[-1]
    found = SOURCE_IN_BRACKETS.search(last.text[-SOURCE_LIMIT_CHARS:])
    start = len(last.text) - len(found.group()) if found else 0
    if start < 1 or not ends_sentence(last.text[:start]):
        return lines
    source = Line(last.number, last.text[start:].strip(), after_gap=False)
    return [*lines[:-1], replace(last, text=last.text[:start].strip()), source]


def _without_marks(lines: Sequence[Line], overrules: Mapping[int, Kind]) -> tuple[list[Line], int | None]:
    """Give the pieces between end marks, and the index of the first piece after the last mark."""
    pieces: list[Line] = []
    marked: int | None = None
    for line in lines:
        whole = overrules.get(line.number) not in (None, Kind.BYLINE)
        texts = split_at_marks(line.text)
        if whole and len(texts) > 1:
            texts = [" ".join(text for text in texts if text), ""]
        for position, text in enumerate(texts):
            if position:
                marked = len(pieces)
            if text:
                pieces.append(replace(line, text=text, after_gap=line.after_gap and not position))
    return pieces, marked


def split_at_marks(text: str) -> list[str]:
    """Part a line at its end marks; each part before a mark ends as a sentence does."""
    if "/" not in text:
        return [text]
    for closing in (". / .", ". /.", "./ .", "/.", "./"):
        # Misprints of the mark count at the end of a line only: elsewhere they are paths or fractions.
        if text.endswith(closing) and not text.endswith(MARK):
            text = text[: -len(closing)] + MARK
            break
    parts: list[str] = []
    start = 0
    found = text.find(MARK)
    while found >= 0:
        end = found + len(MARK)
        if _is_mark(text, found, end):
            before = text[start:found].strip(" .")
            closed = not before or before.endswith(tuple(SENTENCE_ENDS))
            parts.append(before if closed else before + ".")
            start = end
        found = text.find(MARK, end)
    parts.append(text[start:].strip(" ."))
    if len(parts) == 1:
        return [text]
    if parts[-1] and (ends_sentence(text) or len(parts[-1]) == 1):
        parts[-1] = _closing_restored(parts, text)
    return parts


def _closing_restored(parts: list[str], text: str) -> str:
    last = parts[-1]
    if len(last) == 1 and not last.isalnum():
        # A quotation mark that stands after the end mark belongs to the sentence before it.
        parts[-2] += last
        return ""
    return last + text[-1] if not last.endswith(text[-1]) else last


def _is_mark(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return before != "/" and not (after.islower() or after.isdigit() or after == "/")


def _forced(piece: Line) -> tuple[Names, Decision]:
    names = read_names(piece.text)
    if not names.authors and not names.photographer:
        names = replace(names, authors=(piece.text.rstrip("."),))
    return names, Decision(piece.number, Kind.BYLINE, piece.text, ("a person said so",), False)


def _weighed(pieces: Sequence[Line], index: int, *, after_mark: bool) -> tuple[Names, Decision] | None:
    piece = pieces[index]
    if len(piece.text) > 200 or len(piece.text.split()) > BYLINE_LIMIT_WORDS:
        return None
    names = read_names(piece.text)
    if not names.authors and not (names.photographer and credit_of(piece.text)):
        # What a label such as `Ảnh:` opens is a caption unless it names somebody.
        return None
    score = sum(weight for weight, _ in names.evidence)
    evidence = [words for _, words in names.evidence]
    if after_mark:
        score += 2
        evidence.append("it stands after the end mark")
    signs = is_initials(piece.text) or names_office(piece.text.rstrip("."))
    if all(credit_of(later.text) for later in pieces[index + 1 : index + 3]):
        score += 1
        evidence.append("it is the last line")
        if signs:
            score += 2
            evidence.append("newsrooms and offices sign like this")
    if ends_sentence(piece.text) and not names.labelled and not signs:
        score -= 4
    if is_all_capitals(piece.text) and not (after_mark or names.labelled or signs):
        score -= 1
    if score < THRESHOLD:
        return None
    decision = Decision(piece.number, Kind.BYLINE, piece.text, tuple(evidence), score < CERTAIN)
    return names, decision


def _credits_caption(pieces: Sequence[Line], index: int, taken: Mapping[int, object]) -> bool:
    """Tell whether a line names the photographer of a caption right above it, not of the whole page."""
    if not index or index - 1 in taken or not credit_of(pieces[index].text):
        return False
    above = pieces[index - 1].text
    return not ends_sentence(above) and not credit_of(above)


def _plausible(
    pieces: Sequence[Line], taken: dict[int, tuple[Names, Decision]], overrules: Mapping[int, Kind]
) -> dict[int, tuple[Names, Decision]]:
    """Without an end mark, a bare name counts only where no text follows and it cannot be the last of a list."""
    kept = dict(taken)
    for index in sorted(taken):
        names, _ = taken[index]
        if names.labelled or overrules.get(pieces[index].number) is Kind.BYLINE:
            continue
        above = pieces[index - 1].text
        goes_on = any(ends_sentence(pieces[later].text) for later in range(index + 1, len(pieces)) if later not in kept)
        if not goes_on and (index - 1 in kept or not _may_list_names(above)):
            continue
        del kept[index]
    return kept


def _may_list_names(text: str) -> bool:
    if text.endswith((":", ";", ",")) or "\t" in text or " | " in text:
        return True
    if NUMERAL.match(text):
        return False
    return is_person(re.split(r"\s*[,;(]|\s[-–—]\s", text[:200], maxsplit=1)[0])
