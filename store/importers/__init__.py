"""Ways in: each reads a source into drafts, and `ingest` alone writes them."""
