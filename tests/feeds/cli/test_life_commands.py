"""The commands for what happens after publication: what they print, and what they refuse in both languages."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from tests.feeds.cli.conftest import Done, Run

MANUSCRIPT = """Tiêu đề: Khai mạc lễ hội Lồng Tồng
Ngày: 10/02/2026 08:00
Chuyên mục: Lễ hội
Cơ quan: Sở Văn hóa tỉnh
Tác giả: Thu Trang

Sáng 10/2, lễ hội khai mạc.

Có 120 đoàn dự lễ hội năm nay.
"""


@pytest.fixture
def editor(bantin: Run, tmp_path: Path) -> Run:
    bantin("category", "add", "Văn hóa")
    bantin("category", "add", "Lễ hội", "--parent", "Văn hóa")
    bantin("organisation", "add", "Sở Văn hóa tỉnh", "--short-name", "SVH")
    (tmp_path / "a.txt").write_text(MANUSCRIPT)
    (tmp_path / "b.txt").write_text(MANUSCRIPT.replace("120", "210"))
    return bantin


@pytest.fixture
def published(editor: Run, tmp_path: Path) -> Run:
    assert editor("bulletin", "add", tmp_path / "a.txt", "--publish").code == 0
    return editor


def items(bantin: Run, selection: str = "all") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(bantin("feed", f"{selection}.json").out)["items"]
    return found


def state(bantin: Run) -> str:
    """Give all that readers see, and how far the logs are."""
    counted = json.loads(bantin("audit", "--json", "--limit", 1).out)[0]["number"]
    return bantin("feed", "all.atom").out + bantin("bulletin", "list").out + str(counted)


def require_refused(done: Done, english: str, vietnamese: str) -> None:
    assert done.code == 1
    assert done.out == ""
    assert re.search(f"^error: .*{english}", done.err, re.MULTILINE)
    assert re.search(f"^lỗi: .*{vietnamese}", done.err, re.MULTILINE)


def test_a_correction_is_told_to_readers_and_kept_in_the_history(published: Run, tmp_path: Path) -> None:
    [before] = items(published)
    note = "Số đoàn dự là 210, không phải 120."
    done = published("bulletin", "correct", 1, tmp_path / "b.txt", "--note", note)
    assert "corrected as revision 2 of bulletin 1" in done.out
    [after] = items(published)
    assert note in str(after["content_html"])
    assert "Đính chính" in str(after["content_html"])
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])
    assert after["date_modified"] != before["date_modified"]
    history = published("bulletin", "history", 1).out
    assert re.search(r"1 +\S.*drafted\n", history)
    assert re.search(rf"2 +\S.*corrected: {note}", history)
    assert "[-120-]{+210+} đoàn" in published("bulletin", "compare", 1).out
    assert "120 đoàn" in published("bulletin", "show", 1, "--revision", 1).out
    again = published("bulletin", "correct", 1, tmp_path / "b.txt", "--note", note)
    assert "nothing changed" in again.out


def test_a_withdrawn_bulletin_comes_back_as_it_was(published: Run) -> None:
    [before] = items(published)
    done = published("bulletin", "withdraw", 1, "--reason", "Đăng nhầm bản cũ.")
    assert "withdrawn 1" in done.out
    assert "bantin bulletin publish 1" in done.err
    assert items(published) == []
    assert "Đăng nhầm bản cũ." in published("feed", "all.atom").out
    assert "published again 1" in published("bulletin", "publish", 1).out
    [after] = items(published)
    assert {**after, "date_modified": ""} == {**before, "date_modified": ""}
    actions = [act["action"] for act in json.loads(published("audit", "--bulletin", 1, "--json").out)]
    assert actions == ["republished", "withdrawn", "published", "drafted"]


def test_a_schedule_is_made_moved_and_cancelled(editor: Run, tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(MANUSCRIPT.replace("10/02/2026 08:00", "10/02/2096 08:00:30"))
    added = editor("bulletin", "add", tmp_path / "c.txt")
    assert "bantin bulletin schedule 1" in added.err
    assert "10/02/2096, 08:00:30" in editor("bulletin", "schedule", 1).out
    assert "11/02/2096, 09:15: Khai mạc" in editor("bulletin", "schedule", 1, "11/02/2096 09:15").out
    assert re.search(r"1 +scheduled +11/02/2096 09:15", editor("bulletin", "list").out)
    assert items(editor) == []
    assert "cancelled" in editor("bulletin", "schedule", 1, "--cancel").out
    assert re.search(r"1 +draft", editor("bulletin", "list").out)


def test_expunging_asks_first_and_leaves_no_word(
    published: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = published("bulletin", "expunge", 1)
    assert asked.code == 1
    assert "for good: Khai mạc lễ hội Lồng Tồng?" in asked.err
    assert len(items(published)) == 1
    done = published("bulletin", "expunge", 1, "--yes", "--reason", "Theo yêu cầu của công dân.")
    assert "expunged 1" in done.out
    assert "backups" in done.err
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert "Lồng Tồng".encode() not in kept
    assert "120 đoàn".encode() not in kept
    assert "Theo yêu cầu của công dân." in published("feed", "all.atom").out


def test_names_change_and_old_addresses_still_lead_there(published: Run) -> None:
    assert "nothing changed" in published("organisation", "rename", "SVH", "Sở Văn hóa tỉnh", "--short-name", "SVH").err
    renamed = published("organisation", "rename", "SVH", "Sở Văn hóa và Thể thao tỉnh")
    assert "so-van-hoa-va-the-thao-tinh" in renamed.out
    [item] = items(published, "publisher/so-van-hoa-va-the-thao-tinh")
    assert item == items(published, "publisher/so-van-hoa-tinh")[0]
    assert item["authors"] == [{"name": "Thu Trang", "url": "http://localhost:8000/feeds/author/thu-trang"}]
    assert "Sở Văn hóa tỉnh" in str(item["tags"])
    published("organisation", "add", "Sở Du lịch tỉnh")
    assert published("organisation", "merge", "SVH", "--into", "Sở Du lịch tỉnh", "--yes").code == 0
    listed = published("organisation", "list").out
    assert re.search(r"Sở Văn hóa và Thể thao tỉnh +\(merged into Sở Du lịch tỉnh on ", listed)
    assert published("category", "move", "Lễ hội", "--top").code == 0
    assert items(published, "category/van-hoa") == []
    assert published("author", "rename", "Thu Trang", "Nguyễn Thu Trang", "--throughout").code == 0
    assert "Nguyễn Thu Trang" in str(items(published))
    assert "added alias" in published("category", "alias", "Lễ hội", "Hội xuân").out
    assert published("category", "close", "Hội xuân").code == 0
    assert "closed on" in published("category", "list").out


@pytest.mark.parametrize(
    ("command", "english", "vietnamese"),
    [
        (("bulletin", "withdraw", 2, "--reason", "x"), "only a published one can be withdrawn", "chưa đăng"),
        (("bulletin", "withdraw", 1, "--reason", " "), "reason", "thiếu lý do"),
        (("bulletin", "withdraw", 99, "--reason", "x"), "no bulletin “99”", "không có bản tin “99”"),
        (("bulletin", "publish", 1), "only a draft or a withdrawn one", "đã đăng"),
        (("bulletin", "publish", 2), "no publisher", "chưa có cơ quan phát hành"),
        (("bulletin", "schedule", 2, "1/1/2096 08:00"), "no publisher", "chưa có cơ quan phát hành"),
        (("bulletin", "schedule", 3, "1/1/2020 08:00"), "is past", "đã qua"),
        (("bulletin", "schedule", 3, "1/1/2096"), "no time of day", "cả ngày lẫn giờ"),
        (("bulletin", "schedule", 3, "--cancel"), "not scheduled", "không hẹn giờ"),
        (
            ("bulletin", "correct", 2, "third.txt", "--note", "x"),
            "only a published one is corrected",
            "không đính chính",
        ),
        (("bulletin", "correct", 1, "no-title.txt", "--note", "x"), "title", "thiếu tiêu đề"),
        (("bulletin", "add", "no-title.txt", "--publish"), "title", "thiếu tiêu đề"),
        (("bulletin", "add", "no-publisher.txt", "--publish"), "no publisher", "chưa ghi cơ quan phát hành"),
        (("category", "merge", "Văn hóa", "--into", "Lễ hội", "--yes"), "child of its own", "cấp trên vào cấp dưới"),
        (("category", "merge", "Văn hóa", "--into", "Văn hóa", "--yes"), "into itself", "vào chính nó"),
        (("category", "move", "Văn hóa", "--under", "Lễ hội"), "circle", "vòng tròn"),
        (("category", "add", "Khác", "--slug", "van-hoa"), "slug “van-hoa” exists already", "đã có tên địa chỉ"),
        (("category", "rename", "Lễ hội", "Hội", "--slug", "van-hoa"), "slug “van-hoa” exists", "đã có tên địa chỉ"),
        (("category", "rename", "Lễ hội", "Văn hóa"), "exists already", "đã có chuyên mục"),
        (("category", "rename", "Lễ hội", "Hội", "--from", "1/1/2096"), "has not come yet", "chưa đến"),
        (("category", "close", "Du lịch"), "no category “Du lịch”", "không có chuyên mục"),
        (("redirect", "add", "rss", "all.rss"), "no address of a former site", "không phải địa chỉ"),
        (("redirect", "add", "/rss", "khong-co"), "neither a channel nor", "không phải kênh tin"),
    ],
)
def test_what_cannot_be_is_refused_in_both_languages(
    published: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[object, ...],
    english: str,
    vietnamese: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    without_publisher = MANUSCRIPT.replace("Cơ quan: Sở Văn hóa tỉnh\n", "").replace("Lồng Tồng", "đầu xuân")
    (tmp_path / "no-publisher.txt").write_text(without_publisher)
    (tmp_path / "no-title.txt").write_text(MANUSCRIPT.replace("Tiêu đề: Khai mạc lễ hội Lồng Tồng\n", ""))
    (tmp_path / "third.txt").write_text(MANUSCRIPT.replace("Lồng Tồng", "mùa xuân"))
    assert published("bulletin", "add", "no-publisher.txt").code == 0
    assert published("bulletin", "add", "third.txt").code == 0
    before = state(published)
    require_refused(published(*command), english, vietnamese)
    assert state(published) == before


def test_redirects_say_where_they_lead(published: Run) -> None:
    added = published("redirect", "add", "https://cu.example.vn/RSS/Tin.aspx?ID=5", "category/le-hoi")
    assert "/rss/tin.aspx?id=5 -> http://localhost:8000/feeds/category/le-hoi.rss" in added.out
    assert "--page" in added.err
    assert "/feeds/category/le-hoi\n" in published("redirect", "add", "/rss/trang", "category/le-hoi", "--page").out
    assert "/ban-tin/khai-mac-le-hoi-long-tong-1" in published("redirect", "add", "/tin/1.html", 1).out
    published("category", "rename", "Lễ hội", "Hội xuân")
    assert "/feeds/category/hoi-xuan.rss" in published("redirect", "list").out
    assert published("redirect", "remove", "/tin/1.html").code == 0
    assert "1.html" not in published("redirect", "list").out


def test_a_sound_store_has_nothing_to_mend(published: Run) -> None:
    assert re.search(r"1 bulletins, \d+ placements: nothing to mend", published("db", "rebuild").out)
    assert published("db", "check").out.startswith("sound")


def test_dry_runs_change_nothing(published: Run) -> None:
    before = state(published)
    for command in (
        ("bulletin", "withdraw", 1, "--reason", "x"),
        ("bulletin", "expunge", 1),
        ("category", "rename", "Lễ hội", "Hội xuân"),
        ("category", "move", "Lễ hội", "--top"),
        ("category", "merge", "Lễ hội", "--into", "Văn hóa", "--yes"),
        ("organisation", "close", "SVH"),
        ("author", "alias", "Thu Trang", "T. Trang"),
        ("redirect", "add", "/rss", "all.rss"),
        ("db", "rebuild"),
    ):
        done = published(*command, "--dry-run")
        assert done.code == 0, done.err
        assert "would" in done.out or "nothing to mend" in done.out
    assert state(published) == before
