"""What every line of a bulletin's text is: lists, tables and verse by their form, the rest by weighed evidence.

A person's overrule always wins; whatever was chosen on evidence is told as a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import takewhile

from store.importers.portal_credits import credit_of, unbracketed
from store.importers.portal_evidence import Surroundings, caption_parts, weigh
from store.importers.portal_lines import Line, ends_sentence, word_list
from store.importers.portal_names import is_person
from store.importers.portal_page import Block, Decision, Kind
from store.importers.portal_signature import signature_lines
from store.importers.portal_verse import names_poet, verses

PROSE_MIN_CHARS = 250
WEIGHED_LIMIT_CHARS = 400
ITEM_LIMIT_WORDS = 25
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


SIGNATURE = Form(Kind.PARAGRAPH, "it is part of a signature")
POET = Form(Kind.PARAGRAPH, "it names the poet of the verses above")
Credit = tuple[int, Line, str]


@dataclass(frozen=True, slots=True)
class Classified:
    """The blocks of a text in order, the choices made on evidence, and who took the photos that name nobody."""

    blocks: list[Block]
    decisions: list[Decision]
    photographer: str


def classify(lines: Sequence[Line], *, overrules: Mapping[int, Kind]) -> Classified:
    """Make blocks of the lines of a text, in order, with a decision for each that was chosen on evidence."""
    kept, credits = _credits_apart(lines, overrules)
    forms = _forms(kept, overrules)
    prose = [_is_prose(line) and index not in forms for index, line in enumerate(kept)]
    blocks: list[Block] = []
    decisions: list[Decision] = []
    surroundings = _surroundings(kept, prose, forms, {place for place, _, _ in credits})
    for index, (line, around) in enumerate(zip(kept, surroundings, strict=True)):
        form = forms.get(index)
        if form is None and len(line.text) <= WEIGHED_LIMIT_CHARS:
            below_caption = bool(blocks) and blocks[-1].kind is Kind.CAPTION
            verdict = weigh(unbracketed(line.text), replace(around, below_caption=below_caption))
            form = Form(verdict.kind, "", verdict.doubtful)
            if verdict.kind is not Kind.PARAGRAPH or verdict.doubtful:
                decisions.append(Decision(line.number, verdict.kind, line.text, verdict.evidence, verdict.doubtful))
        elif form is not None and form.evidence:
            decisions.append(Decision(line.number, form.kind, line.text, (form.evidence,), form.doubtful))
        blocks.append(_block(line, form.kind if form else Kind.PARAGRAPH))
    return _credited(blocks, decisions, credits)


def _credits_apart(lines: Sequence[Line], overrules: Mapping[int, Kind]) -> tuple[list[Line], list[Credit]]:
    """Take out the lines that only name a photographer, each with how many of the other lines stand above it."""
    kept: list[Line] = []
    credits: list[Credit] = []
    for line in lines:
        name = credit_of(line.text) if line.number not in overrules else ""
        if name:
            credits.append((len(kept), line, name))
        else:
            kept.append(line)
    return kept, credits


def _credited(blocks: list[Block], decisions: list[Decision], credits: Sequence[Credit]) -> Classified:
    """Give each credit to the caption right above it, or to all captions that name nobody; without any it is text."""
    elsewhere: list[Credit] = []
    for place, line, name in credits:
        above = blocks[place - 1] if place else None
        if above is not None and above.kind is Kind.CAPTION and not above.credit:
            blocks[place - 1] = replace(above, credit=name)
            evidence = ("it names the photographer of the caption above",)
            decisions.append(Decision(line.number, Kind.BYLINE, line.text, evidence, False))
        else:
            elsewhere.append((place, line, name))
    waiting = any(block.kind is Kind.CAPTION and not block.credit for block in blocks)
    for place, line, _ in reversed(elsewhere):
        if waiting:
            evidence = ("it names a photographer, and no caption stands right above",)
            decisions.append(Decision(line.number, Kind.BYLINE, line.text, evidence, True))
        else:
            blocks.insert(place, _block(line, Kind.PARAGRAPH))
    return Classified(blocks, decisions, elsewhere[0][2] if elsewhere and waiting else "")


def _surroundings(
    lines: Sequence[Line], prose: Sequence[bool], forms: Mapping[int, Form], credited: Set[int]
) -> Iterator[Surroundings]:
    """Tell of each line what stands around it; text that it could head stands next, or after one more lone line."""
    words = frozenset(
        word.casefold() for line, is_text in zip(lines, prose, strict=True) if is_text for word in word_list(line.text)
    )
    heads = [
        is_text or (index in forms and forms[index].kind is not Kind.FURNITURE) for index, is_text in enumerate(prose)
    ]
    last_head = max((index for index, is_head in enumerate(heads) if is_head), default=-1)
    for index in range(len(lines)):
        yield Surroundings(
            prose_before=any(prose[max(index - 2, 0) : index]),
            prose_after=any(heads[index + 1 : index + 3]),
            prose_words=words,
            above_credit=index + 1 in credited,
            can_head=index < last_head,
            is_last=index == len(lines) - 1,
        )


def _is_prose(line: Line) -> bool:
    return ends_sentence(line.text) or len(line.text) >= PROSE_MIN_CHARS or line.text.endswith(":")


def _block(line: Line, kind: Kind) -> Block:
    text, credit = line.text, ""
    if kind is Kind.CAPTION:
        text, credit = caption_parts(unbracketed(text))
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
    verse = ((index, Form(Kind.VERSE, evidence, doubtful)) for index, evidence, doubtful in verses(lines))
    signed = ((index, SIGNATURE) for index in sorted(signature_lines(lines)))
    for found in (
        signed,
        _tables(lines),
        _quotes(lines),
        _dashes(lines),
        _numbers(lines),
        _announced(lines),
        verse,
    ):
        for index, form in found:
            forms.setdefault(index, form)
    for index in [index for index, form in forms.items() if form.kind is Kind.VERSE]:
        if index + 1 < len(lines) and names_poet(lines[index + 1].text):
            forms.setdefault(index + 1, POET)
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
