r"""The marks inside a manuscript's paragraph: `**bold**`, `*italic*`, `[text](address)`, and `\` before a literal sign.

What `escape_text` writes, `read_inline` reads as the same letters; an unpaired mark is an ordinary letter.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from urllib.parse import quote

from store.text.markup import escape

ADDRESS = r"\]\((?P<address>(?:https?://|mailto:|tel:|/)(?:\\[()\\]|\([^\s()\\]*+\)|[^\s()\\])++)\)"
TOKEN = re.compile(
    rf"\\(?P<literal>[{re.escape(string.punctuation)}])|{ADDRESS}|\*+|\[|\]|\n|[^\\*\[\]\n]+|.", re.DOTALL
)
LITERALS = re.compile(r"[\\*\[\]]")
LINE_MARKS = re.compile(r"(?m)^(?:([#>|+-])|(\d+)([.)]))")
TAGS = {"**": "strong", "*": "em"}


@dataclass(frozen=True, slots=True)
class _Open:
    """A mark that waits for its partner: where it stands among the pieces."""

    mark: str
    place: int


def read_inline(text: str) -> str:
    """Give a paragraph's text as HTML; a line end is a line break."""
    reading = _Reading()
    for token in TOKEN.finditer(text):
        mark, address = token.group(), token.group("address")
        if token.group("literal"):
            reading.pieces.append(escape(token.group("literal")))
        elif mark == "\n":
            reading.pieces.append("<br>")
        elif address is not None:
            reading.close_link(address, mark)
        elif mark == "[":
            reading.open(mark, reading.brackets)
        elif mark == "]":
            reading.close_bracket()
        elif mark[0] == "*" and len(mark) <= 3:
            before, after = text[max(token.start() - 1, 0) : token.start()], text[token.end() : token.end() + 1]
            reading.stars_met(len(mark), can_close=bool(before.strip()), can_open=bool(after.strip()))
        else:
            reading.pieces.append(escape(mark))
    return "".join(reading.pieces)


class _Reading:
    """The pieces read so far and the marks that wait in them; a mark that waits is a letter until it is paired."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.stars: list[_Open] = []
        self.brackets: list[_Open] = []

    def open(self, mark: str, waiting: list[_Open]) -> None:
        """Let a mark wait."""
        waiting.append(_Open(mark, len(self.pieces)))
        self.pieces.append(mark)

    def stars_met(self, count: int, *, can_close: bool, can_open: bool) -> None:
        """Take a run of one to three stars: first to close what waits, then to open."""
        while can_close and self.stars and count:
            opened = self.stars[-1]
            if len(opened.mark) > count:
                if not any(other.mark == "*" for other in self.stars[-2:]):
                    break
                self.stars.pop()
                continue
            self._pair(opened, f"<{TAGS[opened.mark]}>", f"</{TAGS[opened.mark]}>")
            count -= len(opened.mark)
        for mark in ("**", "*"):
            if count >= len(mark):
                count -= len(mark)
                if can_open:
                    self.open(mark, self.stars)
                else:
                    self.pieces.append(mark)

    def close_bracket(self) -> None:
        """Take a bracket without an address as letters, so that no link begins inside it."""
        if self.brackets:
            self.brackets.pop()
        self.pieces.append("]")

    def close_link(self, address: str, mark: str) -> None:
        """Make a link of the nearest waiting bracket."""
        if not self.brackets:
            self.pieces.append(escape(mark))
            return
        href = escape(re.sub(r"\\([()\\])", r"\1", address)).replace('"', "&quot;")
        self._pair(self.brackets[-1], f'<a href="{href}">', "</a>")

    def _pair(self, opened: _Open, opening: str, closing: str) -> None:
        self.pieces[opened.place] = opening
        self.pieces.append(closing)
        # What opened inside and found no partner there must not close across this element's border.
        for marks in (self.stars, self.brackets):
            while marks and marks[-1].place >= opened.place:
                marks.pop()


def escape_text(text: str) -> str:
    """Put a backslash before every letter that would be read as a mark inside a line."""
    return LITERALS.sub(r"\\\g<0>", text)


def escape_line_starts(text: str) -> str:
    """Put a backslash where a line's first letters would be read as a heading, list or quotation."""
    return LINE_MARKS.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def escape_address(address: str) -> str:
    """Write a link's address so that its own brackets do not end it."""
    return re.sub(r"[()\\]", r"\\\g<0>", address)


def ascii_addresses(text: str) -> str:
    """Percent-encode the letters beyond ASCII in link addresses, before the text pipeline would compose them."""
    return re.sub(
        r"\]\((?:[^\s()]|\([^\s()]*+\))++\)",
        lambda found: quote(found.group(), safe=string.printable, errors="surrogatepass"),
        text,
    )
