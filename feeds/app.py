"""Wires the application: settings, store, routes and what every answer carries. Starts no thread."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from feeds.addresses import Addresses
from feeds.fragment_cache import FragmentCache
from feeds.heads import Heads
from feeds.http.answers import CORS, CORS_UNMODIFIED, SECURITY, common_of_feeds, moved, plain
from feeds.http.courtesy import Courtesy
from feeds.http.fast_lane import FastLane, WsgiApp, is_host_clear
from feeds.http.freshness import Freshness
from feeds.http.redis_address import read_redis_address
from feeds.http.redis_bodies import RedisBodies
from feeds.http.shared_bodies import NotShared, SharedBodies
from feeds.http.shelf import Shelf
from feeds.http.warming import Warming
from feeds.ops.health import Vitals
from feeds.settings import Settings
from feeds.site import Site, current_site
from feeds.web import files, machines, operations, pages, syndication
from store import schema
from store.database import Database
from store.errors import StoreError, StoreUnavailable

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent

MIB = 1024 * 1024
SAID_AGAIN_SECONDS = 60.0
MOST_SAID = 20
_SAID = "bantin.said"
MOST_CONNECTIONS = 8
"""Fewer than a server has threads: while the database hangs, the others go on answering what is on the shelf."""
SENTENCES = {
    400: "Yêu cầu không hợp lệ.",
    404: "Không có địa chỉ này.",
    405: "Địa chỉ này không nhận phương thức đó.",
    413: "Yêu cầu quá lớn.",
}

NEED_NO_STORE = {"static", "machines.robots", "syndication.feed", *operations.ENDPOINTS}
"""What answers while the store is away, if only from the shelf."""
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src * data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def create_app(settings: Settings | None = None, *, database: Database | None = None, has_search: bool = True) -> Flask:
    """Build the application; raises StoreError when the settings or the store's schema do not fit.

    Without `has_search` its pages offer none: they are shown where nobody would answer.
    """
    settings = settings or Settings.from_env()
    database = database or Database(settings.store_url, connections=MOST_CONNECTIONS)
    schema.require_current(database)
    app = Flask("feeds", root_path=str(_HERE), static_folder=None, template_folder="templates")
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assets = {path.name: _digest(path) for path in sorted((_HERE / "static").iterdir()) if path.is_file()}
    looks = [*sorted((_HERE / "templates").glob("*.html")), *sorted((_HERE / "static").iterdir())]
    fragments, shelf = FragmentCache(settings.fragments_mb * MIB), Shelf(settings.shelf_mb * MIB)
    heads = Heads(
        settings=settings,
        database=database,
        fragments=fragments,
        shelf=shelf,
        freshness=Freshness(database, shelf),
        shared=_shared_bodies(settings, database),
        common=common_of_feeds(settings),
    )
    Site(
        settings=settings,
        database=database,
        storage=settings.open_storage(),
        addresses=Addresses.of(settings),
        look_version=_digest(*looks) + ("" if has_search else "-still"),
        fragments=fragments,
        heads=heads,
        asset_versions=assets,
        has_search=has_search,
    ).attach(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(syndication.blueprint)
    app.register_blueprint(files.blueprint)
    app.register_blueprint(machines.blueprint)
    app.add_url_rule("/static/<name>", "static", _static(assets), methods=["GET"])
    app.before_request(_refuse_unclear_host)
    app.before_request(_refuse_while_away)
    app.after_request(_secure)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreError, _store_error)
    lane = FastLane(app.wsgi_app, heads) if shelf.limit_bytes else app.wsgi_app
    courtesy = _courtesy(lane, settings)
    operations.attach(app, Vitals(heads, lambda: courtesy.refused if courtesy else 0))
    lane = courtesy or lane
    app.wsgi_app = _below_prefix(lane, urlsplit(settings.base_url).path)  # type: ignore[assignment, method-assign]  # the documented way to wrap a Flask application
    return app


def start_upkeep(app: Flask) -> None:
    """Have a process that serves this application follow its store, and warm its shelf; in a fork of it, again."""
    with app.app_context():
        site = current_site()

    def start() -> None:
        site.heads.freshness.start()
        Warming(site.heads, site.settings.data).start()

    def start_again() -> None:
        # The connections belong to the parent.
        site.database.engine.dispose(close=False)
        site.heads.freshness.forsake()
        start()

    start()
    os.register_at_fork(after_in_child=start_again)


def _shared_bodies(settings: Settings, database: Database) -> SharedBodies:
    if not settings.redis_url:
        return NotShared()
    with database.snapshot() as session:
        instance = schema.instance_uuid(session)
    return RedisBodies(read_redis_address(settings.redis_url), instance)


def _courtesy(inner: WsgiApp, settings: Settings) -> Courtesy | None:
    if settings.poll_limit is None:
        return None
    # It takes long to load, and most sites need none.
    from feeds.http.poll_counts import PollCounts

    counts = PollCounts(settings.poll_limit, redis_url=settings.redis_url, site=settings.base_url)
    headers = [*SECURITY.items(), *CORS.items()]
    return Courtesy(inner, counts, trusted=settings.trusted_proxies, headers=headers)


def _refuse_unclear_host() -> Response | None:
    return None if is_host_clear(request.environ) else plain(400, SENTENCES[400])


def _refuse_while_away() -> None:
    """Have nobody wait for a store that says nothing: they would take the threads that others are answered by."""
    if request.endpoint not in NEED_NO_STORE:
        current_site().heads.freshness.require_store()


def _secure(response: Response) -> Response:
    is_feed = (request.path.startswith("/feeds/") and "." in request.path) or request.path == "/feeds.opml"
    if is_feed and response.status_code == 304:
        response.headers.update(CORS_UNMODIFIED)
        return response
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    # By its path, because an answer without a body has no type: what a page's 304 says replaces what its 200 said.
    if is_feed:
        # On refusals and redirects, too: a script that may not read them cannot follow them.
        response.headers.update(CORS)
    elif response.mimetype == "text/html" or response.status_code == 304:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 404:
        return _other_spelling() or pages.missing(current_site())
    response = plain(status, SENTENCES.get(status, "Có lỗi trên máy chủ. Xin thử lại sau."))
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _other_spelling() -> Response | None:
    """Lead /FEEDS/all.rss and /feeds//all.rss to where they mean."""
    path = re.sub("/{2,}", "/", request.path)
    first, slash, rest = path[1:].partition("/")
    plain_path = f"/{first.lower()}{slash}{rest}"
    if plain_path == request.path or first.lower() not in {"feeds", "ban-tin", *machines.NAMES}:
        return None
    return moved(current_site().settings.base_url + quote(plain_path, safe="/:@!$&'()*+,;=~"))


