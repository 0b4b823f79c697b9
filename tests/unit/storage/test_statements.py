"""Statements and movements are kept once, and what may be owed is found, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mailbot.domain.document import Status
from mailbot.domain.movement import KeptStatement, Movement, MovementState, StatementState
from mailbot.domain.payment import PaymentStatus
from mailbot.domain.people import JournalKind
from storage.database import Database
from storage.documents import record_document
from storage.payments import record_payment
from storage.statements import (
    amounts_out,
    get_statement,
    known_movements,
    movements_in,
    payments_to,
    purchases_of,
    record_movement,
    record_statement,
    statements_of_mail,
)
from tests.kit.letters import a_document
from tests.kit.payments import CREDITOR_IBAN, a_credit_transfer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEPT = KeptStatement(
    id="s1", dossier="bakkerij", mail_id="m1", name="a.cod", sha256="0" * 64, at=NOON
)
MOVEMENT = Movement(
    key="k1", dossier="bakkerij", statement_id="s1", iban="BE68539007547034",
    amount=Decimal("-12.50"), entry_date=date(2026, 11, 13),
)  # fmt: skip


def test_a_statement_is_read_once(database: Database) -> None:
    with database.transaction() as session:
        record_statement(session, KEPT)
        record_statement(session, replace(KEPT, state=StatementState.READ))
    with database.transaction() as session:
        assert get_statement(session, "s1").state is StatementState.READ
        assert [each.id for each in statements_of_mail(session, "m1")] == ["s1"]
        assert statements_of_mail(session, "m2") == ()
        with pytest.raises(KeyError):
            get_statement(session, "s2")


def test_movements_are_known_by_their_key(database: Database) -> None:
    later = replace(MOVEMENT, key="k2", entry_date=date(2026, 11, 14), state=MovementState.LEFT)
    with database.transaction() as session:
        for each in (later, MOVEMENT, replace(MOVEMENT, reason="unknown")):
            record_movement(session, each)
        assert known_movements(session, ["k1", "k2", "k3"]) == {"k1", "k2"}
        assert known_movements(session, []) == frozenset()
        every = movements_in(session, "bakkerij", tuple(MovementState))
        assert [each.key for each in every] == ["k1", "k2"]
        assert every[0].reason == "unknown"
        newer = movements_in(session, "bakkerij", tuple(MovementState), since=later.entry_date)
        assert [each.key for each in newer] == ["k2"]
        assert movements_in(session, "slager", tuple(MovementState)) == ()


def test_what_left_of_each_document(database: Database) -> None:
    states = {1: "paid", 2: "in_file", 3: "prepared", 4: "not_paid", 5: "qr_made"}
    with database.transaction() as session:
        for number, state in states.items():
            payment = a_credit_transfer(
                number, status=PaymentStatus(state), document_id="d1" if number < 5 else "d2"
            )
            record_payment(session, payment)
        record_payment(session, a_credit_transfer(6, status=PaymentStatus.PAID))
        expected = {"d1": Decimal("25.00"), "d2": Decimal("12.50")}
        assert amounts_out(session, "bakkerij") == expected
        assert len(payments_to(session, "bakkerij", CREDITOR_IBAN)) == 6
        assert payments_to(session, "slager", CREDITOR_IBAN) == ()


def test_only_purchases_that_may_be_owed_are_looked_at(database: Database) -> None:
    owed = a_document(id="d1", dossier="bakkerij", status=Status.EXPORTED)
    others = (
        replace(owed, id="d2", status=Status.REJECTED),
        replace(owed, id="d3", status=Status.QUARANTINED),
        replace(owed, id="d4", kind=JournalKind.SALES),
        replace(owed, id="d5", dossier="slager"),
    )
    with database.transaction() as session:
        for each in (owed, *others, replace(owed, id="d6", status=Status.INBOX)):
            record_document(session, each)
        assert [each.id for each in purchases_of(session, "bakkerij")] == ["d6", "d1"]
