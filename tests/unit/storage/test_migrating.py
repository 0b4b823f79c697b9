"""Several processes start at once, of one version or of two, and the tables come out right."""

import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import migrating
from storage.database import Database
from tests.kit.postgres import Postgres

#: a migration as CONTRIBUTING.md wants it of a table that grows
_INDEX = '''
"""An index on a table that grows."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_mail_subject", "mail", ["subject"], postgresql_concurrently=True)
'''


def newest(database: Database) -> str:
    with database.reading() as session:
        return str(session.scalars(sa.text("SELECT version_num FROM alembic_version")).one())


def migrate_at_once(url: str, processes: int = 3) -> None:
    failures: list[BaseException] = []

    def migrate() -> None:
        database = Database(url)
        try:
            database.migrate()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=migrate) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_version_before_runs_on_newer_tables(database: Database) -> None:
    with database.transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.migrate()
    assert newest(database) == "9999"
    assert not migrating.knows_revision("9999")


@pytest.mark.parametrize("is_postgresql", [False, True], ids=["sqlite", "postgresql"])
def test_services_that_start_together_make_the_tables_once(
    tmp_path: Path, request: pytest.FixtureRequest, is_postgresql: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'mailbot.db'}"
    if is_postgresql:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_database()
    migrate_at_once(url)
    database = Database(url)
    assert migrating.knows_revision(newest(database))
    database.close()


def test_an_index_is_made_beside_whoever_writes(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two start at once; the one that waits for the other must not be what the index waits for."""
    url = postgres.new_migrated_database()
    database = Database(url)
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrating.__file__).parent / "migrations", folder)
    migration = folder / "versions" / "9999_an_index.py"
    migration.write_text(_INDEX.format(before=newest(database)))
    monkeypatch.setattr(migrating, "_MIGRATIONS", folder)
    migrate_at_once(url)
    assert newest(database) == "9999"
    assert "ix_mail_subject" in {
        i["name"] for i in sa.inspect(database.engine).get_indexes("mail")
    }
    database.close()
