"""An editor's text file, read into a draft and written from a bulletin: a short header, then the text.

Reading what was written gives the same title, lead, body, names, attachments and date; what the text form cannot
say is written as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.errors import PageUnreadable
from store.importers.manuscript_attachments import Bracket, read_bracket, refused, write_bracket, write_reference
from store.importers.manuscript_header import (
    Header,
    Key,
    read_date,
    read_format,
    read_header,
    read_language,
    write_date,
    write_names,
)
from store.importers.manuscript_inline import (
    ascii_addresses,
    escape_line_starts,
    escape_text,
    read_inline,
)
from store.importers.manuscript_place import read_origin, read_place, write_origin, write_place
from store.importers.manuscript_saying import Unsayable, say
from store.importers.manuscript_text import Piece, brackets_of, flowing, pieces_of, read_pieces
from store.importers.source_lines import FILE_LIMIT_CHARS, clean_lines
from store.text.markup import figure_numbers
from store.types import Attachment, AttachmentKind, Bulletin, Draft

BLOCK_BORDER = re.compile(r"(</(?:p|h2|h3|h4|ul|ol|li|blockquote|figure)>|<(?:ul|ol|blockquote)>)\s+")
LITERAL = re.compile(r"\\([\\*\[\]#>.)+|!-])")
HEADER_LITERAL = re.compile(r"\\([\\n*\[\]])")
MARKUP = re.compile(r"<(strong|em|a)\b")
MARKS = {"strong": "**bold**", "em": "*italic*", "a": "[text](address)"}


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A draft, and the file names of its photos and of its documents, by the numbers of their attachments.

    `told_numbers` are those that the text itself gives (`#3`), so that they mean a stored attachment.
    """

    draft: Draft
    photo_files: Mapping[int, str]
    document_files: Mapping[int, str]
    told_numbers: frozenset[int] = frozenset()


def read_manuscript(text: str) -> Manuscript:
    """Read a manuscript.

    Raises PageUnreadable with the line for what cannot be read, DateRefused for a date that is none, TextRefused
    where the text pipeline refuses.
    """
    if len(text) > FILE_LIMIT_CHARS:
        raise PageUnreadable(
            field="manuscript",
            value=text[:200].lstrip(),
            reason=f"it has {len(text):,} characters",
            accepted=f"at most {FILE_LIMIT_CHARS:,} characters",
        )
    lines = clean_lines(ascii_addresses(text), field="manuscript")
    header = read_header(lines)
    title = header.one(Key.TITLE)
    if not title:
        reason = "the manuscript has no title" if header.values else "title and text are missing"
        raise PageUnreadable(
            field=Key.TITLE,
            value="",
            reason=reason,
            accepted="a header line “Tiêu đề: ...”",
            line=1,
            vietnamese="bản thảo thiếu tiêu đề; hãy thêm dòng “Tiêu đề: ...” ở đầu",
        )
    told = [read_bracket(value.text, line=value.line) for value in header.values.get(Key.ATTACHMENT, ())]
    rest = lines[header.line_count :]
    if read_format(header) == "html":
        lead, numbering = _unescaped_lead(header.one(Key.LEAD)), _Numbering(told)
        body = "\n".join(rest).strip()
        body += "\n" if body else ""
        _refuse_unknown_figures(body, numbering, header.line_count + 1)
    else:
        pieces = pieces_of(rest, header.line_count + 1)
        lead, pieces = _take_lead(header, pieces)
        numbering = _Numbering([*told, *_brackets(pieces)])
        body = read_pieces(pieces, numbering.number_of)
    draft = Draft(
        title=title,
        lead=lead,
        body=body,
        language=read_language(header),
        publisher=header.one(Key.PUBLISHER) or None,
        subjects=header.several(Key.SUBJECTS),
        categories=header.several(Key.CATEGORIES),
        authors=header.several(Key.AUTHORS),
        attachments=numbering.attachments,
        published=read_date(header),
        place=read_place(header),
        origin=read_origin(header),
    )
    return Manuscript(
        draft,
        photo_files=numbering.files(AttachmentKind.PHOTO),
        document_files=numbering.files(AttachmentKind.DOCUMENT),
        told_numbers=numbering.told,
    )


def write_manuscript(bulletin: Bulletin) -> str:
    """Write a bulletin as a manuscript: in the text form where that can say the body, otherwise as HTML."""
    text = _as_text(bulletin)
    if text is not None:
        return text
    header = [*_header(bulletin), f"{Key.FORMAT}: html", f"{Key.LEAD}: {_escaped_lead(bulletin.lead)}".rstrip()]
    header += [f"{Key.ATTACHMENT}: {write_bracket(attachment)}" for attachment in bulletin.attachments]
    return "\n".join(header) + "\n\n" + bulletin.body.strip("\n") + "\n"


