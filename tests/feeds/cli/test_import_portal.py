"""`bantin import portal`: the first user's job, on the real page where it is at hand, and on bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.feeds.cli.conftest import Run

SEEDS = sorted((Path(__file__).parents[4] / "shared" / "seeds").glob("*.txt"))
BODIES = {
    "Hội Liên hiệp Phụ nữ tỉnh Bắc Kạn": ["Hội Liên hiệp Phụ nữ tỉnh", "Hội LHPN tỉnh"],
    "Liên đoàn Lao động tỉnh Bắc Kạn": ["Liên đoàn Lao động tỉnh"],
    "Hội Nông dân tỉnh Bắc Kạn": ["Hội Nông dân tỉnh"],
    "Hội Cựu chiến binh tỉnh Bắc Kạn": ["Hội Cựu chiến binh tỉnh"],
    "Ủy ban MTTQ Việt Nam tỉnh Bắc Kạn": ["Uỷ ban MTTQ Việt Nam tỉnh"],
    "Ban Thi đua – Khen thưởng tỉnh Bắc Kạn": ["Ban Thi đua – Khen thưởng tỉnh"],
}
TITLE = "Khối thi đua MTTQ và các đoàn thể tổng kết công tác thi đua, khen thưởng năm 2020"
CAPTIONS = [
    "Các đơn vị trong Khối ký kết giao ước thi đua năm 2021",
    "Hội LHPN tỉnh bàn giao Trưởng Khối thi đua năm 2021 cho Liên đoàn Lao động tỉnh",
]

PAGE = """PublishingPortal - Block_BanTin_Toolbar

{date}
Tăng cỡ chữ Giảm cỡ chữ
{title}
Sáng 12/3, Hội Nông dân tỉnh Vân Sơn ra quân trồng cây tại xã Nà Mạ.

 PublishingPortal - Block_BanTin_ViewData

{body}

Hội viên trồng cây tại đồi Khau Phạ

Hội Nông dân tỉnh đề nghị các cấp hội chăm sóc số cây đã trồng./.

