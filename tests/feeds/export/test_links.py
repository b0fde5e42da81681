"""What a document leads to is found, and nothing that only looks like it."""

from __future__ import annotations

from feeds.export.links import Finder, Found

DIGEST = "0123456789abcdef" * 4
BASE = "https://bantin.example/tin"


def test_files_archives_and_older_pages_are_found() -> None:
    body = f"""<link rel="prev-archive" href="{BASE}/feeds/category/a/archive/2-37.atom"/>
    {{"next_url": "{BASE}/feeds/category/a/archive/1-500.json"}} <a href="{BASE}/feeds/category/a?before=0123">…</a>
    <img srcset="{BASE}/files/01/{DIGEST}.jpg 320w, {BASE}/files/01/{DIGEST}.webp 640w">"""
    found = Finder(BASE).links_of(body.encode(), "category/a")
    files = (f"01/{DIGEST}.jpg", f"01/{DIGEST}.webp")
    assert found == Found(files, ("archive/1-500.json", "archive/2-37.atom", "before/123"))


def test_those_of_other_channels_and_sites_are_not() -> None:
    body = f"""{BASE}/feeds/category/a-b/archive/2-37.atom {BASE}/feeds/category/a/publisher/c?before=12
    https://other.example/feeds/category/a?before=5 {BASE}x/feeds/category/a?before=5
    https://other.example/tin/files/01/{DIGEST}.jpg {BASE}/files/01/{DIGEST[:-1]}.jpg"""
    assert Finder(BASE).links_of(body.encode(), "category/a") == Found((), ())


def test_parts_of_the_sitemap_are_found_in_their_order() -> None:
    body = "".join(f"<loc>{BASE}/sitemap-{part}.xml</loc>" for part in (1, 2, 10, 2))
    assert Finder(BASE).parts_of(body.encode()) == ("sitemap-1.xml", "sitemap-2.xml", "sitemap-10.xml")
