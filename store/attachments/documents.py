"""Says whether a file is a document (văn bản) that is taken in, from its bytes alone; and what its name tells.

Nothing is changed in a document and nothing of it is run: readers get the bytes that came, as a download.

Spec: ISO 32000-1 sections 7.5.2 and 7.5.5 (first and last line of a PDF); Decree 30/2020/NĐ-CP, appendix III
(abbreviations of kinds of documents).
"""

from __future__ import annotations

import re
import unicodedata

from store.attachments import ole, packages
from store.attachments.kinds import MEDIA_TYPES, PDF, ZIP
from store.attachments.sniffing import OLE_STORAGE, sniff
from store.attachments.unfit import Unfit, broken, cut_short, of_another_kind
from store.errors import DocumentRefused, TextRefused, shown
from store.text.vietnamese import clean_line

MAX_DOCUMENT_BYTES = 50 * 1024 * 1024
ACCEPTED = "PDF, DOC, DOCX, XLS, XLSX, ODT or ZIP"
PDF_START = re.compile(rb"%PDF-[12]\.")
PDF_END = b"%%EOF"
PDF_PADDING = b"\0\t\n\f\r "
PADDED_BYTES, TAIL_BYTES = 64 * 1024, 2048
"""How much padding a PDF may end with, and how far before it the mark of its end may stand."""

NAME_CHARS = 1000
# Signers put `.signed` before the extension of what they signed.
EXTENSION = re.compile(rf"(?:\.signed)?\.(?:{'|'.join(MEDIA_TYPES)})$", re.IGNORECASE)
ETH = str.maketrans("ÐƉ", "ĐĐ")
_KIND = r"(?:BB|BC|CĐ|CT|CTr|DA|ĐA|GM|HD|HĐ|KH|KL|NĐ|NQ|PA|QC|QĐ|QyĐ|TB|TT|TTLT|TTr|CD|ND|QD|QyD)"
_ISSUER = r"[A-ZĐƯ][A-Za-z0-9ĐđƯư&]{0,15}(?:-[A-ZĐƯ][A-Za-z0-9ĐđƯư&]{0,15}){0,3}"
_SLASH = r"(?:\s?/\s?|_)"
REFERENCE = re.compile(
    r"\s*(?i:(?:quyết định|nghị quyết|nghị định|chỉ thị|thông tư|thông báo|kế hoạch|báo cáo|tờ trình|công điện|"
    r"công văn|hướng dẫn|chương trình|giấy mời)\s+)?(?P<told>(?i:số\s*:?\s*)?(?P<reference>[0-9]{1,5}[a-z]?(?:"
    rf"(?:{_SLASH}[0-9]{{4}})?{_SLASH}(?:{_KIND}|UBND|HĐND|HDND)-{_ISSUER}|{_SLASH}[0-9]{{4}}{_SLASH}QH[0-9]{{2}}"
    rf"|-{_KIND}{_SLASH}{_ISSUER})))(?=$|[\s_,;:()]|\.(?:$|\s))"
)
"""Numbers of state bodies, of laws and of Party bodies: `12/2026/NQ-HĐND`, `12/2026/QH15`, `45-KH/TU`."""
STROKELESS_KIND = re.compile(r"(?:(?<=[0-9][/-])|(?<=[0-9][a-z][/-]))(?:CD|ND|QD|QyD)(?=[/-])")
"""Abbreviations that mean one thing only without their stroke as well; HD and DA may be either of two."""


def check_document(content: bytes, *, name: str) -> str:
    """Give the media type of a document; `name` is only what refusals call it. Raises DocumentRefused."""
    try:
        return _media_type(content)
    except Unfit as unfit:
        raise DocumentRefused(
            field="document",
            value=name,
            reason=unfit.reason,
            accepted=ACCEPTED,
            vietnamese=f"văn bản {shown(name)} {unfit.vietnamese}; nhận: {ACCEPTED.replace(' or ', ' hoặc ')}",
        ) from unfit


def default_title(name: str) -> str:
    """Give the title that a file's name tells, without folders, extension and number; "" where it tells none."""
    told = _composed(re.split(r"[/\\]", name)[-1])
    found = _find(told)
    if found is not None:
        told = told[: found.start("told")] + told[found.end("told") :]
    try:
        return clean_line(told.replace("_", " "), field="title").strip(" -–:,;.")
    except TextRefused:
        # A name in an old encoding: its letters cannot be told.
        return ""


def find_reference(text: str) -> str:
    """Give the number and symbol of an official document, such as `12/QĐ-UBND`, that a title or file name begins with.

    File names have an underscore for the slash, and often no strokes; where that leaves a doubt the answer is "".
    """
    found = _find(_composed(text))
    return _written(found["reference"]) if found else ""


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", EXTENSION.sub("", name[:NAME_CHARS]))


def _find(text: str) -> re.Match[str] | None:
    found = REFERENCE.match(text.translate(ETH))
    return found if found and _written(found["reference"]) else None


def _written(reference: str) -> str:
    """Write a number and symbol as offices do; "" where that takes a guess."""
    written = STROKELESS_KIND.sub(lambda kind: kind.group().replace("D", "Đ"), re.sub(_SLASH, "/", reference))
    written = re.sub(r"\bHDND\b", "HĐND", written)
    if "_" in reference and reference.isascii() and "D" in re.sub(r"\b(?:UBND|HĐND)\b", "", written):
        return ""
    return written


def _media_type(content: bytes) -> str:
    if len(content) > MAX_DOCUMENT_BYTES:
        limit = f"{MAX_DOCUMENT_BYTES:,}"
        raise Unfit(f"has {len(content):,} bytes, and {limit} are taken", f"nặng hơn {MAX_DOCUMENT_BYTES >> 20} MB")
    kind = sniff(content)
    if kind.media_type == PDF:
        _check_pdf(content)
        return PDF
    if kind.media_type == OLE_STORAGE:
        return ole.media_type_of(content)
    if kind.media_type == ZIP:
        return packages.media_type_of(content)
    raise of_another_kind(kind.name)


def _check_pdf(content: bytes) -> None:
    if not PDF_START.match(content):
        raise broken("it is of no version of PDF")
    tail = content[-PADDED_BYTES:].rstrip(PDF_PADDING)
    if PDF_END not in tail[-TAIL_BYTES:]:
        raise cut_short()
