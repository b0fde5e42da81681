"""Pure rendering: a channel and its entries to bytes."""
