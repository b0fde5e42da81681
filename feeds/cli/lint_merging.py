"""What `bantin lint` found in the formats of one selection, told once where it is the same in several of them.

Nothing is lost by that: each finding stands in exactly one group, with every document that it was found in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from feeds.lint import Finding, Language, Report

Groups = list[tuple[tuple[str, ...], list[Finding]]]


def merged(reports: Sequence[Report]) -> Groups:
    """Give findings with the names of the documents that they were found in, the most widespread first.

    Lines are left out where several documents share a finding: it stands on another one in each.
    """
    found: dict[tuple[object, ...], list[tuple[Report, Finding]]] = {}
    for report in reports:
        seen: Counter[tuple[object, ...]] = Counter()
        for finding in report.findings:
            said = (finding.rule.id, finding.place.at(None), finding.sentence(Language.ENGLISH))
            seen[said] += 1
            # What one document says twice is said twice.
            found.setdefault((*said, seen[said]), []).append((report, finding))
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for pairs in found.values():
        names = tuple(report.name for report, _ in pairs)
        finding = pairs[0][1]
        shared = replace(finding, place=finding.place.at(None)) if len(pairs) > 1 else finding
        groups.setdefault(names, []).append(shared)
    order = [report.name for report in reports]
    return sorted(groups.items(), key=lambda group: (-len(group[0]), [order.index(name) for name in group[0]]))
