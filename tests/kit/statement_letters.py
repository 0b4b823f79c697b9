"""One of every letter about bank statements, for tests that hold for all letters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from mailbot.compose.render import Letterhead
from mailbot.compose.statements import (
    Taken,
    write_payment_returned,
    write_statement_taken,
    write_statement_waits,
)
from mailbot.domain.booking import ExportFile
from mailbot.domain.letter import Letter
from mailbot.domain.movement import Movement, MovementState
from mailbot.domain.payment import Payment, PaymentStatus
from tests.kit.letters import DOSSIER, a_document
from tests.kit.statements import IBAN, a_statement

_CODA = ExportFile(
    name="uittreksel-017.cod", media_type="application/octet-stream", content=b"00000"
)
_PAID = Movement(
    key="k1",
    dossier="goudenaar",
    statement_id="s1",
    iban=IBAN,
    amount=Decimal("-605.00"),
    entry_date=date(2026, 11, 13),
    name="Drukkerij Voorbeeld BV",
    ogm="090933755493",
    state=MovementState.MATCHED,
    payment_ids=("p1",),
    document_id="0198beef",
    reason="ogm",
)
_BACK = replace(_PAID, key="k2", amount=Decimal("605.00"), ogm="", text="AC04 ACCOUNT CLOSED")
_FILE = replace(
    _PAID, key="k3", amount=Decimal("-1210.00"), name="", ogm="", text="2 OPDRACHTEN",
    payment_ids=("p2", "p3"), document_id="",
)  # fmt: skip
_OPEN = replace(
    _PAID, key="k4", amount=Decimal("-40.00"), name="", ogm="", text="PARKING NOORD <b>",
    state=MovementState.OPEN, payment_ids=(), document_id="", reason="likely",
)  # fmt: skip
_LEFT = replace(_OPEN, key="k5", amount=Decimal("-3.20"), state=MovementState.LEFT)
_PAYMENT = Payment(
    id="p1",
    dossier="goudenaar",
    document_id="0198beef",
    status=PaymentStatus.NOT_PAID,
    amount=Decimal("605.00"),
    creditor_name="Drukkerij Voorbeeld BV",
    creditor_iban="NL69INGB0123456789",
    prepared_by="an@goudenaar.example",
    prepared_at=datetime(2026, 11, 10, 9, 0, tzinfo=UTC),
)


def _taken(head: Letterhead) -> Letter:
    movements = (_PAID, _BACK, _FILE, _OPEN, _LEFT)
    document = a_document()
    return write_statement_taken(
        head,
        taken=[Taken(statement=a_statement(), movements=movements)],
        documents={"0198beef": document},
        dossier=DOSSIER.name,
    )


STATEMENT_LETTERS: dict[str, Callable[[Letterhead], Letter]] = {
    "statement": _taken,
    "statement_again": lambda head: write_statement_taken(
        head,
        taken=[Taken(statement=a_statement(), movements=())],
        documents={},
        dossier=DOSSIER.name,
    ),
    "statement_waits": lambda head: write_statement_waits(
        head,
        file=_CODA,
        reason="unproved",
        sender="bank@elders.example",
        dossier=DOSSIER.name,
    ),
    "payment_returned": lambda head: write_payment_returned(
        head, payment=_PAYMENT, movement=_BACK, document=a_document(), dossier=DOSSIER.name
    ),
}