def _store_error(error: StoreError) -> Response:
    if isinstance(error, StoreUnavailable):
        _said_seldom(str(error))
        response = plain(503, "Kho dữ liệu tạm thời không phản hồi. Xin thử lại sau ít phút.")
        response.headers["Retry-After"] = "30"
        return response
    _log.exception("a request ended in %s", type(error).__name__, exc_info=error)
    return plain(500, "Có lỗi trên máy chủ. Xin thử lại sau.")


def _said_seldom(sentence: str) -> None:
    """Log what keeps the store away: once a minute is enough for what every request meets."""
    said = current_app.extensions.setdefault(_SAID, {})
    present = time.monotonic()
    if present - said.get(sentence, -SAID_AGAIN_SECONDS) >= SAID_AGAIN_SECONDS:
        if len(said) >= MOST_SAID:
            said.clear()
        said[sentence] = present
        _log.error("%s", sentence)


def _static(assets: dict[str, str]) -> Callable[[str], Response]:
    known = {name: (_HERE / "static" / name).read_bytes() for name in assets}
    types = {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml; charset=utf-8",
        ".png": "image/png",
    }

    def static(name: str) -> Response:
        if name not in known:
            return plain(404, SENTENCES[404])
        media_type = types.get(Path(name).suffix, "application/octet-stream")
        response = Response(known[name], content_type=media_type)
        # Only an address that carries the version may be kept for ever.
        versioned = request.args.get("v") == assets[name]
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if versioned else "public, max-age=86400"
        )
        response.set_etag(assets[name])
        return response.make_conditional(request)  # type: ignore[return-value]  # it is the same response

    return static


def _below_prefix(inner: WsgiApp, prefix: str) -> WsgiApp:
    """Serve alike whether a proxy strips the path prefix of the base URL or hands it on."""
    if not prefix:
        return inner

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(prefix + "/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        return inner(environ, start_response)

    return wrapped


def _digest(*paths: Path) -> str:
    seen = hashlib.sha256()
    for path in paths:
        seen.update(path.name.encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:16]
