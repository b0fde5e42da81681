"""feedgen extensions: each mends or adds one group of elements."""
