"""A file goes when nothing names it any more, a month after that was first seen, never sooner."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.domain.events import Event, EventKind
from mailbot.domain.identifiers import new_id
from storage.audit import record_event
from storage.blobs import BlobError
from storage.blobs_folder import FolderBlobs
from storage.database import Database
from storage.name_filter import NameFilter
from storage.unnamed_files import Swept, named_files, sweep
from tests.kit.backups import put_row

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def swept(database: Database, blobs: FolderBlobs) -> Swept:
    with database.reading() as session:
        return sweep(blobs, named_files(session))


def note(database: Database, subject: str, sha256: str) -> None:
    with database.transaction() as session:
        data = {"letter_sha256": sha256}
        event = Event(at=NOW, kind=EventKind.APPROVED, actor="an@b", subject=subject, data=data)
        record_event(session, event)


def test_what_some_row_names_is_kept(database: Database, blobs: FolderBlobs) -> None:
    """In a column of its own, or anywhere in what is kept as JSON."""
    mail, file, note_of_old = (blobs.put(text) for text in (b"mail", b"file", b"change"))
    with database.transaction() as session:
        put_row(session, "mail", id="m", delivery_key="m", sha256=mail)
        put_row(session, "message", id="n", files=f'[{{"sha256":"{file}"}}]')
        put_row(session, "change", number=1, data=f'{{"before": "{note_of_old}"}}')
    assert swept(database, blobs) == Swept(set_aside=0, brought_back=0, deleted=0)
    assert set(blobs.names()) == {mail, file, note_of_old}


def test_what_nothing_names_goes_at_the_second_sweep(
    database: Database, blobs: FolderBlobs
) -> None:
    lost = blobs.put(b"nobody wants it")
    assert swept(database, blobs) == Swept(set_aside=1, brought_back=0, deleted=0)
    assert blobs.get(lost) == b"nobody wants it"
    assert swept(database, blobs) == Swept(set_aside=0, brought_back=0, deleted=1)
    with pytest.raises(BlobError):
        blobs.get(lost)


def test_what_was_put_and_is_named_only_later_comes_back(
    database: Database, blobs: FolderBlobs
) -> None:
    """The sweep comes between a file and the row that names it."""
    late = blobs.put(b"a mail on its way")
    swept(database, blobs)
    with database.transaction() as session:
        put_row(session, "mail", id="m", delivery_key="m", sha256=late)
    assert blobs.get(late) == b"a mail on its way"
    assert swept(database, blobs) == Swept(set_aside=0, brought_back=1, deleted=0)
    assert list(blobs.names()) == [late]


def test_what_is_put_again_while_it_lies_aside_is_kept(
    database: Database, blobs: FolderBlobs
) -> None:
    again = blobs.put(b"the same file")
    swept(database, blobs)
    assert blobs.put(b"the same file") == again
    swept(database, blobs)
    assert blobs.get(again) == b"the same file"


def test_evidence_stays_as_long_as_what_it_is_about(
    database: Database, blobs: FolderBlobs
) -> None:
    document, person, token = new_id(NOW), "an@bakkerij.example", "0" * 64
    kept = [blobs.put(subject.encode()) for subject in (document, person, token)]
    gone = blobs.put(b"about a document that was removed")
    with database.transaction() as session:
        put_row(session, "document", id=document, sha256=kept[0])
    for subject, sha256 in zip((document, person, token), kept, strict=True):
        note(database, subject, sha256)
    note(database, new_id(NOW), gone)
    assert swept(database, blobs).set_aside == 1
    assert list(blobs.names_aside()) == [gone]


def test_a_name_is_never_forgotten_and_a_stranger_hardly_known() -> None:
    names = [hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(2000)]
    known = NameFilter(1 << 12)
    for name in names[:1000]:
        known.add(name)
    assert all(known.knows(name) for name in names[:1000])
    assert sum(known.knows(name) for name in names[1000:]) < 20
