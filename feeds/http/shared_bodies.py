"""Shares the bytes of documents among all processes of a cluster, so that each is made once.

A name says all that its bytes depend on, tag and coding included: nothing that is shared can ever be stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class SharedBodies(Protocol):
    """Where bytes are shared. Nothing here raises: whoever finds nothing makes it himself."""

    @property
    def met(self) -> str:
        """What kept the others away the last time; empty when nothing did."""

    def find(self, name: str) -> bytes | None:
        """Give what somebody shared under this name."""

    def keep(self, name: str, body: bytes) -> None:
        """Share bytes under a name."""

    def turn(self, name: str) -> AbstractContextManager[None]:
        """Wait, for a bounded time, until nobody else makes what will have this name."""


class NotShared:
    """Shares nothing: each process makes its own."""

    met = ""

    def find(self, name: str) -> bytes | None:
        """Find nothing."""
        return None

    def keep(self, name: str, body: bytes) -> None:
        """Keep nothing."""

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait for nobody."""
        yield
