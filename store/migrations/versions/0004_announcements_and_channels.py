"""Announcements, settings of channels, places and origins of bulletins, bodies that speak for those under them.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Whatever was published is announced once, in the order of its last change: editions rise with ordinals, so that what
# a reader was told of since an edition is the end of the list.
ANNOUNCE = """
INSERT INTO announcement (selection_key, ordinal, edition, bulletin)
SELECT placement.selection_key,
       ROW_NUMBER() OVER (PARTITION BY placement.selection_key ORDER BY bulletin.edition, bulletin.arrival),
       bulletin.edition,
       bulletin.number
FROM placement JOIN bulletin ON bulletin.position = placement.position
"""


def upgrade() -> None:
    op.add_column("bulletin", sa.Column("place_name", sa.Text(), nullable=True))
    op.add_column("bulletin", sa.Column("place_latitude_e5", sa.Integer(), nullable=True))
    op.add_column("bulletin", sa.Column("place_longitude_e5", sa.Integer(), nullable=True))
    op.add_column("bulletin", sa.Column("origin_name", sa.Text(), nullable=True))
    op.add_column("bulletin", sa.Column("origin_url", sa.Text(), nullable=True))
    op.add_column(
        "organisation",
        sa.Column("includes_subordinates", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "former_parent",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_former_parent_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_former_parent_parent_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "until", name=op.f("pk_former_parent")),
    )
    op.create_table(
        "announcement",
        sa.Column("selection_key", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("bulletin", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.number"], name=op.f("fk_announcement_bulletin_bulletin")),
        sa.PrimaryKeyConstraint("selection_key", "ordinal", name=op.f("pk_announcement")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_announcement_bulletin_selection_key"), "announcement", ["bulletin", "selection_key"], unique=False
    )
    op.create_table(
        "channel_setting",
        sa.Column("selection_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.Column("is_lead_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image"], ["stored_file.digest"], name=op.f("fk_channel_setting_image_stored_file")),
        sa.PrimaryKeyConstraint("selection_key", name=op.f("pk_channel_setting")),
    )
    op.create_index(op.f("ix_channel_setting_image"), "channel_setting", ["image"], unique=False)
    op.execute(ANNOUNCE)
