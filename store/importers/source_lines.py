"""The lines of a text file as its editor counts them, each brought through the text pipeline.

The pipeline sees the whole file at once, as it decides on wrong encodings by the document; line numbers stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from store.errors import InputError
from store.text.vietnamese import clean_html, clean_line

FILE_LIMIT_CHARS = 1_000_000

# Soft breaks inside a paragraph: editors do not count them as lines, the pipeline would make lines of them.
_SOFT_BREAKS = str.maketrans({"\v": " ", "\f": " ", "\u2028": " ", "\u2029": " "})


def clean_lines(text: str, *, field: str) -> list[str]:
    """Part a text into clean lines; tabs stay where they stand, for tables are told by them.

    Raises TextRefused where the pipeline refuses.
    """
    raw = text.replace("\r\n", "\n").replace("\r", "\n").translate(_SOFT_BREAKS).split("\n")
    cells = clean_html("\n".join(raw).replace("\t", "\n"), field=field).split("\n")
    counts = [line.count("\t") + 1 for line in raw]
    if len(cells) != sum(counts):
        # Mended characters became line ends: only line by line can the numbers be kept.
        return list(_line_by_line(raw, field))
    lines: list[str] = []
    start = 0
    for count in counts:
        lines.append("\t".join(cells[start : start + count]))
        start += count
    return lines


def _line_by_line(raw: list[str], field: str) -> Iterator[str]:
    for number, line in enumerate(raw, start=1):
        try:
            yield "\t".join(clean_line(cell, field=field) for cell in line.split("\t"))
        except InputError as refusal:
            refusal.line = number
            raise
