"""Tests of what a session reads once, and when it reads anew."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from mailbot.domain.payment import Payment, PaymentStatus, moved
from mailbot.domain.people import Absence, Person
from storage.absences import record_absence
from storage.database import Database
from storage.definitions import find_dossier, get_dossier, get_office, save_definition
from storage.freezes import end_freezes, record_freeze
from storage.payments import find_payment, lock_payments, payments_of_document, record_payment
from storage.tables.payments import PaymentRow
from tests.kit.office import APPROVER, MANAGER, make_definition, make_dossier

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
CODE = make_dossier().code


@pytest.fixture
def office(database: Database) -> Database:
    with database.transaction() as session:
        save_definition(session, make_definition())
    return database


def test_a_dossier_is_read_once_in_a_session(office: Database) -> None:
    with office.reading() as session:
        known = get_dossier(session, CODE), find_dossier(session, CODE)
        assert known[0] == known[1]
        get_office(session, "kantoor")
        statements: list[str] = []
        sa.event.listen(office.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        assert get_dossier(session, CODE) is get_dossier(session, CODE)
        assert find_dossier(session, CODE.upper()) == get_dossier(session, CODE)
        assert get_office(session, "kantoor") is get_office(session, "kantoor")
        assert statements == []


def test_what_the_session_changes_it_sees(office: Database) -> None:
    with office.transaction() as session:
        assert not _is_frozen(get_dossier(session, CODE).people, APPROVER)
        record_freeze(session, APPROVER, office="", by=MANAGER, at=NOW)
        assert _is_frozen(get_dossier(session, CODE).people, APPROVER)
        end_freezes(session, APPROVER)
        assert not _is_frozen(get_dossier(session, CODE).people, APPROVER)
        absence = Absence(person=APPROVER, stand_in=MANAGER, starts_on=date.min, ends_on=date.max)
        record_absence(session, absence, dossier=CODE, absence_id="a", at=NOW)
        assert get_dossier(session, CODE).absences == (absence,)
        save_definition(session, make_definition(make_dossier(name="Anders")))
        found = find_dossier(session, CODE)
        assert found is not None
        assert found.name == "Anders"


def test_behind_the_lock_of_payments_nothing_is_old(office: Database) -> None:
    """Two sessions on PostgreSQL; on SQLite the second cannot write meanwhile."""
    if office.is_sqlite:
        return
    payment = Payment(
        id="p1",
        dossier=CODE,
        document_id="d1",
        amount=Decimal("605.00"),
        creditor_name="Drukkerij",
        prepared_by=APPROVER,
        prepared_at=NOW,
    )
    with office.transaction() as session:
        record_payment(session, payment)
    with office.transaction() as first:
        # as long as somebody holds the row, the session would give it again
        held = first.get(PaymentRow, "p1")
        assert held is not None
        with office.transaction() as second:
            lock_payments(second, CODE)
            record_payment(second, moved(payment, PaymentStatus.CANCELLED))
            record_freeze(second, APPROVER, office="", by=MANAGER, at=NOW)
        lock_payments(first, CODE)
        after = find_payment(first, "p1")
        assert after is not None
        assert after.status is PaymentStatus.CANCELLED
        assert [p.status for p in payments_of_document(first, "d1")] == [after.status]
        assert _is_frozen(get_dossier(first, CODE).people, APPROVER)


def _is_frozen(people: tuple[Person, ...], email: str) -> bool:
    return next(person.frozen for person in people if person.email == email)
