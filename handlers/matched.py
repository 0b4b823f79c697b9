"""Gives movements of a bank to the payments and invoices that they were for; shared by handlers.

The payments of the dossier are locked before: nothing is given twice.
"""

from dataclasses import replace
from decimal import Decimal

from handlers.context import MAILBOT, Unit
from handlers.handled import marked
from handlers.paying_effects import document_changed
from handlers.payment_returns import tell_returned
from mailbot.domain.bank import TransactionFamily
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.identifiers import read_iban, read_ogm
from mailbot.domain.invoice import DocumentClass
from mailbot.domain.money import ZERO
from mailbot.domain.movement import Movement, MovementState
from mailbot.domain.payment import (
    HANDED_OUT,
    Payment,
    PaymentFile,
    PaymentMethod,
    PaymentStatus,
    moved,
)
from mailbot.domain.people import Dossier
from mailbot.rules.matching import Books, Match, MatchKind, Owed, find_match
from mailbot.rules.payment import amount_due
from storage.documents import find_document, get_document
from storage.payments import (
    find_payment,
    payment_files_of,
    payments_in,
    record_payment,
)
from storage.statements import amounts_out, payments_to, purchases_of

#: what a bank takes for itself: nobody is asked about it
_OF_THE_BANK = frozenset({TransactionFamily.CHARGES, TransactionFamily.INTEREST})
_UNSETTLED = frozenset({MatchKind.DOUBT, MatchKind.NONE})


