"""Language tags as they are stored and served: a language, and where it matters its script and its region.

Every tag has one spelling here, so that equal languages compare as equal text.

Spec: RFC 5646 (BCP 47), sections 2.1 and 2.1.1: the part of the grammar that people use, and its letter case.
"""

from __future__ import annotations

import re

# ISO 639-1: a language of two letters that is not among them is a slip of the keyboard.
_TWO_LETTERS_TEXT = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
TWO_LETTERS = frozenset(_TWO_LETTERS_TEXT.split())
ACCEPTED = "a code such as vi, en, tyz, en-GB or zh-Hant-TW"
TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?", re.ASCII | re.IGNORECASE
)


def canonical_language(tag: str) -> str | None:
    """Give a tag in the letter case it is stored in, `zh-Hant-TW` for `ZH-hant-tw`; None for what is no tag."""
    found = TAG.fullmatch(tag)
    if found is None:
        return None
    language, script, region = found["language"].lower(), found["script"], found["region"]
    if len(language) == 2 and language not in TWO_LETTERS:
        return None
    return "-".join(part for part in (language, script and script.title(), region and region.upper()) if part)


def is_language_tag(tag: str) -> bool:
    """Tell whether a text is a language tag, spelt as it is stored."""
    return canonical_language(tag) == tag
