"""Every rule is broken by a document of its own, alone, and by none that is without fault."""

from __future__ import annotations

import re
from datetime import timedelta
from string import Formatter

import pytest

from feeds.lint import RULES, Language, Level, Scope, lint
from feeds.lint.asking import Answer, Visit
from feeds.lint.document import LARGE_BYTES, LIMIT_BYTES
from tests.feeds.lint import cases_formats, cases_http, cases_shared
from tests.feeds.lint.documents import ATOM, BASES, JSON, NOW, OPML, RSS, Case, judged, rules_of

CASES = (
    *cases_formats.RSS_CASES,
    *cases_formats.ATOM_CASES,
    *cases_formats.JSON_CASES,
    *cases_formats.OPML_CASES,
    *cases_formats.MEDIA_CASES,
    *cases_shared.DOCUMENT_CASES,
    *cases_shared.TEXT_CASES,
    *cases_shared.DATE_CASES,
    *cases_shared.ADDRESS_CASES,
    *cases_shared.ENTRY_CASES,
)

PAGE = "<!DOCTYPE html><html><head><title>Tin</title>{links}</head><body><p>Tin xã</p></body></html>"
LINK = '<link rel="alternate" type="application/rss+xml" title="{title}" href="/{name}.rss">'

WHOLE = {
    "document.empty": (b" \n", ["document.empty"]),
    "document.too-large": (b"<" + b" " * LIMIT_BYTES, ["document.too-large"]),
    "document.large": (
        RSS.replace("nghìn ngày", "nghìn ngày " + "công " * (LARGE_BYTES // 5)).encode(),
        ["document.large"],
    ),
    "document.unknown": ("Trang đang bảo trì".encode(), ["document.unknown"]),
    "document.unknown xml": (b'<?xml version="1.0"?><svg/>', ["document.unknown"]),
    "document.unknown json": (b'{"loi": 1}', ["document.unknown"]),
    "document.html-without-feed": (PAGE.format(links="").encode(), ["document.html-without-feed"]),
    "document.html-page": (
        PAGE.format(links=LINK.format(title="Tất cả", name="a") + LINK.format(title="Lúa", name="b")).encode(),
        ["document.html-page"],
    ),
    "document.feed-titles-equal": (
        PAGE.format(links=LINK.format(title="RSS", name="a") + LINK.format(title="RSS", name="b")).encode(),
        ["document.html-page", "document.feed-titles-equal"],
    ),
    "document.old-format": (
        ATOM.replace("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#").encode(),
        ["document.old-format"],
    ),
    "document.not-utf-8": (
        RSS.encode().replace("khánh thành.".encode(), b"kh\xe1nh th\xe0nh."),
        ["document.not-utf-8"],
    ),
    "rss.channel-missing": (b'<?xml version="1.0"?><rss version="2.0"/>', ["rss.channel-missing", "feed.empty"]),
    "rss.item-empty": (
        re.sub("<title>Họp.*?</title>|<description>Bà con.*?</description>", "", RSS).encode(),
        ["rss.item-empty", "entry.title-missing", "entry.lead-missing"],
    ),
    "feed.empty": (re.sub("<item>.*</item>", "", RSS, flags=re.DOTALL).encode(), ["feed.empty"]),
    "json.items-missing": (JSON.partition('"_rieng"')[0].encode() + b'"_a": 1}', ["json.items-missing", "feed.empty"]),
    "opml.body-empty": (re.sub("<outline.*</outline>", "", OPML, flags=re.DOTALL).encode(), ["opml.body-empty"]),
}


@pytest.mark.parametrize("base", BASES)
def test_a_document_without_fault_breaks_no_rule(base: str) -> None:
    assert rules_of(BASES[base].encode()) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_breaks_its_rule_and_no_other(case: Case) -> None:
    assert rules_of(case.document()) == [case.rule]


@pytest.mark.parametrize("name", WHOLE)
def test_a_document_that_is_another_one_breaks_its_rule(name: str) -> None:
    document, rules = WHOLE[name]
    assert sorted(rules_of(document)) == sorted(rules)
    assert name.split()[0] in rules


def dated(number: int, seconds: int) -> str:
    at = (NOW - timedelta(seconds=seconds)).isoformat()
    return (
        f'{{"id": "{number}", "url": "https://a.example/{number}", "title": "Bản tin về cây cầu số {number}", '
        f'"summary": "Ngắn", "content_text": "Dài", "image": "https://a.example/{number}.jpg", '
        f'"date_published": "{at}"}}'
    )


def feed_of(*items: str) -> bytes:
    head = JSON.partition('"items"')[0]
    return f'{head}"items": [{", ".join(items)}]}}'.encode()


def test_entries_of_one_moment_are_told_from_those_of_the_request() -> None:
    alike = feed_of(*(dated(number, 90_000) for number in range(1, 6)))
    assert rules_of(alike) == ["date.all-equal"]
    assert rules_of(feed_of(*(dated(number, 90_000) for number in range(1, 5)))) == []
    now = feed_of(*(dated(number, 1) for number in range(1, 4)))
    assert rules_of(now) == []
    fetched = Visit(whole=Answer(url="https://namlam.example/tin.json", status=200, headers={}, body=now))
    rules = {
        finding.rule.id
        for finding in lint(now, name="", now=NOW, visit=fetched).findings
        if finding.place.scope is Scope.CHANNEL
    }
    assert rules == {"date.now"}


def test_every_rule_of_the_table_has_its_case() -> None:
    tried = {case.rule for case in CASES} | {name.split()[0] for name in WHOLE} | set(cases_http.RULES)
    assert tried | {"date.all-equal", "date.now"} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_both_sentences_name_the_same_values_and_what_to_do(rule: object) -> None:
    english, vietnamese = RULES[rule.id].english, RULES[rule.id].vietnamese  # type: ignore[attr-defined]  # a Rule
    gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, vietnamese)]
    assert gaps[0] == gaps[1]
    assert english.endswith((".", "…")), english
    assert vietnamese.endswith((".", "…")), vietnamese
    assert RULES[rule.id].specification  # type: ignore[attr-defined]  # a Rule


