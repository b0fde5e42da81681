"""What the JSON Feed promises to readers, member by member, and that the schema of version 1.1 takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feeds.documents import jsonfeed
from feeds.documents.model import Entry
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import CHANNEL, ENTRY, FIVE_PHOTOS, document, photo

SCHEMA = jsonschema.Draft202012Validator(
    json.loads(Path(__file__).with_name("schemas").joinpath("jsonfeed.schema.json").read_text())
)


def item_of(entry: Entry) -> dict[str, Any]:
    (item,) = json.loads(jsonfeed.render(CHANNEL, [entry]))["items"]
    return item


@pytest.mark.parametrize("case", CASES)
def test_schema_takes_every_document(case: str) -> None:
    SCHEMA.validate(json.loads(jsonfeed.render(CASES[case].channel, CASES[case].entries)))


@pytest.mark.parametrize("member", ["id", "content_html"])
def test_schema_refuses_an_item_without(member: str) -> None:
    document = json.loads(jsonfeed.render(CHANNEL, [ENTRY]))
    del document["items"][0][member]
    assert not SCHEMA.is_valid(document)


def test_head() -> None:
    document = json.loads(jsonfeed.render(CASES["icon-and-rights"].channel, []))
    about = document["_bantin"].pop("about")
    assert "precision" in about
    assert document == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": CHANNEL.title,
        "home_page_url": CHANNEL.html_url,
        "feed_url": f"{CHANNEL.html_url}.json",
        "description": CHANNEL.description,
        "icon": "https://bantin.vanson.example/static/bi%E1%BB%83u-t%C6%B0%E1%BB%A3ng.png",
        "authors": [{"name": "Bản tin tỉnh Vân Sơn", "url": "https://bantin.vanson.example/"}],
        "language": "vi",
        "_bantin": {
            "id": CHANNEL.id,
            "updated": "2026-10-14T09:05:09+07:00",
            "rights": "© 2026 Tỉnh Vân Sơn. Ghi rõ nguồn khi đăng lại.",
            "logo": "https://bantin.vanson.example/static/bi%E1%BB%83u-tr%C6%B0ng.png",
        },
        "items": [],
    }


def test_item() -> None:
    lead = FIVE_PHOTOS[0]
    assert lead.thumbnail is not None
    entry = replace(CASES["several-authors-and-bodies"].entries[0], photos=(lead,), via_url="https://cũ.example/a b")
    assert item_of(entry) == {
        "id": ENTRY.id,
        "url": ENTRY.url,
        "title": ENTRY.title,
        "content_html": ENTRY.content_html,
        "summary": ENTRY.summary,
        "image": lead.url,
        "date_published": "2026-10-12T08:30:00+07:00",
        "date_modified": "2026-10-12T08:30:00+07:00",
        "authors": [
            {"name": "Hoàng Lan", "url": "https://bantin.vanson.example/feeds/author/hoang-lan"},
            {"name": "Nguyễn Minh Đức"},
        ],
        "tags": [
            "Nông nghiệp – Nông thôn",
            "Môi trường",
            "Hội Nông dân tỉnh Vân Sơn",
            "Hội Liên hiệp Phụ nữ tỉnh Vân Sơn",
        ],
        "language": "vi",
        "attachments": [
            {"url": lead.url, "mime_type": "image/jpeg", "title": lead.caption, "size_in_bytes": 180_001},
        ],
        "_bantin": {
            "precision": "minute",
            "publisher": {
                "name": "Hội Nông dân tỉnh Vân Sơn",
                "url": "https://bantin.vanson.example/feeds/publisher/hoi-nong-dan-tinh-van-son",
            },
            "terms": [{"term": term.term, "label": term.label, "scheme": term.scheme} for term in entry.terms],
            "photos": [
                {
                    "url": lead.url,
                    "caption": "Bà con xã Nậm Lam nhận giống lúa tại nhà văn hóa xã.",
                    "credit": "Hoàng Lan",
                    "alternative_text": "Hàng chục người đứng trước những bao lúa giống",
                    "width_px": 1280,
                    "height_px": 854,
                    "thumbnail": {"url": lead.thumbnail.url, "width_px": 320, "height_px": 213},
                }
            ],
            "via_url": "https://xn--c-mna.example/a%20b",
        },
    }


def test_attachments_never_share_a_title_and_captions_stay_exact() -> None:
    item = item_of(replace(ENTRY, photos=FIVE_PHOTOS))
    assert [attachment["title"] for attachment in item["attachments"]] == [
        "Bà con xã Nậm Lam nhận giống lúa tại nhà văn hóa xã.",
        "Ruộng khảo nghiệm ở thôn Khuổi Dầu.",
        "Ruộng khảo nghiệm ở thôn Khuổi Dầu. (3)",
        "Ảnh 4",
        "Ảnh 5",
    ]
    assert [shown.get("caption", "") for shown in item["_bantin"]["photos"]] == [shown.caption for shown in FIVE_PHOTOS]


def test_a_caption_like_a_made_up_title_does_not_collide_with_it() -> None:
    item = item_of(replace(ENTRY, photos=(photo(1, caption="Ảnh 2"), photo(2), photo(3, caption="Ảnh 2 (2)"))))
    assert len({attachment["title"] for attachment in item["attachments"]}) == 3


def test_documents_follow_the_photos_and_keep_reference_and_title_apart() -> None:
    plan, again = document(1, title="Kế hoạch <thu> & chi", reference="12/KH-UBND"), document(2, title="Phụ lục")
    item = item_of(replace(ENTRY, photos=(photo(1, caption="Phụ lục"),), documents=(plan, again)))
    assert [(attachment["mime_type"], attachment["title"]) for attachment in item["attachments"]] == [
        ("image/jpeg", "Phụ lục"),
        ("application/pdf", "12/KH-UBND – Kế hoạch <thu> & chi"),
        ("application/pdf", "Phụ lục (3)"),
    ]
    assert item["_bantin"]["documents"] == [
        {
            "url": plan.url,
            "media_type": "application/pdf",
            "size_bytes": 1_234_501,
            "title": "Kế hoạch <thu> & chi",
            "reference": "12/KH-UBND",
        },
        {"url": again.url, "media_type": "application/pdf", "size_bytes": 1_234_502, "title": "Phụ lục"},
    ]


def test_a_document_alone_makes_no_picture() -> None:
    item = item_of(replace(ENTRY, documents=(document(1, title="Kế hoạch"),)))
    assert "image" not in item
    assert "photos" not in item["_bantin"]


def test_the_original_is_named_where_it_is_larger() -> None:
    item = item_of(replace(ENTRY, photos=FIVE_PHOTOS))
    assert [shown.get("original_url") for shown in item["_bantin"]["photos"]] == [
        *[None] * 4,
        "https://bantin.vanson.example/files/05/g%E1%BB%91c.webp",
    ]
    assert [("thumbnail" in shown) for shown in item["_bantin"]["photos"]] == [*[True] * 4, False]


def test_about_explains_every_member_that_items_have() -> None:
    about = json.loads(jsonfeed.render(CHANNEL, []))["_bantin"]["about"]
    members = {
        name
        for case in CASES.values()
        for item in json.loads(jsonfeed.render(case.channel, case.entries))["items"]
        for name in item["_bantin"]
    }
    assert len(members) > 5
    assert [name for name in members if f"{name}: " not in about] == []


def test_english_entry_numbers_its_photos_in_english() -> None:
    item = item_of(CASES["english-entry"].entries[1])
    assert item["language"] == "en"
    assert [attachment["title"] for attachment in item["attachments"]] == ["Photo 1", "Photo 2"]


def test_day_without_a_time_is_marked() -> None:
    assert item_of(CASES["day-only"].entries[0])["_bantin"]["precision"] == "day"


def test_correction_moves_the_modification_alone() -> None:
    item = item_of(CASES["corrected"].entries[0])
    assert item["date_published"] == "2026-10-12T08:30:00+07:00"
    assert item["date_modified"] == "2026-10-13T09:05:00+07:00"


def test_without_a_body_the_lead_is_the_content() -> None:
    item = item_of(CASES["lead-only"].entries[0])
    assert item["content_text"] == item["summary"] == ENTRY.summary
    assert "content_html" not in item
