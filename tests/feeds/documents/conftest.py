"""`--update-golden` rewrites the golden documents before the tests compare with them."""

from __future__ import annotations

import pytest

from tests.feeds.documents import golden
from tests.support import nodefeeds
from tests.support.requirements import lacks


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/data/golden from the renderers")


def pytest_sessionstart(session: pytest.Session) -> None:
    is_worker = hasattr(session.config, "workerinput")
    if session.config.getoption("--update-golden", default=False) and not is_worker:
        try:
            golden.update()
        except golden.VersionUnchangedError as refusal:
            raise pytest.UsageError(str(refusal)) from refusal


@pytest.fixture(scope="session")
def node_parsers() -> None:
    """Skip where the Node parsers cannot be had, unless BANTIN_TEST_REQUIRE insists on them."""
    reason = nodefeeds.available()
    if reason:
        lacks("node", reason)
