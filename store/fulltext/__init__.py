"""The full-text index of what is published: one contract, on SQLite and on PostgreSQL."""
