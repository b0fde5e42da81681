"""`bantin` where things go wrong: broken files, full disks, lost permissions, heavy input, Ctrl-C, odd terminals."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from store import bulletins, taxonomy
from store.database import Database
from store.errors import DiskFull
from tests.feeds.cli.conftest import Run
from tests.support import stores
from tests.support.processes import PROC, WITHOUT_POWERS, Ended, Started, environment, run, wait_until
from tests.support.samples import draft

PAGE = """PublishingPortal - Block_BanTin_Toolbar

{date}
{title}
Sáng nay, tại sân vận động huyện Nà Pục, Hội Nông dân tỉnh khai mạc giải bóng chuyền.

PublishingPortal - Block_BanTin_ViewData

Giải có {number} đội nam và 12 đội nữ, thi đấu trong bốn ngày theo thể thức vòng tròn.
"""
NO_DAY = "31/02/2021"
TRACE = "Traceback"

needs_proc = pytest.mark.skipif(not (PROC / "self/stat").exists(), reason="no /proc here to look at processes")


def page(number: int, *, date: str = "") -> str:
    day = date or f"{1 + number % 28:02d}/{1 + number // 28 % 12:02d}/{2010 + number // 336 % 15}"
    return PAGE.format(date=day, number=number, title=f"Khai mạc giải bóng chuyền nông dân lần thứ {number}")


class Workplace:
    """A folder with an empty store, and the command run on it as a process."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        self.env = environment(self.data)
        stores.fresh_sqlite(template, self.data / "bantin.sqlite", stores.Clock()).dispose()

    def bantin(self, *arguments: object, **options: object) -> Ended:
        return run(self.folder / "said", self.env, *arguments, **options)

    def start(self, *arguments: object) -> Started:
        return Started(self.folder / "said", self.env, *arguments)

    def pages(self, count: int) -> Path:
        folder = self.folder / "pages"
        folder.mkdir(exist_ok=True)
        for number in range(count):
            (folder / f"{number:05d}.txt").write_text(page(number))
        return folder

    def stored(self) -> list[dict[str, object]]:
        done = self.bantin("bulletin", "list", "--json", "--limit", 10_000)
        assert done.code == 0, done.err
        found: list[dict[str, object]] = json.loads(done.out)
        return found

    def assert_whole(self) -> int:
        """Check that every stored page is stored whole; return how many there are."""
        checked = self.bantin("db", "check")
        assert (checked.code, checked.out.startswith("sound")) == (0, True), checked.err
        stored = self.stored()
        for bulletin in stored:
            assert bulletin["status"] == "published"
            assert "thể thức vòng tròn" in str(bulletin["body"])
        assert len({bulletin["arrival"] for bulletin in stored}) == len(stored)
        return len(stored)


@pytest.fixture
def work(tmp_path: Path, sqlite_template: Path) -> Workplace:
    return Workplace(tmp_path, sqlite_template)


BROKEN = (
    b"",
    b" \n",
    b"\0\1\2",
    b"\xff\xfe\xfa",
    page(1, date=NO_DAY).encode(),
    b"%PDF-1.7",
    b"13/03/2021\n",
    b"\xe1\xbb",
)


@needs_proc
def test_a_large_folder_with_broken_files_is_imported_but_for_those(work: Workplace) -> None:
    folder = work.pages(1000)
    broken = [folder / f"{number:05d}.txt" for number in range(0, 1000, 100)]
    for file, content in zip(broken, (*BROKEN, *BROKEN[:2]), strict=True):
        file.write_bytes(content)
    done = work.bantin("import", "portal", folder)
    assert (done.code, done.out) == (1, "1000 pages: 990 added, 10 refused\n")
    assert sorted(re.findall(r"^(\S+\.txt)(?::\d+)?: refused", done.err, re.M)) == [str(file) for file in broken]
    assert done.peak_mb < 300
    assert TRACE not in done.err
    assert work.assert_whole() == 990


