"""Backups: whole sets while mailbot runs, that cost only what is new and tell when they rot."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage.backup.checking import faults_in
from storage.backup.making import Installation, make_backup
from storage.backup.restoring import restore
from storage.backup.rows import Listing, read_rows, write_rows
from storage.backup.sets import BackupError, BackupFolder, BackupSet
from storage.backup.tables import JOBS
from storage.blobs import BlobError
from storage.blobs_folder import FolderBlobs
from storage.database import Database
from storage.failed_jobs import find_failure
from storage.jobs import Jobs
from storage.tables import METADATA
from tests.kit.backups import NOW, add_event, all_rows, fill, installation, names_in_pool, put_row
from tests.kit.databases import lay_database
from tests.kit.postgres import Postgres

#: what DBOS, alembic and FTS5 keep for themselves; jobs are copied in a way of their own
NOT_OURS = {
    "alembic_version", "dbos_migrations", "workflow_status", "notifications", "workflow_events",
    "streams", "workflow_events_history", "workflow_schedules", "application_versions", "queues",
    "workflow_input", "workflow_output", "operation_outputs", "search_words", "search_words_data",
    "search_words_idx", "search_words_config", "search_words_docsize", "sqlite_sequence",
}  # fmt: skip
#: what is true of the processes of now
OF_THE_MOMENT = {"executor"}
#: how a chunk of rows begins: it is compressed
ROWS = b"\x1f\x8b"


@pytest.fixture
def made(tmp_path: Path) -> Installation:
    """Give an installation with rows in every table."""
    lay_database(tmp_path / "data")
    there = installation(Database(f"sqlite:///{tmp_path / 'data' / 'mailbot.db'}"), tmp_path)
    fill(there)
    return there


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups")


def later(n: int) -> Any:
    return NOW + timedelta(hours=n)


def put_back(
    folder: BackupFolder, database: Database, place: Path, name: str = ""
) -> Installation:
    """Restore into a new place."""
    (place / "data").mkdir(parents=True, exist_ok=True)
    target = installation(database, place)
    jobs = Jobs(database)
    restore(folder, name, target, jobs, now=later(2))
    jobs.close()
    return target


def test_every_table_is_in_a_set(made: Installation, folder: BackupFolder) -> None:
    kept = make_backup(made, folder, now=NOW)
    with made.database.reading() as session:
        there = set(sa.inspect(session.connection()).get_table_names())
    assert set(kept.tables) - {JOBS} == there - NOT_OURS - OF_THE_MOMENT


def without_restoring(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the rows but for what a restore adds: an event, held letters, buried exports."""
    audit = [row for row in rows["audit"] if "restored" not in row]
    outbox = [tuple("?" if v in {"queued", "deferred", "held"} else v for v in row)
              for row in rows["outbox"]]  # fmt: skip
    failed = [row for row in rows["failed_job"] if "export_booking" not in row]
    return {**rows, "audit": audit, "outbox": outbox, "failed_job": failed}


@pytest.mark.parametrize("way", ["to PostgreSQL", "to SQLite"])
def test_rows_and_files_are_the_same_in_either_database(
    way: str, made: Installation, folder: BackupFolder, postgres: Postgres, *, tmp_path: Path
) -> None:
    """The way out of SQLite when it is outgrown, and back."""
    url = postgres.new_migrated_database() if way == "to SQLite" else ""
    source = made
    if url:  # the database of before lies there still
        source = installation(Database(url), tmp_path)
        fill(source)
    make_backup(source, folder, now=NOW)
    assert list(faults_in(folder.read(), folder)) == []
    place = tmp_path / "new"
    at = lay_database(place / "data") if url else postgres.new_database()
    target = put_back(folder, Database(at), place)
    assert without_restoring(all_rows(target.database)) == without_restoring(
        all_rows(source.database)
    )
    assert list(target.blobs.names()) == list(source.blobs.names())
    secret = target.data / "secrets" / "reply_tokens"
    assert (secret.read_bytes(), secret.stat().st_mode & 0o777) == (b"s", 0o600)
    with target.database.transaction() as session:
        add_event(session, "goes on")
        session.execute(sa.insert(METADATA.tables["change"]), [change()])
    target.database.close()
    for used in (url, "" if url else at):
        source.database.close()
        if used:
            postgres.drop(used)


