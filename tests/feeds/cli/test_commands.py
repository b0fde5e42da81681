"""The commands of editors and operators: what they print, what they refuse, and with which exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from lxml import etree

from feeds.cli.main import cli
from feeds.samples.drawings import NAMES, draw
from tests.feeds.cli.conftest import Run

MANUSCRIPT = """Tiêu đề: Hội Nông dân tỉnh tặng giống cây
Ngày: 02/11/2026 08:30
Chuyên mục: Nông nghiệp
Cơ quan: Hội Nông dân tỉnh
Tác giả: Minh Hà

Sáng 2/11, Hội Nông dân tỉnh trao tặng 2.000 cây giống.

Lễ trao tặng diễn ra tại xã Nà Mạ.

[Ảnh: Quang cảnh lễ trao tặng | Minh Hà]
"""


@pytest.fixture
def editor(bantin: Run, tmp_path: Path) -> Run:
    bantin("category", "add", "Nông nghiệp")
    bantin("organisation", "add", "Hội Nông dân tỉnh", "--short-name", "HND tỉnh")
    (tmp_path / "a.txt").write_text(MANUSCRIPT)
    return bantin


def test_a_manuscript_is_added_shown_edited_and_published(editor: Run, tmp_path: Path) -> None:
    done = editor("bulletin", "add", tmp_path / "a.txt")
    assert done.code == 0
    assert "stored as draft 1" in done.out
    assert "bantin bulletin publish 1" in done.err
    assert "photo 1 waits for its file: Quang cảnh lễ trao tặng" in done.err
    shown = editor("bulletin", "show", 1).out
    (tmp_path / "b.txt").write_text(shown)
    assert "nothing changed" in editor("bulletin", "edit", 1, tmp_path / "b.txt").out
    (tmp_path / "b.txt").write_text(shown.replace("2.000 cây", "2.500 cây"))
    assert "revision 2" in editor("bulletin", "edit", 1, tmp_path / "b.txt").out
    assert json.loads(editor("feed", "all.json").out)["items"] == []
    published = editor("bulletin", "publish", 1)
    assert published.code == 0
    assert "/ban-tin/hoi-nong-dan-tinh-tang-giong-cay-1" in published.err
    [item] = json.loads(editor("feed", "category/nong-nghiep/publisher/hoi-nong-dan-tinh.json").out)["items"]
    assert "2.500 cây" in item["summary"]
    assert item["date_published"] == "2026-11-02T08:30:00+07:00"
    assert re.search(r"1 +published +02/11/2026 08:30 +Hội Nông dân tỉnh tặng", editor("bulletin", "list").out)


def test_a_photo_beside_the_manuscript_is_taken_in(editor: Run, tmp_path: Path) -> None:
    (tmp_path / "hop.jpg").write_bytes(draw(NAMES[0], width_px=320, height_px=213))
    (tmp_path / "a.txt").write_text(MANUSCRIPT.replace("[Ảnh:", "[Ảnh hop.jpg:"))
    assert editor("bulletin", "add", tmp_path / "a.txt", "--publish").code == 0
    item = etree.fromstring(editor("feed", "all.rss").out.encode()).find("channel/item")
    assert item is not None
    enclosure = item.find("enclosure")
    assert enclosure is not None
    assert enclosure.get("type") == "image/jpeg"
    assert int(enclosure.get("length") or 0) == (tmp_path / "hop.jpg").stat().st_size


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Nông nghiệp", "nong nghiep"), "stored as draft"),
        (("Chuyên mục: Nông nghiệp", "Chuyên mục: Lâm nghiệp"), "nearest known: “Nông nghiệp”"),
        (("Ngày: 02/11/2026", "Ngày: 30/02/2026"), "30/02/2026"),
        (("Tiêu đề:", "Tieu đe khac:"), "line 1"),
        (("[Ảnh:", "[Ảnh khong-co.jpg:"), "No such file"),
        (("Tiêu đề: Hội Nông dân tỉnh tặng giống cây", "Tiêu đề:"), "title"),
    ],
)
def test_what_a_manuscript_gets_wrong_is_said(editor: Run, tmp_path: Path, change: tuple[str, str], said: str) -> None:
    (tmp_path / "a.txt").write_text(MANUSCRIPT.replace(*change))
    done = editor("bulletin", "add", tmp_path / "a.txt")
    assert said in done.out + done.err
    assert done.code == (0 if said.startswith("stored") else 1)
    assert len(json.loads(editor("bulletin", "list", "--json").out)) == (1 if done.code == 0 else 0)


def test_publishing_is_all_or_nothing(editor: Run, tmp_path: Path) -> None:
    editor("bulletin", "add", tmp_path / "a.txt")
    done = editor("bulletin", "publish", 1, 99)
    assert (done.code, "no bulletin “99”" in done.err) == (1, True)
    assert json.loads(editor("bulletin", "list", "--status", "published", "--json").out) == []


def test_dry_runs_store_nothing(editor: Run, tmp_path: Path) -> None:
    assert "would add" in editor("category", "add", "Lâm nghiệp", "--dry-run").out
    assert "Lâm nghiệp" not in editor("category", "list").out
    assert "Tiêu đề:" in editor("bulletin", "add", tmp_path / "a.txt", "--dry-run").out
    assert json.loads(editor("bulletin", "list", "--json").out) == []


def test_the_taxonomy_is_listed_with_counts(editor: Run, tmp_path: Path) -> None:
    editor("category", "add", "Trồng trọt", "--parent", "nông nghiệp")
    editor("bulletin", "add", tmp_path / "a.txt", "--publish")
    assert re.search(r"^nong-nghiep +1 +Nông nghiệp$", editor("category", "list").out, re.M)
    assert re.search(r"^trong-trot +0 +Trồng trọt  \(of Nông nghiệp\)$", editor("category", "list").out, re.M)
    [body] = json.loads(editor("organisation", "list", "--json").out)
    assert (body["short_name"], body["bulletins"]) == ("HND tỉnh", 1)
    assert "exists already" in editor("category", "add", "Nông nghiệp").err


def test_a_feed_is_printed_as_it_is_served(editor: Run, tmp_path: Path) -> None:
    editor("bulletin", "add", tmp_path / "a.txt", "--publish")
    for address, root in (("all.rss", "rss"), ("all.atom", "{http://www.w3.org/2005/Atom}feed")):
        assert etree.fromstring(editor("feed", address).out.encode()).tag == root
    for address, said in (
        ("all", "all.EXT"),
        ("all.xml", "all.EXT"),
        ("category/nong-nghep.rss", "“nong-nghiep”"),
        ("author/minh-ha/author/khac.rss", "names no feed document"),
    ):
        done = editor("feed", address)
        assert (done.code, done.out) == (1, "")
        assert said in done.err


def test_a_store_that_is_not_there_ends_with_3_and_the_next_step(
    bantin: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "nowhere"))
    for command in (["feed", "all.rss"], ["bulletin", "list"], ["db", "check"], ["serve"]):
        done = bantin(*command)
        assert (done.code, "bantin db upgrade" in done.err) == (3, True), command
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("BANTIN_BASE_URL", "bantin.example", "https://HOST"),
        ("BANTIN_BASE_URL", "https://bản-tin.vn", "ASCII"),
        ("BANTIN_TIMEZONE", "GMT+7", "+07:00"),
        ("BANTIN_ENTRIES", "0", "from 1 to 500"),
        ("BANTIN_MAX_AGE_SECONDS", "a day", "from 0 to 86400"),
        ("BANTIN_DATABASE_URL", "mysql://root@localhost/x", "postgresql://"),
    ],
)
def test_a_bad_setting_is_named_with_what_is_accepted(
    bantin: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: str
) -> None:
    monkeypatch.setenv(name, value)
    done = bantin("feed", "all.rss")
    assert done.code == 1
    assert value in done.err
    assert accepted in done.err
    if name != "BANTIN_DATABASE_URL":
        assert name in done.err


def test_doctor_names_what_is_wrong_and_what_mends_it(
    bantin: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BANTIN_BASE_ULR", "https://bantin.example")
    done = bantin("doctor")
    assert done.code == 1
    for words in ("BANTIN_BASE_ULR", "BANTIN_BASE_URL is not set", "bantin category add"):
        assert words in done.out
    monkeypatch.delenv("BANTIN_BASE_ULR")
    monkeypatch.setenv("BANTIN_BASE_URL", "https://bantin.example")
    bantin("category", "add", "Y tế")
    bantin("organisation", "add", "Sở Y tế")
    done = bantin("doctor")
    assert (done.code, "!!" in done.out) == (0, False)
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "nowhere"))
    assert "-> bantin db upgrade" in bantin("doctor").out


def test_the_store_is_checked(bantin: Run, tmp_path: Path) -> None:
    assert "sound" in bantin("db", "check").out
    assert "nothing to do" in bantin("db", "upgrade").out
    for file in (tmp_path / "data").glob("bantin.sqlite*"):
        file.unlink()
    (tmp_path / "data" / "bantin.sqlite").write_bytes(b"not a database at all " * 500)
    done = bantin("db", "check")
    assert (done.code, "no database" in done.err) == (3, True)


def test_every_command_has_help(bantin: Run) -> None:
    def visit(command: click.Command, *path: str) -> Iterator[str]:
        done = bantin(*path, "--help")
        assert done.code == 0
        assert done.out.startswith("Usage:")
        yield " ".join(path)
        for name, inner in getattr(command, "commands", {}).items():
            yield from visit(inner, *path, name)

    seen = set(visit(cli))
    assert {"demo", "serve", "import portal", "feed", "bulletin add", "organisation list", "db check", "doctor"} <= seen
    assert bantin("no-such-command").code == 2


def test_the_same_manuscript_twice_is_asked_about(editor: Run, tmp_path: Path) -> None:
    assert editor("bulletin", "add", tmp_path / "a.txt", "--publish").code == 0
    done = editor("bulletin", "add", tmp_path / "a.txt", "--publish")
    assert (done.code, "bulletin edit 1" in done.err) == (1, True)
    assert editor("bulletin", "add", tmp_path / "a.txt", "--as-new").code == 0


def test_an_editor_may_take_a_recognised_body_out(editor: Run, tmp_path: Path) -> None:
    editor("organisation", "add", "Đoàn xã Nà Mạ")
    (tmp_path / "a.txt").write_text(MANUSCRIPT.replace("tại xã Nà Mạ", "tại xã Nà Mạ, có Đoàn xã Nà Mạ dự"))
    editor("bulletin", "add", tmp_path / "a.txt")
    shown = editor("bulletin", "show", 1).out
    assert "Về: Đoàn xã Nà Mạ\n" in shown
    (tmp_path / "a.txt").write_text(shown.replace("Về: Đoàn xã Nà Mạ\n", ""))
    assert "revision 2" in editor("bulletin", "edit", 1, tmp_path / "a.txt").out
    assert json.loads(editor("bulletin", "show", 1, "--json").out)["subjects"] == []


def test_a_refused_text_from_the_editor_is_kept(editor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor("bulletin", "add", tmp_path / "a.txt")
    script = tmp_path / "ed.sh"
    script.write_text('#!/bin/sh\nprintf "Ngay: 31/02/2026\\n\\nDo dang." > "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.chdir(tmp_path)
    done = editor("bulletin", "edit", 1)
    assert done.code == 1
    assert "is kept in" in done.err
    assert "Do dang." in (tmp_path / "bulletin-1.txt").read_text()


def test_a_photo_gets_no_foreign_caption(editor: Run, tmp_path: Path) -> None:
    (tmp_path / "hop.jpg").write_bytes(draw(NAMES[0], width_px=320, height_px=213))
    (tmp_path / "a.txt").write_text(MANUSCRIPT.replace("[Ảnh:", "[Ảnh hop.jpg:"))
    editor("bulletin", "add", tmp_path / "a.txt")
    shown = editor("bulletin", "show", 1).out
    # A bracket without a number is another photo, whose file is not here yet; with its number it is the same one.
    (tmp_path / "b.txt").write_text(re.sub(r"\[Ảnh #1:[^]]*\]", "[Ảnh: Bà con Lũng Tha gặt lúa]", shown))
    editor("bulletin", "edit", 1, tmp_path / "b.txt")
    [photo] = json.loads(editor("bulletin", "show", 1, "--json").out)["attachments"]
    assert (photo["number"], photo["file"]) == (2, None)
    (tmp_path / "b.txt").write_text(shown)


def test_a_number_is_a_number(bantin: Run) -> None:
    for command in (["bulletin", "show", "99999999999999999999"], ["bulletin", "publish", "0"]):
        assert bantin(*command).code == 2
