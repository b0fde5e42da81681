"""Reads the captions and credits that editors write into a photo: the records of IPTC.

Records are read as far as they keep the rules.

Spec: IPTC-NAA Information Interchange Model 4.2, chapters 3 and 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

BY_LINE, CREDIT, COPYRIGHT_NOTICE, CAPTION = 80, 110, 116, 120
_TAG_MARKER, _APPLICATION_RECORD, _HEAD_BYTES = 0x1C, 2, 5
_EXTENDED = 0x8000


def read_records(iptc: bytes) -> Mapping[int, Sequence[bytes]]:
    """Give the values of each data set of the second record, the one that speaks of the picture."""
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    at = 0
    while at + _HEAD_BYTES <= len(iptc) and iptc[at] == _TAG_MARKER:
        record, data_set = iptc[at + 1], iptc[at + 2]
        size = int.from_bytes(iptc[at + 3 : at + _HEAD_BYTES], "big")
        end = at + _HEAD_BYTES + size
        if size & _EXTENDED or end > len(iptc):
            break
        if record == _APPLICATION_RECORD:
            found[data_set].append(iptc[at + _HEAD_BYTES : end])
        at = end
    return found