def change() -> dict[str, Any]:
    return {"document_id": "d", "at": NOW, "data": "{}"}


def test_jobs_run_again_and_what_may_have_left_waits(
    made: Installation, folder: BackupFolder, tmp_path: Path
) -> None:
    make_backup(made, folder, now=NOW)
    place = tmp_path / "new"
    target = put_back(folder, Database(lay_database(place / "data")), place)
    jobs = Jobs(target.database)
    assert jobs.counts() == {"ENQUEUED": 1, "DELAYED": 1}
    with target.database.reading() as session:
        buried = find_failure(session, "d3:export_booking")
        states = session.execute(sa.text("SELECT state FROM outbox ORDER BY id")).scalars().all()
    assert buried
    assert (buried.state, buried.job.ids) == ("buried", {"document": "d3:export_booking"})
    assert states == ["held", "held", "sent"]


def test_a_second_set_costs_only_what_is_new(made: Installation, folder: BackupFolder) -> None:
    first = make_backup(made, folder, now=NOW)
    before = set(names_in_pool(folder.folder))
    with made.database.transaction() as session:
        add_event(session, "new")
    sha256 = made.blobs.put(b"another invoice")
    second = make_backup(made, folder, now=later(1))
    new = set(names_in_pool(folder.folder)) - before
    assert new == {sha256, *second.blobs.chunks, *second.tables["audit"].chunks}
    assert folder.names() == [first.name, second.name]
    assert [list(faults_in(kept, folder)) for kept in (first, second)] == [[], []]


def test_old_sets_go_with_what_only_they_name(made: Installation, folder: BackupFolder) -> None:
    first = make_backup(made, folder, now=NOW)
    with made.database.transaction() as session:
        add_event(session, "new")
    second = make_backup(made, folder, now=later(1))
    assert folder.prune(1) == [first.name]
    assert set(names_in_pool(folder.folder)) == set(folder.files_of(second))
    assert list(faults_in(second, folder)) == []


def test_what_an_interrupted_backup_left_goes(made: Installation, folder: BackupFolder) -> None:
    left = folder.pool.put(b"half a backup")
    make_backup(made, folder, now=NOW)
    folder.prune(3)
    assert left not in set(names_in_pool(folder.folder))


def spoil(folder: BackupFolder, sha256: str) -> None:
    folder.pool.path(sha256).write_bytes(b"rot")


DAMAGE: dict[str, Callable[[BackupFolder, BackupSet], object]] = {
    "an invoice": lambda f, kept: spoil(f, hashlib.sha256(b"an invoice").hexdigest()),
    "no invoice": lambda f, kept: f.pool.path(hashlib.sha256(b"an invoice").hexdigest()).unlink(),
    "rows": lambda f, kept: spoil(f, kept.tables["mail"].chunks[0]),
    "list of files": lambda f, kept: spoil(f, kept.blobs.chunks[0]),
    "secret": lambda f, kept: spoil(f, kept.files[-1].sha256),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_not_put_back(
    damage: str, made: Installation, folder: BackupFolder, tmp_path: Path
) -> None:
    kept = make_backup(made, folder, now=NOW)
    DAMAGE[damage](folder, kept)
    assert list(faults_in(kept, folder))
    place = tmp_path / "new"
    with pytest.raises(BackupError, match="damaged"):
        put_back(folder, Database(lay_database(place / "data")), place)
    assert not (place / "data" / "restoring").exists()


def forged(kept: BackupSet, folder: BackupFolder, name: str, **values: Any) -> BackupSet:
    """Return the set with the first row of a table as somebody would like it."""
    listing = kept.tables[name]
    rows = list(read_rows(folder.pool, listing))
    for column, value in values.items():
        rows[0][listing.columns.index(column)] = value
    return replace(
        kept, tables={**kept.tables, name: write_rows(folder.pool, listing.columns, rows)}
    )


def test_a_forged_row_is_found(made: Installation, folder: BackupFolder) -> None:
    kept = make_backup(made, folder, now=NOW)
    event = forged(kept, folder, "audit", actor="nobody@client.example")
    assert list(faults_in(event, folder)) == ["audit event 1 does not fit its hash"]
    cut = replace(kept, audit_number=4)
    assert "ends with event 3" in next(faults_in(cut, folder))
    named = forged(kept, folder, "mail", sha256="0" * 64)
    assert "which is not in the set" in next(faults_in(named, folder))
    fewer = replace(kept.tables["mail"], n_rows=4)
    counted = replace(kept, tables={**kept.tables, "mail": fewer})
    assert list(faults_in(counted, folder)) == ["mail: 3 rows, and 4 were kept"]


def test_a_cut_set_is_refused(made: Installation, folder: BackupFolder) -> None:
    kept = make_backup(made, folder, now=NOW)
    file = folder.folder / "sets" / f"{kept.name}.json"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BackupError, match="damaged"):
        folder.read()


