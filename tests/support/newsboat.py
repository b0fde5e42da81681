"""Newsboat, a reader for terminals, run without one; what it keeps of a feed is read out of its cache."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

RELOAD_SECONDS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptItem:
    """An entry as newsboat keeps it; `content` is the HTML that it shows.

    `enclosure_url` is empty where it keeps none: older versions keep sound and films alone.
    """

    guid: str
    title: str
    link: str
    author: str
    published: datetime
    content: str
    enclosure_url: str
    enclosure_type: str


@cache
def missing() -> str | None:
    """Say why newsboat cannot be used here, None where it can."""
    return None if shutil.which("newsboat") else "newsboat is not installed"


def read(folder: Path, address: str) -> tuple[KeptItem, ...]:
    """Have newsboat load a feed into a cache of its own in a new `folder`, and give the entries, newest first.

    One cache a feed: it takes entries of the same id for one, whichever feed they stand in.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    urls, config, kept = folder / "urls", folder / "config", folder / "cache.db"
    urls.write_text(f"{address}\n", encoding="utf-8")
    config.write_text("use-proxy no\ndownload-retries 1\n", encoding="utf-8")
    done = subprocess.run(
        ["newsboat", f"--url-file={urls}", f"--cache-file={kept}", f"--config-file={config}", "--execute=reload"],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=RELOAD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    with closing(sqlite3.connect(kept)) as cache_file:
        rows = cache_file.execute(
            "SELECT guid, title, url, author, pubDate, content, enclosure_url, enclosure_type "
            "FROM rss_item ORDER BY pubDate DESC, id"
        ).fetchall()
    return tuple(_item(*row) for row in rows)


def imported(folder: Path, subscriptions: bytes) -> dict[str, str]:
    """Have newsboat import a list of subscriptions (OPML) into a new `folder`; give each feed's folders by address.

    Folders are joined by slashes, the outermost first; a feed outside of any has none.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    urls, given = folder / "urls", folder / "given.opml"
    urls.touch()
    given.write_bytes(subscriptions)
    done = subprocess.run(
        ["newsboat", f"--url-file={urls}", f"--import-from-opml={given}"],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=RELOAD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    lines = (line.partition(" ") for line in urls.read_text(encoding="utf-8").splitlines())
    return {address: folders.strip('"') for address, _, folders in lines}


def _item(
    guid: str,
    title: str,
    link: str,
    author: str,
    published_seconds: int,
    content: str,
    enclosure_url: str | None,
    enclosure_type: str | None,
) -> KeptItem:
    return KeptItem(
        guid=guid,
        title=title,
        link=link,
        author=author,
        published=datetime.fromtimestamp(published_seconds, UTC),
        content=content,
        enclosure_url=enclosure_url or "",
        enclosure_type=enclosure_type or "",
    )
