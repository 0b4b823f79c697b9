"""What is learned of counterparties is found again, within its office only."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailbot.domain.learning import Anchor, FieldHabit, Place, Relation, SupplierHabits
from storage.database import Database
from storage.suppliers import (
    WHOLE_OFFICE,
    find_habits,
    find_own_habits,
    forget_suppliers,
    habits_key,
    lock_office,
    record_habits,
    suppliers_named,
    suppliers_of,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLACE = Place(
    page=1,
    pages_after=0,
    x0=0.3,
    x1=0.4,
    y=0.28,
    anchors=(Anchor(relation=Relation.LEFT, words="zakmerk"),),
)
HABIT = FieldHabit(place=PLACE, overrules=True)
MILL = SupplierHabits(
    name="Molen De Vlier BV",
    vat="BE0431820739",
    read_as=("wijmalenmetdewind",),
    confirmed=1,
    fields={"invoice_number": (HABIT,)},
    number_shapes=("AA99/99999",),
)


def keep(
    database: Database, habits: SupplierHabits, dossier: str = WHOLE_OFFICE, office: str = "k"
) -> None:
    with database.transaction() as session:
        record_habits(session, office, dossier, habits, at=NOON)


def found(database: Database, vat: str | None, name: str | None = None, **where: str) -> object:
    with database.reading() as session:
        place = {"office": "k", "dossier": "bakkerij", **where}
        return find_habits(session, place["office"], place["dossier"], vat=vat, name=name)


@pytest.mark.parametrize(
    ("vat", "name"),
    [
        ("BE0431820739", None),
        (None, "molen de vlier b.v."),
        (None, "Wij malen met de wind"),
        ("BE0000000000", "Molen De Vlier BV"),
    ],
)
def test_it_is_found_by_number_name_and_what_was_read_before(
    database: Database, vat: str | None, name: str | None
) -> None:
    keep(database, MILL)
    assert found(database, vat, name) == MILL


def test_nobody_is_found_by_less(database: Database) -> None:
    keep(database, MILL)
    assert found(database, None, "Vlier") is None
    assert found(database, None, "%") is None
    assert found(database, None, "___") is None
    assert found(database, None, None) is None


def test_another_office_and_another_dossier_see_nothing_of_it(database: Database) -> None:
    keep(database, MILL, "bakkerij")
    assert found(database, MILL.vat) == MILL
    assert found(database, MILL.vat, dossier="garage") is None
    assert found(database, MILL.vat, office="other") is None


def test_two_that_were_read_alike_are_told_apart_by_nothing_less_than_a_number(
    database: Database,
) -> None:
    keep(database, MILL)
    keep(database, replace(MILL, name="Ander BV", vat="BE0456123791"))
    assert found(database, None, "Wij malen met de wind") is None
    assert found(database, MILL.vat, "Wij malen met de wind") == MILL


def test_the_dossier_adds_to_what_the_office_knows(database: Database) -> None:
    theirs = replace(HABIT, place=replace(PLACE, page=2))
    keep(database, MILL)
    keep(database, replace(MILL, fields={"invoice_number": (theirs,)}), "bakkerij")
    both = found(database, MILL.vat)
    assert isinstance(both, SupplierHabits)
    assert both.fields["invoice_number"] == (HABIT, theirs)


def test_a_number_that_becomes_known_takes_the_place_of_the_name(database: Database) -> None:
    keep(database, replace(MILL, vat=""))
    keep(database, MILL)
    with database.reading() as session:
        assert [habits_key(known.habits) for known in suppliers_of(session, "k")] == [MILL.vat]
        assert find_own_habits(session, "k", WHOLE_OFFICE, vat=None, name=MILL.name) == MILL


@pytest.mark.parametrize(
    "text", ["BE 0431.820.739", "0431.820.739", "molen de vlier bv", "Wij malen met de wind"]
)
def test_it_is_forgotten_in_every_dossier_of_its_office(database: Database, text: str) -> None:
    keep(database, MILL)
    keep(database, MILL, "bakkerij")
    keep(database, MILL, office="other")
    with database.transaction() as session:
        assert len(suppliers_named(session, "k", text)) == 2
        assert [known.dossier for known in forget_suppliers(session, "k", text)] == [
            WHOLE_OFFICE,
            "bakkerij",
        ]
        assert suppliers_of(session, "k") == []
    assert found(database, MILL.vat, office="other") == MILL


def test_an_office_is_waited_for_without_being_changed(database: Database) -> None:
    keep(database, MILL)
    with database.transaction() as session:
        lock_office(session, "k")
        assert len(suppliers_of(session, "k")) == 1
