"""Where the addresses of a former site lead to: kept by permanent ids, so that a renaming breaks none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store import audit
from store.database import now
from store.errors import AlreadyExists, Conflict, InputError, NotFound, shown
from store.models import DbBulletin, DbRedirect
from store.types import Status

PATH_CHARS = 500
ADDRESS_CHARS = 12 * PATH_CHARS + 300
"""Room for four bytes a character, each quoted, and a host."""
MOST_QUOTINGS = 5
KIND = "redirect"
BULLETIN = "bulletin/"
"""Begins the target that is a bulletin's page; every other target is a selection_key."""

_HOST = re.compile(r"\A(?:https?:)?//[^/?#]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A former address and its target: a selection_key, or `bulletin/NUMBER`; `document_format` is an EXT or None."""

    path: str
    target: str
    document_format: str | None


def add_redirect(session: Session, address: str, target: str, document_format: str | None) -> Redirect:
    """Have a former address, with or without its host, lead to a target.

    Raises InputError for what is no address, AlreadyExists for one that leads somewhere already.
    """
    path = normal_path(address)
    _require_not_expunged(session, target)
    known = session.get(DbRedirect, path)
    if known is not None:
        raise AlreadyExists(KIND, path, f"it leads to {known.target}; first: bantin redirect remove '{path}'")
    session.add(DbRedirect(path=path, target=target, document_format=document_format, added_at=now(session)))
    audit.record(session, "added", KIND, path, note=_note(target, document_format))
    return Redirect(path, target, document_format)


def remove_redirect(session: Session, address: str) -> None:
    """Have a former address lead nowhere; raises NotFound for one that does not."""
    path = normal_path(address)
    known = session.get(DbRedirect, path)
    if known is None:
        raise NotFound(KIND, path)
    session.delete(known)
    audit.record(session, "removed", KIND, path)


def forget_target(session: Session, target: str) -> None:
    """Remove the addresses that lead to a target, from the audit log as well: an address may say what stood there."""
    led = session.scalars(select(DbRedirect.path).where(DbRedirect.target == target)).all()
    session.execute(delete(DbRedirect).where(DbRedirect.path.in_(led)))
    once_led = [act.subject for act in audit.iter_acts(session, kind=KIND, note=_note(target, None))]
    for path in {*led, *once_led}:
        audit.forget_subject(session, KIND, path)


def find_redirect(session: Session, path: str, query: str) -> Redirect | None:
    """Give where a path with its query leads, else where the path alone does; None for an unknown one."""
    for address in (f"{path}?{query}", path) if query else (path,):
        with suppress(InputError):
            row = session.get(DbRedirect, normal_path(address))
            if row is not None:
                return _redirect(row)
    return None


def iter_redirects(session: Session) -> Iterator[Redirect]:
    """Stream all redirects by their paths."""
    for row in session.scalars(select(DbRedirect).order_by(DbRedirect.path)):
        yield _redirect(row)


def _require_not_expunged(session: Session, target: str) -> None:
    if not target.startswith(BULLETIN):
        return
    number = int(target.removeprefix(BULLETIN))
    if session.scalar(select(DbBulletin.status).where(DbBulletin.number == number)) == Status.EXPUNGED.value:
        raise Conflict(
            f"bulletin {number} was expunged; no address leads there any more",
            vietnamese=f"bản tin {number} đã bị xóa hẳn, không địa chỉ nào dẫn tới đó nữa",
        )


def normal_path(address: str) -> str:
    """Give the one spelling of a former address: path and query in small letters, unquoted, no host, no last slash.

    The servers of many portals tell no capitals apart. What it gives stays as it is when it is given again.
    Raises InputError for what is no address.
    """
    whole = _HOST.sub("", _unquoted(address), count=1).partition("#")[0]
    path, _, query = (part.strip(" ") for part in whole.partition("?"))
    path = path.rstrip("/ ")
    # Many sites tell their pages apart by the query alone, as in /?feed=rss2.
    text = f"/{path.lstrip('/')}?{query}" if query else path and f"/{path.lstrip('/')}"
    normal = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    if not whole.startswith(("/", "?")) or not normal.isprintable() or not 1 <= len(normal) <= PATH_CHARS:
        raise InputError(
            field="address",
            value=address,
            reason="is no address of a former site",
            accepted="a path such as /rss/tin-tuc.aspx?id=5, with or without https://HOST before it",
            vietnamese=f"{shown(address)} không phải địa chỉ của cổng thông tin cũ; ví dụ đúng: /rss/tin-tuc.aspx?id=5",
        )
    return normal


def _unquoted(address: str) -> str:
    """Undo every quoting: what a web server hands over is unquoted once already, what people copy is not.

    Gives an empty text for what is quoted endlessly.
    """
    text = address.strip()
    for _ in range(MOST_QUOTINGS if len(text) <= ADDRESS_CHARS else 0):
        text, quoted = unquote(text).strip(), text
        if text == quoted:
            return text
    return ""


def _note(target: str, document_format: str | None) -> str:
    return f"→ {target}{'.' + document_format if document_format else ''}"


def _redirect(row: DbRedirect) -> Redirect:
    return Redirect(row.path, row.target, row.document_format)
