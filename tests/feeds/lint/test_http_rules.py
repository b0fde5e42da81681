"""A server without fault breaks no rule of HTTP; each fault breaks its own."""

from __future__ import annotations

import pytest

from feeds.lint import lint
from feeds.lint.asking import Visit
from tests.feeds.lint.cases_http import CASES, MORE, VISIT
from tests.feeds.lint.documents import NOW


def rules_of(visit: Visit) -> list[str]:
    report = lint(visit.whole.body or b"", name="", now=NOW, visit=visit)
    return [finding.rule.id for finding in report.findings]


def test_a_server_without_fault_breaks_no_rule() -> None:
    assert rules_of(VISIT) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_fault_of_a_server_breaks_its_rule_and_no_other(rule: str) -> None:
    assert rules_of(CASES[rule]()) == [rule]


@pytest.mark.parametrize("name", MORE)
def test_what_belongs_together(name: str) -> None:
    visit, rules = MORE[name]
    assert set(rules_of(visit())) == rules
