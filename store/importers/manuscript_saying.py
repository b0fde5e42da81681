"""Say a body's HTML in the text form of a manuscript, or find that the text form has no words for it.

Nothing is approximated: an element, an attribute or a nesting without a sign of its own is Unsayable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html.parser import HTMLParser

from store.importers.manuscript_inline import escape_address, escape_line_starts, escape_text

INLINE = frozenset(("strong", "em", "a", "br"))
CHILDREN: Mapping[str, frozenset[str]] = {
    "": frozenset(("p", "h2", "h3", "h4", "ul", "ol", "blockquote", "figure")),
    "ul": frozenset(("li",)),
    "ol": frozenset(("li",)),
    "blockquote": frozenset(("p",)),
    "figure": frozenset(),
    "br": frozenset(),
    **dict.fromkeys(("p", "h2", "h3", "h4", "li", "strong", "em", "a"), INLINE),
}
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {"a": ("href",), "figure": ("data-attachment",)}
STARS = {"strong": "**", "em": "*"}
HEADINGS = {"h2": "## ", "h3": "### ", "h4": "#### "}
TEXTS = ("p", *HEADINGS, "li")


class Unsayable(Exception):
    """The text form has no words for this markup."""


def say(body: str, bracket_for: Callable[[int], str]) -> str:
    """Give the body in the text form; `bracket_for` writes the bracket of an attachment by its number."""
    speaker = _Speaker(bracket_for)
    speaker.feed(body)
    speaker.close()
    if speaker.open:
        raise Unsayable(f"<{speaker.open[-1]}> is not closed")
    return "\n\n".join(speaker.groups)


class _Speaker(HTMLParser):
    def __init__(self, bracket_for: Callable[[int], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.bracket_for = bracket_for
        self.groups: list[str] = []
        self.open: list[str] = []
        self.inline: list[str] = []
        self.hrefs: list[str] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        above = self.open[-1] if self.open else ""
        if tag not in CHILDREN[above] or tuple(name for name, _ in attrs) != ATTRIBUTES.get(tag, ()):
            raise Unsayable(f"<{tag}> in <{above}>")
        if tag == "br":
            self.inline.append("\\\n")
            return
        self.open.append(tag)
        value = attrs[0][1] or "" if attrs else ""
        if tag in STARS:
            self.inline.append(STARS[tag])
        elif tag == "a":
            self.hrefs.append(value)
            # Behind an exclamation mark the bracket would open a picture.
            if self.inline and self.inline[-1].endswith("!"):
                self.inline[-1] = self.inline[-1][:-1] + "\\!"
            self.inline.append("[")
        elif tag == "figure":
            if not value.isdecimal():
                raise Unsayable("a figure without a number")
            self.groups.append(self.bracket_for(int(value)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag != "br":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Unsayable(f"</{tag}> closes nothing")
        if tag in STARS:
            self.inline.append(STARS[tag])
        elif tag == "a":
            self.inline.append(f"]({escape_address(self.hrefs.pop())})")
        elif tag in TEXTS:
            self._end_of_text(tag, escape_line_starts("".join(self.inline)))
            self.inline.clear()
        elif tag in ("ul", "ol", "blockquote"):
            self.groups.append(("\n>\n" if tag == "blockquote" else "\n").join(self.parts))
            self.parts.clear()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in (*TEXTS, "strong", "em", "a"):
            if "\n" in data:
                raise Unsayable("a line end inside text")
            self.inline.append(escape_text(data))
        elif data.strip():
            raise Unsayable("text outside a paragraph")

    def handle_comment(self, data: str) -> None:
        raise Unsayable("a comment")

    def _end_of_text(self, tag: str, text: str) -> None:
        if not text.strip():
            raise Unsayable(f"<{tag}> without text")
        above = self.open[-1] if self.open else ""
        if above == "ul":
            self.parts.append(f"- {text}")
        elif above == "ol":
            self.parts.append(f"{len(self.parts) + 1}. {text}")
        elif above == "blockquote":
            self.parts.append("\n".join(f"> {line}" for line in text.split("\n")))
        else:
            self.groups.append(HEADINGS.get(tag, "") + text)
