"""Read a bulletin page that was saved as text from a portal's blocks: its parts, without the portal around them.

Pure and in linear time; the same text gives the same page. What was decided on evidence can be overruled by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from store.errors import PageUnreadable
from store.importers.portal_byline import read_ending, split_at_marks
from store.importers.portal_decisions import classify
from store.importers.portal_furniture import block_name, is_bare_number, is_furniture, is_path, opens_other_news
from store.importers.portal_head import read_head, without_repeated_lead
from store.importers.portal_lines import Line, ends_sentence, join_wrapped, read_lines, word_list
from store.importers.portal_page import Block, Decision, Kind, Page, content_digest, page_key
from store.importers.portal_signature import ends_signature

__all__ = ["Block", "Decision", "Kind", "Page", "content_digest", "page_key", "read_page"]

HEAD_BLOCK, TEXT_BLOCK = "toolbar", "view"
NO_OVERRULES: Mapping[int, Kind] = MappingProxyType({})
LEAD_LIMIT_CHARS = 700
TITLE_USUAL_CHARS = 140


@dataclass(slots=True)
class _Section:
    name: str
    line: int
    lines: list[Line] = field(default_factory=list)


def read_page(text: str, *, overrules: Mapping[int, Kind] = NO_OVERRULES) -> Page:
    """Read a page; `overrules` says by line number, from 1, what a line is, against any evidence.

    Raises PageUnreadable for a page without date, title or text, for two pages in one file, and past the limits
    of length; DateRefused for a date that is none; TextRefused where the text pipeline refuses.
    """
    lines = read_lines(text)
    if not lines:
        raise PageUnreadable(
            field="text",
            value="",
            reason="the page is empty: date, title and text are missing",
            accepted="a page with date, title and text",
        )
    before, after, dropped, warnings = _parts(lines, overrules)
    if not before and not after:
        raise PageUnreadable(
            field="text",
            value=lines[0].text,
            reason="the page holds nothing but the portal's own lines",
            line=lines[0].number,
        )
    head = read_head(before, after, overrules=overrules)
    rest, repeated = without_repeated_lead(head.rest, head.lead, overrules)
    ending = read_ending(join_wrapped(rest, apart=overrules), overrules=overrules)
    classified = classify(ending.lines, overrules=overrules)
    lead, blocks, guessed = _lead(head.lead, classified.blocks, overrules)
    if not lead and not any(block.kind is not Kind.CAPTION for block in blocks):
        raise PageUnreadable(
            field="text",
            value=head.title,
            reason="lead and text are missing: nothing follows the title",
            accepted="a lead or paragraphs below the title",
        )
    if repeated is not None:
        dropped.append(Decision(repeated, Kind.FURNITURE, head.lead, ("it repeats the lead word for word",), False))
    decisions = sorted(
        [*dropped, *head.decisions, *guessed, *classified.decisions, *ending.decisions], key=lambda made: made.line
    )
    return Page(
        title=_without_mark(head.title),
        lead=_without_mark(lead),
        moment=head.moment,
        blocks=tuple(_credited(blocks, ending.photographer or classified.photographer)),
        bylines=ending.authors,
        decisions=tuple(decisions),
        warnings=(
            *warnings,
            *head.warnings,
            *_unused(overrules, lines, text),
            *_cut_off(lead, blocks, ending.has_end_mark),
        ),
    )


def _parts(
    lines: Sequence[Line], overrules: Mapping[int, Kind]
) -> tuple[list[Line], list[Line], list[Decision], list[str]]:
    """Part a page into the lines above its text block and those of the block, without furniture."""
    dropped: list[Decision] = []
    sections = [_without_furniture(section, overrules, dropped) for section in _sections(lines)]
    found: dict[str, _Section] = {}
    warnings: list[str] = []
    for section in sections:
        if not section.lines:
            continue
        if section.name in found:
            raise PageUnreadable(
                field="page",
                value=section.lines[0].text,
                reason=f"a second page begins here; the first one's block began on line {found[section.name].line}",
                accepted="one page in a file",
                line=section.line,
            )
        if section.name in ("", HEAD_BLOCK, TEXT_BLOCK):
            found[section.name] = section
        else:
            warnings.append(f"line {section.line}: block “{section.name}” is not read")
    if not {HEAD_BLOCK, TEXT_BLOCK} & {section.name for section in sections}:
        warnings.append("the page names none of the portal's blocks: its parts are told apart by their order alone")
    above = found[HEAD_BLOCK].lines if HEAD_BLOCK in found else []
    text = found[TEXT_BLOCK].lines if TEXT_BLOCK in found else []
    if "" in found:
        above, text = _with_unnamed(found[""], above, text, dropped)
    return above, text, dropped, warnings


def _with_unnamed(
    unnamed: _Section, above: list[Line], text: list[Line], dropped: list[Decision]
) -> tuple[list[Line], list[Line]]:
    """Place the lines before the first block name: a head if no block has one, else what the portal prints on top."""
    if above:
        reason = ("it stands above the first block of the page",)
        dropped += [Decision(line.number, Kind.FURNITURE, line.text, reason, True) for line in unnamed.lines]
        return above, text
    return (unnamed.lines, text) if text else ([], unnamed.lines)


def _sections(lines: Sequence[Line]) -> list[_Section]:
    sections = [_Section("", 1)]
    for line in lines:
        name = block_name(line.text)
        if name is None:
            sections[-1].lines.append(line)
        else:
            kind = next((known for known in (HEAD_BLOCK, TEXT_BLOCK) if known in name), name or "other")
            sections.append(_Section(kind, line.number))
    return sections


def _without_furniture(section: _Section, overrules: Mapping[int, Kind], dropped: list[Decision]) -> _Section:
    kept: list[Line] = []
    after_furniture = False
    other_news = _other_news(section.lines)
    for line in section.lines:
        ruled = overrules.get(line.number)
        if ruled is not None and ruled is not Kind.FURNITURE:
            kept.append(line)
            continue
        if line.number in other_news:
            evidence = ("it stands in a list of other news at the end",)
            dropped.append(Decision(line.number, Kind.FURNITURE, line.text, evidence, ends_sentence(line.text)))
            continue
        counter = after_furniture and is_bare_number(line.text)
        after_furniture = counter or is_path(line.text) or (is_furniture(line.text) and not _is_mark(line.text))
        if ruled is None and not after_furniture:
            kept.append(line)
    return replace(section, lines=kept)


def _is_mark(text: str) -> bool:
    return len(split_at_marks(text)) > 1


def _other_news(lines: Sequence[Line]) -> frozenset[int]:
    """Give the numbers of a list of other news: from its heading on, unless most of what follows is prose."""
    first = len(lines)
    prose = 0
    for index in range(len(lines) - 1, 0, -1):
        text = lines[index].text
        if opens_other_news(text) and prose * 2 <= len(lines) - 1 - index:
            first = index
        prose += ends_sentence(text) and len(text) > TITLE_USUAL_CHARS
    return frozenset(line.number for line in lines[first:])


def _lead(lead: str, blocks: list[Block], overrules: Mapping[int, Kind]) -> tuple[str, list[Block], list[Decision]]:
    """Take the first paragraph for the lead where the page marks none, and more text than that follows."""
    if lead:
        return lead, blocks, []
    texts = [block for block in blocks if block.kind is Kind.PARAGRAPH]
    first = next((block for block in blocks if block.kind is not Kind.CAPTION), None)
    if first is None or first.kind is not Kind.PARAGRAPH or first.line in overrules or len(texts) < 2:
        return "", blocks, []
    if len(first.text) > LEAD_LIMIT_CHARS or first.text.endswith(":"):
        return "", blocks, []
    evidence = ("the page marks no lead", "it is the first paragraph")
    guessed = Decision(first.line, Kind.LEAD, first.text, evidence, True)
    return first.text, [block for block in blocks if block is not first], [guessed]


def _without_mark(text: str) -> str:
    return " ".join(part for part in split_at_marks(text) if part)


def _credited(blocks: Sequence[Block], photographer: str) -> Iterator[Block]:
    for block in blocks:
        waits = block.kind is Kind.CAPTION and not block.credit
        yield replace(block, credit=photographer) if waits and photographer else block


def _unused(overrules: Mapping[int, Kind], lines: Sequence[Line], text: str) -> Iterator[str]:
    known = {line.number for line in lines}
    line_count = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").count("\n") + 1
    for number, kind in sorted(overrules.items()):
        if number > line_count:
            yield f"line {number}: overruled as {kind}, but the page has only {line_count:,} lines"
        elif number < 1:
            yield f"line {number}: overruled as {kind}, but lines count from 1"
        elif number not in known:
            yield f"line {number}: overruled as {kind}, but the line is blank"


def _cut_off(lead: str, blocks: Sequence[Block], has_end_mark: bool) -> list[str]:
    last = next((block for block in reversed(blocks) if block.kind is not Kind.CAPTION), None)
    if last is None:
        return ["the page has a lead but no text below it"]
    is_text = last.kind in (Kind.PARAGRAPH, Kind.SUBHEADING, Kind.QUOTE)
    if (
        has_end_mark
        or ends_sentence(last.text)
        or ends_signature(last.text)
        or not (is_text or last.text.endswith((",", ";", ":")))
    ):
        return []
    shown = " ".join(word_list(last.text)[-6:])
    return [f"line {last.line}: the text may be cut off: no end mark, and no full stop after “{shown}”"]
