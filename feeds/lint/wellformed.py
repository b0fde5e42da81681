"""Reads bytes as XML and names what breaks it, line by line, instead of giving up at the first fault.

Faults with one meaning (a bare &, a control character, an entity of HTML) are told and mended in memory, so that
the rest of the document is judged in the same run. Nothing that a document defines is ever expanded.

Spec: XML 1.0 sections 2.2, 2.4, 2.8, 4.1 and 4.3.3; RFC 4287 section 8.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from html import escape
from html.entities import html5

from lxml import etree

from feeds.lint.findings import DOCUMENT, Finding, found

SHOWN_CHARS = 40
MOST_ALIKE = 20
"""Of one kind of fault that is told: a feed with a bare & in every address says the same a thousand times."""
_BOM = b"\xef\xbb\xbf"
DECLARATION_CHARS = 200
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,200}?\?>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([^\"']*)[\"']")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OUTSIDE_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OTHER_CHARSET = re.compile("windows-125[0-8]|iso-8859-[1-9]|latin-?1", re.IGNORECASE)
_OPENING = re.compile(r"<!\[CDATA\[|<!--")
_VERBATIM = {"<![CDATA[": "]]>", "<!--": "-->"}
_SPACE = re.compile(r"\s*")
_REFERENCE = re.compile(
    r"&(?:#(?P<decimal>[0-9]{1,7});|#x(?P<hex>[0-9a-fA-F]{1,6});|(?P<name>[A-Za-z][A-Za-z0-9]{0,31});|(?P<bare>))"
)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


class Lines:
    """Finds the line and column of an index in a text; both count from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(at.end() for at in re.finditer("\n", text))]

    def place(self, index: int) -> tuple[int, int]:
        """Give (line, column)."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def near(self, index: int) -> str:
        """Give the text around an index, on its line only."""
        line, column = self.place(index)
        return self.around(line, column)

    def around(self, line: int, column: int) -> str:
        """Give the text around a place."""
        start = self._starts[min(line, len(self._starts)) - 1]
        whole = self._text[start : start + column + SHOWN_CHARS].partition("\n")[0]
        return whole[max(column - 1 - SHOWN_CHARS // 2, 0) : column - 1 + SHOWN_CHARS // 2]


def decoded(data: bytes) -> tuple[str, list[Finding]]:
    """Read bytes as text without BOM; give it as far as it can be read, and what is wrong with the bytes.

    Another charset that the XML declaration names is read, and told of by `parse_xml`.
    """
    findings = []
    if data.startswith(_BOM):
        findings.append(found("document.bom", DOCUMENT.at(1)))
        data = data[len(_BOM) :]
    try:
        return data.decode(), findings
    except UnicodeDecodeError as error:
        declared = _ENCODING.search(data[:DECLARATION_CHARS].decode("ascii", "replace"))
        if declared is not None and _OTHER_CHARSET.fullmatch(declared[1]):
            return data.decode(declared[1], "replace").replace("\ufffd", "?"), findings
        line = data.count(b"\n", 0, error.start) + 1
        start = max(data.rfind(b"\n", 0, error.start) + 1, error.start - SHOWN_CHARS // 2)
        near = data[start : error.start + SHOWN_CHARS // 2].decode("utf-8", "replace")
        findings.append(found("document.not-utf-8", DOCUMENT.at(line), line=line, text=near))
        return data.decode("utf-8", "replace").replace("\ufffd", "?"), findings


def parse_xml(text: str) -> tuple[etree._Element | None, list[Finding]]:
    """Parse a document; None for the root where it cannot be read even when mended."""
    findings = list(_prolog(text))
    start = prolog_end(text)
    if text[start : start + 9].upper() == "<!DOCTYPE":
        end = text.find(">", start) + 1
        findings.append(found("xml.dtd", DOCUMENT, text=text[start:end].partition("[")[0].strip()))
        if end == 0 or "[" in text[start:end]:
            return None, findings
        text = text[:start] + _blank(text[start:end]) + text[end:]
    # What is declared was told of already, and what is parsed has been decoded.
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        text = _blank(declaration[0]) + text[declaration.end() :]
    lines = Lines(text)
    text = _CONTROL.sub(" ", text) if _tell_controls(text, lines, findings) else text
    text = _references_mended(text, lines, findings)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser), findings
    except etree.XMLSyntaxError as error:
        line, column = error.position
        column = max(column, 1)
        findings.append(
            found(
                "xml.not-well-formed",
                DOCUMENT.at(line),
                line=line,
                column=column,
                text=lines.around(line, column),
                message=(error.msg or "").partition(", line ")[0],
            )
        )
        return None, findings


def _prolog(text: str) -> Iterator[Finding]:
    declaration = _DECLARATION.match(text)
    if declaration is None:
        yield found("xml.declaration-missing", DOCUMENT.at(1))
        return
    if text[:1].isspace():
        yield found("xml.space-before", DOCUMENT.at(1))
    encoding = _ENCODING.search(declaration[0])
    if encoding is not None and encoding[1].upper() not in {"UTF-8", "US-ASCII"}:
        yield found("xml.encoding-declared", DOCUMENT.at(1), text=encoding[1])


def prolog_end(text: str) -> int:
    """Find where the instructions and comments before the first element or DOCTYPE end."""
    at = 0
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        closing = "?>" if text.startswith("<?", at) else "-->" if text.startswith("<!--", at) else ""
        end = text.find(closing, at + 2) if closing else -1
        if end < 0:
            return at
        at = end + len(closing)


def _blank(text: str) -> str:
    """Give as many blanks, so that lines and columns stay."""
    return re.sub("[^\n]", " ", text)


class _Code(int):
    def __str__(self) -> str:
        return f"U+{int(self):04X}"


def _tell_controls(text: str, lines: Lines, findings: list[Finding]) -> bool:
    told = [
        _control(ord(at[0]), at.start(), lines)
        for at, _ in zip(_CONTROL.finditer(text), range(MOST_ALIKE), strict=False)
    ]
    findings.extend(told)
    return bool(told)


def _control(code: int, index: int, lines: Lines) -> Finding:
    line, column = lines.place(index)
    near = lines.near(index)
    return found("xml.control-character", DOCUMENT.at(line), line=line, column=column, code=_Code(code), text=near)


def _references_mended(text: str, lines: Lines, findings: list[Finding]) -> str:
    """Escape what is no reference, outside CDATA, and write the letters that entities of HTML stand for."""
    parts: list[str] = []
    told: list[Finding] = []
    at = 0
    for start, end in _verbatim_parts(text):
        parts += (_referenced(text, at, start, lines, told), text[start:end])
        at = end
    parts.append(_referenced(text, at, len(text), lines, told))
    findings.extend(told)
    return "".join(parts)


def _verbatim_parts(text: str) -> Iterator[tuple[int, int]]:
    """Stream where CDATA and comments begin and end; one that never ends goes to the end of the text."""
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        closing = _VERBATIM[opening[0]]
        end = text.find(closing, opening.end())
        at = len(text) if end < 0 else end + len(closing)
        yield opening.start(), at


def _referenced(text: str, start: int, end: int, lines: Lines, told: list[Finding]) -> str:
    def mend(at: re.Match[str]) -> str:
        fault, written = _fault(at)
        if fault and len(told) < MOST_ALIKE:
            told.append(_reference_fault(fault, at[0], start + at.start(), lines))
        return written

    return _REFERENCE.sub(mend, text[start:end])


def _fault(at: re.Match[str]) -> tuple[str, str]:
    """Give the rule that a reference breaks, none for a good one, and what to write in its place."""
    if at["decimal"] or at["hex"]:
        code = int(at["hex"], 16) if at["hex"] else int(at["decimal"])
        return ("xml.control-character", " ") if code > sys.maxunicode or _OUTSIDE_XML.match(chr(code)) else ("", at[0])
    letter = html5.get(f"{at['name']};", "") if at["name"] else ""
    if at["name"] in _XML_NAMES:
        return "", at[0]
    if letter:
        return "xml.entity", escape(letter)
    return "xml.ampersand", "&amp;" + at[0][1:]


def _reference_fault(rule: str, reference: str, index: int, lines: Lines) -> Finding:
    if rule == "xml.control-character":
        digits = reference[2:-1]
        code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
        return _control(code, index, lines)
    line, column = lines.place(index)
    shown = reference if rule == "xml.entity" else lines.near(index)
    return found(rule, DOCUMENT.at(line), line=line, column=column, text=shown)
