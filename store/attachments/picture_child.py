"""A process that looks at foreign pictures, seen from outside: started, asked, ended.

It is ready before it is asked: what ends it afterwards is a picture's doing, what ends it before is the installation's.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from typing import IO, Any

from store.attachments.picture_wire import READY, Message, receive, send
from store.errors import StoreUnavailable

COMMAND = (sys.executable, "-P", "-m", "store.attachments.picture_process")
"""Not from the folder that the command happens to be called in, which may hold a module of the same name."""
INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""What such a process gets of our environment: a picture that took it over must not find our secrets there."""
ENDING_SECONDS = 5.0
READ_ERROR_BYTES = 64 * 1024
SHOWN_ERROR_CHARS = 300


class PictureChild:
    """One such process, for one thread at a time; `has_run_out` says whether its time was over before it answered."""

    def __init__(self, patience_seconds: float) -> None:
        """Start it and wait until it is ready; raises StoreUnavailable, which says why it is not."""
        self.has_run_out = False
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own module, by our own interpreter
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
            )
        except OSError as error:
            raise _unstartable(str(error)) from error
        try:
            message = self._talk(patience_seconds)
            if message is None or message[0] != READY:
                raise _unstartable(self._last_words(patience_seconds))
            # Nobody would read what it says later, and a full pipe would hold it up.
            _pipe(self._process.stderr).close()
        except BaseException:
            self.kill()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked again."""
        return not self.has_run_out and self._process.poll() is None

    def ask(self, question: Mapping[str, Any], content: bytes, patience_seconds: float) -> Message | None:
        """Ask it about a picture; None where it does not live to answer, or answers what is no message."""
        return self._talk(patience_seconds, question, content)

    def end(self) -> None:
        """End it while it waits."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                # A question that its process did not live to read is still in the pipe.
                with suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it whatever it does: half a question or half an answer may be under way."""
        self._process.kill()
        self.end()

    def _talk(
        self, patience_seconds: float, question: Mapping[str, Any] | None = None, content: bytes = b""
    ) -> Message | None:
        with self._limited(patience_seconds):
            try:
                if question is not None:
                    send(_pipe(self._process.stdin), question, [content])
                return receive(_pipe(self._process.stdout))
            except (BrokenPipeError, ConnectionResetError, ValueError):
                return None

    @contextmanager
    def _limited(self, patience_seconds: float) -> Iterator[None]:
        timer = Timer(patience_seconds, self._run_out)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # It may be killing at this moment, and who asks next must know.
            timer.join()

    def _run_out(self) -> None:
        self.has_run_out = True
        self._process.kill()

    def _last_words(self, patience_seconds: float) -> str:
        if self.has_run_out:
            return f"it was not ready after {patience_seconds:g} seconds"
        self._process.kill()
        lines = _pipe(self._process.stderr).read(READ_ERROR_BYTES).decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        return last[:SHOWN_ERROR_CHARS]


def _unstartable(why: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"the process that looks at photos cannot start: {why}; the photo was not looked at; "
        f"to see why, run `{shlex.join(COMMAND)} < /dev/null`",
        vietnamese="tiến trình đọc ảnh không khởi động được, ảnh chưa được xem đến; hãy báo người quản trị máy chủ",
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without pipes")
    return pipe
