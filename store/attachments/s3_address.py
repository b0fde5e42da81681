"""Understands `s3://BUCKET[/PREFIX][?endpoint=ADDRESS&region=REGION]`, the one way in which a bucket is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

ACCEPTED = "s3://BUCKET[/PREFIX][?endpoint=https://HOST[:PORT]&region=REGION], or nothing for the data folder"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
_ENDPOINT = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?")
_REGION = re.compile(r"[A-Za-z0-9-]{1,63}")


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where in which bucket files lie; without `endpoint` it is one of Amazon's, in `region`."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""

    @property
    def place(self) -> str:
        """The bucket and prefix, without a slash at the end."""
        return f"s3://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")

    def describe(self) -> str:
        """Name it for people: there is no secret in it."""
        return f"{self.place} ({self.endpoint})" if self.endpoint else self.place


def read_s3_address(text: str) -> S3Address:
    """Read an address; raises ValueError saying what is accepted."""
    try:
        parts = urlsplit(text)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else []
    except ValueError:
        raise ValueError(ACCEPTED) from None
    options = dict(pairs)
    endpoint, region = options.get("endpoint", ""), options.get("region", "")
    is_right = (
        text.isascii()
        and parts.scheme == "s3"
        and "#" not in text
        and _BUCKET.fullmatch(parts.netloc)
        and _PREFIX.fullmatch(parts.path)
        and options.keys() <= {"endpoint", "region"}
        and len(options) == len(pairs)
        and ("endpoint" not in options or _ENDPOINT.fullmatch(endpoint))
        and ("region" not in options or _REGION.fullmatch(region))
    )
    if not is_right:
        raise ValueError(ACCEPTED)
    return S3Address(parts.netloc, parts.path.strip("/"), endpoint.rstrip("/"), region)
