"""Keeps files in an S3-compatible store: one object a file, put in one request, so that it is there whole or not.

Nothing is asked without a time limit, and whatever goes wrong there is a StoreUnavailable that names the bucket.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO

from store.attachments.ranged import FIRST_BYTES, open_ranged
from store.attachments.s3_address import S3Address
from store.attachments.s3_faults import is_empty_range, is_missing_bucket, unavailable
from store.attachments.storage import KeptFile, require_digest
from store.errors import InputError, NotFound

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, S3Store

CONNECT_SECONDS = 5
SILENCE_SECONDS = 8
"""How long the store may say nothing; no failed request is tried again after so long, either."""
ANSWER_SECONDS = 30
SLOWEST_BYTES_A_SECOND = 512 * 1024
"""A larger file gets more time to arrive: as if the line were this slow."""
RETRIES = 3
LISTED_AT_ONCE = 1_000
CACHE_CONTROL = "public, max-age=31536000, immutable"
ALTERED = "altered"
_KEY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})")
_OURS = re.compile(rf"{_KEY.pattern}|{ALTERED}/[0-9a-f]{{64}}(-[0-9]+)?")


class S3Storage:
    """Files as objects `aa/DIGEST` below a prefix, with the headers by which a browser or CDN may be given them.

    Where the bucket keeps former versions, what is removed here is only hidden there: switch versioning off.
    """

    def __init__(self, address: S3Address, *, key: str = "", secret: str = "") -> None:
        """Keep files at `address`; nothing is asked yet. Raises InputError where the client library is missing."""
        try:
            import obstore
        except ModuleNotFoundError as error:
            raise InputError(
                field="BANTIN_FILES_URL",
                value=address.describe(),
                reason="needs the S3 client, which is not installed",
                accepted="after `pip install bantin[s3]`",
                vietnamese="chưa cài thư viện S3; hãy chạy `pip install bantin[s3]`",
            ) from error
        self._client = obstore
        self._address = address
        self._key, self._secret = key, secret
        self._writers: dict[int, S3Store] = {}
        self._store = self._open_store(
            {"timeout": timedelta(seconds=ANSWER_SECONDS), "read_timeout": timedelta(seconds=SILENCE_SECONDS)}
        )

    def put(self, content: bytes, media_type: str) -> str:
        """Keep these bytes and return their digest; what is there already is written once more, which touches it."""
        digest = hashlib.sha256(content).hexdigest()
        attributes: dict[str, str] = {"Content-Type": media_type, "Cache-Control": CACHE_CONTROL}
        if not media_type.startswith("image/"):
            attributes["Content-Disposition"] = "attachment"
        with self._faults():
            self._client.put(
                self._writer(len(content)),
                _key_of(digest),
                content,
                attributes=attributes,
                # Several parts could be left behind, invisible and paid for.
                use_multipart=False,
            )
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes of a digest; raises NotFound."""
        with self.open(digest) as file:
            return file.read()

    def open(self, digest: str) -> BinaryIO:
        """Open the bytes of a digest, the first of them read already; raises NotFound."""
        key = _key_of(digest)
        meta, first = self._begin(key, digest, FIRST_BYTES)

        def fetch(start: int, end: int) -> bytes:
            with self._faults(digest):
                return bytes(self._client.get_range(self._store, key, start=start, end=end))

        return open_ranged(fetch, first=first, size_bytes=meta["size"])

    def remove(self, digest: str, *, unless_touched_after: float = float("inf")) -> bool:
        """Remove the bytes of a digest for good, unless they came in again after an instant (seconds of the epoch).

        The instant is compared with the store's own clock. A put between the look and the deletion is lost: keep new
        references out meanwhile, and let the instant lie well before the present. What was set aside goes too.
        """
        try:
            meta, _ = self._begin(_key_of(digest), digest, 1)
        except NotFound:
            pass
        else:
            if _touched_at(meta) > unless_touched_after:
                return False
            with self._faults():
                self._client.delete(self._store, _key_of(digest))
        for aside in [meta["path"] for meta in self._iter_objects(ALTERED)]:
            if aside.startswith(f"{ALTERED}/{digest}"):
                with self._faults():
                    self._client.delete(self._store, aside)
        return True

    def iter_kept(self) -> Iterator[KeptFile]:
        """Stream every object whose key is that of a digest."""
        for meta in self._iter_objects():
            if _KEY.fullmatch(meta["path"]):
                yield KeptFile(meta["path"][3:], meta["size"], _touched_at(meta))

    def set_aside(self, digest: str) -> str:
        """Copy altered bytes to a key below `altered/` that nothing has yet, then delete them; return that key."""
        key = _key_of(digest)
        self._begin(key, digest, 1)
        names = (f"{ALTERED}/{digest}" + (f"-{number}" if number > 1 else "") for number in count(1))
        target = next(name for name in names if not self._exists(name))
        with self._faults(digest):
            self._client.copy(self._store, key, target)
            self._client.delete(self._store, key)
        return f"{self._address.place}/{target}"

    def remove_partials(self, *, older_than_seconds: float) -> int:
        """Say that there is nothing to clear away: an object is there whole or not at all."""
        return 0

    def find_stranger(self) -> str | None:
        """Name an object below the prefix that no storage puts there."""
        strange = (meta["path"] for meta in self._iter_objects() if not _OURS.fullmatch(meta["path"]))
        path = next(strange, None)
        return None if path is None else f"{self._address.place}/{path}"

    def describe(self) -> str:
        """Name the bucket, prefix and endpoint."""
        return self._address.describe()

    def _begin(self, key: str, digest: str, wanted_bytes: int) -> tuple[ObjectMeta, bytes]:
        """Ask for the first bytes of an object: unlike a HEAD, the answer tells a missing object from a bucket."""
        with self._faults(digest):
            try:
                found = self._client.get(self._store, key, options={"range": (0, wanted_bytes)})
                return found.meta, bytes(found.bytes())
            except self._client.exceptions.BaseError as error:
                if not is_empty_range(error):
                    raise
                # Of an empty object no range can be given.
                return self._client.head(self._store, key), b""

    def _exists(self, key: str) -> bool:
        try:
            self._begin(key, "", 1)
        except NotFound:
            return False
        return True

    def _iter_objects(self, folder: str | None = None) -> Iterator[ObjectMeta]:
        with self._faults():
            pages = iter(self._client.list(self._store, folder, chunk_size=LISTED_AT_ONCE))
        while True:
            with self._faults():
                page = next(pages, None)
            if page is None:
                return
            yield from page

    def _writer(self, size_bytes: int) -> S3Store:
        seconds = SILENCE_SECONDS
        while seconds * SLOWEST_BYTES_A_SECOND < size_bytes:
            seconds *= 2
        if seconds not in self._writers:
            self._writers[seconds] = self._open_store({"timeout": timedelta(seconds=seconds)})
        return self._writers[seconds]

    def _open_store(self, limits: ClientConfig) -> S3Store:
        from obstore.store import S3Store

        address = self._address
        # The environment may name another bucket for another program: what is said here counts.
        said: dict[str, Any] = {"bucket": address.bucket, "disable_bulk_delete": True}
        if address.endpoint:
            said |= {"endpoint": address.endpoint, "aws_endpoint_url_s3": address.endpoint}
            said |= {"virtual_hosted_style_request": False, "region": address.region or "us-east-1"}
        elif address.region:
            said["region"] = address.region
        if self._key:
            # A session token of the environment belongs to another key.
            said |= {"credential_provider": self._credentials, "skip_signature": False}
        return S3Store(
            prefix=address.prefix or None,
            client_options={
                "allow_http": address.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                **limits,
            },
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": timedelta(seconds=SILENCE_SECONDS),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=200),
                    "max_backoff": timedelta(seconds=2),
                    "base": 2,
                },
            },
            **said,
        )

    def _credentials(self) -> Mapping[str, Any]:
        return {"access_key_id": self._key, "secret_access_key": self._secret, "token": None, "expires_at": None}

    @contextmanager
    def _faults(self, digest: str | None = None) -> Iterator[None]:
        """Say in our own words what the client raises; with `digest` an object may be missing."""
        try:
            yield
        except (self._client.exceptions.BaseError, OSError) as error:
            is_missing = isinstance(error, FileNotFoundError) and not is_missing_bucket(error)
            if is_missing and digest is not None:
                raise NotFound("file", digest) from error
            raise unavailable(self._address, error) from error


def _key_of(digest: str) -> str:
    return f"{require_digest(digest)[:2]}/{digest}"


def _touched_at(meta: ObjectMeta) -> float:
    # Told in whole seconds, rounded down: nothing must look older than it is.
    return meta["last_modified"].timestamp() + 1
