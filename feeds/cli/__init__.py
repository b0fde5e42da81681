"""The `bantin` command, one module a command group."""
