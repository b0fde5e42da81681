"""Where `bantin lint` gets documents from: our own server in this process, a file, or the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from feeds import channels
from feeds.addresses import parse_archive_path, parse_feed_path
from feeds.app import create_app
from feeds.cli.workspace import STDIN, Workspace, open_workspace, read_file
from feeds.documents.model import Format
from feeds.lint import Report, lint
from feeds.lint.asking import Answer, Question, visit
from feeds.lint.document import LIMIT_BYTES
from feeds.lint.fetching import Network, unpacked
from store.errors import InputError, NotFound, shown

WEB = ("http://", "https://")
ACCEPTED = (
    "a file, - for stdin, an http(s) address, or a selection such as all, category/SLUG.atom or /feeds/... "
    "(without .rss, .atom or .json: all three)"
)
_FILE_ENDINGS = (".xml", ".rss", ".atom", ".json", ".opml")
_HOST_IN_PLACE_OF_PATH = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/|$)", re.IGNORECASE)


def reports_of(target: str) -> Iterator[Report]:
    """Judge what a command line names, one document after the other; raises StoreError."""
    if target.lower().startswith(WEB):
        network = Network()
        seen = visit(network.ask, target, network.pause)
        yield lint(seen.whole.body or b"", name=seen.whole.url, now=datetime.now(UTC), visit=seen)
    elif target == STDIN or Path(target).is_file():
        yield lint(read_file(target, limit_bytes=LIMIT_BYTES), name=target, now=datetime.now(UTC))
    else:
        yield from _own(target)


def _own(target: str) -> Iterator[Report]:
    """Ask our own application, without a network, for each format of a selection."""
    address = target if target.startswith("/") else f"/feeds/{target}"
    text = address.removeprefix("/feeds/").partition("?")[0]
    path = parse_feed_path(text) or parse_archive_path(text)
    if not address.startswith("/feeds") or (path is None and not target.startswith("/feeds")):
        raise _refusal(target)
    workspace = open_workspace()
    own = OwnServer(create_app(workspace.settings, database=workspace.database), workspace.settings.base_url)
    if path is None or path.format is not None:
        addresses = [address]
    else:
        stem, mark, query = address.rstrip("/").partition("?")
        addresses = [f"{stem}.{each.value}{mark}{query}" for each in Format]
    for each in addresses:
        seen = visit(own.ask, own.base_url + each, lambda _seconds: None)
        if seen.whole.status == 404:
            _refuse_unknown(workspace, target)
        now = workspace.database.clock()
        yield lint(seen.whole.body or b"", name=each.removeprefix("/feeds/"), now=now, visit=seen, is_in_process=True)


def _refusal(target: str) -> InputError:
    if Path(target).is_dir():
        reason, vietnamese = "is a folder", f"{shown(target)} là thư mục, không phải tệp"
    else:
        reason = "no such file, and no selection"
        vietnamese = f"không có tệp {shown(target)}, cũng không có kênh tin nào như vậy"
    accepted = ACCEPTED
    if _HOST_IN_PLACE_OF_PATH.match(target) and not target.lower().endswith(_FILE_ENDINGS):
        accepted = f"https://{target}, if the web is meant"
        vietnamese += f"; nếu là địa chỉ web, hãy ghi https://{target}"
    return InputError(field="lint", value=target, reason=reason, accepted=accepted, vietnamese=vietnamese)


def _refuse_unknown(workspace: Workspace, target: str) -> None:
    """Say which name is not known, with the nearest ones that are."""
    text = target.removeprefix("/feeds/").partition("?")[0]
    archive = parse_archive_path(text)
    path = archive or parse_feed_path(text)
    with workspace.database.snapshot() as session:
        if path is not None:
            channels.require_slugs(session, path.selection)
    raise NotFound("archive" if archive else "channel", target)


class OwnServer:
    """Answers as `bantin serve` would, from the store that the settings name."""

    def __init__(self, app: Flask, base_url: str) -> None:
        self._app = app
        self.base_url = base_url

    def ask(self, question: Question) -> Answer:
        """Answer a question about an address below the base URL."""
        below = question.url.removeprefix(self.base_url)
        client = self._app.test_client(use_cookies=False)
        host = urlsplit(self.base_url).netloc
        headers = {"Host": host, **question.headers}
        response = client.open(below, method=question.method, headers=headers)
        sent = response.get_data()
        told: dict[str, str] = {}
        for name, value in response.headers:
            key = name.lower()
            told[key] = f"{told[key]}, {value}" if key in told else value
        body = unpacked(sent, told.get("content-encoding", "").lower()) if sent else b""
        return Answer(url=question.url, status=response.status_code, headers=told, body=body, sent_bytes=len(sent))
