"""Write a parsed HTML tree anew in the small, strictly nested vocabulary that bulletins are stored in.

Every element is closed where it must be and stands where its content model lets it, so that any parser of HTML reads
back the tree that was written. Elements without a place here lose their tags and keep their text.

Spec: WHATWG HTML 4 (content models), 13.1.2.4 (optional tags).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from lxml import etree

from store.text.characters import settle
from store.text.markup_attributes import escape_text, kept_value, start_tag
from store.text.markup_limits import refuse_deep

RENAMED = {"h1": "h2", "h5": "h4", "h6": "h4", "i": "em", "tfoot": "tbody", "dl": "div", "picture": "span"}
INLINE = frozenset({"a", "strong", "em", "b", "sub", "sup", "code", "time", "abbr"})
PHRASE = frozenset({"p", "h2", "h3", "h4", "pre"})
"""Blocks that hold text and inline elements only."""
FLOW = frozenset({"blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "caption", "figure",
                  "figcaption"})  # fmt: skip
KEPT_TAGS = INLINE | PHRASE | FLOW | {"br", "hr", "img"}
# Blocks without a meaning of their own: text right inside them becomes a paragraph.
ANONYMOUS = frozenset({"div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "center",
                       "dt", "dd", "details", "summary", "fieldset", "legend", "hgroup", "menu", "dir"})  # fmt: skip
DROPPED = frozenset({"script", "style", "noscript", "title", "textarea", "iframe", "svg", "math", "object", "embed",
                     "applet", "audio", "video", "canvas", "template", "select", "button", "head", "map", "xmp",
                     "plaintext", "noembed", "noframes", "frameset", "input", "datalist"})  # fmt: skip
_ROW_PARENTS = ("thead", "tbody")
_IMPLIED_CHILD = {"ul": "li", "ol": "li", "table": "tbody", "thead": "tr", "tbody": "tr", "tr": "td"}
_PLACES = {
    "li": ("ul", "ol"),
    "caption": ("table",),
    "thead": ("table",),
    "tbody": ("table",),
    "tr": _ROW_PARENTS,
    "td": ("tr",),
    "th": ("tr",),
    "figcaption": ("figure",),
}
_FORMATTING = INLINE | {"big", "font", "nobr", "s", "small", "strike", "tt", "u"}
MAX_OPEN_BLOCKS = 64


class _Role(Enum):
    BLOCK = auto()
    PHRASE = auto()
    INLINE = auto()
    TRANSPARENT = auto()


@dataclass(slots=True)
class _Source:
    """An element of the parsed tree that is being walked through."""

    role: _Role
    tag: str
    start: str = ""
    holds_attachment: bool = False
    is_silent: bool = False


@dataclass(slots=True)
class _Block:
    """A block that has been written and not yet closed; `source` is None if the content model implied it."""

    tag: str
    source: _Source | None


def write_tree(root: etree._Element, html: str, field: str) -> str:
    """Write the tree of `root`; `html` and `field` are for the error. Raises MarkupRefused past the limits of depth."""
    writer = _Writer()
    depth = formatting = dropped = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_element = isinstance(element.tag, str)
        if event == "start":
            depth += 1
            formatting += element.tag in _FORMATTING
            refuse_deep(depth, formatting, html, field)
            dropped += element.tag in DROPPED
            if not dropped:
                writer.start(str(element.tag), {str(name): str(value) for name, value in element.attrib.items()})
                writer.text(element.text or "")
        elif event == "end" or not is_element:
            if is_element:
                if not dropped:
                    writer.end()
                depth -= 1
                formatting -= element.tag in _FORMATTING
                dropped -= element.tag in DROPPED
            if not dropped and element is not root:
                writer.text(element.tail or "")
        if len(writer.blocks) > MAX_OPEN_BLOCKS:
            refuse_deep(depth + 1000, 0, html, field)
    return writer.finish()


class _Writer:
    """Keeps what is open in the tree that is read and in the text that is written, and brings the two together."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.sources: list[_Source] = []
        self.blocks: list[_Block] = []
        self.inlines: list[_Source] = []
        self.follows_inline = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = RENAMED.get(name, name)
        source = _Source(_Role.TRANSPARENT, tag)
        # The caption of an attachment lives with the attachment; what a page showed of it is not text of the body.
        source.is_silent = tag == "figcaption" and bool(self.sources) and self.sources[-1].holds_attachment
        if source.is_silent:
            pass
        elif tag in INLINE:
            self._start_inline(source, attributes)
        elif tag in ("img", "br"):
            self._void_inline(tag, attributes)
        elif tag == "hr":
            self._enter_flow()
            self._write_block_tag("<hr>")
        elif tag == "figure" and kept_value("figure", "data-attachment", attributes.get("data-attachment", "")):
            self._enter_flow()
            self._write_block_tag(start_tag("figure", attributes) + "</figure>")
            source.holds_attachment = True
        elif tag in FLOW:
            self._start_block(source, attributes)
        elif tag in PHRASE or tag in ANONYMOUS:
            self._start_phrase(source)
        self.sources.append(source)

    def end(self) -> None:
        source = self.sources.pop()
        if source.role in (_Role.BLOCK, _Role.PHRASE) and any(block.source is source for block in self.blocks):
            while self._close_block().source is not source:
                pass

    def text(self, text: str) -> None:
        text = settle(text)
        if not text or any(source.is_silent for source in self.sources):
            return
        if not text.strip():
            self._space(text)
            return
        if not self._open_for_inline():
            text = text.lstrip("\n") if self.blocks and self.blocks[-1].tag == "pre" else text.lstrip()
        self._sync_inlines(self._wanted_inlines())
        self.parts.append(escape_text(text))
        self.follows_inline = True

    def finish(self) -> str:
        while self.blocks:
            self._close_block()
        self._sync_inlines([])
        return "".join(self.parts)

    def _start_inline(self, source: _Source, attributes: Mapping[str, str]) -> None:
        source.start = start_tag(source.tag, attributes)
        if source.tag != "a" or source.start != "<a>":
            source.role = _Role.INLINE

    def _void_inline(self, tag: str, attributes: Mapping[str, str]) -> None:
        written = start_tag(tag, attributes)
        if tag == "img" and (" src=" not in written or self._is_picture_of_attachment()):
            return
        # A line break that would open a paragraph is an editor's way of leaving a blank line.
        if tag == "br" and self._nearest_block_role() is _Role.PHRASE and not self._is_phrase_open():
            return
        self._open_for_inline()
        self._sync_inlines(self._wanted_inlines())
        self.parts.append(written)
        self.follows_inline = True

    def _start_phrase(self, source: _Source) -> None:
        self._close_phrase()
        if source.tag in ANONYMOUS:
            source.tag = "p"
        source.role = _Role.PHRASE

    def _start_block(self, source: _Source, attributes: Mapping[str, str]) -> None:
        self._close_phrase()
        if source.tag in _PLACES:
            if not self._make_place(_PLACES[source.tag]):
                self._start_phrase(source)
                source.tag = "p"
                return
        else:
            if source.tag == "figure":
                self._enter_flow()
        source.role = _Role.BLOCK
        self._open_block(source.tag, source, start_tag(source.tag, attributes))

    def _make_place(self, parents: tuple[str, ...]) -> bool:
        """Close or open implied blocks until the innermost block is one of `parents`."""
        while self.blocks and self.blocks[-1].tag not in parents and self.blocks[-1].source is None:
            self._close_block()
        while self.blocks and self.blocks[-1].tag not in parents:
            implied = _IMPLIED_CHILD.get(self.blocks[-1].tag)
            if implied not in ("tbody", "tr") or "table" in parents:
                return False
            self._open_block(implied, None, f"<{implied}>")
        return bool(self.blocks)

    def _enter_flow(self) -> None:
        """Make a place for a block: out of paragraphs, and inside an item or a cell where lists and tables want one."""
        self._close_phrase()
        while self.blocks and (implied := _IMPLIED_CHILD.get(self.blocks[-1].tag)):
            self._open_block(implied, None, f"<{implied}>")

    def _open_for_inline(self) -> bool:
        """Open the block that inline content belongs to; tell whether it was open already."""
        source = self._nearest_block()
        if source is None or source.role is _Role.BLOCK:
            if self._is_phrase_open() or (self.blocks and self.blocks[-1].tag in _IMPLIED_CHILD):
                self._enter_flow()
                return False
            return True
        if self.blocks and self.blocks[-1].source is source:
            return True
        self._enter_flow()
        self._open_block(source.tag, source, f"<{source.tag}>")
        return False

    def _space(self, text: str) -> None:
        if self.follows_inline or self._is_phrase_open():
            wanted = self._wanted_inlines()
            self._sync_inlines([inline for inline in self.inlines if inline in wanted])
            self.parts.append(text)
        elif "\n" in text and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def _wanted_inlines(self) -> list[_Source]:
        wanted: dict[str, _Source] = {}
        for source in self.sources:
            if source.role is _Role.INLINE:
                # One of each kind, the innermost: bold within bold says no more, and links do not nest.
                wanted[source.tag] = source
        return list(wanted.values())

    def _sync_inlines(self, wanted: list[_Source]) -> None:
        same = 0
        while same < len(self.inlines) and same < len(wanted) and self.inlines[same] is wanted[same]:
            same += 1
        while len(self.inlines) > same:
            self.parts.append(f"</{self.inlines.pop().tag}>")
        for inline in wanted[same:]:
            self.parts.append(inline.start)
            self.inlines.append(inline)

    def _open_block(self, tag: str, source: _Source | None, written: str) -> None:
        self._write_block_tag(written)
        self.blocks.append(_Block(tag, source))

    def _close_block(self) -> _Block:
        self._sync_inlines([])
        block = self.blocks.pop()
        self._write_block_tag(f"</{block.tag}>")
        return block

    def _write_block_tag(self, written: str) -> None:
        self._sync_inlines([])
        self.parts.append(written)
        self.follows_inline = False

    def _close_phrase(self) -> None:
        self._sync_inlines([])
        if self._is_phrase_open():
            self._close_block()

    def _is_phrase_open(self) -> bool:
        return bool(self.blocks) and self.blocks[-1].tag in PHRASE

    def _nearest_block(self) -> _Source | None:
        roles = (_Role.BLOCK, _Role.PHRASE)
        return next((source for source in reversed(self.sources) if source.role in roles), None)

    def _nearest_block_role(self) -> _Role | None:
        source = self._nearest_block()
        return None if source is None else source.role

    def _is_picture_of_attachment(self) -> bool:
        around = next((source for source in reversed(self.sources) if source.tag not in ("a", "span")), None)
        return around is not None and around.holds_attachment
