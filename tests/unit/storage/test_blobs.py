"""Files by their content, in a folder and in a bucket: kept once, never silently another."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot.settings import Blobs as BlobSettings
from storage.blobs import BlobError, Blobs, find_name, key_of
from storage.blobs_folder import FolderBlobs
from storage.blobs_s3 import S3Blobs
from tests.kit.s3 import S3Server

CONTENT = b"%PDF-1.7 factuur\x00\xff"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
#: changes what lies in a store, behind its back
Spoil = Callable[[str, bytes], object]


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Blobs, Spoil]:
    """Give a store and a way to spoil it."""
    if request.param == "folder":
        folder = FolderBlobs(tmp_path / "blobs")
        return folder, lambda name, content: folder.path(name).write_bytes(content)
    server: S3Server = request.getfixturevalue("s3")
    settings = server.new_bucket()
    place = settings["url"].removeprefix("s3:/")
    return S3Blobs(BlobSettings(**settings)), lambda name, content: server.ask(
        "PUT", f"{place}/{key_of(name)}", content
    )


@pytest.fixture
def blobs(store: tuple[Blobs, Spoil]) -> Blobs:
    return store[0]


def test_what_is_put_is_got(blobs: Blobs) -> None:
    assert not blobs.has(SHA256)
    assert blobs.put(CONTENT) == SHA256
    assert blobs.get(SHA256) == CONTENT
    assert blobs.has(SHA256)
    assert list(blobs.names()) == [SHA256]


def test_the_same_content_is_kept_once(blobs: Blobs) -> None:
    assert blobs.put(CONTENT) == blobs.put(CONTENT)
    assert list(blobs.names()) == [SHA256]


def test_no_content_is_content(blobs: Blobs) -> None:
    assert blobs.get(blobs.put(b"")) == b""


def test_a_missing_file_is_an_error(blobs: Blobs) -> None:
    with pytest.raises(BlobError, match="is not in the blob store"):
        blobs.get(SHA256)


def test_a_damaged_file_is_noticed(store: tuple[Blobs, Spoil]) -> None:
    blobs, spoil = store
    kept = sorted(blobs.put(content) for content in (CONTENT, b"other", b"third"))
    spoil(SHA256, b"%PDF-1.7 factour\x00\xff")
    with pytest.raises(BlobError, match="is damaged"):
        blobs.get(SHA256)
    assert list(blobs.verify()) == [SHA256]
    assert list(blobs.names()) == kept


@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "0", "x" * 64])
def test_only_a_sha256_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        key_of(name)
    assert find_name(f"ab/{name}") is None


def test_what_is_set_aside_is_found_and_can_come_back(blobs: Blobs) -> None:
    other = blobs.put(b"other")
    blobs.put(CONTENT)
    blobs.set_aside(SHA256)
    assert list(blobs.names()) == [other]
    assert list(blobs.names_aside()) == [SHA256]
    assert blobs.get(SHA256) == CONTENT
    blobs.bring_back(SHA256)
    assert list(blobs.names()) == sorted([SHA256, other])
    assert list(blobs.names_aside()) == []


def test_what_is_forgotten_is_gone_unless_it_was_put_anew(blobs: Blobs) -> None:
    blobs.put(CONTENT)
    blobs.set_aside(SHA256)
    blobs.put(CONTENT)
    blobs.forget(SHA256)
    assert blobs.get(SHA256) == CONTENT
    blobs.set_aside(SHA256)
    blobs.forget(SHA256)
    with pytest.raises(BlobError, match="is not in the blob store"):
        blobs.get(SHA256)
    blobs.forget(SHA256)
