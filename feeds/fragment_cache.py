"""Fragments of documents that this process rendered before, newest used first, within a bound of bytes.

A fragment is found again only for the same state of its bulletin, in the same context and under the same addresses;
whatever could make it wrong is part of its key, so nothing is ever invalidated.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from feeds.addresses import Addresses
from feeds.documents.model import EntryContext
from store.types import EntryKey

KEY_BYTES = 400
"""What a key and its place in the order take beside the fragment: measured, rounded up."""


@dataclass(frozen=True, slots=True)
class FragmentKey:
    """All that a fragment is a function of: a bulletin's state, how its entry is composed, and its context."""

    entry: EntryKey
    context: EntryContext
    addresses: Addresses
    is_lead_only: bool = False

    def __hash__(self) -> int:
        # Of one state of a bulletin there are few fragments, and to hash all of this takes longer than to compare it.
        return hash((self.entry, self.context.format))


class FragmentCache:
    """Keeps fragments up to `limit_bytes`, the least lately used one going first; any thread may use it.

    With a limit of 0 it keeps nothing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._kept: OrderedDict[FragmentKey, bytes] = OrderedDict()
        self._size_bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """Say how much is kept, keys included; never more than the limit."""
        return self._size_bytes

    def __len__(self) -> int:
        return len(self._kept)

    def find_all(self, keys: Iterable[FragmentKey]) -> dict[FragmentKey, bytes]:
        """Give those fragments that are kept."""
        found: dict[FragmentKey, bytes] = {}
        with self._lock:
            for key in keys:
                fragment = self._kept.get(key)
                if fragment is not None:
                    self._kept.move_to_end(key)
                    found[key] = fragment
        return found

    def keep(self, fragments: Mapping[FragmentKey, bytes]) -> None:
        """Keep fragments, and let go of others for them."""
        with self._lock:
            for key, fragment in fragments.items():
                if _cost_bytes(fragment) <= self.limit_bytes and key not in self._kept:
                    self._kept[key] = fragment
                    self._size_bytes += _cost_bytes(fragment)
            while self._size_bytes > self.limit_bytes:
                _, gone = self._kept.popitem(last=False)
                self._size_bytes -= _cost_bytes(gone)


def _cost_bytes(fragment: bytes) -> int:
    return sys.getsizeof(fragment) + KEY_BYTES
