"""The sample bulletins of `bantin demo`, written for it."""
