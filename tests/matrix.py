"""`python -m tests.matrix`: which parser reads which field of our documents as it was meant.

A tick says: in every golden document what the model says. A letter is a limit of the parser, told below the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from string import ascii_lowercase

from tests.feeds.documents.cases import CASES
from tests.support import nodefeeds
from tests.support.reading_limits import LIMITS
from tests.support.reading_matrix import FIELDS, PARSERS, READERS, Finding, Key, find_all

FORMATS = {"rss": "RSS 2.0", "atom": "Atom", "json": "JSON Feed"}
WHOLE, UNKNOWN = "✓", "!"


def main(findings: Mapping[Key, Finding] | None = None) -> int:
    """Print the table of each format; the exit code is 1 where a field is lost and no limit says why.

    What was found before may be given.
    """
    missing = nodefeeds.available()
    if missing:
        print(f"without the parsers of Node: {missing}", file=sys.stderr)
    readers = tuple(r for r in READERS if r.name in PARSERS and not (missing and r.name in nodefeeds.PARSERS))
    findings = find_all(readers) if findings is None else findings
    print("\n".join(lines(findings)))
    return int(any(mark(key, found, letters()) == UNKNOWN for key, found in findings.items()))


def lines(findings: Mapping[Key, Finding]) -> Iterator[str]:
    """Lay out one table for each format, and the reasons below them."""
    yield f"{len(CASES)} golden documents in each format, field by field; {WHOLE} read as meant in all of them"
    for format, title in FORMATS.items():
        names = [name for name in PARSERS if (name, format, FIELDS[0]) in findings]
        yield ""
        yield f"{title:18}" + "  ".join(names)
        for field in FIELDS:
            marks = [mark((name, format, field), findings[name, format, field], letters()) for name in names]
            cells = "  ".join(f"{each:^{len(name)}}" for each, name in zip(marks, names, strict=True))
            yield f"{field:18}{cells}".rstrip()
    yield ""
    for reason, letter in letters().items():
        yield f"{letter}  {reason}"


def letters() -> Mapping[str, str]:
    """Give each reason its letter, in the order in which the limits name them."""
    reasons = dict.fromkeys(reason for limits in LIMITS.values() for reason in limits.values())
    return dict(zip(reasons, ascii_lowercase, strict=False))


def mark(key: Key, found: Finding, known: Mapping[str, str]) -> str:
    """Say in one sign how a field came back."""
    if found.is_whole:
        return WHOLE
    name, format, field = key
    reason = LIMITS.get((name, format), {}).get(field)
    return known[reason] if reason else UNKNOWN


if __name__ == "__main__":
    sys.exit(main())
