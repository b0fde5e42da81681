"""Texts as they reach people: gibberish, signs that were escaped twice, markup where there should be words.

Spec: RSS Advisory Board, "RSS Best Practices Profile", character data; Unicode Standard Annex 15; RFC 8259 section 7.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html.entities import html5

from feeds.lint.findings import Finding, Place, found
from feeds.lint.html import has_markup, visible_text
from store.text.legacy import legacy_reading
from store.text.mojibake import undo_mojibake

MOST_CHARS = 200_000
"""Of one text that is judged letter by letter."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile("&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PLAIN_ENTITIES = frozenset({"&amp;", "&lt;", "&gt;"})
_BLOCK_SHOWN = re.compile(r"</(?:p|div|h[1-6]|li|ul|table|span)\s*>|<br\s*/?>", re.IGNORECASE)
_BLANK = re.compile(r"\s+")
SHOWN_CHARS = 40


def check_title(place: Place, name: str, text: str) -> Iterator[Finding]:
    """Judge a text that must be plain, on one line."""
    markup = has_markup(text)
    if markup:
        yield found("text.html-in-title", place, name=name, text=markup)
    yield from check_plain(place, name, text)


def check_plain(place: Place, name: str, text: str) -> Iterator[Finding]:
    """Judge a text that people see as it stands."""
    text = text[:MOST_CHARS]
    yield from _check_letters(place, name, text)
    yield from _check_escaping(place, name, text)


def check_html(place: Place, name: str, html: str) -> Iterator[Finding]:
    """Judge the words of a fragment of HTML."""
    # A lone surrogate or a control character is no letter to the parser of HTML, either.
    yield from _check_controls(place, name, html[:MOST_CHARS])
    shown = visible_text(_CONTROL.sub(" ", html))[:MOST_CHARS]
    yield from _check_letters(place, name, shown)
    block = _BLOCK_SHOWN.search(shown)
    if block and "<pre" not in html and "<code" not in html:
        yield found("text.double-escaped", place, name=name, text=_near(shown, block.start()))
    else:
        yield from _check_escaping(place, name, shown)


def _check_letters(place: Place, name: str, text: str) -> Iterator[Finding]:
    yield from _check_controls(place, name, text)
    if "\ufffd" in text:
        yield found("text.replacement-character", place, name=name, text=_near(text, text.index("\ufffd")))
    if text.isascii():
        return
    legacy = legacy_reading(text)
    if legacy is not None:
        said = {"text": _near(text, legacy.index), "charset": legacy.encoding}
        yield found("text.legacy-font", place, name=name, **said)
        return
    settled = unicodedata.normalize("NFC", text)
    meant = undo_mojibake(settled)
    if meant != settled:
        at = next(index for index, pair in enumerate(zip(settled, meant, strict=False)) if pair[0] != pair[1])
        at = settled.rfind(" ", 0, at) + 1
        yield found("text.mojibake", place, name=name, text=_from(settled, at), meant=_from(meant, at))
    elif settled != text:
        at = next(index for index, sign in enumerate(text) if unicodedata.combining(sign))
        yield found("text.decomposed", place, name=name, text=_near(text, at))


def _check_controls(place: Place, name: str, text: str) -> Iterator[Finding]:
    control = _CONTROL.search(text)
    if control is not None:
        code = _Code(ord(control[0]))
        yield found("text.control-character", place, name=name, code=code, text=_near(text, control.start()))


def _check_escaping(place: Place, name: str, text: str) -> Iterator[Finding]:
    entities = [at for at in _ENTITY.finditer(text) if at[0][1] == "#" or at[0][1:] in html5]
    telling = [at for at in entities if at[0] not in _PLAIN_ENTITIES]
    if telling:
        yield found("text.double-escaped", place, name=name, text=telling[0][0])
    elif entities:
        yield found("text.entity-shown", place, name=name, text=entities[0][0])


class _Code(int):
    def __str__(self) -> str:
        return f"U+{int(self):04X}"


def _near(text: str, index: int) -> str:
    return _BLANK.sub(" ", text[max(index - SHOWN_CHARS // 2, 0) : index + SHOWN_CHARS // 2])


def _from(text: str, index: int) -> str:
    return _BLANK.sub(" ", text[index : index + SHOWN_CHARS])
