"""What `bantin lint` found as JSON, in both languages: for programs, and for who looks at it later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from feeds.lint import RULES, Finding, Language, Level, Report, Rule
from feeds.lint.readers import ReaderView
from store.text.dates import format_rfc3339


def as_json(reports: Iterable[Report]) -> dict[str, Any]:
    """Give what was found as one JSON value."""
    documents = [_document_as_json(report) for report in reports]
    return {
        "documents": documents,
        "counts": {level.value: sum(each["counts"][level.value] for each in documents) for level in Level},
    }


def rules_as_json() -> list[dict[str, str]]:
    """Give the table of rules as JSON."""
    return [_rule_as_json(rule) | {"english": rule.english, "vietnamese": rule.vietnamese} for rule in RULES.values()]


def _rule_as_json(rule: Rule) -> dict[str, str]:
    return {"rule": rule.id, "level": rule.level.value, "specification": rule.specification}


def _document_as_json(report: Report) -> dict[str, Any]:
    return {
        "document": report.name,
        "format": report.kind.value if report.kind else None,
        "title": report.title,
        "entries": report.entries,
        "size_bytes": report.size_bytes,
        "counts": {level.value: report.count(level) for level in Level},
        "findings": [_finding_as_json(finding) for finding in report.findings],
        "shown": [_view_as_json(view) for view in report.views],
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return _rule_as_json(finding.rule) | {
        "scope": place.scope.value,
        "entry": place.number,
        "entry_title": place.title or None,
        "line": place.line,
        "english": finding.sentence(Language.ENGLISH),
        "vietnamese": finding.sentence(Language.VIETNAMESE),
    }


def _view_as_json(view: ReaderView) -> dict[str, Any]:
    return {
        "entry": view.place.number,
        "title": view.title,
        "authors": list(view.authors),
        "published": format_rfc3339(view.published) if view.published else None,
        "lead": view.lead,
        "lines": list(view.lines),
        "photos": [
            {"url": picture.url, "caption": picture.caption, "alternative_text": picture.alternative_text}
            for picture in view.pictures
        ],
        "taken_out": dict(view.lost),
    }
