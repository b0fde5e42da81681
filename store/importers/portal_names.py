"""Names in bylines: the labels before them, the roles beside them, and what makes words a person's name.

Reading a byline loses no name; a role or an office beside a person is told as evidence, not kept as a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.importers.portal_offices import NO_NAMES, names_office, opens_with_office
from store.text.syllables import is_legal_syllable
from store.text.vietnamese import fold

_AUTHOR_LABELS_TEXT = """
tin; bai; tin bai; bai viet; tac gia; nhom tac gia; nguoi viet; thuc hien; nguoi thuc hien; pv; nhom pv; phong
vien; ctv; btv; cong tac vien; bien tap; nguoi dua tin; dua tin; tong hop; bien soan; suu tam; nguoi soan; tin
va bai
"""
AUTHOR_LABELS = frozenset(" ".join(word.split()) for word in _AUTHOR_LABELS_TEXT.split(";"))
PHOTO_LABELS = frozenset(["anh", "hinh anh", "nguon anh", "anh chup", "chup anh"])
_BOTH_LABELS_TEXT = """
tin anh; bai anh; tin va anh; bai va anh; tin bai anh; tin bai va anh; bai viet anh; bai viet va anh; tin hinh
anh
"""
BOTH_LABELS = frozenset(" ".join(word.split()) for word in _BOTH_LABELS_TEXT.split(";"))
SOURCE_LABELS = frozenset(["theo", "nguon", "nguon tin", "theo nguon", "trich nguon", "dan nguon"])
_ROLES_TEXT = """
pv; phong vien; ctv; cong tac vien; btv; bien tap vien; tac gia; nha bao; th; tong hop; bien soan
"""
ROLES = frozenset(" ".join(word.split()) for word in _ROLES_TEXT.split(";"))
_SURNAMES_TEXT = """
nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh mai truong luu dao cao ha lam
nong trieu ban giang lo vang sung thao ma be chu la luong quach to ta tong thai than doan khuc kieu phung dam
dong
"""
SURNAMES = frozenset(_SURNAMES_TEXT.split())
PHOTO_SOURCES = frozenset(("internet", "tư liệu", "sưu tầm", "facebook", "afp", "reuters"))
LABEL = re.compile(r"\s*([^\W\d_][^:;()]{0,30}?)\s*:\s*")
THEO = re.compile(r"(?i)\s*theo\s+(?!đó|dõi)")
PARTING = re.compile(r"\s*[;/&+]\s*|\s+[-–—]\s+|\s*,\s*|\s+và\s+")
BRACKETED = re.compile(r"\(([^()]*)\)")
GLUED = re.compile(r"(?<=\w)[-–—](?=[A-ZĐÀ-Ỹ])")
NAME_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*\.?")
INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.\s?)+[^\W\d_]{0,6}|[A-ZĐ]{2,4}")


@dataclass(frozen=True, slots=True)
class Names:
    """The authors and the photographer that a line names, and (weight, words) for why it is a byline."""

    authors: tuple[str, ...]
    photographer: str
    labelled: bool
    evidence: tuple[tuple[float, str], ...]


def read_names(text: str) -> Names:
    """Read a line as a byline; no authors and no photographer where it cannot be one."""
    line = text.strip().rstrip(".")
    if line.startswith("(") and line.endswith(")"):
        line = line[1:-1].strip()
    authors: list[str] = []
    photographer = ""
    evidence: dict[str, float] = {}
    labelled = False
    mode = ""
    for part in _parts(line):
        label, rest = _label(part)
        if label:
            mode, labelled = label, True
            evidence[f"“{part[: len(part) - len(rest)].strip(' :')}” announces a name"] = 5.0
        for name in _names(rest, evidence, labelled=bool(mode)):
            if mode in ("photo", "both") and not photographer:
                photographer = name
            if mode != "photo":
                authors.append(name)
    return Names(tuple(dict.fromkeys(authors)), photographer, labelled, tuple((w, e) for e, w in evidence.items()))


def is_person(text: str) -> bool:
    """Tell whether the words could be a person's name: two to five, each with a capital first letter."""
    words = text.split()
    if not 2 <= len(words) <= 5 or not all(NAME_WORD.fullmatch(word) for word in words):
        return False
    if not all(
        word[0].isupper() and (word[1:].islower() or word.isupper() or len(word) == 1 or "'" in word) for word in words
    ):
        return False
    return not opens_with_office(text) and " ".join(words[:2]).casefold() not in NO_NAMES


