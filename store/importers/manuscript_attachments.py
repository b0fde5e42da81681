r"""The brackets of a manuscript for photos and documents.

`[Ảnh #3 cho-phien.jpg: Caption | credit | alternative]`, `[Văn bản #4 ke-hoach.pdf: Title | number and symbol]`.
All but the first words may be absent; `[Ảnh #3]` alone points to an attachment told elsewhere. What a bracket says is
read back as it was written; a file is named without folders.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from store.errors import PageUnreadable
from store.text.vietnamese import fold
from store.types import Attachment, AttachmentKind

ACCEPTED = (
    "[Ảnh: Caption | credit], [Ảnh file.jpg: Caption | credit | alternative text], "
    "[Văn bản file.pdf: Title | 12/QĐ-UBND] or [Ảnh #3]"
)
OPENING = re.compile(
    r"\[\s*(?P<word>ảnh|anh|hình|photo|image|văn bản|van ban|tài liệu|document)(?=[\s:\]#])", re.IGNORECASE
)
LINK = re.compile(r"\[(?:\\.|[^\\\[\]]|\[(?:\\.|[^\\\[\]])*+\])*+\]\(")
NUMBER = re.compile(r"\s*#(\d{1,6})(?!\S)")
ALTERNATIVE = re.compile(r"\s*(?:thay thế|thay the|alt|alternative|alternative text)\s*:\s*", re.IGNORECASE)
DOCUMENT_WORDS = frozenset(("van ban", "tai lieu", "document"))
KIND_WORDS: Mapping[AttachmentKind, str] = {AttachmentKind.PHOTO: "Ảnh", AttachmentKind.DOCUMENT: "Văn bản"}
SIGN = re.compile(r"[\\|:\[\]#]")
ESCAPED = re.compile(rf"\\([{re.escape(string.punctuation)}])")


@dataclass(frozen=True, slots=True)
class Bracket:
    """One bracket as read; `number` None leaves the counting to the manuscript.

    `parts` are caption, credit and alternative text of a photo, title and number of a document. A reference names a
    number and says nothing more of the attachment.
    """

    kind: AttachmentKind
    number: int | None
    file_name: str
    parts: tuple[str, ...]
    is_reference: bool
    line: int

    def attachment(self, number: int) -> Attachment:
        """Give the attachment that the bracket describes."""
        if self.kind is AttachmentKind.DOCUMENT:
            title, reference = self.parts
            return Attachment(number=number, kind=self.kind, caption=title, reference=reference)
        caption, credit, alternative_text = self.parts
        return Attachment(
            number=number, kind=self.kind, caption=caption, credit=credit, alternative_text=alternative_text
        )


def opens_bracket(line: str) -> bool:
    """Tell whether a line begins a bracket for an attachment, and not a link."""
    return OPENING.match(line) is not None and LINK.match(line) is None


def closes_bracket(line: str) -> bool:
    """Tell whether a line ends with a bracket that no backslash makes a letter."""
    stripped = line.rstrip()
    backslashes = len(stripped[:-1]) - len(stripped[:-1].rstrip("\\"))
    return stripped.endswith("]") and backslashes % 2 == 0


def read_bracket(text: str, *, line: int) -> Bracket:
    """Read a whole bracket; PageUnreadable with the line where it says nothing or names a file outside the folder."""
    opening = OPENING.match(text)
    if opening is None or not closes_bracket(text):
        raise refused(text, "a bracket opens here and is not closed in its paragraph", line)
    inner = text.rstrip()[opening.end() : -1]
    head, colon, rest = _cut(inner, ":")
    number, file_name = _head(head)
    if colon and number is None and not file_name and not rest.strip():
        raise refused(text, "it names neither a file nor a caption", line)
    if not colon and number is None and not file_name:
        raise refused(text, "it names neither a file, a caption nor a number", line)
    if re.search(r"[/\\]", file_name) or file_name.startswith("."):
        raise refused(text, "a file is named without folders, and does not begin with a full stop", line)
    kind = AttachmentKind.DOCUMENT if fold(opening.group("word")) in DOCUMENT_WORDS else AttachmentKind.PHOTO
    return Bracket(
        kind=kind,
        number=number,
        file_name=file_name,
        parts=_document_parts(rest, text, line) if kind is AttachmentKind.DOCUMENT else _parts(rest, text, line),
        is_reference=not colon and not file_name,
        line=line,
    )


def write_bracket(attachment: Attachment) -> str:
    """Write an attachment as a bracket with its number, so that it stays the same one when the text is edited."""
    if attachment.kind is AttachmentKind.DOCUMENT:
        parts = [attachment.caption, attachment.reference]
    else:
        parts = [attachment.caption, attachment.credit, attachment.alternative_text]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    said = " | ".join(SIGN.sub(r"\\\g<0>", part) for part in parts)
    return f"[{KIND_WORDS[attachment.kind]} #{attachment.number}: {said}]"


def write_reference(attachment: Attachment) -> str:
    """Write a bracket that only points to an attachment."""
    return f"[{KIND_WORDS[attachment.kind]} #{attachment.number}]"


def refused(text: str, reason: str, line: int) -> PageUnreadable:
    """Make the error for a bracket."""
    return PageUnreadable(field="attachment", value=text, reason=reason, accepted=ACCEPTED, line=line)


def _head(head: str) -> tuple[int | None, str]:
    found = NUMBER.match(head)
    if found:
        return int(found.group(1)), _plain(head[found.end() :])
    return None, _plain(head)


def _document_parts(rest: str, text: str, line: int) -> tuple[str, str]:
    pieces = _pieces(rest)
    if len(pieces) > 2 or any(ALTERNATIVE.match(piece) for piece in pieces[1:]):
        raise refused(text, "it has more parts than a document's title and number", line)
    title, reference = [*map(_plain, pieces), ""][:2]
    return title, reference


def _parts(rest: str, text: str, line: int) -> tuple[str, str, str]:
    pieces = _pieces(rest)
    alternative = ""
    for index, piece in enumerate(pieces):
        label = ALTERNATIVE.match(piece)
        if index and label:
            alternative = _plain(piece[label.end() :])
            del pieces[index]
            break
    if len(pieces) > 3 or (alternative and len(pieces) > 2):
        raise refused(text, "it has more parts than caption, credit and alternative text", line)
    caption, credit, third = [*map(_plain, pieces), "", ""][:3]
    return caption, credit, alternative or third


def _pieces(rest: str) -> list[str]:
    pieces: list[str] = []
    bar = "|"
    while bar:
        piece, bar, rest = _cut(rest, "|")
        pieces.append(piece)
    return pieces


def _cut(text: str, sign: str) -> tuple[str, str, str]:
    """Cut at the first sign that no backslash makes a letter."""
    found = re.compile(rf"(?:\\.|[^\\{re.escape(sign)}])*", re.DOTALL).match(text)
    end = found.end() if found else 0
    while end < len(text) and text[end] != sign:
        # A lone backslash at the very end is a letter.
        end += 1
    return text[:end], text[end : end + 1], text[end + 1 :]


def _plain(text: str) -> str:
    return " ".join(ESCAPED.sub(r"\1", text).split())
