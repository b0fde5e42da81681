"""Backups: one file that holds the store at one edition, database and attachments, and the way back from it."""
