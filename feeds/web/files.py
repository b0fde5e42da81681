"""Files of visible bulletins, named by their content: they never change, so anyone may keep them for ever."""

from __future__ import annotations

import re

from flask import Blueprint, Response, send_file

from feeds.http.answers import plain
from feeds.site import current_site
from store import catalogue
from store.attachments.kinds import EXTENSIONS

blueprint = Blueprint("files", __name__)

_NAME = re.compile(r"(?P<digest>[0-9a-f]{64})\.(?P<extension>[a-z]+)")
YEAR_SECONDS = 31_536_000


@blueprint.get("/files/<shard>/<name>")
def file(shard: str, name: str) -> Response:
    """Answer a file while a published bulletin uses it; ranges are honoured."""
    site = current_site()
    parts = _NAME.fullmatch(name)
    if parts is None or not parts["digest"].startswith(shard) or len(shard) != 2:
        return _missing()
    with site.database.snapshot() as session:
        found = catalogue.find_visible_file(session, parts["digest"])
    if found is None or EXTENSIONS.get(found.media_type) != parts["extension"]:
        return _missing()
    path = site.storage.path(found.digest)
    if not path.is_file():
        return _missing()
    response = send_file(
        path.absolute(), mimetype=found.media_type, etag=found.digest, download_name=name, conditional=True
    )
    response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _missing() -> Response:
    return plain(404, "Không có tệp này.")
