"""The database is away, slow, silent, locked, full of clients or read-only."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress

import psycopg

from benchmarks.faults.world import World
from tests.kit.flaky_proxy import Trouble
from tests.kit.postgres import Postgres

_SECONDS = 6
#: longer than SQLite waits for a lock (storage/database.py)
_LOCKED_SECONDS = 36


def go_away(world: World) -> None:
    """Stop it and start it again, in order and by force."""
    for stop in (_server(world).stop, _server(world).kill):
        time.sleep(2)
        stop()
        time.sleep(_SECONDS)
        _server(world).start()


def between(trouble: Trouble, times: int = 0, rounds: int = 1) -> Callable[[World], None]:
    """Return the fault of a network that makes trouble, and recovers."""

    def fault(world: World) -> None:
        assert world.proxy
        for _ in range(rounds):
            world.proxy.trouble(trouble, times)
            time.sleep(_SECONDS)
            world.proxy.recover()
            time.sleep(1)

    return fault


def lock_tables(world: World) -> None:
    """Hold locks on what everybody writes, in a transaction that stays open."""
    with psycopg.connect(_server_url(world)) as connection:
        connection.execute("LOCK TABLE audit, document, outbox IN ACCESS EXCLUSIVE MODE")
        time.sleep(_LOCKED_SECONDS)
        connection.rollback()


def lock_file(world: World) -> None:
    """Hold the SQLite file for longer than anybody waits."""
    path = world.data / "mailbot.db"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(_LOCKED_SECONDS)
        other.execute("ROLLBACK")


def refuse_clients(world: World) -> None:
    """Take every connection there is, so that nobody else gets one."""
    taken: list[psycopg.Connection] = []
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(psycopg.connect(_server_url(world)))
    assert world.proxy
    world.proxy.recover()  # hangs up on all
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(psycopg.connect(_server_url(world)))
    time.sleep(_SECONDS)
    for connection in taken:
        connection.close()


def read_only(world: World) -> None:
    """Let it take no writes, as the old half of a pair does after a failover."""
    for takes_writes in (False, True):
        _server(world).take_writes(_server_url(world), yes=takes_writes)
        time.sleep(_SECONDS)


def _server(world: World) -> Postgres:
    assert world.postgres, "this fault is for PostgreSQL"
    return world.postgres


def _server_url(world: World) -> str:
    """Return the URL past the proxy."""
    database = world.context.database.engine.url.database
    return _server(world).url(str(database))
