"""Files in a folder: durable with their names, and never silently other than they were."""

import hashlib
from pathlib import Path

import pytest

from storage import durable
from storage.blobs import BlobError
from storage.blobs_folder import FolderBlobs

CONTENT = b"%PDF-1.7 factuur\x00\xff"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def test_the_same_content_is_not_written_again(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put(CONTENT)
    assert blobs.path(SHA256).read_bytes() == CONTENT
    monkeypatch.setattr(
        "storage.blobs_folder.write_durably", lambda *_: pytest.fail("written again")
    )
    assert blobs.put(CONTENT) == SHA256


def test_the_first_file_of_a_folder_is_durable_with_its_folders(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)
    blobs.put(CONTENT)
    assert synced == [blobs.folder.parent, blobs.folder, blobs.path(SHA256).parent]


def test_a_file_that_lost_its_end_is_mended_when_it_comes_again(blobs: FolderBlobs) -> None:
    blobs.put(CONTENT)
    blobs.path(SHA256).write_bytes(CONTENT[:-1])
    with pytest.raises(BlobError, match="is damaged"):
        blobs.get(SHA256)
    blobs.put(CONTENT)
    assert blobs.get(SHA256) == CONTENT


def test_a_half_written_file_is_no_blob(blobs: FolderBlobs) -> None:
    blobs.put(CONTENT)
    (blobs.path(SHA256).parent / ".0011223344556677.new").write_bytes(b"half")
    assert list(blobs.names()) == [SHA256]
    assert list(blobs.verify()) == []
