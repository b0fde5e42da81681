"""A real Chromium for tests, the system's own; a conftest that imports the two fixtures hands them to its folder.

The browser lives as long as one test module, because the event loop of Playwright may not outlive it: other
modules start loops of their own in the same thread.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.support.requirements import lacks

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
PHONE = {"width": 360, "height": 800}
DESK = {"width": 1280, "height": 900}
PATIENCE_MILLISECONDS = 45_000


@dataclass
class Visit:
    """A page that is looked at, with what the browser complained of and which hosts it asked."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_request)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme != "data":
            self.hosts.add(urlsplit(request.url).netloc)


def follow(link: Locator) -> None:
    """Click a link and wait for the page it leads to: a click alone returns while the old page still stands."""
    with link.page.expect_navigation(wait_until="load"):
        link.click()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Chromium; without one the tests are skipped, or fail where BANTIN_TEST_REQUIRE lists `browser`."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        lacks("browser", f"none of {', '.join(PROGRAMS)} is installed")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS), timeout=120_000)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open addresses, each in a profile of its own: `visit(url, viewport=PHONE, java_script_enabled=False, ...)`."""
    contexts: list[BrowserContext] = []

    def open_page(url: str, *, init_script: str = "", **options: Any) -> Visit:
        context = chromium.new_context(**{"viewport": DESK, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        if init_script:
            context.add_init_script(init_script)
        visited = Visit(context.new_page())
        visited.page.goto(url, wait_until="load")
        return visited

    yield open_page
    for context in contexts:
        context.close()
