"""What a portal page becomes: its parts in reading order, and every choice that a person might overrule.

A page is a value: the same text gives the same page, the same key and the same digest, whatever its layout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from store.text.markup import escape, figure
from store.text.vietnamese import fold
from store.types import Attachment, Moment


class Kind(StrEnum):
    """What a line of a page is; FURNITURE is the portal's own and reaches nobody."""

    TITLE = "title"
    LEAD = "lead"
    PARAGRAPH = "paragraph"
    SUBHEADING = "subheading"
    CAPTION = "caption"
    LIST_ITEM = "list_item"
    NUMBERED_ITEM = "numbered_item"
    QUOTE = "quote"
    VERSE = "verse"
    TABLE_ROW = "table_row"
    BYLINE = "byline"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the body; `line` counts from 1 in the page's text.

    The cells of a table row are parted by tabs; `credit` is the photographer of a caption.
    """

    kind: Kind
    text: str
    line: int
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice made on evidence: the line as printed, what it was taken for, why, and whether it was close."""

    line: int
    kind: Kind
    text: str
    evidence: tuple[str, ...]
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A bulletin page without the portal around it; all text is plain and on one line a piece."""

    title: str
    lead: str
    moment: Moment
    blocks: tuple[Block, ...]
    bylines: tuple[str, ...]
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...]

    @property
    def body(self) -> str:
        """The blocks as HTML, one element a line; captions are figures that point to their attachment."""
        return "".join(f"{element}\n" for element in _elements(self.blocks))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The captions as photos that wait for their files, numbered from 1 in reading order."""
        captions = (block for block in self.blocks if block.kind is Kind.CAPTION)
        return tuple(
            Attachment(number=number, caption=block.text, credit=block.credit)
            for number, block in enumerate(captions, start=1)
        )


def page_key(page: Page) -> str:
    """Name the page by its day and folded title: its identity where it has no address."""
    return f"{page.moment.instant.date().isoformat()}/{fold(page.title)}"


def content_digest(page: Page) -> str:
    """Digest what the page says (SHA-256, hex): equal for two files that differ in layout alone."""
    meaning = {
        "title": page.title,
        "lead": page.lead,
        "moment": [page.moment.instant.isoformat(), page.moment.precision.value],
        "blocks": [[block.kind.value, block.text, block.credit] for block in page.blocks],
        "bylines": page.bylines,
    }
    return hashlib.sha256(json.dumps(meaning, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _elements(blocks: tuple[Block, ...]) -> Iterator[str]:
    figures = 0
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        run = list(group)
        if kind is Kind.CAPTION:
            for _ in run:
                figures += 1
                yield figure(figures)
        elif kind in RUNS:
            yield _run(kind, run)
        elif kind is Kind.VERSE:
            yield from _stanzas(run)
        else:
            opening, closing = SINGLE.get(kind, SINGLE[Kind.PARAGRAPH])
            yield from (f"{opening}{escape(block.text)}{closing}" for block in run)


SINGLE = {
    Kind.PARAGRAPH: ("<p>", "</p>"),
    Kind.SUBHEADING: ("<h2>", "</h2>"),
    Kind.QUOTE: ("<blockquote><p>", "</p></blockquote>"),
}
RUNS = {
    Kind.LIST_ITEM: ("<ul>", "</ul>"),
    Kind.NUMBERED_ITEM: ("<ol>", "</ol>"),
    Kind.TABLE_ROW: ("<table><tbody>", "</tbody></table>"),
}


def _run(kind: Kind, run: list[Block]) -> str:
    opening, closing = RUNS[kind]
    if kind is Kind.TABLE_ROW:
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in block.text.split("\t")) for block in run)
        return opening + "".join(f"<tr>{row}</tr>" for row in rows) + closing
    return opening + "".join(f"<li>{escape(block.text)}</li>" for block in run) + closing


def _stanzas(run: list[Block]) -> Iterator[str]:
    # A poem pasted with a blank line after every verse still shows its stanzas by wider gaps.
    steps = [after.line - before.line for before, after in pairwise(run)]
    usual_step = min(steps, default=1)
    stanza = [escape(run[0].text)]
    for step, block in zip(steps, run[1:], strict=True):
        if step > usual_step:
            yield f"<p>{'<br>'.join(stanza)}</p>"
            stanza = []
        stanza.append(escape(block.text))
    yield f"<p>{'<br>'.join(stanza)}</p>"
