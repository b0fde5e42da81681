"""Reads caption, credit and rights out of XMP.

No document type, no entity, nothing from elsewhere: a packet that declares one is left alone, whole.

Spec: XMP part 1 (ISO 16684-1) section 7; IPTC Photo Metadata Standard 2023.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CREDIT = "{http://ns.adobe.com/photoshop/1.0/}Credit"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# As it is declared in XML, to the letter; anything else is no declaration.
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


@dataclass(frozen=True, slots=True)
class XmpWords:
    """The words in an XMP packet; what is missing is empty."""

    description: str = ""
    rights: str = ""
    credit: str = ""
    creators: tuple[str, ...] = ()


def read_words(xmp: bytes) -> XmpWords:
    """Read a packet; what is no XML, or not in UTF-8, has no words."""
    packet = xmp.strip(b"\0 \t\r\n")
    if not packet or _DECLARATION.search(packet):
        return XmpWords()
    # The encoding is fixed, so that no declaration can hide behind another one.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(packet, parser)
    except etree.XMLSyntaxError:
        return XmpWords()
    described = [part for rdf in root.iter(f"{_RDF}RDF") for part in rdf.iterfind(f"{_RDF}Description")]
    return XmpWords(
        description=_in_vietnamese(_values(described, f"{_DC}description")),
        rights=_in_vietnamese(_values(described, f"{_DC}rights")),
        credit=next((text for _, text in _values(described, _CREDIT)), ""),
        creators=tuple(text for _, text in _values(described, f"{_DC}creator")),
    )


def _values(described: list[etree._Element], name: str) -> list[tuple[str, str]]:
    """List the values of a property, each with its language; a property is an element, or an attribute if it is one."""
    for part in described:
        stated = part.find(name)
        if stated is not None:
            listed = list(stated.iter(f"{_RDF}li")) or [stated]
            return [(value.get(_LANGUAGE, ""), "".join(map(str, value.itertext()))) for value in listed]
        if name in part.attrib:
            return [("", str(part.attrib[name]))]
    return []


def _in_vietnamese(values: list[tuple[str, str]]) -> str:
    """Choose among languages: Vietnamese, else the one for everybody, else the first."""
    for wanted in ("vi", "x-default"):
        for language, text in values:
            if language.lower().partition("-")[0] == wanted or language.lower() == wanted:
                return text
    return values[0][1] if values else ""
