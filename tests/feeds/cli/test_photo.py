"""`bantin photo` and `bantin document` as an editor runs them, and what readers then find."""

from __future__ import annotations

import json
import os
import time
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from feeds.samples.documents import write_document
from feeds.samples.drawings import draw
from tests.feeds.cli.conftest import Done, Run

MANUSCRIPT = """\
Tiêu đề: Hội Nông dân tỉnh tổng kết công tác năm 2026
Ngày: 19/11/2026 08:30
Cơ quan: Hội Nông dân tỉnh

Sáng 19/11, Hội Nông dân tỉnh tổng kết công tác.

{body}
"""
DESCRIPTION, ARTIST = 0x010E, 0x013B


@pytest.fixture
def published(bantin: Run, tmp_path: Path) -> Run:
    """Publish bulletin 1, with two captions that wait for their photos."""
    assert bantin("organisation", "add", "Hội Nông dân tỉnh").code == 0
    body = "[Ảnh: Toàn cảnh hội nghị]\n\n[Ảnh: Trao bằng khen cho các tập thể | Thu Trang]"
    (tmp_path / "tin.txt").write_text(MANUSCRIPT.format(body=body), encoding="utf-8")
    done = bantin("bulletin", "add", tmp_path / "tin.txt", "--publish")
    assert done.code == 0, done.err
    assert "waits for its file" in done.err
    return bantin


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "cho-phien.jpg"
    path.write_bytes(draw("cho-phien.jpg", width_px=480, height_px=320))
    return path


def show(bantin: Run, number: int = 1) -> dict:
    return json.loads(bantin("bulletin", "show", number, "--json").out)


def feed(bantin: Run) -> dict:
    return json.loads(bantin("feed", "all.json").out)["items"][0]


def test_two_photos_fill_the_two_captions_that_waited(published: Run, photo: Path) -> None:
    other = photo.with_name("song.jpg")
    other.write_bytes(draw("song-thuyen.jpg", width_px=480, height_px=320))
    before = show(published)
    done = published("photo", "add", 1, photo, other)
    assert done.code == 0, done.err
    assert "cho-phien.jpg: photo 1 of bulletin 1, JPEG, 480 x 320 px" in done.out
    assert "Toàn cảnh hội nghị" in done.out
    after = show(published)
    assert [bool(a["file"]) for a in after["attachments"]] == [True, True]
    assert after["updated"] == before["updated"]
    item = feed(published)
    assert [p["caption"] for p in item["_bantin"]["photos"]] == [
        "Toàn cảnh hội nghị",
        "Trao bằng khen cho các tập thể",
    ]
    assert published("photo", "check").code == 0


def test_one_photo_for_two_captions_asks_which(published: Run, photo: Path) -> None:
    done = published("photo", "add", 1, photo)
    assert done.code == 1
    assert "--for" in done.err
    assert "lỗi:" in done.err
    assert published("photo", "add", 1, photo, "--for", 2).code == 0
    assert [bool(a["file"]) for a in show(published)["attachments"]] == [False, True]