@pytest.fixture
def small_disk(work: Workplace) -> Iterator[Workplace]:
    """A store on a disk of its own, of half a megabyte more than the empty store takes."""
    database = work.data / "bantin.sqlite"
    content = database.read_bytes()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={len(content) + 512 * 1024}", "small", str(work.data)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        database.write_bytes(content)
        yield work
    finally:
        subprocess.run(["umount", "--lazy", str(work.data)], check=True)


def test_a_full_disk_stops_an_import_and_harms_nothing(small_disk: Workplace) -> None:
    work = small_disk
    folder = work.pages(30)
    done = work.bantin("import", "portal", folder)
    assert done.code == 3
    assert re.search(r"^error: .*disk.* is full", done.err, re.M), done.err
    assert TRACE not in done.err
    before = work.assert_whole()
    assert 0 < before < 30
    subprocess.run(["mount", "-o", "remount,size=64m", str(work.data)], check=True)
    done = work.bantin("import", "portal", folder)
    assert (done.code, done.out) == (0, f"30 pages: {30 - before} added, {before} unchanged\n")
    assert work.assert_whole() == 30


def test_a_disk_that_refuses_to_write_stops_an_import_and_harms_nothing(work: Workplace) -> None:
    # A limit on the size of files: writing past it is an error of the disk, though there is room.
    limited = f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({400 * 1024},) * 2); " + (
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    folder = work.pages(30)
    done = work.bantin("import", "portal", folder, under=(sys.executable, "-c", limited))
    before = work.assert_whole()
    assert 0 < before < 30
    assert done.code == 3
    assert TRACE not in done.err
    assert re.search(r"^error: ", done.err, re.M)


def test_a_database_that_may_grow_no_more_is_said_to_be_full(work: Workplace) -> None:
    url = f"sqlite:///{work.data / 'bantin.sqlite'}"
    database = Database(url, clock=stores.Clock())
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
    heavy = draft(body="".join(f"<p>Đoạn {number}: {'dài. ' * 90}</p>" for number in range(2_000)))

    def write() -> int:
        with database.transaction() as session:
            taxonomy.add_category(session, "Nông nghiệp")
            return bulletins.draft(session, heavy)

    with pytest.raises(DiskFull, match="nothing was changed"):
        write()
    database.dispose()
    database = Database(url, clock=stores.Clock())
    with database.snapshot() as session:
        assert taxonomy.categories_by_id(session) == {}
    assert write() == 1
    database.dispose()


def read_only(work: Workplace, *, folder_too: bool) -> None:
    for file in work.data.iterdir():
        file.chmod(0o444)
    if folder_too:
        work.data.chmod(0o555)


@pytest.mark.parametrize("folder_too", [True, False], ids=["file and folder", "file alone"])
def test_a_store_that_may_only_be_read_says_so(work: Workplace, folder_too: bool) -> None:
    known, news = work.folder / "a.txt", work.folder / "b.txt"
    known.write_text(page(1))
    news.write_text(page(2))
    assert work.bantin("import", "portal", known).code == 0
    read_only(work, folder_too=folder_too)
    try:
        done = work.bantin("feed", "all.json", under=WITHOUT_POWERS)
        if done.code == 77:
            pytest.skip("permissions cannot be made to count for this user")
        assert done.code == 0 or (done.code == 3 and "read-only" in done.err)
        for arguments in (["import", "portal", news], ["category", "add", "Nông nghiệp"]):
            done = work.bantin(*arguments, under=WITHOUT_POWERS)
            assert done.code == 3, arguments
            assert re.fullmatch(r"error: the database is read-only; .*permission.*\n", done.err), done.err
            assert done.out == ""
    finally:
        work.data.chmod(0o755)
    assert work.assert_whole() == 1


