"""Verse in a bulletin's text, told by its metre, and the poet's name below it.

Two lines make a couplet only where they stand together; a poet is no author of the page because of a poem in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from store.importers.portal_evidence import SCENE
from store.importers.portal_lines import LIST_MARK, Line, word_list
from store.importers.portal_names import is_initials, is_person

VERSE_WORDS = range(4, 10)
POET_LABEL = re.compile(r"(?i)(?:thơ|tác giả|sáng tác)\s*(?:của|:)?\s*")


def verses(lines: Sequence[Line]) -> Iterator[tuple[int, str, bool]]:
    """Give the index of each line of verse, the evidence in words, and whether so few lines leave a doubt."""
    start = 0
    while start < len(lines):
        end = start
        while (
            end < len(lines) and _could_be_verse(lines[end].text) and (end == start or _same_stanza(lines, start, end))
        ):
            end += 1
        counts = [len(word_list(line.text)) for line in lines[start:end]]
        # Two lines make a couplet only if no gap parts them; more lines speak for themselves.
        if _is_metre(counts) and (len(counts) > 2 or not lines[end - 1].after_gap):
            metre = "six and eight words in turn" if counts[0] != counts[1] else f"{counts[0]} words each"
            for index in range(start, end):
                yield index, f"{len(counts)} short lines together, {metre}", len(counts) < 4
        start = max(end, start + 1)


def _could_be_verse(text: str) -> bool:
    words = word_list(text)
    return (
        len(words) in VERSE_WORDS
        and not any(char.isdigit() for char in text)
        and not text.endswith((":", ";"))
        and not text.isupper()
        and not is_person(text)
        and not LIST_MARK.match(text)
        and not SCENE.match(text)
    )


def _same_stanza(lines: Sequence[Line], start: int, end: int) -> bool:
    counts = [len(word_list(line.text)) for line in lines[start : start + 2]]
    count = len(word_list(lines[end].text))
    if sorted(counts) == [6, 8]:
        return count == counts[(end - start) % 2]
    return count == counts[0]


def _is_metre(counts: Sequence[int]) -> bool:
    if len(counts) < 2:
        return False
    six_eight = counts[0] == 6 and counts[1] == 8
    return six_eight or (len(counts) >= 4 and len(set(counts)) == 1)


def names_poet(text: str) -> bool:
    """Tell whether a line below verses names whom they are by."""
    bare = POET_LABEL.sub("", text.strip(" ()[]."))
    return is_person(bare) or is_initials(bare)
