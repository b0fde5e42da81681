"""What every line of a bulletin's text is: lists, tables and verse by their form, the rest by weighed evidence.

A person's overrule always wins; whatever was chosen on evidence is told as a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from store.importers.portal_evidence import SCENE, Surroundings, caption_parts, weigh
from store.importers.portal_lines import Line, ends_sentence, word_list
from store.importers.portal_names import is_person
from store.importers.portal_page import Block, Decision, Kind

PROSE_MIN_CHARS = 250
WEIGHED_LIMIT_CHARS = 400
ITEM_LIMIT_WORDS = 25
VERSE_WORDS = range(4, 10)
DASH = re.compile(r"[-–—•*+▪●○]\s+(?=\S)")
NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
QUOTED = re.compile(r"“[^“”]+”[.!?…]?|\"[^\"]+\"[.!?…]?|«[^«»]+»[.!?…]?")
# What an overrule may leave behind of a list's own marks.
MARKS = {Kind.LIST_ITEM: DASH, Kind.NUMBERED_ITEM: NUMBER}


@dataclass(frozen=True, slots=True)
class Form:
    """A kind that the form of a line shows; `evidence` is "" where the form is beyond doubt."""

    kind: Kind
    evidence: str = ""
    doubtful: bool = False


def classify(lines: Sequence[Line], *, overrules: Mapping[int, Kind]) -> tuple[list[Block], list[Decision]]:
    """Make blocks of the lines of a text, in order, with a decision for each that was chosen on evidence."""
    forms = _forms(lines, overrules)
    prose = [_is_prose(line) and index not in forms for index, line in enumerate(lines)]
    words = frozenset(
        word.casefold() for line, is_text in zip(lines, prose, strict=True) if is_text for word in word_list(line.text)
    )
    blocks: list[Block] = []
    decisions: list[Decision] = []
    followed = _followed(lines, prose, forms)
    for index, line in enumerate(lines):
        form = forms.get(index)
        if form is None and len(line.text) <= WEIGHED_LIMIT_CHARS:
            around = Surroundings(any(prose[max(index - 2, 0) : index]), followed[index], words)
            verdict = weigh(line.text, around)
            form = Form(verdict.kind, "", verdict.doubtful)
            if verdict.kind is not Kind.PARAGRAPH or verdict.doubtful:
                decisions.append(Decision(line.number, verdict.kind, line.text, verdict.evidence, verdict.doubtful))
        elif form is not None and form.evidence:
            decisions.append(Decision(line.number, form.kind, line.text, (form.evidence,), form.doubtful))
        blocks.append(_block(line, form.kind if form else Kind.PARAGRAPH))
    return blocks, decisions


def _is_prose(line: Line) -> bool:
    return ends_sentence(line.text) or len(line.text) >= PROSE_MIN_CHARS or line.text.endswith(":")


def _followed(lines: Sequence[Line], prose: Sequence[bool], forms: Mapping[int, Form]) -> list[bool]:
    """Tell of each line whether text that it could head stands next, or after one more lone line."""
    heads = [
        is_text or (index in forms and forms[index].kind is not Kind.FURNITURE) for index, is_text in enumerate(prose)
    ]
    return [any(heads[index + 1 : index + 3]) for index in range(len(lines))]


def _block(line: Line, kind: Kind) -> Block:
    text, credit = line.text, ""
    if kind is Kind.CAPTION:
        text, credit = caption_parts(text)
    elif kind in MARKS:
        text = MARKS[kind].sub("", text, count=1)
    if kind is not Kind.TABLE_ROW:
        text = " ".join(text.split("\t"))
    elif "\t" not in text:
        text = "\t".join(cell.strip() for cell in text.strip("|").split("|"))
    return Block(kind, text, line.number, credit)


def _forms(lines: Sequence[Line], overrules: Mapping[int, Kind]) -> dict[int, Form]:
    """Find what is plain from the form, by index: a person's word first, then marks, then company."""
    forms: dict[int, Form] = {}
    for found in (_tables(lines), _quotes(lines), _dashes(lines), _numbers(lines), _announced(lines), _verses(lines)):
        for index, form in found:
            forms.setdefault(index, form)
    for index, line in enumerate(lines):
        if line.number in overrules:
            forms[index] = Form(overrules[line.number])
    return forms


def _tables(lines: Sequence[Line]) -> Iterator[tuple[int, Form]]:
    for index, line in enumerate(lines):
        cells = line.text.count("\t") or line.text.count(" | ")
        if not cells:
            continue
        near = [other for other in (index - 1, index + 1) if 0 <= other < len(lines)]
        # A single tab inside lone prose is a slip of the keyboard, not a table.
        if cells > 1 or any("\t" in lines[other].text or " | " in lines[other].text for other in near):
            yield index, Form(Kind.TABLE_ROW)


