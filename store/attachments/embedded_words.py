"""Offers the caption and the credit that a photo's maker wrote into it, and tells how the photo is to be held.

What is offered has passed the pipeline for Vietnamese text; words that cannot be read for certain, and those that
cameras and programs write by themselves, are none. Nothing here raises.

Spec: IPTC Photo Metadata Standard 2023.1 (which field says what); Exif 2.32 section 4.6.4 (orientation).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.attachments.containers.container import MAX_IPTC_BYTES, MAX_XMP_BYTES, tiff_part, within
from store.attachments.metadata import exif as exif_tags
from store.attachments.metadata import iptc as iptc_records
from store.attachments.metadata import xmp as xmp_packet
from store.attachments.metadata.xmp import XmpWords
from store.errors import InputError
from store.text.charsets import decode
from store.text.excerpt import excerpt
from store.text.vietnamese import clean_line

MAX_CAPTION_CHARS = 2_000
MAX_CREDIT_CHARS = 300
UPRIGHT = 1
_ORIENTATIONS = range(1, 9)
# What is over this is never shown, and need not be cleaned.
_READ_CHARS = 4 * MAX_CAPTION_CHARS
_READ_BYTES = 3 * _READ_CHARS
# What programs write is short; in long words the patterns below would look for it again at every letter.
_PROGRAM_CHARS = 200
_NO_CAPTION = re.compile(
    r"""
    (?:olympus|konica[ ]minolta|minolta|kodak|samsung|sony|pentax|casio)?[ ]?
        (?:digital|still|digital[ ]still)[ ]camera
    | sony[ ]dsc | samsung([ ]camera[ ]pictures)? | dcim | exif[_ ]jpeg([_ ]picture)? | applemark | \w*_cuva
    | created[ ]with[ ]\S+ | default | untitled | photo | picture | image | jpeg | none | null | no[ ]description
    | screen[ ]?shot([ _-].*)? | ảnh[ ]chụp[ ]màn[ ]hình([ ]lúc[ ].*)? | hình[ ]ảnh | ảnh
    | cof | dav | edf | fbt | hdr | hdrpl | mde | nor | oznor | ptr | qrf | rbt | rhdr | sdr | vty | bty | dig
    | <[^<>]*>
    # A file name, whole or without what it ends with.
    | [^.!?]{0,120}[ ]?\.(?:jpe?g|jfif|png|gif|webp|avif|hei[cf]|tiff?|bmp|psd|nef|cr[23]|arw|dng|raf|orf|rw2|mp4|mov)
    | _?(?:img|imgp|dsc|dscn|dscf|pict|cimg|sam|mvimg|pxl|vid|win|wp|image|photo|picture|fb[_ ]img|viber[_ ]image
        |received|zalo|mg|p|r|z)[ _-]?\(?\d{2,}[\d\W_]*(?:[a-z]{1,5}\d*)?
    | [0-9a-f-]{16,}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"unknown|users?|admin(?:istrator)?|owner|picasa|default|none|null|photographer|camera|microsoft|canon|nikon|sony"
    r"|(?:windows|microsoft office) user|(?:copyright ?)?\(c\)|copyright|pc|hp|dell|asus|acer|lenovo",
    re.IGNORECASE,
)
_Records = Mapping[int, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Offered:
    """The words that a photo brings along; what it does not say is empty."""

    caption: str = ""
    credit: str = ""


def orientation(exif: bytes) -> int:
    """Say how a picture must be turned to stand upright, 1 to 8; 1, as it is, where nothing readable is said."""
    number = exif_tags.find_number(tiff_part(exif), exif_tags.ORIENTATION)
    return number if number is not None and number in _ORIENTATIONS else UPRIGHT


def offered(*, exif: bytes = b"", xmp: bytes = b"", iptc: bytes = b"") -> Offered:
    """Give caption and credit out of a photo's metadata; what people wrote for editors goes before what cameras did."""
    tags = tiff_part(exif)
    records = iptc_records.read_records(within(iptc, MAX_IPTC_BYTES))
    packet = xmp_packet.read_words(within(xmp, MAX_XMP_BYTES))
    return Offered(
        caption=_first(_captions(tags, packet, records), MAX_CAPTION_CHARS, _NO_CAPTION),
        credit=_first(_credits(tags, packet, records), MAX_CREDIT_CHARS, _NO_CREDIT),
    )


def _captions(tags: bytes, packet: XmpWords, records: _Records) -> Iterator[str]:
    yield from map(_decoded, records.get(iptc_records.CAPTION, ()))
    yield packet.description
    yield _decoded(exif_tags.find_words(tags, exif_tags.IMAGE_DESCRIPTION))


def _credits(tags: bytes, packet: XmpWords, records: _Records) -> Iterator[str]:
    """List what could be the credit; who is to be named goes before who owns the rights."""
    yield from map(_decoded, records.get(iptc_records.CREDIT, ()))
    yield _listed(map(_decoded, records.get(iptc_records.BY_LINE, ())))
    yield packet.credit
    yield _listed(packet.creators)
    yield from map(_decoded, records.get(iptc_records.COPYRIGHT_NOTICE, ()))
    yield packet.rights
    # The photographer's copyright, and behind a zero byte the editor's.
    yield from map(_decoded, exif_tags.find_words(tags, exif_tags.COPYRIGHT).split(b"\0", 2)[:2])
    yield _decoded(exif_tags.find_words(tags, exif_tags.ARTIST))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name.strip() for name in names if name.strip())


def _first(candidates: Iterable[str], max_chars: int, none: re.Pattern[str]) -> str:
    cleaned = (_cleaned(text, max_chars, none) for text in candidates)
    return next((words for words in cleaned if words), "")


def _cleaned(text: str, max_chars: int, none: re.Pattern[str]) -> str:
    try:
        words = clean_line(text[:_READ_CHARS], field="metadata")
    except InputError:
        return ""
    if none.fullmatch(words[:_PROGRAM_CHARS]) or not any(map(str.isalpha, words)):
        return ""
    return excerpt(words, max_chars=max_chars)


def _decoded(raw: bytes) -> str:
    """Read the bytes of a field; nothing where the encoding is not certain, whatever one was stated."""
    raw = raw[:_READ_BYTES].strip(b"\0 \t\r\n")
    try:
        # Many fields are of limited length, and what filled them cut the last letter in two.
        _, whole = codecs.utf_8_decode(raw, "strict", False)
    except UnicodeDecodeError:
        whole = 0
    if not raw[:whole].isascii():
        raw = raw[:whole]
    try:
        return decode(raw, field="metadata").text
    except InputError:
        return ""
