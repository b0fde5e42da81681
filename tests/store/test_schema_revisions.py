"""Where a store stands is read without Alembic, and is what Alembic would say."""

from __future__ import annotations

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import schema
from store.database import Database
from store.migrating import MIGRATIONS


def test_the_wanted_revision_is_the_head_of_the_migrations(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    assert schema.state(database).wanted == scripts.get_current_head()
    for script in scripts.walk_revisions():
        schema.require_known(script.revision, "the store")


def test_the_found_revision_is_the_one_that_alembic_finds(database: Database) -> None:
    with database.snapshot() as session:
        found = MigrationContext.configure(session.connection()).get_current_revision()
    assert found is not None
    assert schema.state(database).found == found
