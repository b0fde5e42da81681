"""Pictures for tests, small and drawn on the spot, with all that cameras, editors and attackers lay beside them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageCms, ImageSequence

LATITUDE = b"20.9592"
"""Stands in every piece of metadata that is made here; none of them may ever be served."""
MAKER = b"Kamera 3000"
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
XMP_TRAIL = b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def drawn(mode: str = "RGB", size: tuple[int, int] = (48, 40), *, turned: int = 0) -> Image.Image:
    """Draw something with edges and slopes in it, another thing for each `turned`."""
    bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90)]
    picture = Image.merge("RGB", bands).rotate(90 * turned).resize(size)
    if mode in {"RGBA", "LA"}:
        picture.putalpha(Image.linear_gradient("L").resize(size))
    if mode == "I;16":
        return picture.convert("I").point(lambda value: value * 257).convert("I;16")
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode a picture, by default without any metadata."""
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def frames(content: bytes) -> list[tuple[str, tuple[int, int], bytes, object]]:
    """Decode all frames of a picture: mode, size, pixels and how long each is shown."""
    with Image.open(io.BytesIO(content)) as picture:
        return [
            (frame.mode, frame.size, frame.convert("RGBA").tobytes(), frame.info.get("duration"))
            for frame in ImageSequence.Iterator(picture)
        ]


@cache
def icc(extra_bytes: int = 0) -> bytes:
    """Make a colour profile, with so many bytes behind it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + bytes(extra_bytes)


def tiff(tags: Mapping[int, Any] | None = None) -> bytes:
    """Write Exif data, without the mark that JPEG puts in front: these tags, a maker, and a place."""
    exif = Image.Exif()
    exif[0x010F] = MAKER.decode()
    for tag, value in (tags or {}).items():
        exif[tag] = value
    exif[0x8825] = {1: "N", 2: (20.0, 57.0, 33.12), 3: "E", 4: (105.0, 50.0, 1.0), 28: LATITUDE}
    return exif.tobytes().removeprefix(b"Exif\0\0")


def xmp(
    *,
    descriptions: Mapping[str, str] | None = None,
    rights: str = "",
    credit: str = "",
    creators: Iterable[str] = (),
    head: str = "",
) -> bytes:
    """Write an XMP packet, descriptions by language, with a place."""

    def listed(name: str, values: Iterable[tuple[str, str]]) -> str:
        items = "".join(
            f"<rdf:li{f' xml:lang={quoteattr(lang)}' if lang else ''}>{escape(text)}</rdf:li>" for lang, text in values
        )
        return f"<dc:{name}><rdf:Alt>{items}</rdf:Alt></dc:{name}>" if items else ""

    credited = f" photoshop:Credit={quoteattr(credit)}" if credit else ""
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{head}<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/">'
        f'<rdf:Description rdf:about="" exif:GPSLatitude="{LATITUDE.decode()}"{credited}>'
        + listed("description", (descriptions or {}).items())
        + listed("rights", [("x-default", rights)] if rights else [])
        + listed("creator", [("", creator) for creator in creators])
        + '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def iptc(*fields: tuple[int, bytes], charset: bytes = b"\x1b%G") -> bytes:
    """Write IPTC records, with a place."""
    records = [(1, 90, charset)] if charset else []
    records += [(2, 92, LATITUDE), *((2, number, value) for number, value in fields)]
    return b"".join(struct.pack(">BBBH", 0x1C, record, number, len(value)) + value for record, number, value in records)


def photoshop(records: bytes) -> bytes:
    """Wrap IPTC records as Photoshop does, a resource with a name in front of them."""
    resources = [(0x03ED, b"\x05abcde", LATITUDE), (0x0404, b"\0\0", records)]
    return b"Photoshop 3.0\0" + b"".join(
        b"8BIM" + struct.pack(">H", number) + name + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
        for number, name, data in resources
    )


def segment(marker: int, payload: bytes) -> bytes:
    """Write one segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def icc_segments(profile: bytes, size: int) -> list[bytes]:
    """Write a colour profile as segments of a JPEG, so many bytes of it in each."""
    parts = [profile[at : at + size] for at in range(0, len(profile), size)]
    return [segment(0xE2, b"ICC_PROFILE\0" + bytes((n, len(parts))) + part) for n, part in enumerate(parts, 1)]


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Put segments in front of all others."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def laden_jpeg(
    jpeg: bytes, *, exif: bytes = b"", xmp: bytes = b"", records: bytes = b"", profile: bytes = b""
) -> bytes:
    """Lay metadata, comments, thumbnails, a second picture and a page beside a JPEG."""
    thumbnail = saved(drawn(size=(8, 6)), "JPEG", comment=LATITUDE)
    return with_segments(
        jpeg,
        segment(0xE0, b"JFXX\0\x10" + thumbnail),
        segment(0xE1, b"Exif\0\0" + exif),
        segment(0xE1, XMP_MARK + xmp),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + LATITUDE),
        *icc_segments(profile, 1000),
        segment(0xED, photoshop(records)),
        segment(0xEB, MAKER + LATITUDE),
        segment(0xFE, b"made at " + LATITUDE),
    ) + (thumbnail + b"<html><script>alert('" + LATITUDE + b"')</script></html>")


def chunk(kind: bytes, payload: bytes) -> bytes:
    """Write one chunk of a PNG."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """Put chunks behind the header of a PNG."""
    return png[:33] + b"".join(chunks) + png[33:]


def laden_png(png: bytes, *, exif: bytes = b"", xmp: bytes = b"", profile: bytes = b"") -> bytes:
    """Lay metadata, texts and an archive beside a PNG."""
    return with_chunks(
        png,
        chunk(b"iCCP", b"profile\0\0" + zlib.compress(profile)),
        chunk(b"eXIf", exif),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        chunk(b"tEXt", b"Comment\0" + LATITUDE),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(LATITUDE)),
        chunk(b"tIME", b"\x07\xea\x0b\x16\x0c\0\0"),
        chunk(b"prVt", LATITUDE),
    ) + (b"PK\x03\x04" + LATITUDE)


def gif_extension(label: int, *blocks: bytes) -> bytes:
    """Write an extension of a GIF."""
    return bytes((0x21, label)) + b"".join(bytes((len(block),)) + block for block in blocks) + b"\0"


def with_extensions(gif: bytes, *extensions: bytes) -> bytes:
    """Put extensions behind the colours of a GIF."""
    head = 13 + (3 << (gif[10] & 7) + 1 if gif[10] & 0x80 else 0)
    return gif[:head] + b"".join(extensions) + gif[head:]


def laden_gif(gif: bytes, *, xmp: bytes = b"") -> bytes:
    """Lay metadata, comments, texts and a script beside a GIF."""
    return with_extensions(
        gif,
        gif_extension(0xFE, b"made at " + LATITUDE),
        gif_extension(0xFF, b"XMP DataXMP").removesuffix(b"\0") + xmp + XMP_TRAIL,
        gif_extension(0xFF, b"ICCRGBG1012", LATITUDE),
        gif_extension(0x01, bytes(12), LATITUDE),
    ) + (b"/*" + LATITUDE + b"*/alert(1)")


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """Write a WebP out of chunks."""
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def riff_chunks(webp: bytes) -> list[tuple[bytes, bytes]]:
    """Take a WebP apart into its chunks."""
    chunks, at = [], 12
    while at < len(webp):
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        chunks.append((webp[at : at + 4], webp[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return chunks
