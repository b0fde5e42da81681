"""Routes, one module a kind of reader."""
