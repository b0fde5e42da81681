"""The whole way of a bulletin through commands, worker and server, on each kind of database, as an operator goes it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.types import VIETNAM
from tests.support import stores
from tests.support.editor import run_here
from tests.support.processes import environment, free_port, running, wait_until
from tests.support.requirements import lacks

PAGE = """Block_BanTin_Toolbar
Thứ Tư, 30/12/2020
Block_BanTin_ViewData
Hội Nông dân tỉnh tổng kết công tác năm 2020
Chiều 29/12, Hội Nông dân tỉnh Vân Sơn tổ chức hội nghị tổng kết công tác hội và phong trào nông dân năm 2020.
Năm 2020, các cấp hội đã vận động hội viên hiến đất, góp công làm đường, tặng quà cho hộ nghèo.
Thu Trang
"""
MANUSCRIPT = """Tiêu đề: {title}
Ngày: {date}
Chuyên mục: Lễ hội
Cơ quan: Sở Văn hóa tỉnh
Tác giả: Thu Trang

Sáng nay, lễ hội khai mạc.

Có {count} đoàn dự lễ hội năm nay.
"""


@dataclass(frozen=True)
class Operator:
    """Somebody with a store: runs commands, reads the server."""

    folder: Path
    env: dict[str, str]
    port: int

    def __call__(self, *arguments: object) -> str:
        return run_here(self.env, *arguments)

    def manuscript(self, name: str, **said: object) -> Path:
        path = self.folder / name
        path.write_text(
            MANUSCRIPT.format(**({"title": "Lễ hội Lồng Tồng", "date": "10/02/2026 08:00", "count": 120} | said))
        )
        return path

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def titles(self, selection: str) -> list[str]:
        return [item["title"] for item in json.loads(self.get(f"/feeds/{selection}.json")[2])["items"]]

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until the server shows what a command did; its workers are processes of their own."""
        # One that shows it does not speak for the other.
        wait_until(lambda: all(condition() for _ in range(6)), 60, lambda: "the server does not show it")


@pytest.fixture(params=["sqlite", "postgres"])
def operator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Operator]:
    port = free_port()
    env = environment(tmp_path / "data", BANTIN_BASE_URL=f"http://localhost:{port}")
    if request.param == "sqlite":
        yield Operator(tmp_path, env, port)
        return
    missing = stores.postgres_missing()
    if missing:
        lacks("postgres", missing)
    url = stores.empty_postgres_url()
    try:
        yield Operator(tmp_path, env | {"BANTIN_DATABASE_URL": url}, port)
    finally:
        stores.drop_postgres(url)


def test_a_bulletin_goes_its_way(operator: Operator) -> None:
    operator("db", "upgrade")
    operator("category", "add", "Lễ hội")
    operator("organisation", "add", "Sở Văn hóa tỉnh")
    operator("organisation", "add", "Hội Nông dân tỉnh Vân Sơn")
    page = operator.folder / "trang.txt"
    page.write_text(PAGE)
    operator("import", "portal", page, "--category", "Lễ hội")
    operator("bulletin", "add", operator.manuscript("a.txt"), "--publish")
    with running(operator.folder / "server", operator.env, "serve", "--port", operator.port, port=operator.port):
        titles = ["Lễ hội Lồng Tồng", "Hội Nông dân tỉnh tổng kết công tác năm 2020"]
        assert operator.titles("category/le-hoi") == titles
        _correct_and_withdraw(operator)
        _schedule(operator)
        _reorganise(operator)
        before = {name: operator.get(f"/feeds/{name}") for name in _documents()}
    _move_to_another_database(operator, {name: body for name, (_, _, body) in before.items()})


def _documents() -> list[str]:
    selections = ("all", "category/hoi-xuan", "publisher/so-van-hoa-tinh", "organisation/so-du-lich-tinh")
    return [f"{selection}.{extension}" for selection in selections for extension in ("rss", "atom", "json")]


def _correct_and_withdraw(operator: Operator) -> None:
    operator("bulletin", "correct", 2, operator.manuscript("b.txt", count=210), "--note", "Số đoàn là 210.")
    operator.wait_for(lambda: "Số đoàn là 210." in operator.get("/feeds/all.rss")[2].decode())
    operator("bulletin", "withdraw", 1, "--reason", "Đăng trùng.")
    operator.wait_for(lambda: operator.titles("all") == ["Lễ hội Lồng Tồng"])
    status, _, body = operator.get("/ban-tin/hoi-nong-dan-tinh-tong-ket-cong-tac-nam-2020-1")
    assert (status, "Đăng trùng." in body.decode()) == (410, True)
    operator.wait_for(lambda: b"deleted-entry" in operator.get("/feeds/category/le-hoi.atom")[2])


def _schedule(operator: Operator) -> None:
    operator("bulletin", "add", operator.manuscript("c.txt", title="Lễ hội mùa thu"))
    planned = datetime.now(VIETNAM).replace(microsecond=0) + timedelta(seconds=8)
    operator("bulletin", "schedule", 3, planned.isoformat())
    assert "Lễ hội mùa thu" not in operator.titles("all") or datetime.now(VIETNAM) >= planned
    operator.wait_for(lambda: "Lễ hội mùa thu" in operator.titles("all"))
    assert datetime.now(VIETNAM) >= planned
    [item] = [item for item in json.loads(operator.get("/feeds/all.json")[2])["items"] if "mùa thu" in item["title"]]
    assert item["date_published"] == planned.isoformat()


def _reorganise(operator: Operator) -> None:
    operator("category", "rename", "Lễ hội", "Hội xuân")
    operator.wait_for(lambda: operator.get("/feeds/category/le-hoi.atom")[0] == 301)
    status, headers, _ = operator.get("/feeds/category/le-hoi.atom")
    assert (status, headers["location"]) == (301, f"http://localhost:{operator.port}/feeds/category/hoi-xuan.atom")
    operator("organisation", "add", "Sở Du lịch tỉnh")
    operator("organisation", "merge", "Sở Văn hóa tỉnh", "--into", "Sở Du lịch tỉnh", "--yes")
    operator.wait_for(lambda: "Sở Du lịch tỉnh" in operator.get("/feeds/publisher/so-van-hoa-tinh.rss")[2].decode())
    operator("redirect", "add", "/RSS/Tin.aspx?ID=5", "category/hoi-xuan")
    operator.wait_for(lambda: operator.get("/rss/tin.aspx?id=5")[0] == 301)
    status, headers, _ = operator.get("/rss/tin.aspx?id=5")
    assert (status, headers["location"]) == (301, f"http://localhost:{operator.port}/feeds/category/hoi-xuan.rss")
    assert "nothing to mend" in operator("db", "rebuild")
    assert operator("db", "check").startswith("sound")


def _move_to_another_database(operator: Operator, documents: dict[str, bytes]) -> None:
    operator("backup", operator.folder / "kho.zip")
    other = dict(operator.env, BANTIN_DATA=str(operator.folder / "other"))
    url = None
    if other.pop("BANTIN_DATABASE_URL", None) is None and stores.postgres_missing() is None:
        url = other["BANTIN_DATABASE_URL"] = stores.empty_postgres_url()
    moved = Operator(operator.folder, other, operator.port)
    try:
        moved("restore", operator.folder / "kho.zip")
        assert {name: moved("feed", name).encode() for name in documents} == documents
        assert moved("db", "check").startswith("sound")
    finally:
        if url is not None:
            stores.drop_postgres(url)
