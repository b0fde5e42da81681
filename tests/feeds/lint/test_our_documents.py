"""What our own server writes breaks no rule: the golden documents, and every channel of the samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from feeds.app import create_app
from feeds.cli.lint_sources import OwnServer
from feeds.documents.model import Format
from feeds.lint import Language, Level, Report, lint
from feeds.lint.asking import Question, visit
from feeds.samples.seeding import seed
from feeds.settings import Settings
from store import schema, taxonomy
from store.attachments.disk import DiskStorage
from store.database import Database
from tests.feeds.documents import golden
from tests.feeds.documents.cases import CASES
from tests.support.stores import Clock

LATER = datetime(2200, 1, 1, tzinfo=UTC)
BASE_URL = "https://bantin.example/tin"

SAID_BY_THE_CASES = {
    "atom.markup-as-text",
    "date.all-equal",
    "entry.url-repeated",
}
"""Their entries are one bulletin several times over, of one address and one moment, with markup in its words."""


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("case", CASES)
def test_golden_documents_break_no_rule(case: str, format: Format) -> None:
    document = golden.path_of(case, format).read_bytes()
    grave = [said for said in graves(lint(document, name=case, now=LATER)) if said[0] not in SAID_BY_THE_CASES]
    assert grave == []


def graves(report: Report) -> list[tuple[str, str]]:
    """Give what is worse than advice."""
    return [
        (each.rule.id, each.sentence(Language.ENGLISH)) for each in report.findings if each.level is not Level.ADVICE
    ]


@dataclass(frozen=True)
class Samples:
    """The sample bulletins, served in this process, and the addresses of their channels without format."""

    server: OwnServer
    channels: tuple[str, ...]
    now: datetime


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samples]:
    folder = tmp_path_factory.mktemp("samples")
    clock = Clock()
    database = Database(f"sqlite:///{folder / 'bantin.sqlite'}", clock=clock)
    schema.upgrade(database)
    seed(database, DiskStorage(folder / "files"))
    clock.move(seconds=30)
    settings = Settings(data=folder, base_url=BASE_URL, site_name="Bản tin tỉnh Vân Sơn")
    with database.snapshot() as session:
        categories = [each.slug for each in taxonomy.categories_by_id(session).values()]
        bodies = [each.slug for each in taxonomy.organisations_by_id(session).values()]
        authors = [each.slug for each in taxonomy.authors_by_id(session).values()]
    channels = (
        "all",
        *(f"category/{slug}" for slug in categories),
        *(f"{criterion}/{slug}" for criterion in ("organisation", "publisher") for slug in bodies),
        *(f"author/{slug}" for slug in authors),
    )
    yield Samples(OwnServer(create_app(settings, database=database), BASE_URL), channels, clock())
    database.dispose()


@pytest.mark.parametrize("format", Format)
def test_every_sample_channel_breaks_no_rule(samples: Samples, format: Format) -> None:
    assert len(samples.channels) > 40
    entries = 0
    for channel in samples.channels:
        answer = samples.server.ask(Question(f"{BASE_URL}/feeds/{channel}.{format.value}"))
        assert answer.status == 200, channel
        report = lint(answer.body or b"", name=channel, now=samples.now)
        assert graves(report) == [], channel
        entries += report.entries
    assert entries > 200


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("kind", ["all", "category", "publisher", "author"])
def test_our_server_breaks_no_rule(samples: Samples, kind: str, format: Format) -> None:
    channel = next(each for each in samples.channels if each.partition("/")[0] == kind)
    seen = visit(samples.server.ask, f"{BASE_URL}/feeds/{channel}.{format.value}", lambda _seconds: None)
    assert not seen.is_cut_short
    assert graves(lint(seen.whole.body or b"", name=channel, now=samples.now, visit=seen)) == []
