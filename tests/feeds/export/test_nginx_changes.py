"""What changes between two exports shows behind an nginx that was told nothing."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import brotli
from werkzeug.serving import make_server

from store import redirects, renaming
from store.names import Kind
from tests.feeds.conftest import BASE_URL
from tests.feeds.export.conftest import PREFIX, Exporting, exporting
from tests.support.nginx import Nginx, assert_same, require, serving
from tests.support.processes import free_port


def test_a_withdrawn_bulletin_is_gone_without_a_word_to_nginx(site: Exporting, nginx: Nginx) -> None:
    files = [address for address in site.addresses() if address.startswith("/files/")]
    assert len(files) == 2
    assert all(nginx.ask(PREFIX + address).status == 200 for address in files)
    site.withdraw(1, "Ảnh chụp nhầm.")
    done = site()
    assert not done.is_configuration_changed
    for address in ("/ban-tin/le-hoi-long-tong-1", "/ban-tin/1", "/ban-tin/ten-khac-1", *files):
        meant, served = site.client.get(address), nginx.ask(PREFIX + address)
        assert served.status == meant.status_code == 410, address
        assert served.body == meant.data, address
        assert served.headers["Content-Type"] == meant.headers["Content-Type"]
        assert served.headers["Cache-Control"] == meant.headers["Cache-Control"]
    assert "Ảnh chụp nhầm.".encode() in nginx.ask(f"{PREFIX}/ban-tin/1").body


def test_renamed_channels_and_bulletins_answer_301_without_a_word_to_nginx(site: Exporting, nginx: Nginx) -> None:
    with site.database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa và Thể thao")
        renaming.rename(session, Kind.ORGANISATION, "Sở Văn hóa tỉnh", "Sở Văn hóa, Thể thao tỉnh")
    site.retitle(2, "Liên hoan hát Then", categories=("Văn hóa và Thể thao",), publisher="Sở Văn hóa, Thể thao tỉnh")
    assert not site().is_configuration_changed
    selections = ["category/van-hoa", "publisher/so-van-hoa-tinh", "category/van-hoa/publisher/so-van-hoa-tinh"]
    asked = [f"/feeds/{selection}{end}" for selection in selections for end in ("", ".rss", ".atom", ".json", ".rss/")]
    for address in [*asked, "/ban-tin/hoi-thi-hat-then-2", "/ban-tin/hoi-thi-hat-then-2/"]:
        meant, served = site.client.get(address), nginx.ask(PREFIX + address)
        assert (served.status, served.headers["Location"]) == (301, meant.headers["Location"]), address
        target = urlsplit(served.headers["Location"]).path
        assert nginx.ask(target).status == 200


def test_former_addresses_lead_to_ours(site: Exporting, nginx: Nginx) -> None:
    with site.database.transaction() as session:
        redirects.add_redirect(session, "/RSS/Tin-tức.aspx?id=5", "all", "rss")
        redirects.add_redirect(session, "/Pages/gioi-thieu.aspx", "bulletin/1", None)
        redirects.add_redirect(session, "/?p=12", "bulletin/2", None)
    assert site().is_configuration_changed
    with serving(nginx.folder.with_name("again"), site.folder) as told:
        for address in (
            "/RSS/Tin-tức.aspx?id=5",
            "/rss/tin-tỨc.aspx?ID=5",
            "/pages/GIOI-THIEU.aspx",
            "/pages/gioi-thieu.aspx/",
            "/pages/gioi-thieu.aspx?ref=x",
            "/?p=12",
        ):
            path, _, query = address.partition("?")
            asked = quote(path) + (f"?{query}" if query else "")
            meant = site.client.get(asked)
            assert meant.status_code == 301, address
            assert told.ask(PREFIX + asked).headers["Location"] == meant.headers["Location"], address
            if path != "/":
                # Links to the former site know no prefix.
                assert told.ask(asked).headers["Location"] == meant.headers["Location"], address
        assert told.ask(f"{PREFIX}/rss/tin-tuc.aspx?id=6").status == 404


def test_older_pages_and_archives_are_there(site: Exporting, nginx: Nginx) -> None:
    short = exporting(site.database, site.folder.parent, site.clock, entries=1)
    short()
    [*_, older] = [address for address in short.addresses() if address.startswith("/feeds/all?before=")]
    served, meant = nginx.ask(PREFIX + older), short.client.get(older)
    first = nginx.ask(f"{PREFIX}/feeds/all").body
    assert served.body == meant.data != first
    assert f"{BASE_URL}{older}".encode() in first
    assert brotli.decompress(nginx.ask(PREFIX + older, headers={"Accept-Encoding": "br"}).body) == meant.data
    unknown = nginx.ask(f"{PREFIX}/feeds/all?before=7")
    assert (unknown.status, unknown.headers["Location"]) == (302, f"{BASE_URL}/feeds/all")
    archives = [address for address in short.addresses() if "/archive/" in address]
    assert {address.rpartition(".")[2] for address in archives} == {"rss", "atom", "json"}
    for address in archives:
        meant, served = short.client.get(address), nginx.ask(PREFIX + address)
        assert served.body == meant.data
        assert_same(served, meant.headers, 200, address)


def test_an_archive_that_grew_leads_to_its_form_of_today(site: Exporting, nginx: Nginx) -> None:
    short = exporting(site.database, site.folder.parent, site.clock, entries=1)
    short()
    forms = [[address for address in short.addresses() if address.startswith("/feeds/all/archive/")]]
    assert {address.rpartition(".")[0] for address in forms[0]} == {"/feeds/all/archive/1-3"}
    for title in ("Tin thứ tư", "Tin thứ năm", "Tin thứ sáu"):
        short.add(title=title, publisher="Hội Nông dân tỉnh")
        short.clock.move(seconds=5)
        assert not short().is_configuration_changed
    for extension in ("rss", "atom", "json"):
        # Bantin itself still gives it as it was named; the form of today holds all of that.
        earlier, latest = (f"/feeds/all/archive/1-{held}.{extension}" for held in (3, 6))
        assert earlier not in short.addresses()
        assert short.client.get(earlier).status_code == 200
        led = nginx.ask(PREFIX + earlier)
        assert (led.status, led.headers["Location"]) == (302, BASE_URL + latest)
        assert led.headers["Access-Control-Allow-Origin"] == "*"
        assert nginx.ask(PREFIX + latest).body == short.client.get(latest).data
    unknown = nginx.ask(f"{PREFIX}/feeds/all/archive/2-500.rss")
    assert (unknown.status, unknown.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    with short.database.transaction() as session:
        renaming.rename(session, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Hội Nông dân Vân Sơn")
    short()
    renamed = nginx.ask(f"{PREFIX}/feeds/publisher/hoi-nong-dan-tinh/archive/1-2.rss")
    target = "/feeds/publisher/hoi-nong-dan-van-son/archive/1-2.rss"
    assert (renamed.status, renamed.headers["Location"]) == (301, BASE_URL + target)
    assert nginx.ask(PREFIX + target).status == 302


def test_while_the_application_is_down_only_it_is_missed(site: Exporting, nginx: Nginx) -> None:
    site(application_url=f"http://127.0.0.1:{free_port()}")
    with serving(nginx.folder.with_name("again"), site.folder) as alone:
        for address in ("/feeds/all?q=then", "/feeds/all.rss?q=then", "/feeds/all?before=7", "/khong-co"):
            missed = alone.ask(PREFIX + address)
            assert missed.status == 503, address
            assert (missed.headers["Retry-After"], missed.headers["Cache-Control"]) == ("30", "no-store")
            assert missed.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "Xin thử lại sau ít phút" in missed.body.decode()
            assert f'href="{BASE_URL}/"' in missed.body.decode()
        for address in ("/feeds/all", "/feeds/all.rss", "/ban-tin/le-hoi-long-tong-1"):
            assert alone.ask(PREFIX + address).status == 200
        assert alone.ask(f"{PREFIX}/feeds/all.rss", "POST").status == 405


def test_what_can_be_no_file_is_asked_of_the_application(site: Exporting, nginx: Nginx) -> None:
    application = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = Thread(target=application.serve_forever)
    thread.start()
    try:
        site(application_url=f"http://127.0.0.1:{application.server_port}")
        with serving(nginx.folder.with_name("again"), site.folder) as both:
            found = both.ask(f"{PREFIX}/feeds/all.rss?q=then")
            assert found.status == 200
            assert found.body == site.client.get("/feeds/all.rss?q=then").data
            assert both.ask(f"{PREFIX}/feeds/all?before=7").status == 200
            assert both.ask(f"{PREFIX}/feeds/author/khong-co").status == 404
            assert (
                both.ask(f"{PREFIX}/feeds/all.rss").headers["ETag"]
                == nginx.ask(f"{PREFIX}/feeds/all.rss").headers["ETag"]
            )
    finally:
        application.shutdown()
        thread.join()
        application.server_close()


def test_a_site_at_the_root_of_its_host_is_served_alike(site: Exporting, tmp_path: Path) -> None:
    require()
    root = exporting(site.database, tmp_path, site.clock, base_url="https://bantin.example")
    with site.database.transaction() as session:
        redirects.add_redirect(session, "/rss/tin-tuc.aspx", "all", "rss")
    root()
    with serving(tmp_path / "root", root.folder) as nginx:
        for address in root.addresses():
            meant, served = root.client.get(address), nginx.ask(address)
            assert served.body == meant.data, address
            assert_same(served, meant.headers, 200, address)
        for address in ("/", "/feeds", "/ban-tin/1", "/ban-tin/x-99", "/khong-co", "/RSS/tin-tuc.aspx", "/feeds/all/"):
            meant, served = root.client.get(address), nginx.ask(address)
            assert (served.status, served.headers.get("Location")) == (meant.status_code, meant.headers.get("Location"))


def test_two_exports_stand_beside_each_other_in_one_nginx(site: Exporting, tmp_path: Path) -> None:
    require()
    root = exporting(site.database, tmp_path / "other", site.clock, base_url="https://bantin.example/khac")
    site()
    root()
    with serving(tmp_path / "both", site.folder, root.folder) as nginx:
        for each, prefix in ((site, PREFIX), (root, "/khac")):
            assert nginx.ask(f"{prefix}/feeds/all.rss").body == each.client.get("/feeds/all.rss").data
