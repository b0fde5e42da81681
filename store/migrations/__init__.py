"""Alembic migrations, from the first table on; run through `store.schema`."""
