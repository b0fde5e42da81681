"""What happens after publication: corrections, withdrawals, names over time, mergers, the audit log, the lease.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulletin", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bulletin", sa.Column("gone_reason", sa.Text(), nullable=True))
    for table in ("category", "organisation", "author"):
        successor = sa.ForeignKey(f"{table}.id", name=op.f(f"fk_{table}_successor_id_{table}"))
        # Inline, because SQLite adds no constraint to a table that is there.
        op.add_column(table, sa.Column("successor_id", sa.Integer(), successor, nullable=True), inline_references=True)
        op.add_column(table, sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        op.create_index(op.f(f"ix_{table}_successor_id"), table, ["successor_id"], unique=False)
    # A reorganisation leaves many tombstones of one edition; the latest of them must be one range.
    op.drop_index(op.f("ix_tombstone_selection_key_edition"), table_name="tombstone")
    op.create_index(
        op.f("ix_tombstone_selection_key_edition_bulletin"), "tombstone", ["selection_key", "edition", "bulletin"]
    )
    op.create_table(
        "correction",
        sa.Column("bulletin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_correction_bulletin_bulletin")),
        sa.PrimaryKeyConstraint("bulletin", "revision", name=op.f("pk_correction")),
    )
    op.create_table(
        "file_removal",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_file_removal")),
    )
    op.create_table(
        "selection_mark",
        sa.Column("selection_key", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("selection_key", name=op.f("pk_selection_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "former_name",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entity_id", "until", name=op.f("pk_former_name")),
    )
    op.create_table(
        "redirect",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("document_format", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_redirect")),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_kind_subject"), "audit", ["kind", "subject"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
