"""Takes a photo apart and makes what is kept of it: the picture without anything about its maker, and its renditions.

What is kept holds no metadata. A still picture was decoded to its end, stands upright and is in sRGB; one that is all
that already keeps its very pixels, any other is encoded anew. An animation keeps its frames as they came, neither
turned nor brought to sRGB, and only its first was decoded. Pure; foreign bytes go through
`store.attachments.picture_pool`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image

from store.attachments import recipe
from store.attachments.containers import gif, jpeg, png, webp
from store.attachments.containers.container import Container, ContainerBroken
from store.attachments.embedded_words import Offered, offered, orientation
from store.attachments.picture_colours import in_eight_bits, in_srgb, is_srgb
from store.attachments.picture_renditions import PNG, Made, emblem, encoded_original, renditions
from store.attachments.recipe import JPEG, WEBP
from store.attachments.sniffing import sniff
from store.errors import PhotoRefused
from store.types import Focus

MAX_BYTES = 30 * 1024 * 1024
MAX_SIDE_PX = 16_383
"""As far as WebP goes."""
MAX_PIXELS = 25_000_000
MAX_JPEG_PIXELS = 80_000_000
"""A JPEG of one scan can be decoded smaller, so that its pixels need not fit into memory; nothing else can."""
MAX_FRAMES = 500
MAX_SCANS = 100
MAX_SCANNED_PIXELS = 10 * MAX_PIXELS
"""Each scan of a progressive JPEG passes over the whole picture again, and takes its time again."""

GIF, HEIC, AVIF = "image/gif", "image/heic", "image/avif"
CONTAINERS = {JPEG: jpeg.read, PNG: png.read, WEBP: webp.read, GIF: gif.read}
PILLOW_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF", AVIF: "AVIF", HEIC: "HEIF"}
ACCEPTED = "JPEG, PNG, WebP, GIF, HEIC or AVIF"

DECODED_PX = (recipe.WIDTHS_PX[-1] * 3 // 2, recipe.CARD_PX[1])
"""The width and height that a photo is decoded in at least, if it has them: half as wide again as its widest rendition,
because less would show there, and as high as the share card, for which a panorama is cut.
"""
EXIF_ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its orientation (Exif 2.3, tag 274)."""
LYING = frozenset({5, 6, 7, 8})
DRAFTABLE = frozenset({"JPEG", "MPO"})
AVERAGED_MODES = frozenset({"L", "RGB", "I;16"})
"""Modes in which neighbouring pixels can be averaged; where some are transparent, each counts by how little it is."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of a photo; `offered` are the words that its maker wrote into it."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int
    is_animated: bool
    renditions: tuple[Made, ...]
    offered: Offered


def develop(content: bytes, *, name: str, focus: Focus | None = None) -> Picture:
    """Make what is kept of a photo's bytes; raises PhotoRefused, before any pixel past the limits is decoded."""
    kind = _checked_kind(content, name)
    with _failures_refused(name):
        source = _opened(content, kind, name)
        with source.image:
            return _developed(source, focus)


def make_renditions(content: bytes, media_type: str, names: Collection[str], *, name: str) -> tuple[Made, ...]:
    """Make these renditions of a photo that was taken in before; raises PhotoRefused."""
    with _failures_refused(name):
        source = _opened(content, media_type, name)
        with source.image:
            source.shrink()
            return renditions(_settled(source), (source.width_px, source.height_px), names)


def develop_emblem(content: bytes, *, name: str) -> Picture:
    """Make the picture of a channel, with its wide form, of a photo's bytes; raises PhotoRefused as `develop` does.

    One that is smaller than it is to be is refused as well: none is ever enlarged.
    """
    kind = _checked_kind(content, name)
    with _failures_refused(name):
        source = _opened(content, kind, name)
        with source.image:
            across, down = recipe.EMBLEM_PX
            if source.width_px < across or source.height_px < down:
                size = f"{source.width_px:,} x {source.height_px:,}"
                raise refused(
                    name,
                    f"has {size} pixels, too few for a channel",
                    f"at least {across} x {down} pixels",
                    f"ảnh “{name}” chỉ có {source.width_px} x {source.height_px} điểm ảnh, quá ít cho một kênh; "
                    f"cần ít nhất {across} x {down} điểm ảnh",
                )
            source.shrink()
            settled = _settled(source)
            made = emblem(settled)
            (wide,) = renditions(settled, settled.size, {recipe.LOGO})
    return Picture(
        content=made.content,
        media_type=made.media_type,
        width_px=made.width_px,
        height_px=made.height_px,
        is_animated=False,
        renditions=(wide,),
        offered=Offered(),
    )


