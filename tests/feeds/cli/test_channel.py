"""`bantin channel`: what is listed is what is served, what is set is what readers get, what cannot be is said."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.feeds.cli.conftest import Run

MANUSCRIPT = """\
Tiêu đề: Lễ hội Lồng Tồng
Ngày: 10/01/2026 08:00
Chuyên mục: Văn hóa
Cơ quan: {}

Sapo.

Thân bài.
"""
PAIR = "category/van-hoa/publisher/so-van-hoa-tinh"


@pytest.fixture
def filled(bantin: Run, tmp_path: Path) -> Run:
    """A department and a library under it have published one bulletin each."""
    bantin("category", "add", "Văn hóa")
    bantin("organisation", "add", "Sở Văn hóa tỉnh")
    bantin("organisation", "add", "Thư viện tỉnh", "--parent", "Sở Văn hóa tỉnh")
    for number, body in enumerate(("Sở Văn hóa tỉnh", "Thư viện tỉnh")):
        file = tmp_path / f"tin-{number}.txt"
        file.write_text(MANUSCRIPT.format(body).replace("Lồng Tồng", f"Lồng Tồng {number}"), encoding="utf-8")
        assert bantin("bulletin", "add", file, "--publish").code == 0
    return bantin


def test_the_list_names_every_channel_with_what_it_holds(filled: Run) -> None:
    rows = [line.split() for line in filled("channel", "list").out.splitlines()]
    assert [row[:2] for row in rows] == [
        ["SELECTION", "BULLETINS"],
        ["all", "2"],
        ["category/van-hoa", "2"],
        ["organisation/so-van-hoa-tinh", "1"],
        ["organisation/thu-vien-tinh", "1"],
        ["publisher/so-van-hoa-tinh", "1"],
        ["publisher/thu-vien-tinh", "1"],
    ]
    pairs = {each["selection"]: each for each in json.loads(filled("channel", "list", "--pairs", "--json").out)}
    assert len(pairs) == 10
    assert pairs[PAIR]["bulletins"] == 1
    assert pairs[PAIR]["feeds"]["atom"].endswith(f"/feeds/{PAIR}.atom")


def test_what_is_set_is_what_readers_get_until_it_is_taken_back(filled: Run, tmp_path: Path) -> None:
    picture = tmp_path / "huy-hieu.png"
    Image.new("RGB", (400, 400), "#8c1616").save(picture)
    before = filled("feed", "category/van-hoa.json").out
    done = filled(
        *("channel", "edit", "category/van-hoa", "--title", "Tin văn hóa", "--description", "Lễ hội và hát then."),
        *("--language", "tyz", "--entries", 1, "--lead-only", "--image", picture),
    )
    assert done.code == 0, done.err
    assert done.out == "set channel category/van-hoa: title, description, language, 1 entry, lead only, picture\n"
    document = json.loads(filled("feed", "category/van-hoa.json").out)
    assert (document["title"], document["language"]) == ("Tin văn hóa", "tyz")
    assert document["description"] == "Lễ hội và hát then."
    (item,) = document["items"]
    assert "Thân bài" not in item["content_html"]
    assert f'<a href="{item["url"]}">Đọc tiếp</a>' in item["content_html"]
    assert item["language"] == "vi"
    assert "/files/" in document["icon"]
    rows = {line.split()[0]: line for line in filled("channel", "list").out.splitlines()}
    assert "title, description, language, 1 entry, lead only, picture" in rows["category/van-hoa"]
    said = filled("channel", "show", "category/van-hoa").out
    for line in ("title: Tin văn hóa (set)", "entries: 1 (set)", "content: lead only (set)", "bulletins: 2"):
        assert line in said.splitlines()
    assert filled("photo", "check", "--json").code == 0

    assert filled("channel", "edit", "category/van-hoa", "--no-title", "--full-text", "--no-image").code == 0
    shown = json.loads(filled("channel", "show", "category/van-hoa", "--json").out)
    assert shown["set"] == {
        "title": None,
        "description": "Lễ hội và hát then.",
        "language": "tyz",
        "entries": 1,
        "lead_only": False,
        "image": None,
    }
    assert filled("channel", "edit", "category/van-hoa", "--reset").code == 0
    assert "channel category/van-hoa reset: description, language, entries\n" in filled("audit").out
    after = json.loads(filled("feed", "category/van-hoa.json").out)
    for document in (after, as_it_was := json.loads(before)):
        # When it last changed, and what archives tell of that.
        document["_bantin"].pop("updated")
    assert after == as_it_was


def test_a_dry_run_says_what_it_would_set_and_sets_nothing(filled: Run, tmp_path: Path) -> None:
    picture = tmp_path / "huy-hieu.png"
    Image.new("RGB", (200, 200)).save(picture)
    before = filled("feed", "all.atom").out
    done = filled("channel", "edit", "all", "--entries", 1, "--image", picture, "--dry-run")
    assert (done.code, done.out) == (0, "would set channel all: 1 entry, picture\n")
    assert filled("feed", "all.atom").out == before
    assert not [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]


def test_a_body_speaks_for_those_under_it(filled: Run) -> None:
    rehearsed = filled("channel", "edit", "organisation/so-van-hoa-tinh", "--subordinates", "--dry-run")
    done = filled("channel", "edit", "organisation/so-van-hoa-tinh", "--subordinates")
    assert done.code == 0, done.err
    said = "set channel organisation/so-van-hoa-tinh: subordinate bodies included, 1 bulletin more\n"
    assert (rehearsed.out, done.out) == (f"would {said}", said)
    rows = {line.split()[0]: line for line in filled("channel", "list").out.splitlines()}
    assert "  subordinate bodies  " in rows["publisher/so-van-hoa-tinh"]
    assert "subordinate" not in rows["publisher/thu-vien-tinh"]
    assert "in other channels by that: 1" in done.err
    document = json.loads(filled("feed", "publisher/so-van-hoa-tinh.json").out)
    assert len(document["items"]) == 2
    assert document["description"] == "Các bản tin do Sở Văn hóa tỉnh và các đơn vị trực thuộc phát hành."
    assert "subordinate bodies: included (set)" in filled("channel", "show", "publisher/so-van-hoa-tinh").out
    assert "nothing changed" in filled("channel", "edit", "publisher/so-van-hoa-tinh", "--subordinates").out
    undone = filled("channel", "edit", "publisher/so-van-hoa-tinh", "--no-subordinates", "--title", "Tin của Sở")
    assert undone.out.endswith(": title; subordinate bodies left out, 1 bulletin fewer\n")
    assert len(json.loads(filled("feed", "publisher/so-van-hoa-tinh.json").out)["items"]) == 1


def test_an_archive_is_printed_as_it_is_served(filled: Run) -> None:
    assert filled("channel", "edit", "all", "--entries", 1).code == 0
    head = filled("feed", "all.atom").out
    (address,) = set(re.findall(r'/feeds/(all/archive/[^"]+)"', head))
    assert "<fh:archive/>" in filled("feed", address).out
    missing = filled("feed", "all/archive/99-1.atom")
    assert missing.code == 1
    assert "no archive “all/archive/99-1.atom”" in missing.err


@pytest.mark.parametrize(
    ("arguments", "code", "said", "vietnamese"),
    [
        (("category/van-hoa",), 1, "says nothing to change; accepted: one of --title", "chưa nêu thay đổi"),
        (("category/van-hoa", "--title", " "), 1, "title", "không được để trống"),
        (("category/van-hoa", "--entries", 0), 1, "entries “0”", "từ 1 đến 500"),
        (("category/van-hoa", "--entries", 501), 1, "entries “501”", "từ 1 đến 500"),
        (("category/van-hoa", "--language", "vn-"), 1, "language “vn-”", "mã ngôn ngữ"),
        (("category/van-hoa", "--subordinates"), 1, "organisation/SLUG or publisher/SLUG", "một cơ quan"),
        (("category/van-hoa/author/x", "--entries", 5), 1, "names no channel; accepted: all,", "tên kênh"),
        (("category/van-hoa.rss", "--entries", 5), 1, "names no channel", "tên kênh"),
        (("category/van-hao", "--entries", 5), 1, "van-hoa", ""),
        (("all", "--title", "A", "--no-title"), 2, "not both", ""),
        (("all", "--image", "khong-co.png"), 1, "khong-co.png", ""),
    ],
)
def test_what_cannot_be_set_is_said(
    filled: Run, arguments: tuple[object, ...], code: int, said: str, vietnamese: str
) -> None:
    done = filled("channel", "edit", *arguments)
    assert done.code == code
    assert said in done.err
    assert vietnamese in done.err


def test_a_picture_that_is_too_small_is_refused(filled: Run, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (600, 100)).save(out, "PNG")
    (tmp_path / "nho.png").write_bytes(out.getvalue())
    done = filled("channel", "edit", "all", "--image", tmp_path / "nho.png")
    assert done.code == 1
    assert "600 x 100 pixels" in done.err
    assert "at least 144 x 144" in done.err
    assert "chỉ có 600 x 100 điểm ảnh, quá ít cho một kênh; cần ít nhất 144 x 144 điểm ảnh" in done.err
