"""What editors decide for single channels: title, description, language, how many entries, how much of each, picture.

Only kept selections have settings: all, one criterion, a category with a body. Each change is a step of the edition
that touches exactly that selection_key.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from store import announcements, audit, changes, files
from store.database import change_instant
from store.drafts import TITLE_CHARS
from store.errors import InputError
from store.models import DbChannelSetting
from store.names import line_of
from store.reading import read
from store.taxonomy import DESCRIPTION_CHARS
from store.text import languages
from store.types import CHANNEL_SET, NOTHING_SET, ChannelSettings, Mark, Selection, StoredFile

CHANNEL = "channel"
MAX_ENTRIES = 500

COLUMNS = (
    DbChannelSetting.title,
    DbChannelSetting.description,
    DbChannelSetting.language,
    DbChannelSetting.entries,
    DbChannelSetting.is_lead_only,
    DbChannelSetting.image,
)
"""All that an editor decides for a channel."""
_SET = select(*COLUMNS).where(DbChannelSetting.selection_key == bindparam("key"))
_SET_WHEN = select(DbChannelSetting.edition, DbChannelSetting.changed_at).where(
    DbChannelSetting.selection_key == bindparam("key")
)


def channel_settings(session: Session, selection: Selection) -> ChannelSettings:
    """Give the settings of a channel; those of one that nobody set anything for are all "as the site has it"."""
    found = read(session, _SET, {"key": selection.key})
    return settings_of(session, found[0]) if found else NOTHING_SET


def settings_of(session: Session, row: Row[*tuple[Any, ...]]) -> ChannelSettings:
    """Give the settings that stand in a row with `COLUMNS`; all of them are None where a channel has none."""
    if row.is_lead_only is None:
        return NOTHING_SET
    return _settings_of(row, files.files_by_digest(session, [row.image] if row.image is not None else ()))


def find_mark(session: Session, selection: Selection) -> Mark | None:
    """Give when the settings of a channel last changed, None for one that never had any."""
    found = read(session, _SET_WHEN, {"key": selection.key})
    return (found[0].edition, found[0].changed_at) if found else None


def every_channel_settings(session: Session) -> dict[str, ChannelSettings]:
    """Give the settings of all channels that have any, by selection_key."""
    rows = session.scalars(select(DbChannelSetting).order_by(DbChannelSetting.selection_key)).all()
    images = files.files_by_digest(session, {row.image for row in rows if row.image is not None})
    return {row.selection_key: _settings_of(row, images) for row in rows}


def changed_at_by_key(session: Session) -> dict[str, datetime]:
    """Give when the settings of each channel last changed, by selection_key, of those that ever had any."""
    rows = session.execute(select(DbChannelSetting.selection_key, DbChannelSetting.changed_at))
    return {row.selection_key: row.changed_at for row in rows}


def set_channel_settings(session: Session, selection: Selection, said: ChannelSettings) -> bool:
    """Set all of a channel's settings; return whether any differs from what it has.

    The selection's entities must exist. Raises InputError for what is no channel, and for the first setting that
    cannot be.
    """
    if not selection.is_kept:
        raise InputError(
            field="channel",
            value=selection.key,
            reason="is no channel but a selection made on the way",
            accepted="all, one criterion, or a category with an organisation or publisher",
            vietnamese="chỉ đặt được cho kênh tất cả, kênh một tiêu chí, hoặc kênh chuyên mục kèm cơ quan",
        )
    said = checked(said)
    before = channel_settings(session, selection)
    if said == before:
        return False
    if said.image is not None:
        files.keep_file(session, said.image)
    row = session.get(DbChannelSetting, selection.key)
    if row is None:
        row = DbChannelSetting(selection_key=selection.key, edition=0, changed_at=change_instant(session))
        session.add(row)
    row.title, row.description, row.language = said.title, said.description, said.language
    row.entries, row.is_lead_only = said.entries, said.is_lead_only
    row.image = said.image.digest if said.image is not None else None
    # The row stays when nothing is set any more: it tells when that happened.
    _step(session, row)
    if (said.is_lead_only, said.language) != (before.is_lead_only, before.language):
        # Every entry reads otherwise now, also those that readers have from closed archives.
        announcements.announce_all(session, selection.key, row.edition)
    note = ", ".join(_changed_names(before, said))
    action = "reset" if said == NOTHING_SET else "set"
    audit.record(session, action, CHANNEL, selection.key, note=note, edition=row.edition)
    return True


def list_images(session: Session) -> Collection[str]:
    """List the digests of the pictures that channels have."""
    chosen = select(DbChannelSetting.image).where(DbChannelSetting.image.is_not(None)).distinct()
    return [digest for digest in session.scalars(chosen) if digest is not None]


def list_users(session: Session, digest: str) -> list[str]:
    """List the selection_keys of the channels that have a picture."""
    chosen = select(DbChannelSetting.selection_key).where(DbChannelSetting.image == digest)
    return list(session.scalars(chosen.order_by(DbChannelSetting.selection_key)))


def step_users(session: Session, digest: str) -> None:
    """Step every channel that has a picture, because it is shown otherwise now."""
    for key in list_users(session, digest):
        _step(session, session.get_one(DbChannelSetting, key))


def forget_image(session: Session, digest: str) -> list[str]:
    """Have the channels that have a picture be without, because its bytes are lost; return their selection_keys."""
    keys = list_users(session, digest)
    for key in keys:
        row = session.get_one(DbChannelSetting, key)
        row.image = None
        _step(session, row)
        audit.record(session, "picture lost", CHANNEL, key, note=digest, edition=row.edition)
    return keys


def _step(session: Session, row: DbChannelSetting) -> None:
    row.edition = changes.record(session, CHANNEL_SET, bulletin=None, selection_keys=[row.selection_key])
    row.changed_at = change_instant(session)
    session.flush()


def checked(said: ChannelSettings) -> ChannelSettings:
    """Return settings as they will be stored; raises InputError for the first that cannot be."""
    title = _line("title", "tên kênh", said.title, TITLE_CHARS)
    description = _line("description", "lời giới thiệu kênh", said.description, DESCRIPTION_CHARS)
    if said.language is not None and not languages.is_language_tag(said.language):
        raise InputError(
            field="language",
            value=said.language,
            reason="is no language tag",
            accepted=languages.ACCEPTED,
            vietnamese=f"“{said.language}” không phải mã ngôn ngữ, ví dụ vi, en, tyz",
        )
    if said.entries is not None and not 1 <= said.entries <= MAX_ENTRIES:
        raise InputError(
            field="entries",
            value=str(said.entries),
            reason="is no number of entries that a feed can hold",
            accepted=f"1 to {MAX_ENTRIES}",
            vietnamese=f"số bản tin trong một kênh phải từ 1 đến {MAX_ENTRIES}",
        )
    return ChannelSettings(
        title=title,
        description=description,
        language=said.language,
        entries=said.entries,
        is_lead_only=said.is_lead_only,
        image=said.image,
    )


def _line(field: str, vietnamese: str, value: str | None, limit: int) -> str | None:
    if value is None:
        return None
    cleaned = line_of(field, value, limit)
    if not cleaned:
        raise InputError(
            field=field,
            value=value,
            reason="is empty",
            accepted=f"1 to {limit:,} characters, or none at all",
            vietnamese=f"{vietnamese} không được để trống",
        )
    return cleaned


def _changed_names(before: ChannelSettings, after: ChannelSettings) -> list[str]:
    pairs = {
        "title": (before.title, after.title),
        "description": (before.description, after.description),
        "language": (before.language, after.language),
        "entries": (before.entries, after.entries),
        "lead only": (before.is_lead_only, after.is_lead_only),
        "image": (before.image, after.image),
    }
    return [name for name, (old, new) in pairs.items() if old != new]


def _settings_of(row: DbChannelSetting | Row[*tuple[Any, ...]], images: dict[str, StoredFile]) -> ChannelSettings:
    return ChannelSettings(
        title=row.title,
        description=row.description,
        language=row.language,
        entries=row.entries,
        is_lead_only=row.is_lead_only,
        image=images[row.image] if row.image is not None else None,
    )