def _checked_kind(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise refused(name, f"has {len(content):,} bytes", f"at most {MAX_BYTES:,} bytes")
    kind = sniff(content)
    if kind.media_type not in PILLOW_FORMATS:
        raise refused(name, f"is no photo but: {kind.name}", ACCEPTED)
    return kind.media_type


def refused(name: str, reason: str, accepted: str, vietnamese: str = "") -> PhotoRefused:
    """Make the error for a photo; without `vietnamese` that language says only what kinds are taken."""
    kinds = ACCEPTED.replace(" or ", " hoặc ")
    return PhotoRefused(
        field="photo",
        value=name,
        reason=reason,
        accepted=accepted,
        vietnamese=vietnamese or f"không nhận được ảnh “{name}”; hãy dùng ảnh nguyên vẹn dạng {kinds}",
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """An opened photo, nothing decoded yet; sizes are those in which it is shown."""

    image: Image.Image
    media_type: str
    width_px: int
    height_px: int
    turn: int
    profile: bytes
    container: Container | None

    @property
    def is_animated(self) -> bool:
        return self.container is not None and self.container.frames > 1

    @property
    def is_kept(self) -> bool:
        """Whether the container's own bytes can be kept: upright, in sRGB, and in a format that every reader shows."""
        if self.container is None:
            return False
        return self.is_animated or (self.turn == 1 and not self.profile and self.image.mode != "CMYK")

    def shrink(self) -> None:
        """Have a JPEG decoded no larger than its renditions need."""
        if self.image.format in DRAFTABLE:
            across, down = DECODED_PX
            self.image.draft(None, (down, across) if self.turn in LYING else (across, down))

    def halve(self) -> None:
        """Have a JPEG that must be encoded anew decoded at half its size where its pixels would fill the memory."""
        if self.width_px * self.height_px > MAX_PIXELS and self.image.format in DRAFTABLE:
            self.image.draft(None, (self.image.width // 2, self.image.height // 2))


@contextmanager
def _failures_refused(name: str) -> Iterator[None]:
    """Turn whatever Pillow's plugins stumble over into a refusal that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except PhotoRefused:
        raise
    except ContainerBroken as error:
        raise refused(name, str(error), f"a whole photo: {ACCEPTED}") from error
    # DecompressionBombError among them, which is neither OSError nor ValueError.
    except Exception as error:
        raise refused(name, "is no photo that can be read", f"a whole photo: {ACCEPTED}") from error


def _opened(content: bytes, media_type: str, name: str) -> _Source:
    container = CONTAINERS[media_type](content) if media_type in CONTAINERS else None
    if container is not None:
        _check_limits(name, media_type, container.width_px, container.height_px, container.frames)
        image: Image.Image = Image.open(io.BytesIO(container.content), formats=[PILLOW_FORMATS[media_type]])
        _check_scans(name, image, container)
        turn, profile = orientation(container.exif), container.icc
    else:
        image = _opened_camera_format(content, media_type, name)
        _check_limits(name, media_type, *image.size, frames=1)
        turn, profile = image.getexif().get(EXIF_ORIENTATION, 1), image.info.get("icc_profile") or b""
    if container is not None and image.size != (container.width_px, container.height_px):
        raise ContainerBroken("states two sizes")
    if container is not None and container.frames > 1:
        # Encoded anew, it would stand still.
        turn, profile = 1, b""
    width, height = image.size
    if turn in LYING:
        width, height = height, width
    profile = b"" if is_srgb(profile, image.mode) else profile
    return _Source(image, media_type, width, height, turn if turn in TURNS else 1, profile, container)


def _opened_camera_format(content: bytes, media_type: str, name: str) -> Image.Image:
    if media_type == HEIC:
        try:
            from pillow_heif import register_heif_opener
        except ModuleNotFoundError as error:
            raise refused(
                name, "is a HEIC photo, which this installation does not read", "after `pip install bantin[heic]`, HEIC"
            ) from error
        register_heif_opener()
    return Image.open(io.BytesIO(content), formats=[PILLOW_FORMATS[media_type]])


def _check_limits(name: str, media_type: str, width: int, height: int, frames: int) -> None:
    most = MAX_JPEG_PIXELS if media_type == JPEG else MAX_PIXELS
    if not width or not height:
        raise refused(name, f"has {width} x {height} pixels", "at least one pixel")
    if max(width, height) > MAX_SIDE_PX or width * height > most:
        raise refused(name, f"has {width:,} x {height:,} pixels", f"at most {most:,} pixels, {MAX_SIDE_PX:,} a side")
    if frames > MAX_FRAMES:
        raise refused(name, f"has {frames:,} frames", f"at most {MAX_FRAMES} frames")


def _check_scans(name: str, image: Image.Image, container: Container) -> None:
    """Refuse a JPEG whose scans would take too long, or too much room: what comes in several is held as a whole."""
    scans, pixels = container.scans, container.width_px * container.height_px
    if scans > MAX_SCANS:
        raise refused(name, f"has {scans:,} scans", f"at most {MAX_SCANS} scans")
    if scans == 1 and "progressive" not in image.info:
        return
    if pixels > MAX_PIXELS:
        raise refused(
            name, f"is progressive and has {pixels:,} pixels", f"at most {MAX_PIXELS:,} pixels where it is progressive"
        )
    if scans * pixels > MAX_SCANNED_PIXELS:
        raise refused(
            name, f"has {scans} scans of {pixels:,} pixels", f"at most {MAX_SCANNED_PIXELS // pixels} scans of so many"
        )


def _developed(source: _Source, focus: Focus | None) -> Picture:
    media_type, container = source.media_type, source.container
    if source.is_kept and container is not None:
        source.shrink()
        picture, content, size = _settled(source), container.content, (source.width_px, source.height_px)
    else:
        source.halve()
        picture = _settled(source)
        media_type, size = media_type if media_type in {PNG, WEBP} else JPEG, picture.size
        content = encoded_original(picture, media_type)
    names = recipe.names_of_size(media_type, size[0], focus)
    return Picture(
        content=content,
        media_type=media_type,
        width_px=size[0],
        height_px=size[1],
        is_animated=source.is_animated,
        renditions=renditions(picture, size, names),
        offered=_offered(source),
    )


def _offered(source: _Source) -> Offered:
    if source.container is not None:
        return offered(exif=source.container.exif, xmp=source.container.xmp, iptc=source.container.iptc)
    info = source.image.info
    exif = bytes(info.get("exif") or b"").removeprefix(b"Exif\0\0")
    return offered(exif=exif, xmp=bytes(info.get("xmp") or b""), iptc=b"")


def _settled(source: _Source) -> Image.Image:
    """Decode a photo: upright, in sRGB, as RGB, or as RGBA where it has an alpha channel."""
    image = source.image
    image.load()
    times = min(image.width // DECODED_PX[0], image.height // DECODED_PX[1])
    if source.is_kept and times > 1 and image.mode in AVERAGED_MODES:
        # Only its renditions are made of it; so many pixels would take their time and room.
        smaller = (image.width // times, image.height // times)
        # Pillow cannot reduce sixteen bits.
        image = image.resize(smaller, Image.Resampling.BOX) if image.mode == "I;16" else image.reduce(times)
    if image.mode.startswith("I"):
        image = in_eight_bits(image)
        # Nobody needs its sixteen bits any more, and what follows needs the room.
        source.image.close()
    has_alpha = image.mode in {"LA", "RGBA", "PA", "La", "RGBa"} or "transparency" in image.info
    if source.profile:
        image = in_srgb(image, source.profile, has_alpha=has_alpha)
    wanted = "RGBA" if has_alpha else "RGB"
    if image.mode != wanted:
        image = image.convert(wanted)
    turn = TURNS.get(source.turn)
    settled = image.transpose(turn) if turn is not None else image
    if settled is not source.image:
        # What was decoded would take the same room once more while renditions are made.
        source.image.close()
    return settled
