"""Keeps files by their content in a bucket that speaks the S3 API, for many machines together.

The library (obstore) signs, keeps connections open, and tries again with growing, jittered pauses
what a server answers with 5xx, 429 or nothing; what it still cannot do then is Temporary, and the
job comes back. It also reads the usual AWS_* names of the environment and the roles of the cloud's
own machines, so that credentials need not be written down anywhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from mailbot import measures
from mailbot.domain.errors import Temporary
from mailbot.settings import Blobs as BlobSettings
from storage.blobs import (
    BlobError,
    BlobMissingError,
    Blobs,
    checked,
    find_name,
    key_of,
    missing,
    sha256_of,
)

if TYPE_CHECKING:  # the library has these for type checkers alone
    from obstore.store import ClientConfig, RetryConfig, S3Config

_CONNECT = timedelta(seconds=5)
#: a try that begins later than this after the first is not made: the job comes back by itself
_TRIES = timedelta(seconds=8)
_RETRY: "RetryConfig" = {
    "max_retries": 20,
    "retry_timeout": _TRIES,
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=2),
        "base": 3,
    },
}
#: names in one answer of a list: what lies in memory at a time
_PAGE = 1000
_ASIDE = "aside"


class S3Blobs(Blobs):
    """The blob store in one bucket, or under one prefix of it."""

    def __init__(self, settings: BlobSettings) -> None:
        bucket, _, prefix = settings.url.removeprefix("s3://").partition("/")
        self._url = settings.url
        client: ClientConfig = {
            "allow_http": settings.endpoint.startswith("http://"),
            "connect_timeout": _CONNECT,
            "timeout": timedelta(seconds=settings.seconds),
        }
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=_config(settings),
            client_options=client,
            retry_config=_RETRY,
        )

    def put(self, content: bytes) -> str:
        """Keep `content` and return its SHA-256; durable when the server has said 200.

        Always written, never looked for first: one round trip, twice gives the same object, a
        damaged one is mended, and nobody can delete it between the look and our answer. The
        SHA-256 goes along, and the server refuses what does not arrive as it was sent.
        Raises Temporary.
        """
        sha256 = sha256_of(content)
        with self._asking():
            obstore.put(self._store, key_of(sha256), content, use_multipart=False)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the content with this SHA-256.

        Raises BlobError when the bucket does not have it, or has something else twice in a row (a
        line may damage one answer); Temporary.
        """
        try:
            return self._find(sha256)
        except BlobError:
            return self._find(sha256)

    def has(self, sha256: str) -> bool:
        """Whether the content is there. Raises Temporary."""
        try:
            with self._asking(sha256):
                obstore.head(self._store, key_of(sha256))
        except BlobError:
            return False
        return True

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that is kept, in order. Raises Temporary."""
        for path in self._paths():
            # each store calls a content the same; what was set aside begins otherwise
            name = find_name(path)
            if name and path == key_of(name):
                yield name

    def set_aside(self, sha256: str) -> None:
        """Take a content out of `names`; `get` still finds it, and a new `put` keeps it anew.

        Raises Temporary.
        """
        self._move(key_of(sha256), _aside(sha256))

    def names_aside(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that was set aside, in order. Raises Temporary."""
        yield from filter(None, map(find_name, self._paths(_ASIDE)))

    def bring_back(self, sha256: str) -> None:
        """Keep a content again that was set aside. Raises Temporary."""
        self._move(_aside(sha256), key_of(sha256))

    def forget(self, sha256: str) -> None:
        """Delete a content that was set aside, not one that is kept. Raises Temporary."""
        with self._asking():
            obstore.delete(self._store, _aside(sha256))

    def _move(self, old: str, new: str) -> None:
        """Copy, then delete: nobody who looks at both finds it in neither."""
        with self._asking():
            obstore.copy(self._store, old, new)
            obstore.delete(self._store, old)

    def _paths(self, prefix: str | None = None) -> Iterator[str]:
        with self._asking():
            for page in obstore.list(self._store, prefix, chunk_size=_PAGE):
                yield from (found["path"] for found in page)

    def _find(self, sha256: str) -> bytes:
        """Return a content that is kept or was set aside."""
        try:
            return self._read(key_of(sha256), sha256)
        except BlobMissingError:
            return self._read(_aside(sha256), sha256)

    def _read(self, path: str, sha256: str) -> bytes:
        with self._asking(sha256):
            content = obstore.get(self._store, path).bytes().to_bytes()
        return checked(content, sha256)

    @contextmanager
    def _asking(self, sha256: str = "") -> Iterator[None]:
        """Tell "it does not have this content" (BlobError) from "it cannot say" (Temporary)."""
        try:
            yield
        except FileNotFoundError as error:
            # a bucket that is not there is a mistake in the settings, not a lost file
            if sha256 and "NoSuchBucket" not in str(error):
                raise missing(sha256) from error
            raise self._trouble(error) from error
        except BaseError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> Temporary:
        measures.STORE_ERRORS.labels("blobs").inc()
        # what follows the first line is the library's own structure
        return Temporary(f"the blob store {self._url}: {str(error).splitlines()[0]}")


def _aside(sha256: str) -> str:
    return f"{_ASIDE}/{key_of(sha256)}"


def _config(settings: BlobSettings) -> "S3Config":
    """Return what is set; what is not, the library finds in the environment or takes as usual."""
    config: S3Config = {"checksum_algorithm": "SHA256"}
    if settings.endpoint:
        config["endpoint"] = settings.endpoint
    if settings.region:
        config["region"] = settings.region
    if settings.access_key_id:
        config["access_key_id"] = settings.access_key_id
    if settings.secret_key_file:
        config["secret_access_key"] = settings.secret_key_file.read_text().strip()
    return config
