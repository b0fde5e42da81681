"""Tells what a ZIP file is: DOCX, XLSX, ODT or a plain archive; what brings programs along is not taken.

Word, Excel and OpenDocument files are archives themselves, told by what their first entries say. Archives within an
archive are not opened.

Spec: ECMA-376 part 2 (packages); OpenDocument 1.2 part 3, sections 2.2 and 3.3.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from store.attachments import relations, zips
from store.attachments.kinds import DOCX, ODT, XLSX, ZIP
from store.attachments.unfit import Unfit, broken, locked, of_another_kind, with_macros
from store.attachments.zips import Entry
from store.errors import shown

READ_BYTES = 1024 * 1024
"""The longest list of contents that is read; real ones have a few thousand bytes."""
OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
OTHER_OFFICE_PARTS = {
    "ppt/presentation.xml": "PowerPoint presentation (PPTX)",
    "xl/workbook.bin": "Excel binary workbook (XLSB)",
    "visio/document.xml": "Visio drawing",
}
OFFICE_MACROS = re.compile(r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml|macrosheets/|activex/)")
OTHER_MIMETYPES = {
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet (ODS)",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation (ODP)",
    "application/vnd.oasis.opendocument.graphics": "OpenDocument drawing (ODG)",
    "application/vnd.oasis.opendocument.text-template": "OpenDocument template (OTT)",
    "application/epub+zip": "e-book (EPUB)",
}
# Bidirectional controls let a program's name look like a photo's.
TRICKS = re.compile(r"^/|\\|:|(?:^|/)\.\.(?:/|$)|[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|^$")
WINDOWS_PROGRAMS = (
    "application appref-ms appx appxbundle bat chm cmd com cpl dll exe gadget hlp hta inf jse js lnk mde msc msi msix "
    "msixbundle msp mst pif ps1 ps1xml psc1 psd1 psm1 reg scf scr sct settingcontent-ms url vb vbe vbs website "
    "wll wsc wsf wsh xll"
)
OTHER_PROGRAMS = "apk app bash class command csh deb dmg ipa iso img jar ksh mjs pkg php py rpm run sh vhd vhdx"
PAGES = "htm html mht mhtml shtml svg svgz webloc xht xhtml"
WITH_MACROS = "docm dotm potm ppam ppsm pptm sldm xla xlam xlm xlsm xltm"
PROGRAMS = frozenset(" ".join((WINDOWS_PROGRAMS, OTHER_PROGRAMS, WITH_MACROS)).split())
HARMFUL = PROGRAMS | frozenset(PAGES.split())


def media_type_of(content: bytes) -> str:
    """Give the media type of a ZIP file; raises Unfit."""
    entries = zips.read_entries(content)
    names = {name.lower() for entry in entries for name in entry.names}
    _refuse_tricks(entries)
    _refuse_programs(names)
    first = entries[0] if entries[0].start == 0 else next(entry for entry in entries if entry.start == 0)
    if "mimetype" in names and (first.name == "mimetype" or "content.xml" in names):
        return _of_open_document(content, first, entries, names)
    if "[content_types].xml" in names:
        return _of_office(content, entries, names)
    _refuse_endings(entries, HARMFUL)
    return ZIP


def _of_open_document(content: bytes, first: Entry, entries: list[Entry], names: set[str]) -> str:
    if first.name != "mimetype" or first.method != zips.STORED:
        raise broken("its type does not stand at its beginning")
    said = zips.read_entry(content, first, limit_bytes=200).decode("ascii", "replace").strip()
    if said != ODT:
        raise of_another_kind(OTHER_MIMETYPES.get(said, "package of an unknown kind"))
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise with_macros()
    if b"encryption-data" in _read_list(content, entries, "meta-inf/manifest.xml"):
        raise locked()
    if "content.xml" not in names:
        raise broken("it has no text")
    _refuse_endings(entries, PROGRAMS)
    return ODT


def _of_office(content: bytes, entries: list[Entry], names: set[str]) -> str:
    # Word finds its macros by their content type, whatever their names are.
    content_types = _read_list(content, entries, "[content_types].xml")
    if any(map(OFFICE_MACROS.search, names)) or b"macroenabled" in content_types or b"vbaproject" in content_types:
        raise with_macros()
    if b".template.main+xml" in content_types:
        raise of_another_kind("Office template")
    # Word keeps drawings as SVG and some programs keep a text as HTML: pages are no harm within a document.
    _refuse_endings(entries, PROGRAMS)
    parts = [media_type for name, media_type in OFFICE_PARTS.items() if name in names]
    if parts == [DOCX]:
        relations.refuse_far_templates(content, entries)
    if len(parts) == 1:
        return parts[0]
    others = (said for name, said in OTHER_OFFICE_PARTS.items() if name in names)
    raise of_another_kind(next(others, "package of an unknown kind"))


def _read_list(content: bytes, entries: list[Entry], name: str) -> bytes:
    """Give the XML that lists a package's contents, in small letters and without the NULs of UTF-16."""
    found = next((entry for entry in entries if entry.name.lower() == name), None)
    if found is None:
        raise broken("it has no list of its contents")
    text = zips.read_entry(content, found, limit_bytes=READ_BYTES + 1)
    if len(text) > READ_BYTES:
        raise broken("its list of contents is too long")
    return text.replace(b"\0", b"").lower()


def _refuse_tricks(entries: Iterable[Entry]) -> None:
    for entry in entries:
        trick = next((name for name in entry.names if TRICKS.search(name)), None)
        if trick is not None or entry.is_link:
            named = shown(entry.name if trick is None else trick)
            raise Unfit(f"contains {named}, which is no plain file name", f"có tệp {named} mang tên không hợp lệ")


def _refuse_programs(names: set[str]) -> None:
    if "androidmanifest.xml" in names:
        raise of_another_kind("Android program (APK)")
    if "meta-inf/manifest.mf" in names and any(name.endswith(".class") for name in names):
        raise of_another_kind("Java program (JAR)")


def _refuse_endings(entries: Iterable[Entry], refused: Collection[str]) -> None:
    for entry in entries:
        for name in entry.names:
            # Windows drops full stops and spaces from the end of a name, and runs what is left.
            _, dot, extension = name.lower().rstrip(". ").rpartition(".")
            if dot and extension in refused:
                raise Unfit(
                    f"contains {shown(name)}, a program or page", f"có tệp {shown(name)} là chương trình hoặc trang web"
                )