class Ledger:
    """What a dossier may have paid; each movement that is taken changes it."""

    def __init__(self, unit: Unit, dossier: Dossier) -> None:
        """Read it; the payments must be locked."""
        self._unit = unit
        self._dossier = dossier
        handed_out = payments_in(unit.session, dossier.code, HANDED_OUT)
        self._payments = {payment.id: payment for payment in handed_out}
        self._files = payment_files_of(unit.session, dossier.code)
        out = amounts_out(unit.session, dossier.code)
        owed = (_owed(each, out) for each in purchases_of(unit.session, dossier.code))
        self._owed = {each.document_id: each for each in owed if each}

    def take(self, movement: Movement) -> Movement:
        """Give a movement to what it was for, and return it with what it is now."""
        match = find_match(movement, self._books(movement))
        if match.kind is MatchKind.PAYMENT:
            self._mark_paid(movement, match)
        elif match.kind is MatchKind.RETURNED:
            self._mark_returned(movement, match)
        elif match.kind is MatchKind.INVOICE:
            match = replace(match, payment_ids=(self._pay(movement, match.document_id),))
        settled = replace(
            movement,
            state=self._state_of(movement, match),
            payment_ids=match.payment_ids,
            document_id=match.document_id or self._document_of(match),
            reason=match.reason,
            score=match.score,
        )
        self._note(settled, match)
        return settled

    def _books(self, movement: Movement) -> Books:
        """Return what this movement may be for."""
        named = find_payment(self._unit.session, movement.end_to_end_id)
        also = [named] if named and named.dossier == self._dossier.code else []
        if movement.is_reversal and movement.account:
            also += payments_to(self._unit.session, self._dossier.code, movement.account)
        others = {payment.id: payment for payment in also}
        return Books(
            payments=tuple({**others, **self._payments}.values()),
            files=[file for file in self._files if self._is_out(file)],
            owed=tuple(self._owed.values()),
        )

    def _is_out(self, file: PaymentFile) -> bool:
        return all(payment_id in self._payments for payment_id in file.payment_ids)

    def _mark_paid(self, movement: Movement, match: Match) -> None:
        for payment_id in match.payment_ids:
            payment = self._payments.pop(payment_id)
            self._move(payment, PaymentStatus.PAID, movement, paid_on=movement.entry_date)

    def _mark_returned(self, movement: Movement, match: Match) -> None:
        """Open the invoice again, and tell who prepared the payment and who keeps the dossier."""
        (payment_id,) = match.payment_ids
        self._payments.pop(payment_id, None)
        payment = find_payment(self._unit.session, payment_id)
        if payment is None:
            raise KeyError(payment_id)
        why = movement.text[:140]
        after = self._move(payment, PaymentStatus.NOT_PAID, movement, reason=why)
        if document := find_document(self._unit.session, payment.document_id):
            marked(self._unit, document, by=MAILBOT, is_on=False)
        if owed := self._owed.get(payment.document_id):
            self._owed[payment.document_id] = replace(owed, open=owed.open + payment.amount)
        tell_returned(self._unit, self._dossier, after, movement)

    def _pay(self, movement: Movement, document_id: str) -> str:
        """Keep that an invoice was paid without us, and return the id of that payment.

        What waits in the basket for it is cancelled: it would be paid twice.
        """
        unit, owed = self._unit, self._owed[document_id]
        document = get_document(unit.session, document_id)
        document_changed(unit, document, why="paid_on_statement")
        payment = Payment(
            id=unit.context.new_id(),
            dossier=document.dossier,
            document_id=document.id,
            document_version=document.version,
            status=PaymentStatus.DECLARED,
            method=PaymentMethod.ELSEWHERE,
            amount=-movement.amount,
            creditor_name=owed.supplier or movement.name,
            debit_iban=movement.iban,
            prepared_by=MAILBOT,
            prepared_at=unit.context.now(),
        )
        facts = {"payment": payment.id, "amount": str(payment.amount), "iban": movement.account}
        unit.note(EventKind.PAYMENT_PREPARED, document.id, **facts, cause=movement.key)
        self._move(payment, PaymentStatus.PAID, movement, paid_on=movement.entry_date)
        self._owed[document_id] = replace(owed, open=owed.open - payment.amount)
        if owed.open == payment.amount:
            marked(unit, document, by=MAILBOT, is_on=True)
        return payment.id

    def _move(
        self, payment: Payment, to: PaymentStatus, movement: Movement, **changes: object
    ) -> Payment:
        after = moved(payment, to, **changes)
        record_payment(self._unit.session, after)
        facts = {
            "payment": payment.id,
            "from_status": payment.status.value,
            "to_status": to.value,
            "amount": str(payment.amount),
            "iban": payment.creditor_iban,
            "movement": movement.key,
        }
        self._unit.note(EventKind.PAYMENT_MOVED, payment.document_id or payment.id, **facts)
        return after

    def _state_of(self, movement: Movement, match: Match) -> MovementState:
        if match.kind not in _UNSETTLED:
            return MovementState.MATCHED
        return MovementState.OPEN if self._is_asked(movement) else MovementState.LEFT

    def _is_asked(self, movement: Movement) -> bool:
        """Whether somebody must say what it was: money that went out, and not to oneself."""
        own = {read_iban(account.iban) for account in self._dossier.debit_accounts}
        is_small = -movement.amount < self._unit.context.settings.statements.ask_from
        is_left = movement.family in _OF_THE_BANK or movement.account in own
        return movement.amount < ZERO and not is_small and not is_left

    def _document_of(self, match: Match) -> str:
        """Return the one document that all payments of a match are about, else ""."""
        found = {
            payment.document_id
            for payment_id in match.payment_ids
            if (payment := find_payment(self._unit.session, payment_id))
        }
        return found.pop() if len(found) == 1 else ""

    def _note(self, movement: Movement, match: Match) -> None:
        if match.kind in _UNSETTLED:
            return
        facts = {
            "movement": movement.key,
            "match": match.kind.value,
            "reason": match.reason,
            "score": str(match.score),
            "amount": str(movement.amount),
            "payments": " ".join(match.payment_ids),
            "document": movement.document_id,
        }
        self._unit.note(EventKind.MOVEMENT_MATCHED, movement.statement_id, **facts)


def _owed(document: Document, out: dict[str, Decimal]) -> Owed | None:
    """Return what may be owed of a document, None when it is no invoice in euro."""
    invoice, due = document.invoice, amount_due(document)
    if invoice is None or due is None or due <= ZERO:
        return None
    if invoice.document_class is not DocumentClass.INVOICE or invoice.currency != "EUR":
        return None
    return Owed(
        document_id=document.id,
        open=max(ZERO, due - out.get(document.id, ZERO)),
        number=invoice.invoice_number or "",
        ogm=read_ogm(invoice.payment_reference or "") or "",
        iban=read_iban(invoice.iban or "") or "",
        supplier=invoice.supplier_name or "",
    )
