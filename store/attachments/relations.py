"""Reads what a Word document refers to outside itself: a template that Word would fetch from elsewhere is refused.

Such a template brings its macros along, or tells its server who opens the document. One on the writer's own disk is
taken: Word writes it into every document that was made from a template, and no reader has it.

Spec: ECMA-376 part 2, section 9.3 (relationships); part 1, section 15.2.9 (attached templates).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from store.attachments import zips
from store.attachments.unfit import Unfit, broken
from store.attachments.zips import Entry

READ_BYTES = 8 * 1024 * 1024
"""So much is read of all lists of relations together; real ones have some thousand bytes."""
TEMPLATE = "/attachedtemplate"
ON_OWN_DISK = re.compile(r"(?:file:///)?[a-z]:[\\/]", re.IGNORECASE)


def refuse_far_templates(content: bytes, entries: Iterable[Entry]) -> None:
    """Raise Unfit where any list of relations, wherever it lies, names a template that is fetched from elsewhere."""
    left_bytes = READ_BYTES
    for entry in entries:
        if not entry.name.lower().endswith(".rels"):
            continue
        listed = zips.read_entry(content, entry, limit_bytes=left_bytes + 1)
        left_bytes -= len(listed)
        if left_bytes < 0:
            raise broken("its relations are too long")
        if any(map(_is_far_template, _parse(listed).iter("{*}Relationship"))):
            raise Unfit(
                "loads a template from elsewhere; save it without it, or as PDF",
                "tải bản mẫu (template) từ nơi khác; hãy gỡ bản mẫu hoặc lưu dưới dạng PDF",
            )


def _parse(listed: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(listed, parser)
    except etree.XMLSyntaxError as error:
        raise broken("its relations cannot be read") from error
    # A package may not declare anything of its own, by which a word could be written in another way.
    if root.getroottree().docinfo.internalDTD is not None:
        raise broken("its relations cannot be read")
    return root


def _is_far_template(relation: etree._Element) -> bool:
    kind, target, mode = (relation.get(name, "") for name in ("Type", "Target", "TargetMode"))
    is_outside = mode.strip().lower() == "external"
    return is_outside and kind.strip().lower().endswith(TEMPLATE) and ON_OWN_DISK.match(target.strip()) is None
