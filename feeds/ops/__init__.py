"""What operators look at: health."""