def test_sentences_quote_the_fault_with_its_place_and_what_is_meant() -> None:
    broken = RSS.replace("Thu, 19 Nov 2026 09:30:00 +0700", "19/11/2026 09:30").encode()
    [finding] = judged(broken).findings
    assert finding.level is Level.ERROR
    assert (finding.place.number, finding.place.title) == (1, "Khánh thành cầu treo Khuổi Dầu")
    assert broken.decode().splitlines()[(finding.place.line or 0) - 1].startswith("<pubDate>")
    for language in Language:
        assert "“19/11/2026 09:30”" in finding.sentence(language)
        assert "“Thu, 19 Nov 2026 09:30:00 +0700”" in finding.sentence(language)
    assert "Hãy viết" in finding.sentence(Language.VIETNAMESE)


def test_what_breaks_the_xml_is_told_with_line_and_column_and_the_rest_is_judged_all_the_same() -> None:
    broken = RSS.replace("bà con không", "A&B không").replace("<ttl>15</ttl>", "").encode()
    ampersand, ttl = judged(broken).findings
    assert (ampersand.rule.id, ttl.rule.id) == ("xml.ampersand", "rss.ttl-missing")
    lines = broken.decode().splitlines()
    line, column = int(ampersand.said["line"]), int(ampersand.said["column"])
    assert lines[line - 1][column - 1 :].startswith("&B")


@pytest.mark.parametrize("depth", [300, 5000])
def test_a_document_nested_too_deeply_is_a_finding_not_a_crash(depth: int) -> None:
    assert rules_of(b"<a>" * depth + b"</a>" * depth)
    assert rules_of(b'{"items":' + b"[" * depth * 10 + b"]" * depth * 10 + b"}")


def test_entities_are_never_expanded() -> None:
    laugh = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = RSS.replace("<rss ", f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laugh}]>\n<rss ').replace("Cầu dài", "&l11;")
    assert rules_of(bomb.encode()) == ["xml.dtd"]
    outside = RSS.replace("<rss ", '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<rss ')
    report = judged(outside.replace("Cầu dài", "&a;").encode())
    assert "root:" not in " ".join(finding.sentence(Language.ENGLISH) for finding in report.findings)
