"""Fetches files as clients of all kinds do, and holds the answers against each other and against what was announced."""

from __future__ import annotations

import hashlib
import io
from pathlib import PurePosixPath

from PIL import Image

from tests.support.editor import Answer, Editor


class Fetch:
    """Fetches the files of a site, each address once."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._fetched: dict[str, Answer] = {}

    def __call__(
        self,
        address: str,
        *,
        media_type: str | None = None,
        size_bytes: int | None = None,
        width_px: int | None = None,
        height_px: int | None = None,
    ) -> bytes:
        """Give a file's bytes; whatever was announced of it must be so."""
        answer = self._fetched.get(address) or self._sound(address)
        self._fetched[address] = answer
        assert media_type in (None, answer.headers["Content-Type"]), address
        assert size_bytes in (None, len(answer.body)), address
        if answer.headers["Content-Type"].startswith("image/"):
            with Image.open(io.BytesIO(answer.body)) as picture:
                picture.load()
                assert Image.MIME[picture.format or ""] == answer.headers["Content-Type"], address
                assert width_px in (None, picture.width), address
                assert height_px in (None, picture.height), address
        else:
            assert (width_px, height_px) == (None, None), address
        return answer.body

    def _sound(self, address: str) -> Answer:
        whole, head = self._editor.ask(address), self._editor.ask(address, "HEAD")
        assert whole.status == head.status == 200, address
        assert int(whole.headers["Content-Length"]) == len(whole.body) > 0, address
        assert hashlib.sha256(whole.body).hexdigest() == PurePosixPath(address).stem, address
        assert head.body == b""
        assert lasting(head) == lasting(whole), address
        middle = len(whole.body) // 2
        part = self._editor.ask(address, Range=f"bytes={middle}-")
        assert (part.status, part.body) == (206, whole.body[middle:]), address
        assert part.headers["Content-Length"] == str(len(part.body)), address
        assert part.headers["Content-Range"] == f"bytes {middle}-{len(whole.body) - 1}/{len(whole.body)}", address
        return whole


def lasting(answer: Answer) -> dict[str, str]:
    """Give the headers that do not change from one second to the next."""
    return {name.lower(): value for name, value in answer.headers.items() if name.lower() != "date"}