def _as_text(bulletin: Bulletin) -> str | None:
    """Write the text form, and read it back before trusting it."""
    by_number = {attachment.number: attachment for attachment in bulletin.attachments}
    said: set[int] = set()

    def bracket_for(number: int) -> str:
        if number not in by_number:
            raise Unsayable(f"figure {number} has no attachment")
        first = number not in said
        said.add(number)
        return (write_bracket if first else write_reference)(by_number[number])

    try:
        body = say(bulletin.body, bracket_for)
    except Unsayable:
        return None
    header = _header(bulletin)
    if bulletin.lead:
        lead = escape_line_starts("\\\n".join(escape_text(line) for line in bulletin.lead.split("\n")))
        body = f"{lead}\n\n{body}" if body else lead
    else:
        header.append(f"{Key.LEAD}:")
    header += [
        f"{Key.ATTACHMENT}: {write_bracket(attachment)}"
        for attachment in bulletin.attachments
        if attachment.number not in said
    ]
    text = "\n".join(header) + "\n\n" + (body + "\n" if body else "")
    try:
        draft = read_manuscript(text).draft
    except PageUnreadable:
        return None
    same = draft.lead == bulletin.lead and _apart_from_layout(draft.body) == _apart_from_layout(bulletin.body)
    return text if same else None


def _apart_from_layout(body: str) -> str:
    return BLOCK_BORDER.sub(r"\1", body.strip())


def _header(bulletin: Bulletin) -> list[str]:
    lines = [f"{Key.TITLE}: {bulletin.title}"]
    if bulletin.published is not None:
        lines.append(f"{Key.PUBLISHED}: {write_date(bulletin.published)}")
    named = (
        (Key.CATEGORIES, write_names([category.name for category in bulletin.categories])),
        (Key.PUBLISHER, bulletin.publisher.name if bulletin.publisher else ""),
        (Key.SUBJECTS, write_names([subject.name for subject in bulletin.subjects])),
        (Key.AUTHORS, write_names([author.name for author in bulletin.authors], of_people=True)),
        (Key.PLACE, write_place(bulletin.place)),
        (Key.ORIGIN, write_origin(bulletin.origin)),
        (Key.LANGUAGE, bulletin.language if bulletin.language != "vi" else ""),
    )
    return lines + [f"{key}: {value}" for key, value in named if value]


def _take_lead(header: Header, pieces: list[Piece]) -> tuple[str, list[Piece]]:
    """Take the first paragraph for the lead, unless the header has one, be it empty."""
    if Key.LEAD in header.values:
        said = header.one(Key.LEAD)
        _refuse_marks(said, header.line(Key.LEAD))
        return HEADER_LITERAL.sub(lambda found: "\n" if found[1] == "n" else found[1], said), pieces
    if not pieces or pieces[0].kind != "p":
        return "", pieces
    for line, text in enumerate(pieces[0].lines, start=pieces[0].line):
        _refuse_marks(text, line)
    said = flowing(pieces[0].lines)
    _refuse_marks(said, pieces[0].line)
    return LITERAL.sub(r"\1", said), pieces[1:]


def _refuse_marks(lead: str, line: int | None) -> None:
    found = MARKUP.search(read_inline(lead))
    if found:
        raise PageUnreadable(
            field="lead",
            value=lead,
            reason=f"the lead is plain text, and {MARKS[found[1]]} would be read out sign by sign",
            accepted=r"words without marks, or \* and \[ for the signs themselves",
            line=line,
        )


def _escaped_lead(lead: str) -> str:
    return lead.replace("\\", "\\\\").replace("\n", "\\n")


def _unescaped_lead(said: str) -> str:
    return re.sub(r"\\([\\n])", lambda found: "\n" if found[1] == "n" else "\\", said)


def _brackets(pieces: Sequence[Piece]) -> Iterator[Bracket]:
    for piece in pieces:
        if piece.kind == "figure":
            yield from brackets_of(piece)


def _refuse_unknown_figures(body: str, numbering: _Numbering, line: int) -> None:
    known = {attachment.number for attachment in numbering.attachments}
    for number in figure_numbers(body):
        if number not in known:
            raise refused(str(number), "the body shows this figure, but no header line tells its attachment", line)


class _Numbering:
    """The numbers of a manuscript's attachments: as told, and for the others the next free ones above those."""

    def __init__(self, brackets: Sequence[Bracket]) -> None:
        self._by_line: dict[int, int] = {}
        found: dict[int, Bracket] = {}
        for bracket in brackets:
            if bracket.number is not None and not bracket.is_reference:
                if bracket.number in found or bracket.number < 1:
                    raise refused(f"#{bracket.number}", "numbers count from 1, and each is told once", bracket.line)
                found[bracket.number] = bracket
        self.told = frozenset(found)
        for bracket in brackets:
            if bracket.number is None:
                number = max(found, default=0) + 1
                found[number] = bracket
                self._by_line[bracket.line] = number
            elif bracket.number not in found:
                raise refused(f"#{bracket.number}", "no attachment of this number is told", bracket.line)
        self.attachments: tuple[Attachment, ...] = tuple(
            bracket.attachment(number) for number, bracket in sorted(found.items())
        )
        self._found = found

    def files(self, kind: AttachmentKind) -> Mapping[int, str]:
        """Give the file names of the attachments of one kind, by their numbers."""
        return {
            number: bracket.file_name
            for number, bracket in sorted(self._found.items())
            if bracket.file_name and bracket.kind is kind
        }

    def number_of(self, bracket: Bracket) -> int:
        """Give the number of a bracket in the text."""
        return self._by_line[bracket.line] if bracket.number is None else bracket.number
