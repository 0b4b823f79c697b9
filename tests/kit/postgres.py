"""A real PostgreSQL with its own folder, and a database of its own for each test."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.database import Database
from tests.kit.databases import lay_database, migrate
from tests.kit.ports import free_port

#: where Debian puts the programs of each version
_DEBIAN = Path("/usr/lib/postgresql")
#: a power cut is not what these tests are about, and nothing here is kept
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


@dataclass
class Postgres:
    """One server; it can be stopped and started again on the same port."""

    folder: Path
    port: int
    _databases: int = field(default=0)
    _template: str = field(default="")

    def start(self) -> None:
        """Start, and return when it answers."""
        sockets = f"-k {self.folder} -h 127.0.0.1 -p {self.port} {_OPTIONS}"
        self._pg_ctl("start", "-w", "-l", str(self.folder / "log"), "-o", sockets)

    def stop(self, mode: str = "fast") -> None:
        """Hang up on everybody and end, as on a restart of the machine."""
        self._pg_ctl("stop", "-w", "-m", mode)

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # the dead keep their numbers until somebody has asked how they died
        for lock in ("data/postmaster.pid", f".s.PGSQL.{self.port}.lock"):
            (self.folder / lock).unlink()

    def take_writes(self, url: str, *, yes: bool) -> None:
        """Let each new connection to a database be one that only reads, or not; end the old."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            value = "off" if yes else "on"
            setting = f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}'
            connection.execute(setting.encode())
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(ending, [name])

    def new_database(self, template: str = "template1") -> str:
        """Make an empty database, or a copy of another, and return its URL."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def new_migrated_database(self) -> str:
        """Make a database with our tables, as a copy of one, and return its URL."""
        if not self._template:
            url = self.new_database()
            migrate(url)
            self._template = url.rpartition("/")[2]
        return self.new_database(self._template)

    def drop(self, url: str) -> None:
        """Drop a database: hundreds of them are a hundred thousand files."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://mailbot@127.0.0.1:{self.port}/{database}"

    def _pg_ctl(self, *words: str) -> None:
        _run("pg_ctl", "-D", str(self.folder / "data"), *words)


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL that ends with the block."""
    # its user must get through the folders above it, which pytest's hide
    # (tests/conftest.py says where that is)
    above = os.environ.get("PYTEST_DEBUG_TEMPROOT")
    folder = Path(tempfile.mkdtemp(prefix="mailbot-postgres-", dir=above))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Postgres(folder, free_port())
    try:
        data = str(folder / "data")
        _run("initdb", "-D", data, "-U", "mailbot", "-A", "trust", "-N", "--locale=C.UTF-8")
        server.start()
        try:
            yield server
        finally:
            # what would be written down is thrown away
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a server for all tests of this process."""
    with run_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database with our tables: what is stored must hold on both."""
    if request.param == "sqlite":
        opened = Database(lay_database(tmp_path))
        yield opened
        opened.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_migrated_database()
    opened = Database(url)
    yield opened
    opened.close()
    server.drop(url)


def _run(program: str, *words: str) -> None:
    """Run a program of PostgreSQL as a user that it accepts: it refuses root."""
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    subprocess.run(  # noqa: S603
        [_find(program), *words],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        **as_user,
    )


def _find(program: str) -> str:
    versions = sorted(_DEBIAN.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(program)
    assert found, f"{program} is not there: apt install postgresql (docker/packages-test.txt)"
    return found
