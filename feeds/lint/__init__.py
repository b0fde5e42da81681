"""Judges feed documents, ours or anyone's, by the specifications and by what readers do with them."""

from feeds.lint.findings import RULES, Finding, Language, Level, Rule, Scope
from feeds.lint.report import Report, lint

__all__ = ["RULES", "Finding", "Language", "Level", "Report", "Rule", "Scope", "lint"]
