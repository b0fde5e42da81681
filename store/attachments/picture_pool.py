"""Has foreign pictures looked at in processes with limits: one that hangs or bursts takes none of ours with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any, Self, TypeVar

from store.attachments.picture_child import PictureChild
from store.attachments.picture_renditions import Made
from store.attachments.picture_wire import Message, read_picture, read_refusal, read_renditions
from store.attachments.pictures import ACCEPTED, Picture, refused
from store.errors import PhotoRefused
from store.types import Focus

PROCESSES = 2
PATIENCE_SECONDS = 60.0
_Read = TypeVar("_Read")


class PicturePool:
    """Up to `processes` processes, started when first needed; safe to use from as many threads.

    Used as a context it ends them; otherwise they end with this process, or with `close`.
    """

    def __init__(self, processes: int = PROCESSES) -> None:
        """Prepare; nothing is started yet."""
        self._free: LifoQueue[PictureChild] = LifoQueue()
        self._places = BoundedSemaphore(processes)
        self._patience_seconds = PATIENCE_SECONDS

    def __enter__(self) -> Self:
        """Give the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        self.close()

    def develop(self, content: bytes, *, name: str, focus: Focus | None = None) -> Picture:
        """Do `pictures.develop` elsewhere; raises PhotoRefused, also for a photo that its process did not survive.

        Raises StoreUnavailable where no process can be started.
        """
        question = {"task": "develop", "name": name, "focus": [focus.x_percent, focus.y_percent] if focus else None}
        return self._ask(question, content, name, read_picture)

    def develop_emblem(self, content: bytes, *, name: str) -> Picture:
        """Do `pictures.develop_emblem` elsewhere; raises PhotoRefused or StoreUnavailable."""
        return self._ask({"task": "emblem", "name": name}, content, name, read_picture)

    def make_renditions(
        self, content: bytes, media_type: str, names: Collection[str], *, name: str
    ) -> tuple[Made, ...]:
        """Do `pictures.make_renditions` elsewhere; raises PhotoRefused or StoreUnavailable."""
        question = {"task": "renditions", "name": name, "media_type": media_type, "names": sorted(names)}
        return self._ask(question, content, name, read_renditions)

    def close(self) -> None:
        """End the processes that wait; they start again when they are needed."""
        while (child := self._find_free()) is not None:
            child.end()

    def _ask(self, question: Mapping[str, Any], content: bytes, name: str, read: Callable[[Message], _Read]) -> _Read:
        with self._places:
            child = self._find_alive()
            was_waiting = child is not None
            if child is None:
                child = PictureChild(self._patience_seconds)
            answer = self._answer(child, question, content, name, read)
            if answer is None and was_waiting and not child.has_run_out:
                # What waited may have died of something else: the photo gets a process of its own before it is blamed.
                answer = self._answer(PictureChild(self._patience_seconds), question, content, name, read)
        if answer is None:
            raise refused(name, "takes too much memory or time to read", f"an ordinary photo: {ACCEPTED}")
        if isinstance(answer, PhotoRefused):
            raise answer
        return answer

    def _answer(
        self,
        child: PictureChild,
        question: Mapping[str, Any],
        content: bytes,
        name: str,
        read: Callable[[Message], _Read],
    ) -> _Read | PhotoRefused | None:
        """Get what a process makes of a photo, None where it gives nothing; only one that made sense is kept."""
        try:
            message = child.ask(question, content, self._patience_seconds)
            answer = _understood(message, name, read) if message is not None else None
        except BaseException:
            child.kill()
            raise
        if answer is None or not child.is_alive:
            child.kill()
        else:
            self._free.put(child)
        return answer

    def _find_free(self) -> PictureChild | None:
        try:
            return self._free.get_nowait()
        except Empty:
            return None

    def _find_alive(self) -> PictureChild | None:
        while (child := self._find_free()) is not None:
            if child.is_alive:
                return child
            child.end()
        return None


def _understood(message: Message, name: str, read: Callable[[Message], _Read]) -> _Read | PhotoRefused:
    """Read an answer, or the refusal that it is; raises PhotoRefused for nonsense."""
    try:
        refusal = read_refusal(message)
        return read(message) if refusal is None else refused(name, *refusal)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise refused(name, "is no photo that can be read", f"a whole photo: {ACCEPTED}") from error
