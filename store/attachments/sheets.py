"""Tells what sheets an XLS workbook has: one with a sheet of Excel 4 macros is refused, and one that is locked.

Only the list at the workbook's beginning is read, to its own end.

Spec: [MS-XLS] sections 2.1.4 (records), 2.4.28 (BoundSheet8), 2.4.53 (EOF) and 2.4.117 (FilePass).
"""

from __future__ import annotations

import struct

from store.attachments.unfit import locked, with_macros

READ_BYTES = 4 * 1024 * 1024
"""Sheets are listed before the texts of their cells, within some thousand bytes."""
BEGIN, END, LOCKED, SHEET = 0x0809, 0x000A, 0x002F, 0x0085
MACRO_SHEETS = frozenset({1, 6})
"""Excel 4 macros, and modules of Excel 5."""


def refuse_macro_sheets(workbook: bytes) -> None:
    """Raise Unfit where the first bytes of a workbook list a macro sheet, or say that the rest is encrypted."""
    at = 0
    while at + 4 <= len(workbook):
        kind, size_bytes = struct.unpack_from("<HH", workbook, at)
        record = workbook[at + 4 : at + 4 + size_bytes]
        if kind == END or (at == 0 and kind != BEGIN):
            return
        if kind == LOCKED:
            raise locked()
        if kind == SHEET and len(record) > 5 and record[5] in MACRO_SHEETS:
            raise with_macros()
        at += 4 + size_bytes