def test_a_file_that_the_store_lost_is_told_and_the_rest_is_kept(
    made: Installation, folder: BackupFolder
) -> None:
    lost = made.blobs.put(b"lost")
    assert isinstance(made.blobs, FolderBlobs)
    made.blobs.path(lost).write_bytes(b"rot")
    kept = make_backup(made, folder, now=NOW)
    assert kept.missing == (lost,)
    assert list(faults_in(kept, folder)) == []


def test_nobody_else_may_look_into_it(made: Installation, folder: BackupFolder) -> None:
    make_backup(made, folder, now=NOW)
    for path in [folder.folder, *folder.folder.rglob("*")]:
        assert path.name == "lock" or path.stat().st_mode & 0o077 == 0, path


def test_secrets_can_lie_elsewhere(
    made: Installation, folder: BackupFolder, tmp_path: Path
) -> None:
    kept = make_backup(made, folder, now=NOW, with_secrets=False)
    assert [file.path for file in kept.files] == ["exports/a/1.xml"]
    place = tmp_path / "new"
    database = Database(lay_database(place / "data"))
    with pytest.raises(BackupError, match="put the folder secrets"):
        put_back(folder, database, place)
    secret = place / "data" / "secrets" / "reply_tokens"
    secret.parent.mkdir()
    secret.write_bytes(b"s")
    put_back(folder, database, place)
    assert secret.read_bytes() == b"s"


def test_two_backups_at_a_time_are_one(made: Installation, folder: BackupFolder) -> None:
    with folder.locked(), pytest.raises(BackupError, match="another backup"):
        make_backup(made, folder, now=NOW)


@pytest.mark.parametrize(
    ("spoiled", "why"),
    [("a file", "is not empty"), ("an office", "database is not empty"), ("another", "was begun")],
)
def test_a_place_that_is_not_empty_is_left_alone(
    spoiled: str, why: str, made: Installation, folder: BackupFolder, *, tmp_path: Path
) -> None:
    make_backup(made, folder, now=NOW)
    place = tmp_path / "new"
    database = Database(lay_database(place / "data"))
    if spoiled == "a file":
        (place / "data" / "exports").mkdir()
    if spoiled == "another":
        (place / "data" / "restoring").write_text("2020-01-01T000000Z")
    if spoiled == "an office":
        with database.transaction() as session:
            session.execute(sa.text("INSERT INTO office VALUES ('o', '{}')"))
    before = all_rows(database)
    with pytest.raises(BackupError, match=why):
        put_back(folder, database, place)
    assert all_rows(database) == before


def test_a_set_of_a_newer_version_waits_for_it(
    made: Installation, folder: BackupFolder, tmp_path: Path
) -> None:
    kept = make_backup(made, folder, now=NOW)
    folder.record(replace(kept, name="9999", revision="9999"))
    with pytest.raises(BackupError, match="newer mailbot"):
        put_back(folder, Database(f"sqlite:///{tmp_path / 'b.db'}"), tmp_path / "new")


