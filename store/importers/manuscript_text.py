"""The body of a manuscript in its text form, read into HTML: paragraphs, subheadings, lists, quotations, figures.

Each blank-line group is read by its lines' first signs; what no sign announces is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from store.errors import PageUnreadable
from store.importers.manuscript_attachments import Bracket, closes_bracket, opens_bracket, read_bracket
from store.importers.manuscript_inline import read_inline
from store.text.markup import figure

HEADING = re.compile(r"(#{1,6}) +(?=\S)")
ITEM = re.compile(r"[-*+] +(?=\S)(?!\*[\s*]*$)")
NUMBERED = re.compile(r"(\d{1,4})\. +(?=\S)")
QUOTED = re.compile(r"> ?")
# A page's title is its h1.
HEADING_TAGS = {"#": "h2", "##": "h2", "###": "h3", "####": "h4", "#####": "h4", "######": "h4"}
IMAGE = re.compile(r"(?<!\\)!\[(?:\\.|[^\\\[\]])*+\]\(")
TABLE = re.compile(r"\|.*\||(?=[-: ]*+\|)[-|][-|: ]*+$")


@dataclass(slots=True)
class Piece:
    """Lines of one kind that belong together; `line` is the first one's number in the file."""

    kind: str
    line: int
    lines: list[str]


def pieces_of(lines: Sequence[str], first_line: int) -> list[Piece]:
    """Part a text into its pieces; `first_line` is the number of the first line in the file."""
    pieces: list[Piece] = []
    fresh = True
    for number, raw in enumerate(lines, start=first_line):
        line = raw.strip()
        if not line:
            fresh = True
            continue
        last = None if fresh else pieces[-1]
        kind = _kind_of(line, last)
        if kind != "figure":
            _refuse_unread_marks(line, number)
        if last is not None and kind == last.kind and kind not in HEADING_TAGS.values():
            last.lines.append(line)
        else:
            pieces.append(Piece(kind, number, [line]))
        fresh = False
    return pieces


def _refuse_unread_marks(line: str, number: int) -> None:
    if IMAGE.search(line):
        reason, accepted = "a picture is not told this way", "[Ảnh file.jpg: Caption | credit | alternative text]"
    elif TABLE.match(line):
        reason = "a table is not drawn with bars"
        accepted = "“Định dạng: html” in the header and a <table> in the text"
    else:
        return
    raise PageUnreadable(field="text", value=line, reason=reason, accepted=accepted, line=number)


def _kind_of(line: str, last: Piece | None) -> str:
    unclosed = last is not None and last.kind == "figure" and not closes_bracket(last.lines[-1])
    if unclosed or opens_bracket(line):
        return "figure"
    heading = HEADING.match(line)
    if heading:
        return HEADING_TAGS[heading.group(1)]
    if ITEM.match(line):
        return "ul"
    if QUOTED.match(line):
        return "blockquote"
    number = NUMBERED.match(line)
    if number and (number.group(1) == "1" or (last is not None and last.kind == "ol")):
        return "ol"
    # A line without a sign goes on with the list item or the paragraph above it.
    return last.kind if last is not None and last.kind in ("ul", "ol", "p") else "p"


def read_pieces(pieces: Sequence[Piece], number_of: Callable[[Bracket], int]) -> str:
    """Give the pieces as HTML, one element a line; `number_of` settles the number of each figure."""
    return "".join(f"{element}\n" for piece in pieces for element in _elements(piece, number_of))


def brackets_of(piece: Piece) -> list[Bracket]:
    """Read the brackets of a figure piece, one or several below each other."""
    brackets: list[Bracket] = []
    waiting: list[str] = []
    for offset, line in enumerate(piece.lines):
        waiting.append(line)
        if closes_bracket(line):
            brackets.append(read_bracket(" ".join(waiting), line=piece.line + offset + 1 - len(waiting)))
            waiting = []
    if waiting:
        brackets.append(read_bracket(" ".join(waiting), line=piece.line + len(piece.lines) - len(waiting)))
    return brackets


def flowing(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph by spaces, or by a line end where a backslash ends the line."""
    pieces: list[str] = []
    for index, line in enumerate(lines):
        backslashes = len(line) - len(line.rstrip("\\"))
        if index == len(lines) - 1:
            pieces.append(line)
        elif backslashes % 2:
            pieces += [line[:-1].rstrip(), "\n"]
        else:
            pieces += [line, " "]
    return "".join(pieces)


def _elements(piece: Piece, number_of: Callable[[Bracket], int]) -> Iterator[str]:
    if piece.kind == "figure":
        yield from (figure(number_of(bracket)) for bracket in brackets_of(piece))
    elif piece.kind in ("ul", "ol"):
        sign = ITEM if piece.kind == "ul" else NUMBERED
        items = (f"<li>{read_inline(flowing(lines))}</li>" for lines in _items(piece.lines, sign))
        yield f"<{piece.kind}>{''.join(items)}</{piece.kind}>"
    elif piece.kind == "blockquote":
        bare = [QUOTED.sub("", line, count=1) for line in piece.lines]
        quoted = "".join(f"<p>{read_inline(flowing(lines))}</p>" for lines in _paragraphs(bare))
        yield f"<blockquote>{quoted}</blockquote>"
    elif piece.kind == "p":
        yield f"<p>{read_inline(flowing(piece.lines))}</p>"
    else:
        yield f"<{piece.kind}>{read_inline(HEADING.sub('', piece.lines[0], count=1))}</{piece.kind}>"


def _items(lines: Sequence[str], sign: re.Pattern[str]) -> list[list[str]]:
    items: list[list[str]] = []
    for line in lines:
        if sign.match(line):
            items.append([sign.sub("", line, count=1)])
        else:
            items[-1].append(line)
    return items


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]
