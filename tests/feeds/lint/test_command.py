"""`bantin lint` as an editor uses it: what it prints, in which language, and how it ends."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from feeds.lint import RULES
from tests.feeds.cli.conftest import Run, bantin
from tests.feeds.lint.documents import ATOM, RSS, feed_with
from tests.feeds.lint.test_fetching import Site, site

__all__ = ["bantin", "site"]

MANUSCRIPT = """Tiêu đề: Hội Nông dân tỉnh tặng hai nghìn cây giống
Ngày: 02/11/2026 08:30
Chuyên mục: Nông nghiệp
Cơ quan: Hội Nông dân tỉnh

Sáng 2/11, Hội Nông dân tỉnh trao tặng 2.000 cây giống.

Lễ trao tặng diễn ra tại xã Nà Mạ.
"""


@pytest.fixture
def published(bantin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BANTIN_BASE_URL", "https://bantin.example/tin")
    bantin("category", "add", "Nông nghiệp")
    bantin("organisation", "add", "Hội Nông dân tỉnh")
    (tmp_path / "a.txt").write_text(MANUSCRIPT, encoding="utf-8")
    assert bantin("bulletin", "add", tmp_path / "a.txt", "--publish").code == 0
    return bantin


def test_a_selection_is_judged_in_all_three_formats(published: Run) -> None:
    done = published("lint", "category/nong-nghiep")
    assert (done.code, done.err) == (0, "")
    for name in ("category/nong-nghiep.rss: RSS 2.0, 1 entry,", ".atom: Atom 1.0", ".json: JSON Feed"):
        assert name in done.out
    assert done.out.count("How readers will show entry 1") == 1
    assert "Lễ trao tặng diễn ra tại xã Nà Mạ." in done.out
    assert "entry.image-missing" in done.out
    assert done.out.splitlines()[-1].startswith("0 errors, 0 warnings, ")


@pytest.mark.parametrize("target", ["all.atom", "/feeds/all.atom"])
def test_a_selection_with_its_format_is_one_document(published: Run, target: str) -> None:
    [document] = json.loads(published("lint", target, "--json").out)["documents"]
    assert (document["format"], document["entries"]) == ("Atom 1.0", 1)
    assert document["counts"]["error"] == document["counts"]["warning"] == 0


def test_an_unknown_name_is_told_with_the_nearest(published: Run) -> None:
    done = published("lint", "category/nong-nghep.rss")
    assert done.code == 1
    assert "nong-nghiep" in done.err


@pytest.mark.parametrize(
    ("target", "said", "vietnamese"),
    [
        ("khong-co.xml", "“khong-co.xml”: no such file, and no selection; accepted: a file,", "không có tệp"),
        ("tin.example/rss", "accepted: https://tin.example/rss", "hãy ghi https://tin.example/rss"),
        (".", "is a folder", "“.” là thư mục"),
    ],
)
def test_what_is_neither_file_nor_selection_is_refused_with_what_is_accepted(
    bantin: Run, target: str, said: str, vietnamese: str
) -> None:
    done = bantin("lint", target)
    assert done.code == 1
    english, other = done.err.splitlines()
    assert said in english
    assert other.startswith("lỗi: ")
    assert vietnamese in other


def test_what_all_formats_share_is_told_once(published: Run) -> None:
    out = published("lint", "all").out
    assert out.count("entry.image-missing") == 1
    assert "  in rss, atom, json:\n" in out
    assert "entry.image-missing" in out[out.index("  in rss, atom, json:") :].partition("\n  in ")[0]
    assert out.splitlines()[-1] == "0 errors, 0 warnings, 1 piece of advice"
    assert "http.not-compressed" not in out


def test_a_base_address_that_nobody_else_can_reach_is_told_once_for_each_document(
    published: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANTIN_BASE_URL")
    out = published("lint", "all").out
    assert out.count("address.private") == 1
    assert "BANTIN_BASE_URL" in out
    for target in ("all.rss", "/feeds.opml"):
        [document] = json.loads(published("lint", target, "--json").out)["documents"]
        assert [each["rule"] for each in document["findings"]].count("address.private") == 1


def test_an_archive_is_judged_by_its_address(published: Run) -> None:
    done = published("lint", "all/archive/9-1.rss")
    assert done.code == 1
    assert "no archive" in done.err
    assert "không có kho lưu" in done.err


def test_what_is_no_text_is_one_error(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "mark.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff")
    assert bantin("lint", path, "--language", "vi").out.splitlines()[-1] == "1 lỗi, 0 cảnh báo, 0 góp ý"


def test_vietnamese_is_vietnamese_down_to_its_numbers(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "tin.rss"
    path.write_text(RSS.replace("<ttl>15</ttl>", "<!-- " + "x" * 2000 + " -->")[:-8], encoding="utf-8")
    lines = bantin("lint", path, "--language", "vi").out.splitlines()
    said = " ".join(" ".join(lines).split())
    assert re.search(r"không phải nguồn tin, [0-9],[0-9] kB", lines[0])
    assert "(thư viện đọc XML báo: “" in said
    assert "near" not in said
    assert "“”" not in said


def test_a_list_of_subscriptions_counts_channels(published: Run) -> None:
    assert re.match(r"/feeds\.opml: OPML, [0-9]+ feeds, ", published("lint", "/feeds.opml").out)
    assert re.match(r"/feeds\.opml: OPML, [0-9]+ kênh, ", published("lint", "/feeds.opml", "--language", "vi").out)


def test_a_file_is_judged_in_the_language_that_is_asked_for(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "tin.rss"
    path.write_text(RSS.replace("Thu, 19 Nov 2026 09:30:00 +0700", "19/11/2026 09:30"), encoding="utf-8")
    english, vietnamese = bantin("lint", path), bantin("lint", path, "--language", "vi")
    assert english.code == vietnamese.code == 1
    assert "Write “Thu, 19 Nov 2026 09:30:00 +0700”." in " ".join(english.out.split())
    assert "entry 1, “Khánh thành cầu treo Khuổi Dầu”" in english.out
    assert "Hãy viết “Thu, 19 Nov 2026 09:30:00 +0700”." in " ".join(vietnamese.out.split())
    assert "bản tin 1, “Khánh thành cầu treo Khuổi Dầu”" in vietnamese.out
    assert english.out.splitlines()[-1] == "1 error, 0 warnings, 0 pieces of advice"
    assert vietnamese.out.splitlines()[-1] == "1 lỗi, 0 cảnh báo, 0 góp ý"


def test_warnings_fail_only_where_it_is_strict(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "tin.rss"
    path.write_text(RSS.replace("<language>vi</language>", ""), encoding="utf-8")
    assert bantin("lint", path).code == 0
    assert bantin("lint", path, "--strict").code == 1
    path.write_text(RSS, encoding="utf-8")
    assert bantin("lint", path, "--strict").out.splitlines()[-1] == "nothing to mend"


def test_stdin_is_judged(bantin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ATOM.encode())))
    assert "-: Atom 1.0, 2 entries" in bantin("lint", "-").out


def test_what_many_entries_share_is_told_once_and_in_full_on_demand(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "tin.json"
    path.write_bytes(feed_with(30, lambda number: {"id": number}))
    short = bantin("lint", path)
    assert short.out.count("json.id-not-a-string") == 1
    assert "30 entries: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …" in short.out
    assert bantin("lint", path, "--all").out.count("json.id-not-a-string") == 30


def test_long_lists_are_shortened_and_keep_the_gravest(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "tin.json"
    faults = [{"image": ""}, {"url": ""}, {"title": ""}, {"summary": ""}, {"id": 5}]
    path.write_bytes(feed_with(12, lambda number: faults[number % 5]))
    short = bantin("lint", path, "--show", "0")
    assert "2 more places with 2 findings: see them with --all" in short.out
    assert short.out.count("entry.id-repeated") + short.out.count("json.id-not-a-string") == 3
    whole = bantin("lint", path, "--show", "0", "--all")
    assert "more places" not in whole.out
    assert whole.out.count("\n  entry ") == 12
    assert "How readers" not in whole.out


def test_control_sequences_of_a_foreign_feed_never_reach_the_terminal(bantin: Run, tmp_path: Path) -> None:
    path = tmp_path / "tin.json"
    nasty = "Cầu \\u001b[31mđỏ\\u0007 \\u202e treo ở xã Nậm Lam"
    path.write_text(feed_with(2, lambda number: {}).decode().replace("Bản tin", nasty), encoding="utf-8")
    done = bantin("lint", path, "--show", "2")
    assert "text.control-character" in done.out
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out)


def test_the_table_of_rules_names_every_rule_with_its_specification(bantin: Run) -> None:
    out = bantin("lint", "--rules").out
    for rule in RULES.values():
        assert f"{rule.id}  [{rule.specification}]" in out
    listed = json.loads(bantin("lint", "--rules", "--json").out)
    assert {each["rule"] for each in listed} == set(RULES)
    assert "Hãy" in bantin("lint", "--rules", "--language", "vi").out


def test_no_argument_is_a_wrong_command_line(bantin: Run) -> None:
    done = bantin("lint")
    assert done.code == 2
    assert "say what to check" in done.err


def test_a_server_is_asked_and_judged(bantin: Run, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.lint.asking.PAUSE_SECONDS", 0.0)
    answers = iter(range(100))

    def respond(request: object) -> tuple[int, dict[str, str], bytes]:
        text = RSS.replace("16:00:00", f"16:00:{next(answers):02d}").replace(
            "https://namlam.example/tin.rss", f"{site.url}/"
        )
        return 200, {"Content-Type": "text/html"}, text.encode()

    site.respond = respond
    done = bantin("lint", f"{site.url}/", "--json")
    assert done.code == 1
    rules = {finding["rule"] for finding in json.loads(done.out)["documents"][0]["findings"]}
    assert {"http.churn-dates", "http.content-type", "http.charset-missing", "http.etag-missing", "http.cors"} <= rules
    assert not rules & {"http.self-differs", "address.private"}


def test_a_server_that_is_not_there_has_an_exit_code_of_its_own(bantin: Run) -> None:
    done = bantin("lint", "http://127.0.0.1:1/tin.rss")
    assert done.code == 3
    assert "http://127.0.0.1:1/tin.rss" in done.err
    assert "lỗi: không kết nối được tới http://127.0.0.1:1/tin.rss (" in done.err


def test_a_page_that_is_not_there_is_an_error_of_the_server(bantin: Run, site: Site) -> None:
    site.respond = lambda request: (404, {}, b"<html>")
    done = bantin("lint", f"{site.url}/tin.rss")
    assert done.code == 1
    assert "The server answers 404" in done.out


def test_colours_are_for_terminals_that_want_them(bantin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tin.rss"
    path.write_text(RSS.replace("<ttl>15</ttl>", ""), encoding="utf-8")
    assert "\x1b" not in bantin("lint", path).out
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("click._compat.isatty", lambda stream: True)
    assert "\x1b" not in bantin("lint", path).out
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[36m" in bantin("lint", path).out
