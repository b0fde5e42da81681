"""The process in which foreign pictures are decoded, with limits: `python -m store.attachments.picture_process`.

It says that it is ready, then reads messages from stdin and answers on stdout until stdin ends; it opens no file and
no socket.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Mapping
from typing import IO, Any

from store.attachments.picture_wire import READY, Message, receive, said_picture, said_renditions, send
from store.attachments.pictures import develop, develop_emblem, make_renditions
from store.errors import PhotoRefused
from store.types import Focus

ADDRESS_SPACE_BYTES = 2 * 1024**3
"""A last resort: what limits memory first are the limits of pixels."""


def main() -> None:
    """Answer until there is nobody to answer."""
    _limit(resource.RLIMIT_AS, ADDRESS_SPACE_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    # Ctrl-C is for the command; this process ends when the command does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    send(sys.stdout.buffer, READY, [])
    answer_all(sys.stdin.buffer, sys.stdout.buffer)


def answer_all(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer every message of a stream."""
    while (message := receive(questions)) is not None:
        head, (content,) = message
        try:
            send(answers, *_answer(head, content))
        except PhotoRefused as error:
            send(answers, {"refused": [error.reason, error.accepted, error.vietnamese]}, [])


def _answer(head: Mapping[str, Any], content: bytes) -> Message:
    if head["task"] == "develop":
        focus = Focus(*head["focus"]) if head["focus"] else None
        return said_picture(develop(content, name=head["name"], focus=focus))
    if head["task"] == "emblem":
        return said_picture(develop_emblem(content, name=head["name"]))
    return said_renditions(make_renditions(content, head["media_type"], head["names"], name=head["name"]))


def _limit(kind: int, most: int) -> None:
    # Whoever started us may have set less, and nothing can be raised again.
    _, hard = resource.getrlimit(kind)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))


if __name__ == "__main__":
    main()
