"""Picture files taken apart without decoding them: one module a format, each with `read(content) -> Container`."""