def test_a_file_never_leaves_the_data_folder(
    made: Installation, folder: BackupFolder, tmp_path: Path
) -> None:
    kept = make_backup(made, folder, now=NOW)
    bad = replace(kept, name="9999", files=(replace(kept.files[0], path="../evil"),))
    folder.record(bad)
    place = tmp_path / "new"
    with pytest.raises(BackupError, match="outside the data folder"):
        put_back(folder, Database(lay_database(place / "data")), place)
    assert not (place / "evil").exists()


def test_what_is_written_meanwhile_is_in_no_part_of_a_set(
    database: Database, folder: BackupFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A set is one moment, on both databases."""
    there = installation(database, tmp_path)
    fill(there)
    put = FolderBlobs.put

    def put_and_write(self: FolderBlobs, content: bytes) -> str:
        if content[:2] == ROWS:
            with database.transaction() as session:
                add_event(session, "meanwhile")
        return put(self, content)

    monkeypatch.setattr(FolderBlobs, "put", put_and_write)
    kept = make_backup(there, folder, now=NOW)
    assert kept.tables["audit"].n_rows == kept.audit_number == 3
    assert list(faults_in(kept, folder)) == []


def test_a_mail_that_leaves_the_spool_meanwhile_is_kept(
    made: Installation, folder: BackupFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spool is copied before the database, which may not have the mail in our snapshot."""
    mail = made.data / "spool" / "1.mail"
    mail.parent.mkdir()
    mail.write_bytes(b"a mail")
    put = FolderBlobs.put

    def put_and_take(self: FolderBlobs, content: bytes) -> str:
        if content[:2] == ROWS:
            mail.unlink(missing_ok=True)
        return put(self, content)

    monkeypatch.setattr(FolderBlobs, "put", put_and_take)
    kept = make_backup(made, folder, now=NOW)
    assert "spool/1.mail" in [file.path for file in kept.files]


def test_a_file_that_comes_meanwhile_is_named_by_no_row_of_the_set(
    made: Installation, folder: BackupFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are copied after the database: were it the other way, a row could name none."""
    names = FolderBlobs.names

    def names_and_more(self: FolderBlobs) -> Iterator[str]:
        yield from names(self)
        if self.folder == made.data / "blobs":
            with made.database.transaction() as session:
                sha256 = made.blobs.put(b"a new mail")
                put_row(session, "mail", id="new", delivery_key="new", sha256=sha256)

    monkeypatch.setattr(FolderBlobs, "names", names_and_more)
    kept = make_backup(made, folder, now=NOW)
    assert list(faults_in(kept, folder)) == []


def test_what_is_set_aside_meanwhile_is_kept(made: Installation, folder: BackupFolder) -> None:
    sha256 = next(made.blobs.names())
    made.blobs.set_aside(sha256)
    kept = make_backup(made, folder, now=NOW)
    assert sha256 in set(folder.files_of(kept))
    assert list(faults_in(kept, folder)) == []


def test_a_chunk_ends_where_its_keys_say(tmp_path: Path) -> None:
    """Rows that come or go in one place leave most chunks as they were."""
    pool = FolderBlobs(tmp_path)
    rows = [[f"{number:08}", "x"] for number in range(10_000)]

    def chunks(kept: list[list[str]]) -> set[str]:
        listing = write_rows(pool, ["id", "text"], kept)
        assert list(read_rows(pool, listing)) == kept
        return set(listing.chunks)

    whole, fewer = chunks(rows), chunks(rows[:5000] + rows[5005:] + [["1", "y"]])
    assert len(whole) > 4
    assert len(whole - fewer) <= 2


def test_rows_that_are_cut_short_do_not_pass(tmp_path: Path) -> None:
    pool = FolderBlobs(tmp_path)
    listing = Listing(columns=("id",), n_rows=1, chunks=("0" * 64,))
    with pytest.raises(BlobError):
        list(read_rows(pool, listing))
    assert gzip.decompress(pool.get(write_rows(pool, ["id"], [[1]]).chunks[0])) == b"[1]"
