"""The sample manuscripts: complete, consistent with the taxonomy and the drawings, and written one by one."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources

import pytest

from feeds.samples.documents import list_documents
from feeds.samples.drawings import NAMES
from store.importers.manuscript import read_manuscript
from store.types import AttachmentKind, Precision

SAMPLES = resources.files("feeds.samples")
TAXONOMY = tomllib.loads(SAMPLES.joinpath("taxonomy.toml").read_text(encoding="utf-8"))
HEADER_KEYS = {"Tiêu đề", "Ngày", "Chuyên mục", "Cơ quan", "Tác giả", "Địa điểm", "Nguồn", "Ngôn ngữ", "Đính kèm"}
PHOTO = re.compile(r"\[Ảnh(?: (?P<file>[^\s:]+))?: (?P<caption>[^|\]]+) \| (?P<credit>[^|\]]+)\]")
DOCUMENT = re.compile(r"\[Văn bản (?P<file>[a-z0-9-]+\.odt): (?P<title>[^|\]]+) \| (?P<number>[^|\]]+)\]")
FURNITURE = ("publishingportal", "block_bantin", "lượt xem", "tăng cỡ chữ", "./.")
FURNITURE_LINES = ("in trang", "quay lại", "các tin khác", "gửi email", "về đầu trang")
DATE = re.compile(r"(\d{2}/\d{2}/\d{4})(?: (\d{2}:\d{2}|\d{1,2}h\d{2}))?")


@dataclass(frozen=True)
class Sample:
    file: str
    text: str
    header: dict[str, str]
    paragraphs: tuple[str, ...]

    def names(self, key: str) -> list[str]:
        return [name.strip() for name in self.header.get(key, "").split(";") if name.strip()]

    @property
    def day(self) -> date:
        return datetime.strptime(self.header["Ngày"][:10], "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone

    @property
    def photos(self) -> list[re.Match[str]]:
        return [match for part in self.paragraphs if (match := PHOTO.fullmatch(part))]

    @property
    def documents(self) -> list[re.Match[str]]:
        return list(DOCUMENT.finditer(self.text))

    @property
    def word_count(self) -> int:
        return sum(len(part.split()) for part in self.paragraphs)


def _read() -> list[Sample]:
    samples = []
    for file in sorted(SAMPLES.joinpath("bulletins").iterdir(), key=lambda entry: entry.name):
        text = file.read_bytes().decode("utf-8")
        head, *paragraphs = text.rstrip("\n").split("\n\n")
        header = dict(line.split(": ", 1) for line in head.split("\n"))
        samples.append(Sample(file.name, text, header, tuple(paragraphs)))
    return samples


BULLETINS = _read()


@pytest.fixture(params=BULLETINS, ids=lambda sample: sample.file)
def bulletin(request: pytest.FixtureRequest) -> Sample:
    found = request.param
    assert isinstance(found, Sample)
    return found


def names_of(table: str) -> list[str]:
    return [row["name"] for row in TAXONOMY[table]]


def test_the_header_says_what_a_bulletin_needs(bulletin: Sample) -> None:
    assert set(bulletin.header) <= HEADER_KEYS
    assert {"Tiêu đề", "Ngày", "Chuyên mục", "Cơ quan"} <= set(bulletin.header)
    assert DATE.fullmatch(bulletin.header["Ngày"])
    assert date(2025, 5, 1) <= bulletin.day <= date(2026, 11, 15)
    assert re.fullmatch(r"\d{3}-[a-z0-9]+(-[a-z0-9]+)*\.txt", bulletin.file)


def test_every_name_is_in_the_taxonomy(bulletin: Sample) -> None:
    assert set(bulletin.names("Chuyên mục")) <= set(names_of("category"))
    assert bulletin.header["Cơ quan"] in names_of("organisation")


def test_every_photo_can_be_drawn_and_says_what_it_shows(bulletin: Sample) -> None:
    assert len(bulletin.photos) == bulletin.text.count("[Ảnh"), "a photo that stands inside a paragraph or lacks a part"
    for photo in bulletin.photos:
        assert photo["file"] is None or photo["file"] in NAMES
        assert len(photo["caption"].split()) >= 8
        assert photo["caption"].endswith(".")


def test_the_text_is_clean(bulletin: Sample) -> None:
    assert unicodedata.is_normalized("NFC", bulletin.text)
    assert "\r" not in bulletin.text
    assert "\n\n\n" not in bulletin.text
    assert not [line for line in bulletin.text.split("\n") if line != line.rstrip()]
    text = bulletin.text.casefold()
    assert not [mark for mark in FURNITURE if mark in text]
    assert not [line for line in text.split("\n") if line.startswith(FURNITURE_LINES)]
    assert not [
        char for char in bulletin.text if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"} and char != "\n"
    ]


def test_the_body_is_prose_with_an_end(bulletin: Sample) -> None:
    lead, *body = bulletin.paragraphs
    assert "\n" not in lead
    assert not lead.startswith(("## ", "- ", "[Ảnh"))
    for part in body:
        assert part.startswith("- ") or "\n" not in part, f"a paragraph broken over lines: {part[:60]}"
        assert part.startswith("## ") or part.endswith((".", "!", "?", ":", "”", "]", ",", "🚌")), part[-60:]
    assert not body or not body[-1].startswith("## ")


def test_the_importer_reads_what_is_meant(bulletin: Sample) -> None:
    manuscript = read_manuscript(bulletin.text)
    draft = manuscript.draft
    assert draft.title == bulletin.header["Tiêu đề"]
    assert draft.lead == bulletin.paragraphs[0]
    assert draft.language == bulletin.header.get("Ngôn ngữ", "vi")
    assert draft.publisher == bulletin.header["Cơ quan"]
    assert list(draft.categories) == bulletin.names("Chuyên mục")
    assert list(draft.authors) == bulletin.names("Tác giả")
    photos = [attachment for attachment in draft.attachments if attachment.kind is AttachmentKind.PHOTO]
    assert [photo.caption for photo in photos] == [photo["caption"] for photo in bulletin.photos]
    assert [photo.credit for photo in photos] == [photo["credit"] for photo in bulletin.photos]
    files = [manuscript.photo_files.get(photo.number) for photo in photos]
    assert files == [photo["file"] for photo in bulletin.photos]
    assert draft.body.count("<h2>") == sum(part.startswith("## ") for part in bulletin.paragraphs)
    assert draft.body.count("<li>") == sum(line.startswith("- ") for line in bulletin.text.split("\n"))
    assert draft.published is not None
    assert draft.published.instant.date() == bulletin.day
    assert (draft.published.precision is Precision.DAY) == (len(bulletin.header["Ngày"]) == 10)


def test_every_document_can_be_written_and_says_what_its_bulletin_says(bulletin: Sample) -> None:
    manuscript = read_manuscript(bulletin.text)
    told = {attachment.number: attachment for attachment in manuscript.draft.attachments}
    assert len(bulletin.documents) == bulletin.text.count("[Văn bản") == len(manuscript.document_files)
    for number, file in manuscript.document_files.items():
        (document,) = [known for known in list_documents() if known.file == file]
        assert told[number].kind is AttachmentKind.DOCUMENT
        assert told[number].reference == document.number
        assert told[number].caption.casefold().startswith(document.kind.casefold())
        assert document.date == bulletin.day


def test_every_document_has_its_bulletin() -> None:
    shown = [document["file"] for sample in BULLETINS for document in sample.documents]
    assert sorted(shown) == sorted(document.file for document in list_documents())


def test_no_paragraph_stands_twice() -> None:
    counted = Counter(part for sample in BULLETINS for part in sample.paragraphs)
    assert [part for part, times in counted.items() if times > 1] == []
    titles = Counter(sample.header["Tiêu đề"] for sample in BULLETINS)
    assert max(titles.values()) == 1


def test_files_are_numbered_in_the_order_of_their_dates() -> None:
    assert [int(sample.file[:3]) for sample in BULLETINS] == list(range(1, len(BULLETINS) + 1))
    days = [sample.day for sample in BULLETINS]
    assert days == sorted(days)


def test_every_category_and_every_organisation_has_bulletins() -> None:
    used = Counter(name for sample in BULLETINS for name in sample.names("Chuyên mục"))
    assert {name: used[name] for name in names_of("category") if used[name] < 2} == {}
    issued = Counter(sample.header["Cơ quan"] for sample in BULLETINS)
    assert {name: issued[name] for name in names_of("organisation") if issued[name] < 2} == {}


@pytest.mark.parametrize(("table", "fewest"), [("category", 8), ("organisation", 10)])
def test_the_taxonomy_is_a_tree_of_distinct_names(table: str, fewest: int) -> None:
    rows = TAXONOMY[table]
    assert len(rows) >= fewest
    known: set[str] = set()
    spellings: Counter[str] = Counter()
    for row in rows:
        assert set(row) <= {"name", "short_name", "aliases", "parent", "description"}
        assert row["description"].endswith(".")
        assert row.get("parent") is None or row["parent"] in known, "a parent stands before its children"
        known.add(row["name"])
        spellings.update({row["name"], row.get("short_name", row["name"]), *row.get("aliases", ())})
    assert [name for name, times in spellings.items() if times > 1] == []
    assert any("parent" in row for row in rows)


def test_the_samples_show_the_range_of_what_editors_write() -> None:
    assert len(BULLETINS) >= 36
    words = [sample.word_count for sample in BULLETINS]
    assert sum(200 <= count <= 700 for count in words) > len(words) * 0.8
    assert max(words) > 2000
    assert any(len(sample.paragraphs) == 1 for sample in BULLETINS)
    assert sum(sample.header.get("Ngôn ngữ") == "en" for sample in BULLETINS) == 2
    assert any(140 <= len(sample.header["Tiêu đề"]) <= 170 for sample in BULLETINS)
    assert sum(bool(sample.photos) for sample in BULLETINS) >= 14
    assert max(len(sample.photos) for sample in BULLETINS) == 5
    drafts = [read_manuscript(sample.text).draft for sample in BULLETINS]
    places = [draft.place for draft in drafts if draft.place is not None]
    assert len(places) >= 3
    assert {place.latitude_e5 is None for place in places} == {True, False}
    assert sum(draft.origin is not None for draft in drafts) == 1
    assert sum(photo["file"] is None for sample in BULLETINS for photo in sample.photos) >= 3
    everything = "".join(sample.text for sample in BULLETINS)
    for mark in ("“", "A&B", "< 5%", "x > 92", "🌸"):
        assert mark in everything


def test_dates_come_with_and_without_a_time() -> None:
    times = [sample.header["Ngày"][11:] for sample in BULLETINS]
    forms = Counter("hour" if "h" in time else "minute" if time else "day" for time in times)
    assert forms["hour"] == 1
    assert forms["day"] >= 4
    assert forms["minute"] >= 20


def test_every_scene_is_shown() -> None:
    shown = {photo["file"] for sample in BULLETINS for photo in sample.photos}
    assert set(NAMES) == shown - {None}
