"""Files of bulletins: taking in and keeping."""
