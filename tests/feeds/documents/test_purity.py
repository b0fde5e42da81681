"""A document is a function of its values: no clock, no locale, no environment has a say in it."""

from __future__ import annotations

import locale
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import feedgen.entry
import feedgen.feed
import pytest

from feeds.documents.model import Format
from feeds.documents.rendering import render
from tests.feeds.documents import golden
from tests.feeds.documents.cases import CASES

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("format", Format)
def test_rendering_leaves_the_locale_of_the_process_alone(format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the locale belongs to the whole process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    for case in CASES.values():
        render(format, case.channel, case.entries)


@pytest.mark.parametrize("format", Format)
def test_what_feedgen_reads_from_the_clock_reaches_no_document(format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Elsewhen(metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)

    monkeypatch.setattr(feedgen.feed, "datetime", Elsewhen)
    monkeypatch.setattr(feedgen.entry, "datetime", Elsewhen)
    for case in CASES.values():
        assert b"1999" not in render(format, case.channel, case.entries)


def test_another_process_with_other_surroundings_writes_the_same_bytes() -> None:
    program = (
        "import hashlib\n"
        "from feeds.documents.model import Format\n"
        "from tests.feeds.documents import golden\n"
        "for case in golden.CASES:\n"
        "    for format in Format:\n"
        "        digest = hashlib.sha256(golden.rendered(case, format)).hexdigest()\n"
        "        print(digest, golden.path_of(case, format).name)\n"
    )
    surroundings = os.environ | {"TZ": "America/St_Johns", "PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=True
    )
    written = dict(reversed(line.split()) for line in done.stdout.splitlines())
    assert written == golden.digests()
