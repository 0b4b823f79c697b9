"""Fills a database with offices, and with what they hold after ten years."""

import json
import time
from collections.abc import Iterator

import sqlalchemy as sa

from benchmarks.growth.rows import POSTGRESQL, SQLITE, dossier_rows, facts
from benchmarks.growth.tables import tables
from mailbot.domain.people import Employee, Export, Person, PersonRole
from mailbot.domain.values import to_data, to_json
from storage.database import Database
from tests.kit.office import OFFICE, make_dossier, needs_approval

_SLICE = 100_000
_LARGE = ("mail", "document", "approval", "token", "outbox", "audit", "search_entry")


def fill_definitions(database: Database, offices: int) -> None:
    """Make 100 000 dossiers in so many offices."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE growth_dossier"
            " (d integer PRIMARY KEY, code text, office text, marks text)"
        )
        for number in range(offices):
            connection.execute(
                sa.text("INSERT INTO office (code, data) VALUES (:code, :data)"),
                {"code": f"kantoor{number:03}", "data": _office(f"kantoor{number:03}")},
            )
        rows = list(dossier_rows(offices))
        for at in range(0, len(rows), 10_000):
            some = rows[at : at + 10_000]
            connection.execute(
                sa.text("INSERT INTO growth_dossier VALUES (:d, :code, :office, :marks)"),
                [dict(zip(("d", "code", "office", "marks"), row, strict=True)) for row in some],
            )
            connection.execute(
                sa.text(
                    "INSERT INTO dossier (code, office, enterprise_number, data)"
                    " VALUES (:code, :office, :number, :data)"
                ),
                [_dossier(number, code, office) for number, code, office, _marks in some],
            )


def fill(database: Database, documents: int) -> Iterator[str]:
    """Make so many documents, and say from time to time how far it is."""
    began = time.monotonic()
    say = SQLITE if database.is_sqlite else POSTGRESQL
    for lo in range(1, documents + 1, _SLICE):
        hi = min(lo + _SLICE - 1, documents)
        known = facts(lo, hi, documents, say)
        with database.engine.begin() as connection:
            for rows in tables(say):
                values = ", ".join(rows.values.values())
                into = f"INSERT INTO {rows.table} ({', '.join(rows.values)})"
                _run(connection, f"{into} {known} SELECT {values} FROM f WHERE {rows.where}")
        yield f"{hi} documents after {time.monotonic() - began:.0f} s"


def _run(connection: sa.Connection, statement: str) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(statement if is_sqlite else statement.replace("%", "%%"))


def without_indexes(database: Database) -> list[str]:
    """Drop the indexes of the large tables, and return what makes them again."""
    return _without_sqlite(database) if database.is_sqlite else _without_postgresql(database)


def _without_sqlite(database: Database) -> list[str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with database.engine.begin() as connection:
        found = connection.exec_driver_sql(query).all()
        ours = [row for row in found if any(f" {name} (" in row.sql for name in _LARGE)]
        for row in ours:
            connection.exec_driver_sql(f'DROP INDEX "{row.name}"')
    return [row.sql for row in ours]


_INDEXES = """
  SELECT t.relname AS large, c.relname AS name, pg_get_indexdef(i.indexrelid) AS made,
    n.conname AS held, pg_get_constraintdef(n.oid) AS holds
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_constraint n ON n.conindid = c.oid
"""


def _without_postgresql(database: Database) -> list[str]:
    again = []
    with database.engine.begin() as connection:
        for name in _LARGE:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" SET UNLOGGED')
        for row in connection.exec_driver_sql(_INDEXES).all():
            if row.large not in _LARGE:
                continue
            if row.held:
                alter = f'ALTER TABLE "{row.large}"'
                again.append(f'{alter} ADD CONSTRAINT "{row.held}" {row.holds}')
                connection.exec_driver_sql(f'{alter} DROP CONSTRAINT "{row.held}"')
            else:
                again.append(row.made)
                connection.exec_driver_sql(f'DROP INDEX "{row.name}"')
    return again


def _office(code: str) -> str:
    office = to_data(OFFICE) | {"code": code, "address": f"facturen@{code}.example"}
    employees = [
        to_data(
            Employee(
                office=code, email=f"m{n}@{code}.example", first_name="Lies", last_name=f"Nr {n}"
            )
        )
        for n in range(5)
    ]
    return json.dumps({"office": office, "employees": employees})


def _dossier(number: int, code: str, office: str) -> dict[str, str]:
    people = (
        Person(
            email=f"an@{code}.example", first_name="An", last_name="P", roles=(PersonRole.ADMIN,)
        ),
        Person(email=f"karim@{code}.example", first_name="Karim", last_name="H"),
    )
    enterprise = f"{number:010}"
    dossier = make_dossier(
        code,
        enterprise,
        office=office,
        name=f"Klant {number} BV",
        people=people,
        dossier_manager=f"m0@{office}.example",
        approval_rules=needs_approval(f"karim@{code}.example"),
        export=Export(connector="csv"),
    )
    return {"code": code, "office": office, "number": enterprise, "data": to_json(dossier)}
