"""The rows of the database, one module a subject; they never leave `store`."""

from store.models.bulletins import (
    DbAttachment,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbRevision,
    DbStoredFile,
)
from store.models.changes import DbChange, DbCounter, DbInstance
from store.models.placements import DbPlacement, DbTombstone
from store.models.schema import METADATA, Row, UtcDateTime
from store.models.sources import DbSource, DbSourceRecord
from store.models.taxonomy import DbAlias, DbAuthor, DbCategory, DbOrganisation, DbSlug

__all__ = [
    "METADATA",
    "DbAlias",
    "DbAttachment",
    "DbAuthor",
    "DbBody",
    "DbBulletin",
    "DbBulletinAuthor",
    "DbBulletinCategory",
    "DbBulletinSubject",
    "DbCategory",
    "DbChange",
    "DbCounter",
    "DbInstance",
    "DbOrganisation",
    "DbPlacement",
    "DbRevision",
    "DbSlug",
    "DbSource",
    "DbSourceRecord",
    "DbStoredFile",
    "DbTombstone",
    "Row",
    "UtcDateTime",
]
