"""The portal's own words around a page: block names, buttons, counters, skip links, lists of other news.

A line is furniture only where every word of it is; prose that merely mentions such a word is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from store.text.vietnamese import fold

FURNITURE_LIMIT_CHARS = 200

# Folded, without marks: `#` stands for a number.
BUTTONS = """
tang co chu; giam co chu; co chu; co chu lon; co chu nho; co chu mac dinh; tang kich thuoc chu; giam kich thuoc
chu; kich thuoc chu; chu to; chu nho; doi co chu; do tuong phan; tuong phan; a; mac dinh; in trang; in trang
nay; in bai; in bai viet; in tin; ban in; in an; in; print; gui email; gui mail; gui thu; gui bai viet; gui cho
ban be; gui tin; gui tin qua email; email; mail; chia se; chia se bai viet; chia se facebook; chia se zalo; chia
se qua; share; tweet; facebook; twitter; zalo; youtube; like; copy link; sao chep lien ket; sao chep duong dan;
luu bai viet; nghe bai viet; nghe doc bai; doc bai viet; nghe noi dung; luot xem; luot xem #; so luot xem; so
luot xem #; # luot xem; luot doc; luot doc #; so luot doc; so luot doc #; # luot doc; luot truy cap; luot truy
cap #; da xem; da xem #; # nguoi xem; xem #; quay lai; quay lai trang truoc; tro lai; tro ve; tro ve dau trang;
len dau trang; ve dau trang; dau trang; ve trang truoc; ve trang chu; skip ribbon commands; skip to main
content; skip to content; skip navigation; bo qua den noi dung chinh; bo qua noi dung; chuyen den noi dung
chinh; den noi dung chinh; turn off animations; turn on animations; turn off more accessible mode; turn on more
accessible mode; sign in; dang nhap; dang xuat; trang chu; back; back to top; top; gui binh luan; y kien ban
doc; gui y kien; danh gia bai viet; in ra; xem ban in; dong cua so; tieng viet; english; rss; so do cong; ban do
trang
"""
OTHER_NEWS = """
cac tin khac; tin khac; cac tin bai khac; tin bai khac; cac bai khac; cac bai viet khac; bai viet khac; tin lien
quan; cac tin lien quan; bai viet lien quan; tin bai lien quan; bai lien quan; tin cung chuyen muc; cung chuyen
muc; cac tin cung chuyen muc; bai cung chuyen muc; tin moi hon; cac tin moi hon; tin cu hon; cac tin cu hon; tin
da dua; cac tin da dua; tin moi; tin moi nhat; cac tin moi; tin doc nhieu; xem nhieu; doc nhieu nhat; xem nhieu
nhat; tin xem nhieu; cac tin da dang; tin da dang; xem them
"""


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in text.replace("\n", " ").split(";"))


BUTTON_PHRASES = _phrases(BUTTONS)
OTHER_NEWS_PHRASES = _phrases(OTHER_NEWS)
LONGEST_PHRASE = max(map(len, BUTTON_PHRASES))
BLOCK_NAME = re.compile(r"(?:publishingportal[-–—:|.]*)?block_?(?:bantin_?)?([\w.-]+)|publishingportal[-–—:|.]*()")
NUMBER = re.compile(r"\d[\d.,]*")
PARTERS = "|:·•/-–—()[]<>+,.;»>"


def block_name(line: str) -> str | None:
    """Give the folded name of the portal block that a line announces ("" where it has none), or None."""
    if len(line) > FURNITURE_LIMIT_CHARS or ("block" not in line.casefold() and "portal" not in line.casefold()):
        return None
    found = BLOCK_NAME.fullmatch("".join(fold(line).split()))
    return found.group(1) or "" if found else None


def is_furniture(line: str) -> bool:
    """Tell whether a line is made of the portal's buttons, counters and links alone, or of ornament."""
    if len(line) > FURNITURE_LIMIT_CHARS:
        return False
    tokens = _tokens(line)
    if not tokens:
        return True
    return _covered(tokens, 0) == len(tokens)


def is_bare_number(line: str) -> bool:
    """Tell whether a line is one number: furniture where the words of a counter stand before it."""
    return _tokens(line) == ("#",) if len(line) <= FURNITURE_LIMIT_CHARS else False


def is_path(line: str) -> bool:
    """Tell whether a line is the path of links to a page, such as `Trang chủ > Tin tức`."""
    steps = re.split(r"\s*[>»›]\s*", line)
    return len(steps) > 1 and _tokens(steps[0]) in {("trang", "chu"), ("home",)}


def opens_other_news(line: str) -> bool:
    """Tell whether a line heads a list of other news."""
    return len(line) <= FURNITURE_LIMIT_CHARS and _tokens(line) in OTHER_NEWS_PHRASES


def without_trailing_furniture(line: str) -> str:
    """Cut buttons and counters off the end of a line that begins with something else."""
    words = line.split()
    if len(line) > FURNITURE_LIMIT_CHARS:
        return line
    for start in range(1, len(words)):
        if is_furniture(" ".join(words[start:])):
            return " ".join(words[:start]).rstrip(PARTERS + " ")
    return line


def _tokens(line: str) -> tuple[str, ...]:
    tokens = (_token(word) for word in re.split(r"[\s|:/()\[\]]+", line))
    return tuple(token for token in tokens if token)


@lru_cache(maxsize=4096)
def _token(word: str) -> str:
    folded = fold(word).strip(PARTERS + "*_=~#…\"'“”")
    if NUMBER.fullmatch(folded):
        return "#"
    return folded.replace("-", "")


def _covered(tokens: tuple[str, ...], start: int) -> int:
    while start < len(tokens):
        for length in range(min(LONGEST_PHRASE, len(tokens) - start), 0, -1):
            if tokens[start : start + length] in BUTTON_PHRASES:
                start += length
                break
        else:
            return start
    return start
