"""How often DBOS asks its queues for jobs, and how many of them this process takes at a time.

DBOS keeps both in a row of the database, one for all machines, and its question costs about five
milliseconds of a processor: of two queues ten times a second, a tenth of a processor for nothing.
Its threads read that row before each question; there they are given the numbers of this process,
and are kept waiting until a cheap look says that a job waits.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import sqlalchemy as sa

from storage.database import Database

#: between two looks: how long a new job waits at most
_LOOK_SECONDS = 0.05
#: between two questions of DBOS while jobs wait
_ASK_SECONDS = 0.01
#: while the database is away DBOS asks, and says in the log what is wrong
_TROUBLE_SECONDS = 1.0
#: the condition of DBOS's partial index on jobs under way, spelled so that SQLite knows it again
_LOOK = """
    SELECT 1 FROM {table} WHERE queue_name = '{queue}' AND status = 'ENQUEUED'
    AND status IN ('ENQUEUED', 'PENDING') AND application_version = '{version}' LIMIT 1
"""


class Pace:
    """Stands between the threads of DBOS and the rows of its queues."""

    def __init__(
        self,
        database: Database,
        version: str,
        at_a_time: Mapping[str, int],
        running: Callable[[str], int],
    ) -> None:
        """Let `at_a_time` jobs of each queue run, of those put for `version`.

        `running` says how many of a queue run in this process.
        """
        self._running = running
        self._looks = {queue: Look(database, version, queue) for queue in at_a_time}
        self._at_a_time = at_a_time
        self._rows: dict[str, Any] = {}
        self._stopping = threading.Event()

    def instead_of(self, read_row: Callable[..., Any]) -> Callable[..., Any]:
        """Return what reads the row of a queue like `read_row`, but says our numbers, in time."""

        def read(name: str, **options: Any) -> Any:
            if name not in self._at_a_time:
                return read_row(name, **options)
            self._wait_for_job(name)
            if name not in self._rows:
                self._rows[name] = read_row(name, **options)
            return self._with_our_numbers(name)

        return read

    def stop(self) -> None:
        """Keep no thread waiting, and let none take another job."""
        self._stopping.set()

    def close(self) -> None:
        """Give the connections back, when the threads of DBOS have ended."""
        for look in self._looks.values():
            look.close()

    def _with_our_numbers(self, name: str) -> Any:
        row = self._rows[name]
        # DBOS has no other way in: to set them by its functions writes the row of all machines
        row._worker_concurrency = 0 if self._stopping.is_set() else self._at_a_time[name]  # noqa: SLF001
        row._polling_interval_sec = _ASK_SECONDS  # noqa: SLF001
        return row

    def _wait_for_job(self, name: str) -> None:
        while not self._stopping.is_set():
            if self._running(name) >= self._at_a_time[name]:
                self._stopping.wait(_ASK_SECONDS)
                continue
            try:
                if self._looks[name].sees_a_job():
                    return
            except (psycopg.Error, sqlite3.Error, sa.exc.DBAPIError):
                self._stopping.wait(_TROUBLE_SECONDS)
                return
            self._stopping.wait(_LOOK_SECONDS)


class Look:
    """Sees whether a job waits, fifty times cheaper than DBOS asks for it: for one thread."""

    def __init__(self, database: Database, version: str, queue: str) -> None:
        table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
        self._query = _LOOK.format(table=table, queue=queue, version=version)
        self._engine = database.engine
        self._connection: Any = None

    def sees_a_job(self) -> bool:
        """Whether a job waits in the queue. Raises an error of the driver or of SQLAlchemy."""
        if self._connection is None:
            self._connection = self._open()
        try:
            return self._connection.execute(self._query).fetchone() is not None
        except (psycopg.Error, sqlite3.Error):
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Any:
        """Return a connection of the driver itself, outside of the pool and of transactions."""
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name != "sqlite":
            connection.autocommit = True
        return connection
