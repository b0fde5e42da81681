"""Pure functions on text: charsets, the Vietnamese pipeline, dates, slugs, markup."""
