"""Reading what was written gives the same: for any title, lead, body, names, attachments and date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.importers.manuscript import read_manuscript, write_manuscript
from store.text.markup import escape, sanitise
from store.types import (
    VIETNAM,
    Attachment,
    AttachmentKind,
    Author,
    Bulletin,
    Category,
    Moment,
    Organisation,
    Origin,
    Place,
    Precision,
    Status,
)

SIGNS = (
    "Hội đồng xã Ảnh: [Ảnh * ** [ ] ( ) \\ # ## - > 1. | thay thế: a*b & < 5% 😀 Key: https://a.example/ "
    "](https://a.example/) \\; , - Lan Anh, \\, ; \" ' _ x\\ + | |-| ! !!["
)
WORDS = tuple(SIGNS.split(" "))
lines = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
inlines = st.recursive(
    lines.map(escape),
    lambda inner: st.one_of(
        inner.map(lambda html: f"<strong>{html}</strong>"),
        inner.map(lambda html: f"<em>{html}</em>"),
        inner.map(lambda html: f'<a href="https://a.example/(x)?a=1&amp;b=2">{html}</a>'),
        st.tuples(inner, inner).map("<br>".join),
        st.tuples(inner, inner).map(" ".join),
    ),
    max_leaves=4,
)
items = st.lists(inlines.map(lambda html: f"<li>{html}</li>"), min_size=1, max_size=3).map("".join)
blocks = st.one_of(
    inlines.map(lambda html: f"<p>{html}</p>"),
    st.tuples(st.sampled_from(("h2", "h3", "h4")), inlines).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"),
    items.map(lambda html: f"<ul>{html}</ul>"),
    items.map(lambda html: f"<ol>{html}</ol>"),
    inlines.map(lambda html: f"<blockquote><p>{html}</p></blockquote>"),
    st.sampled_from((1, 2, 5, 5, 9)).map(lambda number: f'<figure data-attachment="{number}"></figure>'),
    st.just("<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"),
)
bodies = st.lists(blocks, max_size=5).map(lambda parts: sanitise("".join(f"{part}\n" for part in parts)))
attachments = st.tuples(
    *(
        st.one_of(
            st.builds(
                Attachment,
                number=st.just(number),
                caption=st.one_of(st.just(""), lines),
                credit=st.one_of(st.just(""), lines),
                alternative_text=st.one_of(st.just(""), lines),
            ),
            st.builds(
                Attachment,
                number=st.just(number),
                kind=st.just(AttachmentKind.DOCUMENT),
                caption=st.one_of(st.just(""), lines),
                reference=st.one_of(st.just(""), lines),
            ),
        )
        for number in (1, 2, 5, 9)
    )
)
offsets = st.sampled_from((VIETNAM, UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3, minutes=-30))))
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001 - the zone is drawn apart
moments = st.one_of(
    st.none(),
    st.tuples(instants, offsets).map(lambda pair: Moment(pair[0].replace(tzinfo=pair[1]))),
    instants.map(lambda at: Moment(at.replace(hour=12, minute=0, second=0, tzinfo=VIETNAM), Precision.DAY)),
)
names = st.lists(lines, unique=True, max_size=3)
PLACE_SIGNS = ("Bản", "Áng", "(tầng", "2)", "(1,", "2)", "(3;4)", "\\", "\\(", "|", "(22.1, 105.8)", "(", "5°)", ":")
place_names = st.lists(st.sampled_from(PLACE_SIGNS), min_size=1, max_size=4).map(" ".join)
units = st.one_of(st.sampled_from((0, 1, -1, 10, -100_000)), st.integers(-9_000_000, 9_000_000))
places = st.one_of(st.none(), st.builds(Place, place_names), st.builds(Place, place_names, units, units))
origins = st.one_of(
    st.none(), st.builds(Origin, place_names, st.sampled_from(("https://a.example/b|c", "http://x.example/?q=(1,2)")))
)

PLAIN = Bulletin(
    number=7,
    public_id="urn:uuid:0",
    slug="thu",
    title="Thử",
    lead="Sapo.",
    body="",
    language="vi",
    status=Status.DRAFT,
    publisher=None,
    subjects=(),
    categories=(),
    authors=(),
    attachments=(),
    published=None,
    updated=None,
    changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    revision=1,
    version=1,
    arrival=None,
)


@given(
    title=lines,
    lead=st.lists(lines, max_size=2).map("\n".join),
    body=bodies,
    photos=attachments,
    published=moments,
    language=st.sampled_from(("vi", "en", "en-GB", "tyz")),
    publisher=st.one_of(st.none(), lines),
    several=st.tuples(names, names, names),
    place=places,
    origin=origins,
)
@settings(max_examples=250, deadline=None)
def test_round_trip(
    title: str,
    lead: str,
    body: str,
    photos: tuple[Attachment, ...],
    published: Moment | None,
    language: str,
    publisher: str | None,
    several: tuple[list[str], list[str], list[str]],
    place: Place | None,
    origin: Origin | None,
) -> None:
    bulletin = replace(
        PLAIN,
        title=title,
        lead=lead,
        body=body,
        language=language,
        published=published,
        attachments=photos,
        publisher=Organisation(id=1, name=publisher, slug="p") if publisher else None,
        subjects=tuple(Organisation(id=n, name=name, slug=f"o{n}") for n, name in enumerate(several[0])),
        categories=tuple(Category(id=n, name=name, slug=f"c{n}") for n, name in enumerate(several[1])),
        authors=tuple(Author(id=n, name=name, slug=f"a{n}") for n, name in enumerate(several[2])),
        place=place,
        origin=origin,
    )
    draft = read_manuscript(write_manuscript(bulletin)).draft
    assert (draft.title, draft.lead, draft.language, draft.publisher) == (title, lead, language, publisher)
    assert draft.body == body
    assert draft.attachments == photos
    assert draft.published == published
    assert draft.published is None or published is None or draft.published.precision is published.precision
    assert (draft.place, draft.origin) == (place, origin)
    assert [list(draft.subjects), list(draft.categories), list(draft.authors)] == list(several)


def written(body: str, **other: object) -> str:
    return write_manuscript(replace(PLAIN, body=body, **other))  # type: ignore[arg-type] # whatever a bulletin holds


@pytest.mark.parametrize(
    "body",
    [
        "<p>Một <strong>đậm</strong> và <em>nghiêng</em>.</p>\n",
        "<h2>Đầu</h2>\n<h3>Nhỏ</h3>\n<h4>Nhỏ hơn</h4>\n<ul><li>một</li><li>hai</li></ul>\n<ol><li>một</li></ol>\n",
        "<blockquote><p>a<br>b</p><p>c</p></blockquote>\n",
        "<p><strong><em>cả hai</em></strong></p>\n",
        "<p>- gạch 1. [Ảnh: *</p>\n",
    ],
)
def test_what_the_text_form_can_say_is_written_in_it(body: str) -> None:
    text = written(body)
    assert "html" not in text
    assert "<" not in text
    assert read_manuscript(text).draft.body == body


@pytest.mark.parametrize(
    "body", ["<table><tbody><tr><td>1</td></tr></tbody></table>\n", "<h2><sup>a</sup></h2>\n", "<p>a<sub>2</sub></p>\n"]
)
def test_other_markup_is_written_as_html(body: str) -> None:
    text = written(body)
    assert "Định dạng: html" in text
    assert read_manuscript(text).draft.body == body


def test_written_text_is_what_an_editor_expects() -> None:
    photo = Attachment(number=3, caption="Lễ phát động", credit="Văn Nam")
    text = written(
        '<p>Đoạn một.</p>\n<figure data-attachment="3"></figure>\n<h2>Mục</h2>\n',
        attachments=(photo,),
        authors=(Author(id=1, name="Hoàng Lan", slug="hoang-lan"),),
        published=Moment(datetime(2026, 10, 12, 8, 30, tzinfo=VIETNAM)),
    )
    assert text == (
        "Tiêu đề: Thử\nNgày: 12/10/2026 08:30\nTác giả: Hoàng Lan\n\nSapo.\n\nĐoạn một.\n\n"
        "[Ảnh #3: Lễ phát động | Văn Nam]\n\n## Mục\n"
    )


def test_place_and_origin_are_written_as_an_editor_expects() -> None:
    text = written(
        "<p>a</p>\n",
        place=Place("Nhà văn hóa thôn Nậm Lam", 2_214_321, 10_583_450),
        origin=Origin("Báo Nhân Dân", "https://nhandan.example/1"),
    )
    assert "\nĐịa điểm: Nhà văn hóa thôn Nậm Lam (22.14321, 105.8345)\n" in text
    assert "\nNguồn: Báo Nhân Dân | https://nhandan.example/1\n" in text


def test_a_document_is_written_with_its_title_and_number() -> None:
    plan = Attachment(number=2, kind=AttachmentKind.DOCUMENT, caption="Kế hoạch", reference="12/KH-UBND")
    form = Attachment(number=4, kind=AttachmentKind.DOCUMENT, reference="Mẫu 1|2")
    text = written('<p>a</p>\n<figure data-attachment="2"></figure>\n', attachments=(plan, form))
    assert text == (
        "Tiêu đề: Thử\nĐính kèm: [Văn bản #4:  | Mẫu 1\\|2]\n\nSapo.\n\na\n\n[Văn bản #2: Kế hoạch | 12/KH-UBND]\n"
    )
    assert read_manuscript(text).draft.attachments == (plan, form)


def test_bodies_from_before_with_smaller_headings_stay_as_they_are() -> None:
    body = "<h3>Mục</h3>\n<p>a</p>\n<h4>Nhỏ</h4>\n"
    text = written(body)
    assert text.endswith("### Mục\n\na\n\n#### Nhỏ\n")
    assert read_manuscript(text).draft.body == body


def test_an_author_of_several_names_stays_one() -> None:
    text = written("", authors=(Author(id=1, name="Lan Anh, Thu Hà - Minh Lê", slug="l"),))
    assert read_manuscript(text).draft.authors == ("Lan Anh, Thu Hà - Minh Lê",)


def test_a_body_that_differs_in_layout_only_is_still_said_as_text() -> None:
    assert "html" not in written("<p>a</p><p>b</p><ul>\n<li>c</li>\n</ul>")


@given(st.lists(lines, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_plain_paragraphs_are_said_as_text(texts: list[str]) -> None:
    body = "".join(f"<p>{escape(text)}</p>\n" for text in texts)
    text = written(body)
    assert "Định dạng: html" not in text
    assert read_manuscript(text).draft.body == body