HTML = "Tiêu đề: Tin nặng\nĐịnh dạng: html\n\n"
HEAVY = {
    "five megabytes": HTML + "<p>" + "Dài. " * 1_000_000,
    "open formatting": HTML + "".join(f"<font x={number}><p>" for number in range(6_000)),
    "deep": HTML + "<div>" * 15_000,
    "deep and long": HTML + "<div>" * 100_000,
    "ampersands": HTML + "&" * 2_000_000,
    "marks": HTML + "<p>a" + "\u0301" * 400_000,
    "foreign": HTML + "<svg><style><a id='</style><img src=x>'>" * 4_000,
    "plain text": "Tiêu đề: Tin nặng\n\n" + "Dài. " * 1_000_000,
}


MOST_TIMES = 6


@pytest.fixture(scope="module")
def light_seconds(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> float:
    """What the command costs for a bulletin of one line."""
    work = Workplace(tmp_path_factory.mktemp("light"), sqlite_template)
    (work.folder / "light.txt").write_text(HTML + "<p>Ngắn.</p>")
    done = work.bantin("bulletin", "add", work.folder / "light.txt")
    assert done.code == 0, done.err
    return done.cpu_seconds


@needs_proc
@pytest.mark.parametrize("kind", HEAVY)
def test_heavy_input_is_refused_cheaply(work: Workplace, light_seconds: float, kind: str) -> None:
    file = work.folder / "heavy.txt"
    file.write_text(HEAVY[kind])
    done = work.bantin("bulletin", "add", file)
    assert (done.code, done.out) == (1, ""), done.err
    assert re.match(r"error: .*; accepted: ", done.err)
    assert len(done.err) < 600
    assert 0 < done.peak_mb < 300
    # A multiple of what the command costs anyway: machines differ, and so does one machine from moment to moment.
    costs = (done.cpu_seconds if first else work.bantin("bulletin", "add", file).cpu_seconds for first in (1, 0, 0))
    assert any(cost < MOST_TIMES * light_seconds for cost in costs)


VIETNAMESE = "Khối thi đua Mặt trận Tổ quốc tỉnh Bắc Kạn: hội nghị tổng kết, ký giao ước thi đua năm 2021"
LEGACY = {
    "TCVN3": "Khèi thi ®ua MÆt trËn Tæ quèc tØnh B¾c K¹n: héi nghÞ tæng kÕt, ký giao \xadíc thi ®ua n¨m 2021".encode(
        "latin-1"
    ),
    "VNI": "Khoái thi ñua Maët traän Toå quoác tænh Baéc Kaïn: hoäi nghò toång keát, kyù giao öôùc".encode("cp1252"),
    "VISCII": (b"Kh\xafi thi \xf0ua M\xa3t tr\xa7n T\xb1 qu\xafc t\xefnh B\xa1c K\xd5n: h\xb5i ngh\xb8 t\xb1ng k\xaat"),
    "VPS": b"Kh\xd3i thi \xc7ua M\xa5t tr\x86n T\xb0 qu\xd3c t\xcenh B\xa1c K\xe5n: h\xb6i ngh\x8c t\xb0ng k\x89t",
    "windows-1258": "".join(
        # The code page has letters with their own marks, and tones that stand apart.
        unicodedata.normalize("NFC", base) + tones
        for base, tones in (
            (
                "".join(c for c in unicodedata.normalize("NFD", letter) if c not in "\u0300\u0301\u0303\u0309\u0323"),
                "".join(c for c in unicodedata.normalize("NFD", letter) if c in "\u0300\u0301\u0303\u0309\u0323"),
            )
            for letter in VIETNAMESE
        )
    ).encode("cp1258"),
}


@pytest.mark.parametrize("encoding", LEGACY)
def test_a_legacy_encoding_is_refused_by_its_name(bantin: Run, tmp_path: Path, encoding: str) -> None:
    mistaken = LEGACY[encoding].decode("latin-1").encode()
    for line in (LEGACY[encoding], mistaken):
        (tmp_path / "page.txt").write_bytes(b"13/03/2021\n" + line + b"\n\n" + line + b".\n")
        (tmp_path / "manuscript.txt").write_bytes(b"Title: " + line + b"\n\n" + line + b".\n")
        for command, name in ((("import", "portal"), "page.txt"), (("bulletin", "add"), "manuscript.txt")):
            done = bantin(*command, tmp_path / name)
            assert done.code == 1, done.out
            assert f"looks like {encoding}" in done.err
            assert "accepted: UTF-8" in done.err
            assert re.search(r":[12]: refused|line [12]: ", done.err)
    assert json.loads(bantin("bulletin", "list", "--json").out) == []


def test_odd_files_in_a_folder_are_read_or_passed_over(work: Workplace) -> None:
    folder = work.folder / "pages"
    named = folder / "có dấu cách" / unicodedata.normalize("NFD", "Bản tin số 1.txt")
    odd = folder / os.fsdecode(b"khong-phai-\xff-utf8.txt")
    for number, file in enumerate((named, odd)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(number))
    (folder / "vòng.txt").symlink_to("vòng.txt")
    (folder / "thư mục").symlink_to(folder, target_is_directory=True)
    (folder / "mất.txt").symlink_to("không có")
    (folder / "thư mục.txt").mkdir()
    (folder / "a.txt\n.txt").write_text(page(2))
    done = work.bantin("import", "portal", folder)
    assert (done.code, done.out.splitlines()[-1]) == (0, "3 pages: 3 added")
    assert str(named) in done.out
    assert json.loads(work.bantin("import", "portal", folder, "--json").out)[0]["outcome"] == "unchanged"
    assert work.assert_whole() == 3


def test_a_file_that_may_not_be_read_is_refused_and_the_rest_goes_on(work: Workplace) -> None:
    folder = work.pages(3)
    (folder / "00001.txt").chmod(0)
    done = work.bantin("import", "portal", folder, under=WITHOUT_POWERS)
    if done.code == 77:
        pytest.skip("permissions cannot be made to count for this user")
    assert (done.code, done.out.splitlines()[-1]) == (1, "3 pages: 2 added, 1 refused")
    assert "00001.txt: refused: " in done.err
    assert "Permission denied" in done.err


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_may_not_be_read_is_said(work: Workplace, mode: int) -> None:
    folder = work.pages(2)
    (folder / "closed").mkdir()
    (folder / "closed/a.txt").write_text(page(7))
    (folder / "closed").chmod(mode)
    try:
        done = work.bantin("import", "portal", folder, under=WITHOUT_POWERS)
    finally:
        (folder / "closed").chmod(0o755)
    assert (done.code, TRACE in done.err) == (1, False)
    assert str(folder / "closed") in done.err
    assert "2 added" in done.out


MANY = 1_000
"""So many pages take so long that one who looks from time to time comes before the end."""


def interrupted(work: Workplace, how: Callable[[Started], None]) -> tuple[Ended, int]:
    """Stop an import as soon as something is stored; return how it ended and how much is stored."""
    importing = work.start("import", "portal", work.pages(MANY))
    try:
        wait_until(lambda: not importing.is_running or count_rows(work) > 3, 60, lambda: "nothing is imported")
        assert importing.is_running, importing.err
        how(importing)
        ended = importing.end(within_seconds=60)
    finally:
        importing.kill()
    stored = work.assert_whole()
    assert 0 < stored < MANY
    return ended, stored


def count_rows(work: Workplace) -> int:
    database = sqlite3.connect(work.data / "bantin.sqlite", timeout=60)
    try:
        return int(database.execute("SELECT count(*) FROM bulletin").fetchone()[0])
    finally:
        database.close()


def kill(importing: Started) -> None:
    importing.signal(signal.SIGKILL)


def terminate(importing: Started) -> None:
    importing.signal(signal.SIGTERM)


@pytest.mark.parametrize("how", [Started.interrupt, kill, terminate], ids=["Ctrl-C", "SIGKILL", "SIGTERM"])
def test_an_import_that_is_stopped_leaves_whole_pages_only(work: Workplace, how: Callable[[Started], None]) -> None:
    ended, _ = interrupted(work, how)
    assert ended.code not in {0, 2}
    assert TRACE not in ended.err


def test_ctrl_c_in_an_import_says_what_is_done(work: Workplace) -> None:
    ended, stored = interrupted(work, Started.interrupt)
    assert f"{stored} added" in ended.out + ended.err


def test_two_imports_at_once_store_everything_once(work: Workplace) -> None:
    folder = work.pages(30)
    both = [work.start("import", "portal", folder, "--json") for _ in range(2)]
    try:
        ended = [importing.end() for importing in both]
    finally:
        for importing in both:
            importing.kill()
    assert [done.code for done in ended] == [0, 0], [done.err for done in ended]
    outcomes = [[result["outcome"] for result in json.loads(done.out)] for done in ended]
    assert all({*pair} == {"added", "unchanged"} for pair in zip(*outcomes, strict=True))
    assert work.assert_whole() == 30


def test_a_reader_that_has_had_enough_gets_no_traceback(work: Workplace) -> None:
    for arguments in (["import", "portal", work.pages(3)], ["bulletin", "list"], ["feed", "all.rss"]):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = work.bantin(*arguments, stdout=writing)
        finally:
            os.close(writing)
        assert done.err == "", arguments


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}])
def test_vietnamese_comes_out_as_utf8_whatever_the_locale(work: Workplace, locale: dict[str, str]) -> None:
    work.env = {name: value for name, value in work.env.items() if name != "LANG"} | locale
    file = work.folder / "tin số 1.txt"
    file.write_text(page(1), encoding="utf-8")
    done = work.bantin("import", "portal", file)
    assert "added 1: Khai mạc giải bóng chuyền nông dân lần thứ 1" in done.out
    assert "tin số 1.txt" in done.out
    assert "Không có" in work.bantin("category", "add", "Nông nghiệp", "--parent", "Không có").err


