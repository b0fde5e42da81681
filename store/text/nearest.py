"""The known names closest to one that nothing stands under, for error messages.

Closeness ignores case, marks and punctuation, as a person who mistypes a name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TypeVar

from store.text.vietnamese import fold

COMPARED_CHARS = 100
CLOSE_ENOUGH = 0.6
_WORDS = re.compile(r"\w+")

Owner = TypeVar("Owner", int, str)


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Give at most `limit` known names like this one, the closest first; none where none is like it."""
    return tuple(each for each, _ in nearest_owned(name, ((each, each) for each in known), limit))


def nearest_owned(name: str, known: Iterable[tuple[str, Owner]], limit: int = 3) -> tuple[tuple[str, Owner], ...]:
    """Give at most `limit` (name, owner), each owner once: by its closest name, and of those as close the first."""
    wanted = _bare(name)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    closest: dict[Owner, tuple[float, str]] = {}
    for candidate, owner in known:
        closeness = _closeness(matcher, wanted, _bare(candidate))
        if closeness >= CLOSE_ENOUGH and (owner not in closest or closeness > closest[owner][0]):
            closest[owner] = (closeness, candidate)
    ranked = sorted((-closeness, candidate, owner) for owner, (closeness, candidate) in closest.items())
    return tuple((candidate, owner) for _, candidate, owner in ranked[:limit])


def _bare(name: str) -> str:
    return " ".join(_WORDS.findall(fold(name[:COMPARED_CHARS])))


def _closeness(matcher: SequenceMatcher[str], wanted: str, folded: str) -> float:
    if wanted == folded:
        return 1.0
    words, others = wanted.split(), folded.split()
    # A shortened name (`Hội Nông dân` for `Hội Nông dân tỉnh Vân Sơn`) shares every word, yet few letters.
    shorter, longer = sorted((words, others), key=len)
    within = bool(shorter) and set(shorter) <= set(longer)
    matcher.set_seq1(folded)
    if not within and (matcher.real_quick_ratio() < CLOSE_ENOUGH or matcher.quick_ratio() < CLOSE_ENOUGH):
        return 0.0
    ratio = matcher.ratio()
    return max(ratio, 0.8 + ratio / 10) if within else ratio
