"""The head of a portal page: its date, its title over one line or several, and its lead.

Nothing is invented: a head without date or title is an error, and a second date is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.errors import DateRefused, PageUnreadable
from store.importers.portal_furniture import without_trailing_furniture
from store.importers.portal_lines import (
    Line,
    begins_small,
    ends_dangling,
    ends_sentence,
    is_all_capitals,
    join_wrapped,
    word_list,
)
from store.importers.portal_page import Decision, Kind
from store.text.dates import find_moment
from store.text.vietnamese import fold
from store.types import Moment

DATE_LINE_LIMIT_CHARS = 120
TITLE_LIMIT_CHARS = 400
WRAPPED_TITLE_MIN_CHARS = 45
WRAPPED_TITLE_MAX_CHARS = 150
PROSE_MIN_WORDS = 20
LEAD_LIMIT_LINES = 3


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the text: `lead` is "" where the page marks none; `rest` is the body's lines."""

    moment: Moment
    title: str
    lead: str
    rest: tuple[Line, ...]
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]


def read_head(before: Sequence[Line], after: Sequence[Line], *, overrules: Mapping[int, Kind]) -> Head:
    """Read the head from the lines above the text block, or from the first lines where there is no such block.

    Raises PageUnreadable where date or title is missing, DateRefused where the date is none.
    """
    dated, warnings = _find_dates(before, after)
    date_lines = {line.number for line, _ in dated}
    above = [line for line in before if line.number not in date_lines]
    below = [line for line in after if line.number not in date_lines]
    title_lines, rest, decisions = _take_title(above, below, overrules)
    taken = {line.number for line in title_lines}
    lead_lines = [line for line in rest if overrules.get(line.number) is Kind.LEAD]
    if not lead_lines and after:
        numbers = {line.number for line in above} - taken
        lead_lines = _lead_lines([line for line in rest if line.number in numbers], overrules)
    taken |= {line.number for line in lead_lines}
    return Head(
        moment=dated[0][1],
        title=" ".join(line.text for line in title_lines),
        lead=" ".join(line.text for line in lead_lines),
        rest=tuple(line for line in (*above, *below) if line.number not in taken),
        decisions=tuple(decisions),
        warnings=tuple(warnings),
    )


def _find_dates(before: Sequence[Line], after: Sequence[Line]) -> tuple[list[tuple[Line, Moment]], list[str]]:
    # A page prints its date above the title or below it; only where it has none there, at its very end.
    for area in (before, after[:4] if before else after[:10], tuple(reversed(after[-3:]))):
        dated = _dated(area)
        if dated:
            # The day of publication, not that of a later touch.
            dated.sort(key=lambda pair: fold(pair[0].text).startswith("cap nhat"))
            taken, others = dated[0], dated[1:]
            warnings = [
                f"line {line.number}: a second date, “{line.text}”; line {taken[0].number} is taken"
                for line, moment in others
                if moment.instant.date() != taken[1].instant.date()
            ]
            return dated, warnings
    first = (*before, *after)[0]
    raise PageUnreadable(
        field="date",
        value=first.text,
        reason="the date is missing: no line is one",
        accepted="a line such as 30/12/2020",
        line=first.number,
    )


def _dated(area: Sequence[Line]) -> list[tuple[Line, Moment]]:
    dated: list[tuple[Line, Moment]] = []
    for line in area:
        if len(line.text) > DATE_LINE_LIMIT_CHARS:
            continue
        try:
            moment = find_moment(without_trailing_furniture(line.text))
        except DateRefused as refusal:
            if dated:
                continue
            raise DateRefused(
                field="date",
                value=refusal.value,
                reason=refusal.reason,
                accepted=refusal.accepted,
                line=line.number,
            ) from refusal
        if moment is not None:
            dated.append((line, moment))
    return dated


def _take_title(
    above: Sequence[Line], below: Sequence[Line], overrules: Mapping[int, Kind]
) -> tuple[list[Line], list[Line], list[Decision]]:
    lines = [*above, *below]
    named = [line for line in lines if overrules.get(line.number) is Kind.TITLE]
    if named:
        numbers = {line.number for line in named}
        return named, [line for line in lines if line.number not in numbers], []
    candidates = [line for line in lines if line.number not in overrules]
    if not candidates or _is_prose(candidates[0].text):
        value = candidates[0] if candidates else None
        raise PageUnreadable(
            field="title",
            value=value.text if value else "",
            reason="the title is missing: this is a paragraph" if value else "the title is missing",
            accepted=f"a line of at most {TITLE_LIMIT_CHARS} characters above the text",
            line=value.number if value else None,
        )
    start = lines.index(candidates[0])
    end = start + 1
    # A title never runs on from its own block into the next one.
    stop = len(above) if start < len(above) else len(lines)
    decisions: list[Decision] = []
    while end < stop and end - start < LEAD_LIMIT_LINES and lines[end].number not in overrules:
        evidence, doubtful = _wraps(lines[end - 1], lines[end], lines[end + 1 :])
        if not evidence:
            break
        decisions.append(Decision(lines[end].number, Kind.TITLE, lines[end].text, (evidence,), doubtful))
        end += 1
    return lines[start:end], lines[:start] + lines[end:], decisions


def _is_prose(text: str) -> bool:
    if len(text) > TITLE_LIMIT_CHARS or not word_list(text):
        return True
    return text.rstrip('"”’ ').endswith(".") and len(text.split()) >= PROSE_MIN_WORDS


def _wraps(before: Line, line: Line, following: Sequence[Line]) -> tuple[str, bool]:
    if len(line.text) > WRAPPED_TITLE_MAX_CHARS:
        return "", False
    if begins_small(line.text):
        return "it begins with a small letter, so it goes on with the title", False
    if line.after_gap or (ends_sentence(line.text) and len(line.text.split()) >= PROSE_MIN_WORDS):
        return "", False
    if ends_dangling(before.text):
        return "the line before breaks off inside a phrase", False
    if is_all_capitals(before.text) and is_all_capitals(line.text):
        return "it is in capitals like the line before", False
    wrapped = len(before.text) >= WRAPPED_TITLE_MIN_CHARS and len(line.text) <= len(before.text) + 10
    if wrapped and not ends_sentence(line.text) and following and ends_sentence(following[0].text):
        return "it has no full stop, the line before fills its width, and a lead follows", True
    return "", False


def _lead_lines(lines: Sequence[Line], overrules: Mapping[int, Kind]) -> list[Line]:
    free = [line for line in lines if line.number not in overrules]
    joined = join_wrapped(free)
    if len(joined) <= LEAD_LIMIT_LINES:
        return free
    # More than a lead: the first paragraph is the lead, the rest belongs to the text.
    return [line for line in free if line.number < joined[1].number]


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts say the same, whatever their marks, case and punctuation."""
    return word_list(fold(one)) == word_list(fold(other))


def without_repeated_lead(
    lines: Sequence[Line], lead: str, overrules: Mapping[int, Kind]
) -> tuple[list[Line], int | None]:
    """Drop the first line of the text where it only repeats the lead; give its number too."""
    if lead and lines and lines[0].number not in overrules and same_words(lines[0].text, lead):
        return list(lines[1:]), lines[0].number
    return list(lines), None
