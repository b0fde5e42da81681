"""The first tables.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alias",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entity_id", "alias", name=op.f("pk_alias")),
    )
    op.create_index(op.f("ix_alias_kind_alias"), "alias", ["kind", "alias"], unique=False)
    op.create_table(
        "author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
        sa.UniqueConstraint("name", name=op.f("uq_author_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_author_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_category_parent_id"), "category", ["parent_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("edition", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bulletin", sa.Integer(), nullable=True),
        sa.Column("selection_keys", sa.Text(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_change")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "placement",
        sa.Column("selection_key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("selection_key", "position", name=op.f("pk_placement")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_placement_position"), "placement", ["position"], unique=False)
    op.create_table(
        "slug",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_slug")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_source_kind_name")),
        sa.UniqueConstraint("uuid", name=op.f("uq_source_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stored_file",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=True),
        sa.Column("height_px", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "bulletin",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("publisher_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_offset_minutes", sa.Integer(), nullable=True),
        sa.Column("published_precision", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_attachment", sa.Integer(), nullable=False),
        sa.Column("arrival", sa.Integer(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("published_precision IN ('minute', 'day')", name=op.f("ck_bulletin_published_precision")),
        sa.CheckConstraint(
            "status <> 'published' OR position IS NOT NULL", name=op.f("ck_bulletin_published_has_position")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'scheduled', 'published', 'withdrawn', 'expunged')", name=op.f("ck_bulletin_status")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["organisation.id"], name=op.f("fk_bulletin_publisher_id_organisation")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("arrival", name=op.f("uq_bulletin_arrival")),
        sa.UniqueConstraint("position", name=op.f("uq_bulletin_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulletin_public_id")),
    )
    op.create_index(
        op.f("ix_bulletin_position_number_version_edition_changed_at"),
        "bulletin",
        ["position", "number", "version", "edition", "changed_at"],
        unique=False,
    )
    op.create_index(op.f("ix_bulletin_publisher_id"), "bulletin", ["publisher_id"], unique=False)
    op.create_index(op.f("ix_bulletin_slug"), "bulletin", ["slug"], unique=False)
    op.create_index(op.f("ix_bulletin_status"), "bulletin", ["status"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("alternative_text", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('photo', 'document')", name=op.f("ck_attachment_kind")),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_attachment_bulletin_bulletin")),
        sa.ForeignKeyConstraint(["digest"], ["stored_file.digest"], name=op.f("fk_attachment_digest_stored_file")),
        sa.PrimaryKeyConstraint("bulletin", "number", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_digest"), "attachment", ["digest"], unique=False)
    op.create_table(
        "body",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_body_bulletin_bulletin")),
        sa.PrimaryKeyConstraint("bulletin", name=op.f("pk_body")),
    )
    op.create_table(
        "bulletin_author",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name=op.f("fk_bulletin_author_author_id_author")),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_bulletin_author_bulletin_bulletin")),
        sa.PrimaryKeyConstraint("bulletin", "author_id", name=op.f("pk_bulletin_author")),
    )
    op.create_index(op.f("ix_bulletin_author_author_id"), "bulletin_author", ["author_id"], unique=False)
    op.create_table(
        "bulletin_category",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_bulletin_category_bulletin_bulletin")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_bulletin_category_category_id_category")
        ),
        sa.PrimaryKeyConstraint("bulletin", "category_id", name=op.f("pk_bulletin_category")),
    )
    op.create_index(op.f("ix_bulletin_category_category_id"), "bulletin_category", ["category_id"], unique=False)
    op.create_table(
        "bulletin_subject",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("recognised", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_bulletin_subject_bulletin_bulletin")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bulletin_subject_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("bulletin", "organisation_id", name=op.f("pk_bulletin_subject")),
    )
    op.create_index(op.f("ix_bulletin_subject_organisation_id"), "bulletin_subject", ["organisation_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("significant", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_revision_bulletin_bulletin")),
        sa.PrimaryKeyConstraint("bulletin", "revision", name=op.f("pk_revision")),
    )
    op.create_table(
        "source_record",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_key", sa.Text(), nullable=False),
        sa.Column("bulletin", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("folded_title", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_source_record_bulletin_bulletin")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_record_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", "external_key", name=op.f("pk_source_record")),
    )
    op.create_index(op.f("ix_source_record_bulletin"), "source_record", ["bulletin"], unique=False)
    op.create_index(op.f("ix_source_record_source_id_day"), "source_record", ["source_id", "day"], unique=False)
    op.create_index(
        op.f("ix_source_record_source_id_folded_title"), "source_record", ["source_id", "folded_title"], unique=False
    )
    op.create_table(
        "tombstone",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("selection_key", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_tombstone_bulletin_bulletin")),
        sa.PrimaryKeyConstraint("bulletin", "selection_key", name=op.f("pk_tombstone")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tombstone_selection_key_edition"), "tombstone", ["selection_key", "edition"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_tombstone_selection_key_edition"), table_name="tombstone")
    op.drop_table("tombstone")
    op.drop_index(op.f("ix_source_record_source_id_folded_title"), table_name="source_record")
    op.drop_index(op.f("ix_source_record_source_id_day"), table_name="source_record")
    op.drop_index(op.f("ix_source_record_bulletin"), table_name="source_record")
    op.drop_table("source_record")
    op.drop_table("revision")
    op.drop_index(op.f("ix_bulletin_subject_organisation_id"), table_name="bulletin_subject")
    op.drop_table("bulletin_subject")
    op.drop_index(op.f("ix_bulletin_category_category_id"), table_name="bulletin_category")
    op.drop_table("bulletin_category")
    op.drop_index(op.f("ix_bulletin_author_author_id"), table_name="bulletin_author")
    op.drop_table("bulletin_author")
    op.drop_table("body")
    op.drop_index(op.f("ix_attachment_digest"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index(op.f("ix_bulletin_status"), table_name="bulletin")
    op.drop_index(op.f("ix_bulletin_slug"), table_name="bulletin")
    op.drop_index(op.f("ix_bulletin_publisher_id"), table_name="bulletin")
    op.drop_index(op.f("ix_bulletin_position_number_version_edition_changed_at"), table_name="bulletin")
    op.drop_table("bulletin")
    op.drop_table("stored_file")
    op.drop_table("source")
    op.drop_table("slug")
    op.drop_index(op.f("ix_placement_position"), table_name="placement")
    op.drop_table("placement")
    op.drop_index(op.f("ix_organisation_parent_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("instance")
    op.drop_table("counter")
    op.drop_table("change")
    op.drop_index(op.f("ix_category_parent_id"), table_name="category")
    op.drop_table("category")
    op.drop_table("author")
    op.drop_index(op.f("ix_alias_kind_alias"), table_name="alias")
    op.drop_table("alias")