Minh Hà
"""


def page(**parts: str) -> str:
    said = {"date": "13/03/2026", "title": "Ra quân trồng cây đầu xuân", "body": "Có 200 hội viên tham gia."}
    return PAGE.format(**(said | parts))


@pytest.fixture
def seed() -> Path:
    if not SEEDS:
        pytest.skip("no real page here: ../shared/seeds is not beside the project")
    return SEEDS[0]


def feed_titles(bantin: Run, address: str) -> list[str]:
    return [item["title"] for item in json.loads(bantin("feed", address).out)["items"]]


def test_the_real_page_imports_whole_and_without_a_warning(bantin: Run, seed: Path) -> None:
    done = bantin("import", "portal", seed, "--json")
    [result] = json.loads(done.out)
    assert (done.code, result["outcome"], result["messages"]) == (0, "added", [])
    stored = json.loads(bantin("bulletin", "show", result["bulletin"], "--json").out)
    assert stored["title"] == TITLE
    assert (stored["published"], stored["precision"]) == ("2020-12-30T12:00:00+07:00", "day")
    lines = seed.read_text(encoding="utf-8").replace("\xa0", " ").splitlines()
    assert stored["lead"] == next(line.strip() for line in lines if line.startswith("Chiều 29/12"))
    assert stored["authors"] == ["Thu Trang"]
    assert [a["caption"] for a in stored["attachments"]] == CAPTIONS
    for paragraph in (line.strip() for line in lines if len(line.strip()) > 200):
        assert paragraph.removesuffix("./.") in stored["body"] + stored["lead"]
    assert stored["body"].count("<p>") == 4
    assert stored["body"].index('data-attachment="1"') < stored["body"].index("Trong năm 2020")
    for furniture in ("PublishingPortal", "Block_", "cỡ chữ", "./."):
        assert furniture not in json.dumps(stored, ensure_ascii=False)
    item = json.loads(bantin("feed", "all.json").out)["items"][0]
    assert item["title"] == TITLE
    assert all(caption in item["content_html"] for caption in CAPTIONS)


@pytest.mark.parametrize("bodies_first", [True, False])
def test_every_body_that_the_real_page_names_carries_it(bantin: Run, seed: Path, bodies_first: bool) -> None:
    if not bodies_first:
        bantin("import", "portal", seed)
    for name, aliases in BODIES.items():
        options = [word for alias in aliases for word in ("--alias", alias)]
        assert bantin("organisation", "add", name, *options).code == 0
    if bodies_first:
        bantin("import", "portal", seed)
    slugs = [body["slug"] for body in json.loads(bantin("organisation", "list", "--json").out)]
    assert len(slugs) == len(BODIES)
    for slug in slugs:
        assert feed_titles(bantin, f"organisation/{slug}.json") == [TITLE], slug


def test_the_same_page_twice_changes_nothing_and_says_so(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    assert "1 added" in bantin("import", "portal", file).out
    before = bantin("feed", "all.atom").out
    # Another layout of the same page says nothing new either.
    file.write_text("\ufeff" + page().replace("\n", "\r\n").replace("12/3,", "12/3, "))
    done = bantin("import", "portal", file)
    assert (done.code, "1 unchanged" in done.out) == (0, True)
    assert bantin("feed", "all.atom").out == before


def test_a_changed_page_becomes_a_revision(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    bantin("category", "add", "Môi trường")
    bantin("import", "portal", file, "--category", "Môi trường")
    file.write_text(page(body="Có 250 hội viên tham gia."))
    done = bantin("import", "portal", file)
    assert (done.code, "1 revised" in done.out) == (0, True)
    stored = json.loads(bantin("bulletin", "show", 1, "--json").out)
    assert "250 hội viên" in stored["body"]
    assert (stored["revision"], stored["categories"]) == (2, ["Môi trường"])
    assert stored["published"] == "2026-03-13T12:00:00+07:00"
    assert len(json.loads(bantin("bulletin", "list", "--json").out)) == 1


def test_a_mended_title_is_asked_about_and_settled(bantin: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(page(title="Ra quân trồng cây đầu xuân tại xã Nà Mạ"))
    second.write_text(page(title="Ra quân trồng cây đầu xuân ở xã Nà Mạ"))
    bantin("import", "portal", first)
    held = bantin("import", "portal", second)
    assert held.code == 1
    assert "1 held" in held.out
    assert "--revises 1" in held.err
    assert len(json.loads(bantin("bulletin", "list", "--json").out)) == 1
    assert "1 revised" in bantin("import", "portal", second, "--revises", 1).out
    assert feed_titles(bantin, "all.json") == ["Ra quân trồng cây đầu xuân ở xã Nà Mạ"]
    assert "1 unchanged" in bantin("import", "portal", second).out
    first.write_text(page(title="Ra quân trồng cây vào đầu xuân tại xã Nà Mạ"))
    assert "1 added" in bantin("import", "portal", first, "--as-new").out


def test_a_date_that_has_not_come_is_held_as_a_draft(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page(date="13/03/2199"))
    done = bantin("import", "portal", file)
    assert (done.code, "1 held" in done.out) == (1, True)
    assert "stored as draft 1" in done.err
    assert feed_titles(bantin, "all.json") == []


def test_one_bad_page_stops_nothing(bantin: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "2026").mkdir(parents=True)
    bad = {
        "empty.txt": b"",
        "blank.txt": b" \n\n",
        "binary.txt": b"\x7fELF\x00\x00\x01",
        "tcvn3.txt": "13/03/2026\nKhèi thi ®ua MÆt trËn Tæ quèc tØnh B¾c K¹n\nHéi nghÞ tæng kÕt".encode("cp1252"),
        "no-date.txt": page(date="").encode(),
        "no-title.txt": b"13/03/2026\n",
        "bad-date.txt": page(date="31/02/2026").encode(),
        "heavy.txt": page(body="Dài. " * 1_000_000).encode(),
    }
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    (folder / "good.txt").write_text(page())
    (folder / "2026" / "good.txt").write_text(page(date="14/03/2026", title="Một tin khác hẳn", body="Không giống."))
    (folder / "notes.md").write_text("not a page")
    done = bantin("import", "portal", folder)
    assert done.code == 1
    assert f"{len(bad) + 2} pages: 2 added, {len(bad)} refused" in done.out
    for name in bad:
        assert f"{folder / name}" in done.err
    assert f"{folder / 'bad-date.txt'}:3: refused" in done.err
    assert "31/02/2026" in done.err
    assert "TCVN3" in done.err
    assert len(feed_titles(bantin, "all.json")) == 2


def test_a_dry_run_shows_and_stores_nothing(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    done = bantin("import", "portal", file, "--dry-run")
    assert done.code == 0
    for words in ("would be added", "caption", "Minh Hà", "2026-03-13", "Dry run, nothing stored"):
        assert words in done.out
    assert json.loads(bantin("bulletin", "list", "--json").out) == []


def test_a_person_may_overrule_a_line(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    line = page().splitlines().index("Hội viên trồng cây tại đồi Khau Phạ") + 1
    done = bantin("import", "portal", file, "--as", f"{line}=paragraph")
    assert done.code == 0
    stored = json.loads(bantin("bulletin", "show", 1, "--json").out)
    assert stored["attachments"] == []
    assert "<p>Hội viên trồng cây tại đồi Khau Phạ</p>" in stored["body"]
    assert bantin("import", "portal", file, "--as", "x=paragraph").code == 2
    assert bantin("import", "portal", file, "--as", f"{line}=photo").code == 2


def test_unknown_names_are_answered_with_the_nearest_before_anything_is_read(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    bantin("category", "add", "Nông nghiệp")
    bantin("organisation", "add", "Hội Nông dân tỉnh")
    done = bantin("import", "portal", file, "--category", "Công nghiệp")
    assert (done.code, "“Nông nghiệp”" in done.err) == (1, True)
    done = bantin("import", "portal", file, "--publisher", "Hội Nông dan tinh X")
    assert (done.code, "“Hội Nông dân tỉnh”" in done.err) == (1, True)
    assert json.loads(bantin("bulletin", "list", "--json").out) == []


def test_no_recognise_attaches_nobody(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    bantin("organisation", "add", "Hội Nông dân tỉnh")
    bantin("import", "portal", file, "--no-recognise")
    assert json.loads(bantin("bulletin", "show", 1, "--json").out)["subjects"] == []


def test_a_file_that_is_not_there_is_said(bantin: Run, tmp_path: Path) -> None:
    done = bantin("import", "portal", tmp_path / "missing.txt")
    assert (done.code, "No such file" in done.err) == (1, True)


def test_what_editors_did_outlives_the_next_import(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    bantin("category", "add", "Môi trường")
    bantin("organisation", "add", "Sở Văn hóa")
    bantin("import", "portal", file)
    shown = bantin("bulletin", "show", 1).out
    assert "[Ảnh #1: Hội viên trồng cây tại đồi Khau Phạ]" in shown
    edited = shown.replace("Khau Phạ]", "Khau Phạ | Minh Hà]").replace("\n\n", "\nVề: Sở Văn hóa\n\n", 1)
    (tmp_path / "b.txt").write_text(edited.replace("200 hội viên", "hai trăm hội viên"))
    assert bantin("bulletin", "edit", 1, tmp_path / "b.txt").code == 0
    # The same page again, filed better: the editor's text stays.
    assert "1 revised" in bantin("import", "portal", file, "--category", "Môi trường").out
    stored = json.loads(bantin("bulletin", "show", 1, "--json").out)
    assert "hai trăm hội viên" in stored["body"]
    assert (stored["categories"], stored["subjects"]) == (["Môi trường"], ["Sở Văn hóa"])
    assert stored["updated"] == stored["published"]
    # The page itself changed: its text comes in, what it knows nothing of stays, and the import says so.
    file.write_text(page(body="Có 250 hội viên tham gia."))
    done = bantin("import", "portal", file)
    assert "this replaced the text of" in done.err
    stored = json.loads(bantin("bulletin", "show", 1, "--json").out)
    assert "250 hội viên" in stored["body"]
    assert (stored["categories"], stored["subjects"]) == (["Môi trường"], ["Sở Văn hóa"])
    assert stored["attachments"][0]["credit"] == "Minh Hà"


def test_an_overruled_line_stays_overruled(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    line = page().splitlines().index("Hội viên trồng cây tại đồi Khau Phạ") + 1
    bantin("import", "portal", file)
    assert "1 revised" in bantin("import", "portal", file, "--as", f"{line}=paragraph").out
    assert "1 unchanged" in bantin("import", "portal", file).out
    assert json.loads(bantin("bulletin", "show", 1, "--json").out)["attachments"] == []


def test_a_held_draft_takes_the_mended_date(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page(date="13/03/2199"))
    bantin("import", "portal", file)
    file.write_text(page(date="13/03/2026"))
    done = bantin("import", "portal", file, "--revises", 1)
    assert "published" in done.err
    assert json.loads(bantin("bulletin", "show", 1, "--json").out)["published"] == "2026-03-13T12:00:00+07:00"


def test_no_recognise_on_a_changed_page_detaches_nobody(bantin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(page())
    bantin("organisation", "add", "Hội Nông dân tỉnh")
    bantin("import", "portal", file)
    file.write_text(page(body="Có 250 hội viên tham gia."))
    bantin("import", "portal", file, "--no-recognise")
    assert json.loads(bantin("bulletin", "show", 1, "--json").out)["subjects"] == ["Hội Nông dân tỉnh"]


def test_a_dry_run_knows_a_page_that_stands_there_twice(bantin: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(page())
    done = bantin("import", "portal", tmp_path / "a.txt", tmp_path / "b.txt", "--dry-run")
    assert "1 added, 1 unchanged" in done.out
    assert f"the same page as {tmp_path / 'a.txt'}" in done.err
