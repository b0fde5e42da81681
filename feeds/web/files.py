"""Files of visible bulletins, named by their content: they never change, so anyone may keep them for ever.

Nothing is sent that is not as long as the store says, and nothing is read further than a client takes it.

Spec: RFC 9110 sections 13.2.2 and 14.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import BinaryIO

from flask import Blueprint, Response, request

from feeds.http.answers import empty, plain
from feeds.http.conditional import is_matched
from feeds.http.downloads import FILE_GONE, FILE_HEADERS, disposition
from feeds.http.ranges import Part, Unsatisfiable, find_part
from feeds.settings import SENDING_AT_ONCE
from feeds.site import current_site
from store import files
from store.attachments.kinds import EXTENSIONS
from store.errors import NotFound, StoreError, StoreUnavailable
from store.types import StoredFile

blueprint = Blueprint("files", __name__)

CHUNK_BYTES = 512 * 1024
"""Granian takes some chunks of a file before its reader does: most files whole, and their threads are free again."""
# Without an extension too: so the key of a file in an S3 store is its path here, and a CDN may stand before either.
_NAME = re.compile(r"(?P<digest>[0-9a-f]{64})(?:\.(?P<extension>[a-z]{1,8}))?")

_places = BoundedSemaphore(SENDING_AT_ONCE)
_log = logging.getLogger(__name__)


@blueprint.get("/files/<shard>/<name>")
def file(shard: str, name: str) -> Response:
    """Answer a file while a published bulletin uses it; ranges are honoured. One that was withdrawn is gone (410)."""
    site = current_site()
    parts = _NAME.fullmatch(name)
    if parts is None or parts["digest"][:2] != shard:
        return _missing()
    digest = parts["digest"]
    with site.database.snapshot() as session:
        found = files.find_visible_file(session, digest)
        known = found or files.find_once_visible_file(session, digest)
        title = files.find_title(session, digest) if found and not _is_shown(found) else None
    if known is None or parts["extension"] not in {None, EXTENSIONS.get(known.media_type)}:
        return _missing()
    if found is None:
        return plain(410, FILE_GONE)
    headers = {**FILE_HEADERS, "ETag": f'"{digest}"'}
    if is_matched(request.headers.get("If-None-Match", ""), headers["ETag"]):
        return empty(304, headers)
    if not _is_shown(found):
        words = " – ".join(filter(None, title or ())) or digest
        headers["Content-Disposition"] = disposition(words, EXTENSIONS.get(found.media_type, "bin"))
    return _content(found, headers)


def _is_shown(found: StoredFile) -> bool:
    """Say whether browsers may show it; anything but a picture they may only save."""
    return found.media_type.startswith("image/")


def _content(found: StoredFile, headers: dict[str, str]) -> Response:
    try:
        part = find_part(
            range_header=request.headers.get("Range") if request.method == "GET" else None,
            if_range=request.headers.get("If-Range"),
            etag=headers["ETag"],
            size_bytes=found.size_bytes,
        )
    except Unsatisfiable:
        response = plain(416, "Tệp này không có phần được yêu cầu.")
        response.headers["Content-Range"] = f"bytes */{found.size_bytes}"
        return response
    if not _places.acquire(blocking=False):
        response = plain(503, "Máy chủ đang gửi quá nhiều tệp. Xin thử lại sau giây lát.")
        response.headers["Retry-After"] = "2"
        return response
    try:
        body = _Body(found, current_site().storage.open(found.digest), part or Part(0, found.size_bytes))
    except NotFound:
        _places.release()
        _log.error("the file %s of a published bulletin is missing; `bantin photo check` says more", found.digest)
        return _missing()
    except BaseException:
        _places.release()
        raise
    if request.method == "HEAD":
        body.close()
    response = Response(body, status=206 if part else 200, content_type=found.media_type)
    response.headers.update(headers)
    response.headers["Content-Length"] = str(body.part.end - body.part.start)
    if part:
        response.headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{found.size_bytes}"
    return response


class _Body:
    """The bytes of a part, read while they are sent; closing it closes the file and gives the place to the next."""

    def __init__(self, found: StoredFile, opened: BinaryIO, part: Part) -> None:
        """Begin nothing yet; raises StoreUnavailable, and closes the file, where its length is not the known one."""
        self.part = part
        self._digest = found.digest
        self._opened = opened
        size_bytes = opened.seek(0, io.SEEK_END)
        if size_bytes != found.size_bytes:
            opened.close()
            raise StoreUnavailable(
                f"the file {found.digest} has {size_bytes:,} bytes where {found.size_bytes:,} were kept; "
                "`bantin photo check --repair` sets it aside"
            )

    def __iter__(self) -> Iterator[bytes]:
        try:
            left = self.part.end - self._opened.seek(self.part.start)
            while left > 0:
                chunk = self._opened.read(min(CHUNK_BYTES, left))
                if not chunk:
                    raise EOFError(f"{left} bytes before its end")
                left -= len(chunk)
                yield chunk
        except (StoreError, OSError, EOFError) as error:
            # Too late for another answer: raised on, it breaks the connection, and no client takes this for whole.
            _log.error("the file %s broke off while it was sent: %s", self._digest, error)
            raise
        finally:
            self.close()

    def close(self) -> None:
        """End the sending; a second time is as good as the first."""
        if not self._opened.closed:
            self._opened.close()
            _places.release()


def _missing() -> Response:
    return plain(404, "Không có tệp này.")
