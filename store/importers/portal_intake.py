"""From a portal page's bytes to something that `ingest` can store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.errors import InputError, PageUnreadable
from store.importers.ingest import Incoming
from store.importers.portal import Decision, Kind, Page, content_digest, page_key, read_page
from store.text.charsets import decode
from store.text.vietnamese import fold
from store.types import Draft

MAX_FILE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PortalPage:
    """A page that was read, and how: the bytes' charset, what was converted on the way."""

    incoming: Incoming
    page: Page
    charset: str
    conversions: tuple[str, ...]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The choices that a person might overrule."""
        return self.page.decisions


def read_portal_page(
    raw: bytes,
    *,
    publisher: str | None = None,
    categories: tuple[str, ...] = (),
    overrules: Mapping[int, Kind] | None = None,
) -> PortalPage:
    """Read a page's bytes, to be filed under this publisher and these categories.

    Raises InputError, with the line where there is one, for what cannot be read.
    """
    if not raw.strip():
        raise PageUnreadable(field="file", value="", reason="is empty", accepted="a bulletin page saved as text")
    if len(raw) > MAX_FILE_BYTES:
        raise PageUnreadable(
            field="file",
            value=raw[:40],
            reason=f"has {len(raw):,} bytes",
            accepted=f"a page of at most {MAX_FILE_BYTES:,} bytes",
        )
    decoded = decode(raw)
    page = read_page(decoded.text, overrules=overrules or {})
    plain = _unoverruled(decoded.text, page) if overrules else page
    draft = Draft(
        title=page.title,
        lead=page.lead,
        body=page.body,
        publisher=publisher,
        categories=categories,
        authors=page.bylines,
        attachments=page.attachments,
        published=page.moment,
    )
    incoming = Incoming(
        external_key=page_key(plain),
        content_digest=content_digest(plain),
        draft=draft,
        day=plain.moment.instant.date().isoformat(),
        folded_title=fold(plain.title),
        is_overruled=bool(overrules),
    )
    return PortalPage(incoming, page, decoded.charset, decoded.steps)


def _unoverruled(text: str, page: Page) -> Page:
    """Read the page as an import without overrules will: then it must be known, and what a person said must stay."""
    try:
        return read_page(text)
    except InputError:
        # Only the overrules make it readable.
        return page