def test_words_in_the_file_are_taken_where_none_are_given(published: Run, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[DESCRIPTION], exif[ARTIST] = "Doan cong tac tham mo hinh trong che", "Le Van Nam"
    Image.new("RGB", (400, 300)).save(tmp_path / "che.jpg", exif=exif)
    assert published("photo", "add", 1, tmp_path / "che.jpg", "--new").code == 0
    added = show(published)["attachments"][-1]
    assert (added["caption"], added["credit"]) == ("Doan cong tac tham mo hinh trong che", "Le Van Nam")
    assert published("photo", "add", 1, tmp_path / "che.jpg", "--new", "--caption", "Đồi chè").code == 0
    added = show(published)["attachments"][-1]
    assert (added["caption"], added["credit"]) == ("Đồi chè", "Le Van Nam")


def test_a_dry_run_says_what_would_be_done_and_keeps_nothing(published: Run, photo: Path, tmp_path: Path) -> None:
    before = show(published)
    done = published("photo", "add", 1, photo, "--for", 1, "--dry-run")
    assert done.code == 0
    assert "would be photo 1 of bulletin 1" in done.out
    assert show(published) == before
    assert not list((tmp_path / "data").rglob("files/*/*"))


def test_one_bad_file_keeps_all_of_them_out(published: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "trang.jpg").write_bytes(b"<!doctype html><script>1</script>")
    before = show(published)
    done = published("photo", "add", 1, photo, tmp_path / "trang.jpg")
    assert done.code == 1
    assert "trang.jpg" in done.err
    assert "HTML" in done.err
    assert show(published) == before


def test_what_is_said_of_a_photo_can_be_changed(published: Run, photo: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    done = published("photo", "edit", 1, 1, "--alt", "Người dân ở chợ", "--focus", "30,70")
    assert done.code == 0
    assert "[focus 30,70]" in done.out
    first = show(published)["attachments"][0]
    assert (first["caption"], first["alternative_text"], first["focus"]) == (
        "Toàn cảnh hội nghị",
        "Người dân ở chợ",
        [30, 70],
    )
    assert "nothing changed" in published("photo", "edit", 1, 1, "--focus", "30,70").out
    assert published("photo", "edit", 1, 1, "--focus", "-").code == 0
    assert show(published)["attachments"][0]["focus"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("photo", "edit", 1, 1), "--caption"),
        (("photo", "edit", 1, 9, "--caption", "x"), "9"),
        (("photo", "edit", 1, 1, "--focus", "120,3"), "50,30"),
        (("photo", "add", 9, "{photo}"), "9"),
        (("photo", "add", 1, "{photo}", "{photo}", "--caption", "một"), "once for each"),
        (("photo", "add", 1, "{photo}", "{photo}", "--for", 1), "one FILE"),
        (("photo", "add", 1, "{photo}", "--for", 7), "1, 2"),
        (("photo", "add", 1, "/khong/co.jpg"), "No such file"),
        (("document", "add", 1, "{photo}"), "PDF"),
        (("document", "edit", 1, 1), "--title"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_out(
    published: Run, photo: Path, arguments: tuple[object, ...], said: str
) -> None:
    before = show(published)
    done = published(*(photo if argument == "{photo}" else argument for argument in arguments))
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.err
    assert show(published) == before


def odt(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.write_bytes(write_document("cong-dien-05.odt"))
    return path


def test_a_document_is_attached_with_title_and_number(published: Run, tmp_path: Path) -> None:
    path = odt(tmp_path, unicodedata.normalize("NFD", "Kế hoạch_tổ chức.odt"))
    done = published("document", "add", 1, path, "--number", "12/KH-UBND")
    assert done.code == 0, done.err
    assert "12/KH-UBND – Kế hoạch tổ chức" in done.out
    document = feed(published)["_bantin"]["documents"][0]
    assert (document["title"], document["reference"]) == ("Kế hoạch tổ chức", "12/KH-UBND")
    assert published("document", "edit", 1, 3, "--title", "Kế hoạch tổng kết").code == 0
    assert "Kế hoạch tổng kết" in published("feed", "all.rss").out


def test_a_manuscript_brings_its_photos_and_documents(bantin: Run, tmp_path: Path, photo: Path) -> None:
    bantin("organisation", "add", "Hội Nông dân tỉnh")
    odt(tmp_path, unicodedata.normalize("NFD", "kế-hoạch.odt"))
    body = "[Ảnh cho-phien.jpg: Chợ phiên]\n\n[Văn bản kế-hoạch.odt: Kế hoạch năm 2027 | 45/KH-HND]"
    (tmp_path / "tin.txt").write_text(MANUSCRIPT.format(body=body), encoding="utf-8")
    done = bantin("bulletin", "add", tmp_path / "tin.txt", "--publish")
    assert done.code == 0, done.err
    kept = show(bantin)["attachments"]
    assert [(a["kind"], a["caption"], a["reference"]) for a in kept] == [
        ("photo", "Chợ phiên", ""),
        ("document", "Kế hoạch năm 2027", "45/KH-HND"),
    ]
    assert all(a["file"] for a in kept)
    # What `show` writes says the same when it is stored again.
    (tmp_path / "again.txt").write_text(bantin("bulletin", "show", 1).out, encoding="utf-8")
    assert "nothing changed" in bantin("bulletin", "edit", 1, tmp_path / "again.txt").out


def test_photos_are_listed_with_what_waits(published: Run, photo: Path) -> None:
    published("photo", "add", 1, photo, "--for", 2)
    lines = published("photo", "list", 1).out.splitlines()
    assert "waits for its file" in lines[1]
    assert "JPEG, 480 x 320 px" in lines[2]
    assert [a["number"] for a in json.loads(published("photo", "list", 1, "--json").out)] == [1, 2]
    assert json.loads(published("document", "list", 1, "--json").out) == []


def test_a_mistyped_number_takes_no_photo_off(published: Run, photo: Path, tmp_path: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    before = show(published)
    text = published("bulletin", "show", 1).out
    (tmp_path / "sai.txt").write_text(text.replace("#1:", "#11:"), encoding="utf-8")
    done = published("bulletin", "edit", 1, tmp_path / "sai.txt")
    assert done.code == 1
    assert "#11" in done.err
    assert show(published) == before


def test_an_edit_says_which_photo_it_took_off(published: Run, photo: Path, tmp_path: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    lines = published("bulletin", "show", 1).out.splitlines()
    (tmp_path / "bot.txt").write_text("\n".join(line for line in lines if "#1" not in line), encoding="utf-8")
    done = published("bulletin", "edit", 1, tmp_path / "bot.txt")
    assert "photo 1 is no longer in it: Toàn cảnh hội nghị" in done.err
    assert "photo 2 waits for its file" in done.err


def test_photos_and_documents_are_not_taken_for_each_other(published: Run, photo: Path, tmp_path: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    published("document", "add", 1, odt(tmp_path, "a.odt"))
    before = show(published)
    for command in (("photo", "edit", 1, 3, "--caption", "x"), ("document", "edit", 1, 1, "--title", "x")):
        done = published(*command)
        assert done.code == 1
        assert "lỗi:" in done.err
    assert show(published) == before


def stored(tmp_path: Path) -> dict[str, Path]:
    return {path.name: path for path in (tmp_path / "data" / "files").glob("*/*") if not path.name.startswith(".")}


def check(bantin: Run, *options: str) -> tuple[Done, dict]:
    done = bantin("photo", "check", "--json", *options)
    return done, json.loads(done.out)


def test_a_lost_rendition_is_made_again_to_the_byte(published: Run, photo: Path, tmp_path: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    before = {name: path.read_bytes() for name, path in stored(tmp_path).items()}
    original = show(published)["attachments"][0]["file"]
    lost = [path for name, path in stored(tmp_path).items() if name != original]
    assert lost
    for path in lost:
        path.unlink()
    done, found = check(published)
    assert done.code == 1
    assert {each["digest"] for each in found["missing"]} == {path.name for path in lost}
    assert all(each["rendition_of"] == original and each["bulletins"] == [1] for each in found["missing"])
    assert published("photo", "check", "--repair").code == 0
    assert {name: path.read_bytes() for name, path in stored(tmp_path).items()} == before
    assert check(published)[0].code == 0


def test_altered_files_are_put_aside_and_never_lost(published: Run, photo: Path, tmp_path: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    original = show(published)["attachments"][0]["file"]
    path = stored(tmp_path)[original]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    assert check(published, "--quick")[0].code == 0
    done, found = check(published)
    assert (done.code, [each["digest"] for each in found["altered"]]) == (1, [original])
    done = published("photo", "check", "--repair")
    assert done.code == 0
    assert "replaced by its largest rendition" in done.err
    aside = [each for each in path.parent.iterdir() if "altered" in each.name]
    assert [each.read_bytes() for each in aside] == [bytes(content)]
    shown = show(published)["attachments"][0]
    assert shown["file"] not in (None, original)
    assert shown["caption"] == "Toàn cảnh hội nghị"
    assert check(published)[0].code == 0


def test_a_photo_of_which_nothing_is_left_leaves_its_caption_waiting(
    published: Run, photo: Path, tmp_path: Path
) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    for path in stored(tmp_path).values():
        path.unlink()
    done = published("photo", "check", "--repair")
    assert "its caption waits for a file" in done.err
    assert check(published)[0].code == 0
    first = show(published)["attachments"][0]
    assert (first["file"], first["caption"]) == (None, "Toàn cảnh hội nghị")


def test_orphans_go_only_when_that_is_asked_and_never_what_is_used(published: Run, photo: Path, tmp_path: Path) -> None:
    published("photo", "add", 1, photo, "--for", 1)
    used = set(stored(tmp_path))
    folder = tmp_path / "data" / "files" / "ab"
    folder.mkdir(exist_ok=True)
    orphan = folder / ("ab" + "c" * 62)
    orphan.write_bytes(b"left behind")
    assert check(published)[1]["orphans"] == []
    os.utime(orphan, (0, 0))
    done, found = check(published)
    assert (done.code, [each["digest"] for each in found["orphans"]]) == (0, [orphan.name])
    assert orphan.exists()
    assert published("photo", "check", "--remove-orphans").code == 0
    assert set(stored(tmp_path)) == used


def test_what_came_in_within_the_day_is_no_orphan(published: Run, tmp_path: Path) -> None:
    """Taking in many photos may last hours, and none of them is attached before the last is in."""
    folder = tmp_path / "data" / "files" / "ab"
    folder.mkdir(parents=True)
    waiting, orphan = folder / ("ab" + "c" * 62), folder / ("ab" + "d" * 62)
    for path, age_seconds in ((waiting, 86_000), (orphan, 87_000)):
        path.write_bytes(b"left behind")
        os.utime(path, (time.time() - age_seconds,) * 2)
    done = published("photo", "check", "--remove-orphans")
    assert done.code == 0, done.err
    assert "1 files (11" in done.out
    assert "older than a day" in done.out
    assert set(stored(tmp_path)) == {waiting.name}
