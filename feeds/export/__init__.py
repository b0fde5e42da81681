"""The whole site as files for a web server: what the application answers at each address, kept until it changes."""
