"""How a process that looks at foreign pictures is asked, and how it answers: a line of JSON, then bytes.

Nothing that the other side sends is ever executed, and all of it is checked: a picture that took over its process can
make a wrong picture, no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

from store.attachments.embedded_words import Offered
from store.attachments.kinds import PHOTO_EXTENSIONS
from store.attachments.picture_renditions import Made
from store.attachments.pictures import MAX_SIDE_PX, Picture

HEAD_BYTES = 1024 * 1024
MAX_BLOB_BYTES = 1024 * 1024 * 1024
READY: Mapping[str, Any] = {"ready": True}
"""What a process says before it is asked anything."""
Message = tuple[dict[str, Any], list[bytes]]
"""A head, and the bytes that go with it."""


def send(stream: IO[bytes], head: Mapping[str, Any], blobs: Sequence[bytes]) -> None:
    """Write a message; the head may hold anything that JSON can say."""
    stream.write(json.dumps({"head": head, "sizes": [len(blob) for blob in blobs]}).encode() + b"\n")
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """Read a message, None where the other side is gone; raises ValueError for one that is none."""
    line = stream.readline(HEAD_BYTES)
    if not line:
        return None
    try:
        message = json.loads(line)
        head, sizes = dict(message["head"]), [int(size) for size in message["sizes"]]
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("no message") from error
    if any(size < 0 for size in sizes) or sum(sizes) > MAX_BLOB_BYTES:
        raise ValueError("a message of impossible size")
    blobs = []
    for size in sizes:
        blob = stream.read(size)
        if len(blob) < size:
            return None
        blobs.append(blob)
    return head, blobs


def said_picture(picture: Picture) -> Message:
    """Write what became of a photo."""
    said = {
        "media_type": picture.media_type,
        "size": [picture.width_px, picture.height_px],
        "is_animated": picture.is_animated,
        "offered": [picture.offered.caption, picture.offered.credit],
    }
    head, blobs = said_renditions(picture.renditions)
    return said | head, [picture.content, *blobs]


def said_renditions(made: Sequence[Made]) -> Message:
    """Write which renditions were made."""
    said = [[each.name, each.media_type, each.width_px, each.height_px] for each in made]
    return {"renditions": said}, [each.content for each in made]


def read_refusal(message: Message) -> tuple[str, str, str] | None:
    """Give the reason of a refusal, what is accepted instead and the Vietnamese sentence; None for another answer."""
    if "refused" not in message[0]:
        return None
    reason, accepted, vietnamese = message[0]["refused"]
    return _word(reason), _word(accepted), _word(vietnamese)


def read_picture(message: Message) -> Picture:
    """Read what became of a photo; raises KeyError, IndexError, TypeError or ValueError for nonsense."""
    said, blobs = message
    width, height = said["size"]
    caption, credit = said["offered"]
    if not isinstance(said["is_animated"], bool):
        raise TypeError("neither animated nor still")
    return Picture(
        content=blobs[0],
        media_type=_photo_type(said["media_type"]),
        width_px=_side(width),
        height_px=_side(height),
        is_animated=said["is_animated"],
        renditions=read_renditions((said, blobs[1:])),
        offered=Offered(_word(caption), _word(credit)),
    )


def read_renditions(message: Message) -> tuple[Made, ...]:
    """Read which renditions were made; raises KeyError, TypeError or ValueError for nonsense."""
    said, blobs = message
    return tuple(
        Made(_word(name), content, _photo_type(media_type), _side(width), _side(height))
        for (name, media_type, width, height), content in zip(said["renditions"], blobs, strict=True)
    )


def _word(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError("no text")
    return said


def _photo_type(said: object) -> str:
    if said not in PHOTO_EXTENSIONS:
        raise ValueError("no media type of a photo")
    return _word(said)


def _side(said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 1 <= said <= MAX_SIDE_PX:
        raise ValueError("no number of pixels")
    return said
