"""Alembic, apart from `schema`: it loads the SQL of every database it knows, which nobody needs who only serves."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from store.models import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, revision: str) -> None:
    """Bring the tables to a revision, inside the transaction that is open."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def differences(connection: Connection, *, unmodelled: Collection[str]) -> list[str]:
    """List where the tables, but for the `unmodelled` ones, differ from the models."""

    def is_modelled(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name not in unmodelled

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_modelled})
    return [str(difference) for difference in compare_metadata(context, METADATA)]
