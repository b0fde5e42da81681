"""Say of a bulletin's page, in JSON-LD, what search engines want to know: a NewsArticle, and where it stands.

What is written can stand in a page as it is: nothing in it ends the script element or starts another one.

Spec: https://schema.org/NewsArticle, https://schema.org/BreadcrumbList; JSON-LD 1.1 section 7 (in HTML); WHATWG HTML
4.12.1.3 (restrictions for contents of script elements).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feeds.documents.model import Party
from store.text.date_formats import format_rfc3339
from store.text.excerpt import excerpt
from store.text.iris import ascii_iri
from store.text.vietnamese import xml_safe
from store.types import UNITS_PER_DEGREE, Correction, Origin, Place

CONTEXT = "https://schema.org"
HEADLINE_CHARS = 110
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo of an article in one form; pixels are None where nobody knows them."""

    url: str
    width_px: int | None = None
    height_px: int | None = None
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who answers for an article: `url` is its channel here, `website` its own site elsewhere."""

    name: str
    url: str
    logo_url: str
    website: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the page of a bulletin says, as values; all text is plain, all addresses are absolute.

    `pictures` stand with the best for a preview first. `bodies` are what it is about; `source_url` is where it stood
    first, unless `origin` says more of that.
    """

    url: str
    title: str
    description: str
    language: str
    published: datetime
    updated: datetime
    publisher: Publisher
    authors: tuple[Party, ...] = ()
    pictures: tuple[Picture, ...] = ()
    sections: tuple[str, ...] = ()
    bodies: tuple[Party, ...] = ()
    corrections: tuple[Correction, ...] = ()
    place: Place | None = None
    origin: Origin | None = None
    source_url: str | None = None


def script_of(values: Sequence[Mapping[str, Any]]) -> str:
    """Write JSON-LD objects as the text of one script element."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def news_article(article: Article) -> dict[str, Any]:
    """Describe an article; a byline of nobody is the publisher's."""
    publisher = article.publisher
    by_publisher = {"@type": "Organization", "name": xml_safe(publisher.name), "url": ascii_iri(publisher.url)}
    return {
        "@context": CONTEXT,
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": ascii_iri(article.url)},
        "url": ascii_iri(article.url),
        "headline": excerpt(xml_safe(article.title), max_chars=HEADLINE_CHARS),
        **_present(
            description=xml_safe(article.description),
            inLanguage=article.language,
            datePublished=format_rfc3339(article.published),
            dateModified=format_rfc3339(article.updated),
            author=[_named("Person", author) for author in article.authors] or [by_publisher],
            publisher={
                **by_publisher,
                "logo": {"@type": "ImageObject", "url": ascii_iri(publisher.logo_url)},
                **_present(sameAs=ascii_iri(publisher.website) if publisher.website else None),
            },
            image=[_picture(picture) for picture in article.pictures],
            articleSection=[xml_safe(section) for section in article.sections],
            about=[_named("Organization", body) for body in article.bodies],
            contentLocation=_place(article.place) if article.place else None,
            isBasedOn=_origin(article),
            correction=[_correction(correction) for correction in article.corrections],
            isAccessibleForFree=True,
        ),
    }


def breadcrumbs(trail: Iterable[Party]) -> dict[str, Any]:
    """Describe where a page stands: the pages above it, the outermost first, and itself as the last one."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": xml_safe(step.name),
                **_present(item=ascii_iri(step.url) if step.url else None),
            }
            for position, step in enumerate(trail, 1)
        ],
    }


def _named(kind: str, party: Party) -> dict[str, Any]:
    return {
        "@type": kind,
        "name": xml_safe(party.name),
        **_present(url=ascii_iri(party.url) if party.url else None),
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "@type": "ImageObject",
        "url": ascii_iri(picture.url),
        **_present(
            width=picture.width_px,
            height=picture.height_px,
            caption=xml_safe(picture.caption),
            creditText=xml_safe(picture.credit),
        ),
    }


def _place(place: Place) -> dict[str, Any]:
    geo = None
    if place.latitude_e5 is not None and place.longitude_e5 is not None:
        geo = {
            "@type": "GeoCoordinates",
            "latitude": place.latitude_e5 / UNITS_PER_DEGREE,
            "longitude": place.longitude_e5 / UNITS_PER_DEGREE,
        }
    return {"@type": "Place", **_present(name=xml_safe(place.name), geo=geo)}


def _origin(article: Article) -> dict[str, Any] | str | None:
    origin = article.origin
    if origin is None:
        return ascii_iri(article.source_url) if article.source_url else None
    return {
        "@type": "CreativeWork",
        "url": ascii_iri(origin.url),
        "publisher": {"@type": "Organization", "name": xml_safe(origin.name)},
    }


def _correction(correction: Correction) -> dict[str, Any]:
    return {
        "@type": "CorrectionComment",
        "text": xml_safe(correction.note),
        "datePublished": format_rfc3339(correction.at),
    }


def _present(**members: Any) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value is not None and value not in ("", [])}
