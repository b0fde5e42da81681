"""The full-text index of what is published; `store.schema` fills it, because what it holds is derived.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQLITE = """CREATE VIRTUAL TABLE search USING fts5(words, keys, columnsize = 0, tokenize = "ascii tokenchars '.'")"""
POSTGRES = (
    "CREATE TABLE search ("
    "position BIGINT CONSTRAINT pk_search PRIMARY KEY, words TEXT NOT NULL, keys TEXT[] NOT NULL, "
    "lexemes TSVECTOR NOT NULL)",
    # What was published just now waits in a list that every search reads through: it had better be short.
    "CREATE INDEX ix_search_lexemes ON search USING gin (lexemes) WITH (gin_pending_list_limit = 512)",
)


def upgrade() -> None:
    for statement in (SQLITE,) if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)
