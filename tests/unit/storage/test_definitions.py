"""Offices and dossiers: the database says what the definition says, no more and no less."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailbot.domain.people import Definition
from mailbot.domain.values import to_json
from storage.database import Database
from storage.definitions import (
    all_definitions,
    dossiers_of,
    find_definition,
    find_dossier,
    first_office,
    get_dossier,
    get_office,
    lock_dossier,
    make_directory,
    save_definition,
)
from storage.migrating import migrate
from tests.kit.office import EMPLOYEES, OFFICE, make_definition, make_dossier, needs_approval

BAKER = make_dossier("Bakkerij", approval_rules=needs_approval(amount_from="500"))
BUTCHER = make_dossier("slager", "0456123791", active=False)
BOTH = make_definition(BAKER, BUTCHER)


def save(database: Database, definition: Definition) -> None:
    with database.transaction() as session:
        save_definition(session, definition)


def test_a_definition_comes_back_as_it_was(database: Database) -> None:
    save(database, BOTH)
    with database.reading() as session:
        assert find_definition(session, "kantoor") == BOTH
        assert find_definition(session, "elders") is None
        assert all_definitions(session) == (BOTH,)
        assert get_office(session, "kantoor") == (OFFICE, EMPLOYEES)
        assert first_office(session) == (OFFICE, EMPLOYEES)


def test_what_is_no_longer_defined_is_gone(database: Database) -> None:
    save(database, BOTH)
    changed = replace(BAKER, name="Bakkerij Janssens BV")
    save(database, make_definition(changed))
    with database.reading() as session:
        assert all_definitions(session) == (make_definition(changed),)
        with pytest.raises(KeyError):
            get_dossier(session, "slager")


def test_another_office_is_left_alone(database: Database) -> None:
    save(database, BOTH)
    other = Definition(office=replace(OFFICE, code="ander"))
    save(database, other)
    with database.reading() as session:
        assert all_definitions(session) == (other, BOTH)
        assert first_office(session) == (other.office, ())


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Bakkerij", "Bakkerij"),
        ("bakkerij", "Bakkerij"),
        ("0400000185", "Bakkerij"),
        ("0456123791", "slager"),
        ("0999999999", None),
        ("", None),
    ],
)
def test_a_dossier_is_found_by_code_or_number(
    database: Database, name: str, found: str | None
) -> None:
    save(database, BOTH)
    with database.reading() as session:
        dossier = find_dossier(session, name)
    assert (dossier.code if dossier else None) == found


def test_a_dossier_can_take_over_the_number_of_one_that_goes(database: Database) -> None:
    save(database, make_definition(make_dossier("oud")))
    save(database, make_definition(make_dossier("nieuw")))
    with database.reading() as session:
        found = find_dossier(session, "0400000185")
    assert found is not None
    assert found.code == "nieuw"


def test_two_dossiers_can_swap_their_numbers(database: Database) -> None:
    save(database, BOTH)
    swapped = make_definition(
        replace(BAKER, enterprise_number="0456123791"),
        replace(BUTCHER, enterprise_number="0400000185"),
    )
    save(database, swapped)
    with database.reading() as session:
        assert all_definitions(session) == (swapped,)


def test_locking_a_dossier_that_is_gone_is_no_trouble(database: Database) -> None:
    save(database, BOTH)
    with database.transaction() as session:
        lock_dossier(session, "Bakkerij")
        lock_dossier(session, "weg")


def test_the_directory_knows_every_address(database: Database) -> None:
    office = replace(OFFICE, blacklist=("Spam@Winst.example",))
    save(database, replace(BOTH, office=office))
    with database.reading() as session:
        definitions = all_definitions(session)
    directory = make_directory(definitions, ["In.Example"], {"slager": {"eve@x.example": "block"}})
    assert directory.domains == ("in.example",)
    assert directory.blacklist == ("spam@winst.example",)
    baker, butcher = directory.dossiers
    assert (baker.code, baker.active, baker.journals) == ("Bakkerij", True, ("ak", "vk"))
    assert butcher.senders is not None
    assert baker.senders is not None
    assert (butcher.active, butcher.senders.reject, baker.senders.reject) == (
        False,
        ("Spam@Winst.example", "eve@x.example"),
        ("Spam@Winst.example",),
    )


def test_who_is_known_where_follows_the_definition(database: Database) -> None:
    an, karim = (person.email for person in BAKER.people)
    save(database, make_definition(BAKER, replace(BUTCHER, people=BAKER.people[:1])))
    with database.reading() as session:
        assert [d.code for d in dossiers_of(session, an.upper())] == ["Bakkerij", "slager"]
        assert [d.code for d in dossiers_of(session, karim)] == ["Bakkerij"]
        assert find_dossier(session, "bAKKERIJ") == BAKER
    save(database, make_definition(replace(BAKER, people=BAKER.people[1:])))
    with database.reading() as session:
        assert dossiers_of(session, an) == []
        assert [d.code for d in dossiers_of(session, karim)] == ["Bakkerij"]


def test_an_upgrade_knows_who_was_known_before(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'mailbot.db'}")
    migrate(database.engine, "0013")
    row = {"code": BAKER.code, "number": BAKER.enterprise_number, "data": to_json(BAKER)}
    with database.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO dossier (code, office, enterprise_number, data)"
                " VALUES (:code, 'kantoor', :number, :data)"
            ),
            row,
        )
    migrate(database.engine, "head")
    with database.reading() as session:
        assert [d.code for d in dossiers_of(session, BAKER.people[0].email)] == ["Bakkerij"]
    database.close()
