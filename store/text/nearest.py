"""The known names closest to one that nothing stands under, for error messages.

Closeness ignores case, marks and punctuation, as a person who mistypes a name does.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from store.text.vietnamese import fold

COMPARED_CHARS = 100
CLOSE_ENOUGH = 0.6


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Give at most `limit` known names like this one, the closest first; none where none is like it."""
    wanted = fold(name[:COMPARED_CHARS])
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    ranked: list[tuple[float, str]] = []
    for candidate in dict.fromkeys(known):
        folded = fold(candidate[:COMPARED_CHARS])
        closeness = _closeness(matcher, wanted, folded)
        if closeness >= CLOSE_ENOUGH:
            ranked.append((-closeness, candidate))
    return tuple(candidate for _, candidate in sorted(ranked)[:limit])


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
