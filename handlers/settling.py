"""What an answer says of money that left: paid without us, or not paid after all; and handled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.accounts import pays
from handlers.acting import Act, Result
from handlers.changes import mark
from handlers.handled import is_handled, with_handled
from handlers.payment_changes import cancel
from handlers.payment_facts import note_payment
from handlers.preparing import (
    about,
    keep_new,
    locked_payments,
    mark_handled,
    today_at_office,
    typed_amount,
)
from handlers.taking_back import sentence_of, take_back
from mailbot.domain.document import Document, Note, Status
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.money import ZERO
from mailbot.domain.payment import (
    HANDED_OUT,
    IN_BASKET,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from mailbot.rules.access import Authority
from mailbot.rules.payment import amount_due, check_open, open_amount, propose_payment
from mailbot.rules.payment_terms import PaymentOrder
from storage.documents import record_document
from storage.payments import record_payment

#: nobody says of these that they were paid
_ENDED = frozenset({Status.REJECTED, Status.SPLIT, Status.DELETED})


def paid(act: Act) -> Result:
    """Take somebody's word that it was paid, in whole or in part (CF-PAY-11).

    What lay in the basket is taken out: it was paid without us. What we handed out is paid by it.
    Raises Refused: status_forbids, bad_value, pay_above_open, pay_in_progress, pay_nothing_open.
    """
    if not pays(act.dossier, act.document) or amount_due(act.document) is None:
        return mark(act)
    if act.document.status in _ENDED:
        raise Refused("status_forbids", {"status": act.document.status.value})
    payments = locked_payments(act, act.document)
    amount = typed_amount(act.command.args)
    if handed := _paid_by_ours(payments, open_amount(act.document, payments)):
        if amount is None or amount == handed.amount:
            return _noted(act, handed)
        raise Refused("pay_above_open", {"amount": f"{amount:.2f}", "open": "0.00"})
    left = _out_of_basket(act, payments)
    check_open(act.document, left)
    payment = propose_payment(
        act.document,
        act.dossier,
        left,
        PaymentOrder(amount=amount, method=PaymentMethod.ELSEWHERE, paid_on=_day(act)),
        payment_id=act.unit.context.new_id(),
        prepared_by=act.email,
        now=act.unit.context.now(),
    )
    payment = replace(payment, status=PaymentStatus.DECLARED)
    keep_new(act, payment)
    left_open = open_amount(act.document, (*left, payment))
    values = {"amount": f"{payment.amount:.2f}", "open": f"{left_open:.2f}"}
    return mark_handled(act, act.document, "paid_declared", **values)


def _paid_by_ours(payments: Sequence[Payment], left_open: object) -> Payment | None:
    """Return the payment that we handed out and that pays what is left, None if there is none."""
    handed = [p for p in payments if p.status in HANDED_OUT and p.paid_on is None]
    waits = any(p.status in IN_BASKET for p in payments)
    return handed[-1] if handed and left_open == ZERO and not waits else None


def _noted(act: Act, payment: Payment) -> Result:
    """Remember that what we handed out was paid; the bank's statement confirms it."""
    known = replace(payment, paid_on=_day(act))
    record_payment(act.unit.session, known)
    facts = {"paid_on": known.paid_on.isoformat() if known.paid_on else "", **act.unit.cause}
    note_payment(act.unit, EventKind.PAYMENT_CHANGED, known, act.email, **facts)
    return mark_handled(act, act.document, "paid_noted")


def _day(act: Act) -> date:
    """Return the day that somebody names, else today; never one that is yet to come."""
    today = today_at_office(act.unit, act.dossier)
    typed = act.arg("date")
    if not typed:
        return today
    try:
        return min(date.fromisoformat(typed), today)
    except ValueError:
        raise Refused("bad_value", {"field": "until", "value": typed}) from None


def _out_of_basket(act: Act, payments: Sequence[Payment]) -> tuple[Payment, ...]:
    """Return the payments of the document after what lay in the basket was taken out."""
    return tuple(
        cancel(about(act, payment))[0] if payment.status in IN_BASKET else payment
        for payment in payments
    )


def not_paid(act: Act) -> Result:
    """Take back what was handed out or declared: the invoice is open again (CF-PAY-22).

    A payment that stands in a file takes level 3: the file may still be uploaded at the bank.
    Raises Refused: pay_none_out, not_allowed.
    """
    payments = locked_payments(act, act.document)
    handed = [p for p in payments if p.status in HANDED_OUT]
    if not handed:
        return _unmarked(act)
    said = {sentence_of(payment) for payment in handed}
    if "not_paid_in_file" in said and act.authority < Authority.CONFIRMED:
        raise Refused("not_allowed")
    for payment in handed:
        take_back(act.unit, payment, by=act.email, reason=act.arg("reason"))
    opened = with_handled(act.document, act, is_on=False)
    return Result(document=opened, sentence=max(said, key=len))


def _unmarked(act: Act) -> Result:
    """Take the mark back that somebody left where nothing is paid by us."""
    said = [note.text for note in act.document.notes if note.text in ("paid", "not_paid")]
    if not said or said[-1] == "not_paid":
        raise Refused("pay_none_out")
    return Result(document=_with_note(act, "not_paid"), sentence="not_paid")


def _with_note(act: Act, text: str) -> Document:
    note = Note(at=act.unit.context.now(), by=act.email, text=text)
    noted = replace(act.document, notes=(*act.document.notes, note))
    record_document(act.unit.session, noted)
    return noted


def not_handled(act: Act) -> Result:
    """Take the mark handled away (CF-PAY-10). Raises Refused: already_done."""
    if not is_handled(act.document):
        raise Refused("already_done")
    return Result(document=with_handled(act.document, act, is_on=False), sentence="not_handled")
