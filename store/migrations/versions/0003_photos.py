"""Photos and documents: renditions, focal points, numbers of documents.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("is_animated", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("attachment", sa.Column("reference", sa.Text(), server_default="", nullable=False))
    op.add_column("attachment", sa.Column("focus_x_percent", sa.Integer(), nullable=True))
    op.add_column("attachment", sa.Column("focus_y_percent", sa.Integer(), nullable=True))
    op.create_table(
        "rendition",
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["original"], ["stored_file.digest"], name=op.f("fk_rendition_original_stored_file")),
        sa.ForeignKeyConstraint(["digest"], ["stored_file.digest"], name=op.f("fk_rendition_digest_stored_file")),
        sa.PrimaryKeyConstraint("original", "recipe", "name", name=op.f("pk_rendition")),
    )
    op.create_index(op.f("ix_rendition_digest"), "rendition", ["digest"], unique=False)
    op.create_table(
        "rendition_due",
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["original"], ["stored_file.digest"], name=op.f("fk_rendition_due_original_stored_file")
        ),
        sa.PrimaryKeyConstraint("original", name=op.f("pk_rendition_due")),
    )
    op.create_index(op.f("ix_rendition_due_asked_at_original"), "rendition_due", ["asked_at", "original"], unique=False)
