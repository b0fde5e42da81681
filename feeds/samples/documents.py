"""The documents of the sample bulletins, written instead of stored: a file name chooses one, and gives its bytes.

They are OpenDocument texts in the form of Vietnamese administrative documents; the same name gives the same bytes.

Spec: OpenDocument 1.2 part 1 (content, styles), part 3 section 3 (packages); Decree 30/2020/NĐ-CP, appendix I (form).
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from store.attachments.kinds import ODT
from store.errors import NotFound

PACKED_AT = (2025, 5, 1, 8, 0, 0)
"""The time that every entry bears, so that the bytes do not tell when they were made."""
VERSION = "1.2"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
        ("meta", "meta"),
    )
)
NAMESPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
FONT = "Times New Roman"

# Names of styles with the properties of their paragraphs and of their text.
STYLES: Mapping[str, tuple[str, str]] = {
    "Body": ('fo:text-align="justify" fo:text-indent="1.27cm" fo:margin-top="0.1cm" fo:margin-bottom="0.1cm"', ""),
    "Heading": (
        'fo:text-indent="1.27cm" fo:margin-top="0.2cm" fo:margin-bottom="0.1cm" fo:keep-with-next="always"',
        'fo:font-weight="bold"',
    ),
    "Listed": ('fo:margin-left="3.2cm"', ""),
    "Addressing": ('fo:margin-left="1.27cm" fo:margin-top="0.4cm" fo:keep-with-next="always"', ""),
    "Small": ('fo:text-align="center"', 'fo:font-size="13pt"'),
    "SmallBold": ('fo:text-align="center"', 'fo:font-size="13pt" fo:font-weight="bold"'),
    "Place": ('fo:text-align="center" fo:margin-top="0.2cm"', 'fo:font-style="italic"'),
    "Kind": ('fo:text-align="center" fo:margin-top="0.6cm"', 'fo:font-weight="bold"'),
    "Subject": ('fo:text-align="center"', 'fo:font-weight="bold"'),
    "ShortLine": (
        'fo:margin-left="2cm" fo:margin-right="2cm" fo:border-top="0.5pt solid #000000" fo:padding-top="0cm"',
        'fo:font-size="4pt"',
    ),
    "LongLine": (
        'fo:margin-left="1.2cm" fo:margin-right="1.2cm" fo:border-top="0.5pt solid #000000" fo:padding-top="0cm"',
        'fo:font-size="4pt"',
    ),
    "MiddleLine": (
        'fo:margin-left="6cm" fo:margin-right="6cm" fo:border-top="0.5pt solid #000000" fo:padding-top="0cm"',
        'fo:font-size="4pt"',
    ),
    "RecipientsHead": ('fo:margin-top="0.4cm"', 'fo:font-size="12pt" fo:font-weight="bold" fo:font-style="italic"'),
    "Recipient": ("", 'fo:font-size="11pt"'),
    "Signing": ('fo:text-align="center"', 'fo:font-weight="bold"'),
    "Signer": ('fo:text-align="center" fo:margin-top="2.4cm"', 'fo:font-weight="bold"'),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDocument:
    """What an administrative document says; `parent` is the body above the one that issues it, in lines."""

    file: str
    parent: tuple[str, ...]
    body: tuple[str, ...]
    number: str
    date: date
    kind: str
    subject: str
    addressing: str
    addressees: tuple[str, ...]
    paragraphs: tuple[str, ...]
    recipients: tuple[str, ...]
    signing: tuple[str, ...]
    signer: str


def write_document(name: str) -> bytes:
    """Write the document that a file name chooses, as an OpenDocument text; raises NotFound for any other name."""
    documents = {document.file: document for document in list_documents()}
    if name not in documents:
        raise NotFound("document", name, tuple(get_close_matches(name, documents)))
    document = documents[name]
    return _packed(
        {
            "mimetype": ODT,
            "META-INF/manifest.xml": _manifest(),
            "meta.xml": _part("document-meta", f"<office:meta>{_meta(document)}</office:meta>"),
            "styles.xml": _part("document-styles", _page_styles()),
            "content.xml": _part(
                "document-content",
                f"<office:automatic-styles>{_text_styles()}</office:automatic-styles>"
                f"<office:body><office:text>{''.join(_text(document))}</office:text></office:body>",
            ),
        }
    )


@cache
def list_documents() -> tuple[OfficialDocument, ...]:
    """List the documents that can be written."""
    text = resources.files("feeds.samples").joinpath("documents.toml").read_text(encoding="utf-8")
    return tuple(_document(row) for row in tomllib.loads(text)["document"])


def _document(row: Mapping[str, Any]) -> OfficialDocument:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return OfficialDocument(**({"parent": ()} | values))


def _packed(parts: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, PACKED_AT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            # Stored, because compressed bytes would differ between versions of zlib.
            archive.writestr(entry, text.encode(), zipfile.ZIP_STORED)
    return packed.getvalue()


def _part(kind: str, inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{kind} {NAMESPACES} office:version="{VERSION}">'
        f"{inner}</office:{kind}>\n"
    )


def _manifest() -> str:
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media_type}"/>'
        for path, media_type in (
            ("content.xml", "text/xml"),
            ("styles.xml", "text/xml"),
            ("meta.xml", "text/xml"),
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="{VERSION}"><manifest:file-entry manifest:full-path="/" manifest:version="{VERSION}" '
        f'manifest:media-type="{ODT}"/>{files}</manifest:manifest>\n'
    )


def _meta(document: OfficialDocument) -> str:
    return (
        f"<dc:title>{escape(f'{document.number} – {document.subject}', quote=False)}</dc:title>"
        f"<dc:creator>{escape(' '.join(document.body), quote=False)}</dc:creator>"
        f"<dc:date>{document.date.isoformat()}T08:00:00</dc:date><dc:language>vi-VN</dc:language>"
    )


def _page_styles() -> str:
    return (
        f'<office:font-face-decls><style:font-face style:name="{FONT}" svg:font-family="\'{FONT}\'" '
        'style:font-family-generic="roman" style:font-pitch="variable"/></office:font-face-decls>'
        '<office:styles><style:default-style style:family="paragraph">'
        f'<style:text-properties style:font-name="{FONT}" fo:font-size="14pt" fo:language="vi" fo:country="VN"/>'
        '</style:default-style><style:style style:name="Standard" style:family="paragraph"/></office:styles>'
        '<office:automatic-styles><style:page-layout style:name="A4"><style:page-layout-properties '
        'fo:page-width="21cm" fo:page-height="29.7cm" style:print-orientation="portrait" fo:margin-top="2cm" '
        'fo:margin-bottom="2cm" fo:margin-left="3cm" fo:margin-right="2cm"/></style:page-layout>'
        '</office:automatic-styles><office:master-styles><style:master-page style:name="Standard" '
        'style:page-layout-name="A4"/></office:master-styles>'
    )


def _text_styles() -> str:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="Standard">'
        f"<style:paragraph-properties {paragraph}/><style:text-properties {text}/></style:style>"
        for name, (paragraph, text) in STYLES.items()
    )
    columns = "".join(
        f'<style:style style:name="{name}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}"/></style:style>'
        for name, width in (("Left", "6.5cm"), ("Right", "9.5cm"))
    )
    return (
        f'{styles}{columns}<style:style style:name="Whole" style:family="table">'
        '<style:table-properties style:width="16cm" table:align="margins"/></style:style>'
    )


def _text(document: OfficialDocument) -> Iterator[str]:
    day = document.date
    # Offices write the first two months with a nought, and days below ten, so that nobody adds a digit.
    written_day = f"Vân Sơn, ngày {day.day:02} tháng {day.month if day.month > 2 else f'{day.month:02}'} năm {day.year}"
    yield _table(
        "Head",
        [
            *(_p("Small", line) for line in document.parent),
            *(_p("SmallBold", line) for line in document.body),
            _p("ShortLine", ""),
            _p("Small", f"Số: {document.number}"),
        ],
        [
            _p("SmallBold", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            _p("SmallBold", "Độc lập - Tự do - Hạnh phúc"),
            _p("LongLine", ""),
            _p("Place", written_day),
        ],
    )
    yield _p("Kind", document.kind)
    yield _p("Subject", document.subject)
    yield _p("MiddleLine", "")
    yield _p("Addressing", document.addressing)
    yield from (_p("Listed", f"- {addressee}") for addressee in document.addressees)
    for paragraph in document.paragraphs:
        yield _p("Heading", paragraph[2:]) if paragraph.startswith("# ") else _p("Body", paragraph)
    yield _table(
        "Foot",
        [_p("RecipientsHead", "Nơi nhận:"), *(_p("Recipient", f"- {who}") for who in document.recipients)],
        [*(_p("Signing", line) for line in document.signing), _p("Signer", document.signer)],
    )


def _table(name: str, left: list[str], right: list[str]) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string">{"".join(cell)}</table:table-cell>' for cell in (left, right)
    )
    return (
        f'<table:table table:name="{name}" table:style-name="Whole"><table:table-column table:style-name="Left"/>'
        f'<table:table-column table:style-name="Right"/><table:table-row>{cells}</table:table-row></table:table>'
    )


def _p(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{escape(text, quote=False)}</text:p>'
