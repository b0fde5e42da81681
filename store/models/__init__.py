"""The rows of the database, one module a subject; they never leave `store`."""

from store.models.bulletins import (
    DbAttachment,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbCorrection,
    DbFileRemoval,
    DbRendition,
    DbRenditionDue,
    DbRevision,
    DbStoredFile,
)
from store.models.changes import DbAudit, DbChange, DbCounter, DbInstance, DbLease
from store.models.placements import DbAnnouncement, DbChannelSetting, DbPlacement, DbSelectionMark, DbTombstone
from store.models.schema import METADATA, Row, UtcDateTime
from store.models.sources import DbSource, DbSourceRecord
from store.models.taxonomy import (
    DbAlias,
    DbAuthor,
    DbCategory,
    DbFormerName,
    DbFormerParent,
    DbOrganisation,
    DbRedirect,
    DbSlug,
)

__all__ = [
    "METADATA",
    "DbAlias",
    "DbAnnouncement",
    "DbAttachment",
    "DbAudit",
    "DbAuthor",
    "DbBody",
    "DbBulletin",
    "DbBulletinAuthor",
    "DbBulletinCategory",
    "DbBulletinSubject",
    "DbCategory",
    "DbChange",
    "DbChannelSetting",
    "DbCorrection",
    "DbCounter",
    "DbFileRemoval",
    "DbFormerName",
    "DbFormerParent",
    "DbInstance",
    "DbLease",
    "DbOrganisation",
    "DbPlacement",
    "DbRedirect",
    "DbRendition",
    "DbRenditionDue",
    "DbRevision",
    "DbSelectionMark",
    "DbSlug",
    "DbSource",
    "DbSourceRecord",
    "DbStoredFile",
    "DbTombstone",
    "Row",
    "UtcDateTime",
]
