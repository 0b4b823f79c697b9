"""Builds a large database, and asks it what mailbot asks every day.

    python -m benchmarks.growth build sqlite:////tmp/large/mailbot.db
    python -m benchmarks.growth ask sqlite:////tmp/large/mailbot.db

A million documents take some minutes and 5 GB on SQLite; on PostgreSQL ten million take half an
hour and 30 GB.
"""

import time
from typing import Annotated

import sqlalchemy as sa
import typer

from benchmarks.growth.asking import QUESTIONS, House, measured
from benchmarks.growth.filling import fill, fill_definitions, without_indexes
from storage.database import Database

Url = Annotated[str, typer.Argument(help="sqlite:////FILE or postgresql://…")]
Documents = Annotated[int, typer.Option(help="How many it has.")]
Offices = Annotated[int, typer.Option(help="How many share the 100 000 dossiers.")]

app = typer.Typer(help=__doc__)


@app.command()
def build(url: Url, documents: Documents = 1_000_000, offices: Offices = 500) -> None:
    """Fill an empty database."""
    database = Database(url)
    database.migrate()
    fill_definitions(database, offices)
    if database.is_sqlite:
        sa.event.listen(database.engine, "connect", _without_waiting)
        database.engine.dispose()
    again = without_indexes(database)
    for said in fill(database, documents):
        print(said, flush=True)
    began = time.monotonic()
    for statement in again:
        with database.engine.begin() as connection:
            if not database.is_sqlite:
                connection.exec_driver_sql("SET maintenance_work_mem = '1GB'")
            connection.exec_driver_sql(statement)
    if not database.is_sqlite:
        # SQLite never counts its rows in production
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                "VACUUM ANALYZE"
            )
    print(f"indexes after {time.monotonic() - began:.0f} s")


@app.command()
def ask(
    url: Url,
    documents: Documents = 1_000_000,
    offices: Offices = 500,
    rounds: Annotated[int, typer.Option(help="How often each is asked.")] = 40,
) -> None:
    """Measure every question: median, 95th percentile, that of its processor time (ms), rows."""
    database, house = Database(url), House(documents, offices)
    for name, question in QUESTIONS.items():
        took = measured(database, house, question, rounds)
        times = f"{took.median:9.1f} {took.late:9.1f} {took.busy_late:9.1f}"
        print(f"{name:44} {times} {took.rows:7}", flush=True)


def _without_waiting(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


if __name__ == "__main__":
    app()