def is_initials(text: str) -> bool:
    """Tell whether the text is what a writer signs with instead of a name, such as `T.H`."""
    return INITIALS.fullmatch(text) is not None


def names_photographer(text: str) -> bool:
    """Tell whether the words name people, an agency or an office, and nobody else."""
    names = [_without_role(part) for part in _split(text)]
    known = (
        is_person(name) or _is_pen_name(name) or names_office(name) or name.casefold() in PHOTO_SOURCES
        for name in names
    )
    return bool(names) and (names_office(text) or all(known))


def _parts(line: str) -> list[str]:
    """Part a line where another label begins; commas inside a label (`Tin, ảnh:`) part nothing."""
    starts = [0]
    for found in re.finditer(r"(?:[;.–—]|\s-|,)\s*(?=[^\W\d_][^:;,.–—]{0,20}:)", line):
        label = line[found.end() : line.index(":", found.end())]
        head = line[starts[-1] : found.start()]
        if _label_of(label) and ":" in head:
            starts.append(found.end())
    return [line[start:end].strip(" ;,–—-") for start, end in zip(starts, [*starts[1:], len(line)], strict=True)]


def _label(part: str) -> tuple[str, str]:
    found = LABEL.match(part)
    if found and _label_of(found.group(1)):
        return _label_of(found.group(1)), part[found.end() :]
    theo = THEO.match(part)
    if theo:
        return "source", part[theo.end() :]
    return "", part


def _label_of(words: str) -> str:
    plain = " ".join(re.findall(r"[^\W\d_]+", fold(words)))
    for kind, labels in (
        ("author", AUTHOR_LABELS),
        ("photo", PHOTO_LABELS),
        ("both", BOTH_LABELS),
        ("source", SOURCE_LABELS),
    ):
        if plain in labels:
            return kind
    return ""


def _names(text: str, evidence: dict[str, float], *, labelled: bool) -> list[str]:
    for aside in BRACKETED.findall(text):
        evidence[f"“{aside}” tells a role"] = 1.0
    bare = " ".join(BRACKETED.sub(" ", text).split()).strip(" .,;-–—")
    if not bare:
        return []
    if _is_body(bare, labelled=labelled) and not any(is_person(_without_role(part)) for part in _split(bare)):
        evidence["it names an office"] = 2.0
        return [bare]
    parts = _split(bare)
    named = [_without_role(part) for part in parts]
    people = [name for name in named if is_person(name) or ((len(parts) == 1 or labelled) and _is_pen_name(name))]
    if people and all(name in people or opens_with_office(name) or fold(name) in ROLES for name in named):
        _weigh_people(people, named, evidence)
        return [_as_written(name) for name in people]
    return [bare] if labelled else []


def _is_body(name: str, *, labelled: bool) -> bool:
    # Behind a label anything that begins with an office is one; a bare line may be a sentence about an office.
    return names_office(name) or (labelled and opens_with_office(name))


def _split(text: str) -> list[str]:
    parts = [part for part in PARTING.split(text) if part]
    glued = [piece for part in parts for piece in GLUED.split(part)]
    return glued if all(is_person(_without_role(piece)) for piece in glued) else parts


def _weigh_people(people: list[str], named: list[str], evidence: dict[str, float]) -> None:
    words = [word for name in people for word in name.split()]
    if all(is_person(name) for name in people):
        legal = all(is_legal_syllable(word) for word in words)
        evidence["it reads like a person's name" if legal else "its words are capitalised like a name"] = (
            3.0 if legal else 2.0
        )
        if any(fold(name.split()[0]) in SURNAMES for name in people):
            evidence["it begins with a Vietnamese surname"] = 1.0
    else:
        evidence["it reads like initials or a pen name"] = 2.0
    for name in named:
        if name not in people:
            evidence[f"“{name}” tells a role or an office"] = 1.0


def _is_pen_name(name: str) -> bool:
    if INITIALS.fullmatch(name):
        return True
    return NAME_WORD.fullmatch(name) is not None and name.istitle() and is_legal_syllable(name)


def _without_role(name: str) -> str:
    words = name.split()
    for length in (3, 2, 1):
        if len(words) > length and fold(" ".join(words[:length])) in ROLES:
            return " ".join(words[length:])
    return name


def _as_written(name: str) -> str:
    """Capitals for every letter are typography, not the name: `THU TRANG` is Thu Trang."""
    words = name.split()
    if len(words) > 1 and name.isupper() and all(is_legal_syllable(word) for word in words):
        return " ".join(word.capitalize() for word in words)
    return name