def _quotes(lines: Sequence[Line]) -> Iterator[tuple[int, Form]]:
    for index, line in enumerate(lines):
        if QUOTED.fullmatch(line.text) and len(line.text.split()) > 3:
            yield index, Form(Kind.QUOTE, "it is one quotation from end to end")
            named = lines[index + 1].text if index + 1 < len(lines) else ""
            alone = index + 2 >= len(lines) or not DASH.match(lines[index + 2].text)
            if DASH.match(named) and alone and len(named.split()) <= 12:
                yield index + 1, Form(Kind.QUOTE, "it names whom the quotation above is from")


def _dashes(lines: Sequence[Line]) -> Iterator[tuple[int, Form]]:
    for index, line in enumerate(lines):
        if DASH.match(line.text):
            yield index, Form(Kind.LIST_ITEM)


def _numbers(lines: Sequence[Line]) -> Iterator[tuple[int, Form]]:
    """Take a run of lines numbered from 1 without a gap as a list; numbered lines apart are left to be weighed."""
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and _number(lines[end]) == end - index + 1:
            end += 1
        if end - index > 1:
            yield from ((position, Form(Kind.NUMBERED_ITEM)) for position in range(index, end))
        index = max(end, index + 1)


def _number(line: Line) -> int | None:
    found = NUMBER.match(line.text)
    return int(found.group(1)) if found else None


def _announced(lines: Sequence[Line]) -> Iterator[tuple[int, Form]]:
    """Take short lines after a colon as a list where they show it: by semicolons, or as names of people."""
    index = 0
    while index < len(lines):
        if not lines[index].text.endswith(":"):
            index += 1
            continue
        run = _short_run(lines, index + 1)
        people = list(takewhile(lambda item: _names_person(lines[item].text), run))
        if len(run) > 1 and all(lines[item].text.endswith((";", ",")) for item in run[:-1]):
            yield from (
                (item, Form(Kind.LIST_ITEM, "it is one of a list after a colon, parted by semicolons")) for item in run
            )
        elif len(people) > 1:
            yield from ((item, Form(Kind.LIST_ITEM, "it is one of a list of names after a colon")) for item in people)
        index = max(run[-1] if run else 0, index + 1)


def _names_person(text: str) -> bool:
    return is_person(re.split(r"\s*[,;(]|\s[-–—]\s", text, maxsplit=1)[0])


def _short_run(lines: Sequence[Line], start: int) -> list[int]:
    run: list[int] = []
    for index in range(start, len(lines)):
        text = lines[index].text
        if len(text.split()) > ITEM_LIMIT_WORDS or text.endswith(":") or DASH.match(text):
            break
        closing = text.endswith(".")
        if closing and not (run and lines[run[-1]].text.endswith((";", ","))):
            break
        run.append(index)
        if closing:
            break
    if run and lines[run[0]].text.endswith(";"):
        # The last item of such a list has no semicolon; what comes after it is no item.
        last = next(
            (place for place, index in enumerate(run) if not lines[index].text.endswith((";", ","))), len(run) - 1
        )
        run = run[: last + 1]
    return run


def _verses(lines: Sequence[Line]) -> Iterator[tuple[int, Form]]:
    start = 0
    while start < len(lines):
        end = start
        while (
            end < len(lines) and _could_be_verse(lines[end].text) and (end == start or _same_stanza(lines, start, end))
        ):
            end += 1
        counts = [len(word_list(line.text)) for line in lines[start:end]]
        # Two lines make a couplet only if no gap parts them; more lines speak for themselves.
        if _is_metre(counts) and (len(counts) > 2 or not lines[end - 1].after_gap):
            metre = "six and eight words in turn" if counts[0] != counts[1] else f"{counts[0]} words each"
            for index in range(start, end):
                yield index, Form(Kind.VERSE, f"{len(counts)} short lines together, {metre}", doubtful=len(counts) < 4)
        start = max(end, start + 1)


def _could_be_verse(text: str) -> bool:
    words = word_list(text)
    return (
        len(words) in VERSE_WORDS
        and not any(char.isdigit() for char in text)
        and not text.endswith((":", ";"))
        and not text.isupper()
        and not is_person(text)
        and not DASH.match(text)
        and not NUMBER.match(text)
        and not SCENE.match(text)
    )


def _same_stanza(lines: Sequence[Line], start: int, end: int) -> bool:
    counts = [len(word_list(line.text)) for line in lines[start : start + 2]]
    count = len(word_list(lines[end].text))
    if sorted(counts) == [6, 8]:
        return count == counts[(end - start) % 2]
    return count == counts[0]


def _is_metre(counts: Sequence[int]) -> bool:
    if len(counts) < 2:
        return False
    six_eight = counts[0] == 6 and counts[1] == 8
    return six_eight or (len(counts) >= 4 and len(set(counts)) == 1)