ENDLESS = "9" * 30


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["bulletin", "show", ENDLESS], 2),
        (["bulletin", "publish", ENDLESS], 2),
        (["import", "portal", "PAGE", "--revises", ENDLESS], 2),
        (["bulletin", "show", "-1"], 2),
        (["bulletin", "show", "0"], 2),
        (["import", "portal", "PAGE", "--as", "²=paragraph"], 2),
        pytest.param(
            ["import", "portal", "FOLDER/x" + "x" * 5000],
            1,
        ),
        pytest.param(
            ["import", "portal", ""],
            1,
        ),
        (["bulletin", "add", ""], 1),
        (["bulletin", "add", "FOLDER"], 1),
        (["bulletin", "add", "FOLDER/" + "x" * 5000], 1),
        (["feed", "\udcff.rss"], 1),
        (["category", "add", "\udcff"], 1),
        (["category", "add", "x" * 301], 1),
        (["category", "add", "A", "--parent", ""], 0),
        (["organisation", "add", "Sở Y tế", "--website", "javascript:alert(1)"], 1),
    ],
)
def test_no_argument_ends_in_a_traceback(
    bantin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    (tmp_path / "a.txt").write_text(page(1))
    monkeypatch.chdir(tmp_path)
    names = {"PAGE": str(tmp_path / "a.txt")}
    done = bantin(*(names.get(word, word.replace("FOLDER", str(tmp_path))) for word in arguments))
    assert done.code == code, done.err


def test_a_folder_where_the_store_should_be_is_said(bantin: Run, tmp_path: Path) -> None:
    for file in (tmp_path / "data").glob("bantin.sqlite*"):
        file.unlink()
    (tmp_path / "data/bantin.sqlite").mkdir()
    for arguments in (["feed", "all.rss"], ["db", "upgrade"], ["bulletin", "list"]):
        done = bantin(*arguments)
        assert (done.code, done.err.startswith("error: ")) == (3, True)
