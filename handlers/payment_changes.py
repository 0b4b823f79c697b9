"""What can be asked about one payment in the basket: change, wait, cancel, approve, refuse.

Every change makes a new version, for which approvals are asked anew. Shared by handlers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from handlers.approving_payments import (
    approve_payment,
    refuse_payment,
    waits_for,
    withdraw_approvals,
)
from handlers.context import Unit
from handlers.payment_facts import note_payment
from handlers.taking_back import sentence_of, take_back
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Invoice
from mailbot.domain.payment import IN_BASKET, Payment, PaymentStatus, changed, moved
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.access import may_decide
from mailbot.rules.corrections import read_typed_amount
from mailbot.rules.payment import open_amount
from mailbot.rules.payment_approval import fitting_rule
from mailbot.rules.payment_dates import actual_day, day_of_due_date
from mailbot.rules.payment_terms import chosen_amount, communication_of, debit_account
from storage.definitions import get_office
from storage.documents import find_document
from storage.payments import payments_of_document, record_payment


@dataclass(frozen=True, kw_only=True)
class PaymentAct:
    """One command of one person about one payment."""

    unit: Unit
    payment: Payment
    dossier: Dossier
    person: Person | Employee
    command: Command

    @property
    def email(self) -> str:
        """The address of who acts."""
        return self.person.email.lower()


#: returns the payment as it is now, and what to say (id in table `outcomes`)
Done = tuple[Payment, str]


def change(act: PaymentAct) -> Done:
    """Change amount, day, account, communication or rule (CF-PAY-12, CF-PAPP-07)."""
    _must_prepare(act)
    wanted = _changes(act)
    if not wanted:
        raise Refused("unsupported_verb", {"verb": act.command.verb.value})
    who = {"prepared_by": act.email, "prepared_at": act.unit.context.now()}
    is_own = act.payment.prepared_by.lower() == act.email
    # who was frozen does not free by themselves what they had prepared
    waits = act.payment.waits_since_freeze and is_own
    after = changed(act.payment, **wanted, **who, waits_since_freeze=waits)
    withdraw_approvals(act.unit, act.payment)
    record_payment(act.unit.session, after)
    facts = {name: str(value) for name, value in wanted.items()}
    note_payment(act.unit, EventKind.PAYMENT_CHANGED, after, act.email, **facts)
    return after, "payment_changed"


def cancel(act: PaymentAct) -> Done:
    """Take a payment out of the basket; its invoice is open again."""
    _must_prepare(act)
    gone = moved(act.payment, PaymentStatus.CANCELLED)
    withdraw_approvals(act.unit, act.payment)
    record_payment(act.unit.session, gone)
    facts = {"from_status": act.payment.status.value, "to_status": gone.status.value}
    note_payment(act.unit, EventKind.PAYMENT_MOVED, gone, act.email, **facts)
    return gone, "payment_cancelled"


def hold(act: PaymentAct) -> Done:
    """Keep a payment in the basket, or until a day: then it is executed on that day."""
    if act.command.args.get("until"):
        return change(act)
    _must_prepare(act)
    return _held(act, is_held=True), "hold"


def release(act: PaymentAct) -> Done:
    """Let a payment that was kept back leave with the others again."""
    _must_prepare(act)
    return _held(act, is_held=False), "release"


def approve(act: PaymentAct) -> Done:
    """Approve this version of a payment."""
    _must_be_asked(act)
    return approve_payment(act.unit, act.payment, act.dossier, act.person), "payment_approved"


def refuse(act: PaymentAct) -> Done:
    """Refuse a payment: it leaves the basket, and who prepared it is told why."""
    _must_be_asked(act)
    reason = act.command.args.get("reason", "")
    refused = refuse_payment(act.unit, act.payment, act.dossier, act.person, reason=reason)
    return refused, "payment_refused"


def not_paid(act: PaymentAct) -> Done:
    """Take a payment back that was handed out; levels.py asked for what that takes."""
    if not may_decide(act.person, act.dossier, Command(verb=Verb.PAY)):
        raise Refused("not_allowed")
    return take_back(act.unit, act.payment, by=act.email), sentence_of(act.payment)


ACTS: Mapping[Verb, Callable[[PaymentAct], Done]] = MappingProxyType(
    {
        Verb.PAY: change,
        Verb.CORRECT: change,
        Verb.GROUP: change,
        Verb.HOLD: hold,
        Verb.RELEASE: release,
        Verb.NOT_PAID: not_paid,
        Verb.CANCEL: cancel,
        Verb.DELETE: cancel,
        Verb.APPROVE: approve,
        Verb.REJECT: refuse,
    }
)


def _must_prepare(act: PaymentAct) -> None:
    """Refuse who may not prepare payments, and what has left the basket. Raises Refused."""
    if not may_decide(act.person, act.dossier, Command(verb=Verb.PAY)):
        raise Refused("not_allowed")
    _must_wait(act)


def _must_be_asked(act: PaymentAct) -> None:
    _must_wait(act)
    if not waits_for(act.unit, act.payment, act.email):
        raise Refused("payment_not_asked")


def _must_wait(act: PaymentAct) -> None:
    if act.payment.status not in IN_BASKET:
        raise Refused("payment_status_forbids", {"payment_status": act.payment.status.value})


def _held(act: PaymentAct, *, is_held: bool) -> Payment:
    """Return the payment held or not: nothing of what was approved changes by it."""
    after = replace(act.payment, on_hold=is_held)
    record_payment(act.unit.session, after)
    facts = {"on_hold": str(is_held).lower()}
    note_payment(act.unit, EventKind.PAYMENT_CHANGED, after, act.email, **facts)
    return after


#: fields that people type as `field: value` -> argument of a payment
_FIELDS = {"total": "amount", "amount": "amount", "amount_due": "amount", "due_date": "date",
           "communication": "communication", "account": "account"}  # fmt: skip


def _changes(act: PaymentAct) -> dict[str, object]:
    """Return the fields of the payment that a command changes. Raises Refused."""
    args = dict(act.command.args)
    if act.command.verb is Verb.CORRECT:
        field, value = args.get("field", ""), args.get("value", "")
        if field not in _FIELDS:
            raise Refused("payment_field", {"field": field})
        args = {_FIELDS[field]: value}
    if act.command.verb is Verb.HOLD:
        args = {"date": args["until"]}
    return {
        name: value
        for argument, read in _READERS.items()
        if argument in args
        for name, value in read(act, args[argument]).items()
    }


def _amount(act: PaymentAct, typed: str) -> dict[str, object]:
    """Read what is paid now: never more than what is open of the invoice."""
    wanted = read_typed_amount(typed)
    if wanted is None:
        raise Refused("bad_value", {"field": "amount", "value": typed})
    document = _document(act)
    open_ = open_amount(document, _others(act)) if document else Decimal(wanted)
    return {"amount": chosen_amount(wanted, open_)}


def _date(act: PaymentAct, typed: str) -> dict[str, object]:
    """Read when it leaves; today and what has passed is as soon as its file is made."""
    office, _employees = get_office(act.unit.session, act.dossier.office)
    today = local_date(act.unit.context.now(), office.time_zone)
    if typed == "now":
        return {"execution_date": None}
    if typed == "due":
        invoice = _invoice(act)
        if invoice.due_date is None:
            raise Refused("bad_value", {"field": "due_date", "value": ""})
        return {"execution_date": day_of_due_date(invoice.due_date, today)}
    try:
        wanted = date.fromisoformat(typed)
    except ValueError:
        raise Refused("bad_value", {"field": "due_date", "value": typed}) from None
    return {"execution_date": actual_day(wanted, today) if wanted > today else None}


def _account(act: PaymentAct, typed: str) -> dict[str, object]:
    return {"debit_iban": debit_account(act.dossier, typed).iban}


def _communication(act: PaymentAct, typed: str) -> dict[str, object]:
    kind, text = communication_of(typed, _invoice(act))
    return {"communication_kind": kind, "communication": text}


def _rule(act: PaymentAct, typed: str) -> dict[str, object]:
    """Read which payment rule shall hold (CF-PAPP-07)."""
    fitting_rule(replace(act.payment, rule=typed), act.dossier)
    return {"rule": typed}


_READERS: Mapping[str, Callable[[PaymentAct, str], dict[str, object]]] = {
    "amount": _amount,
    "date": _date,
    "account": _account,
    "communication": _communication,
    "rule": _rule,
}


def _document(act: PaymentAct) -> Document | None:
    return find_document(act.unit.session, act.payment.document_id, is_locked=False)


def _invoice(act: PaymentAct) -> Invoice:
    document = _document(act)
    return (document.invoice if document else None) or Invoice()


def _others(act: PaymentAct) -> list[Payment]:
    """Return the other payments of the same invoice."""
    found = payments_of_document(act.unit.session, act.payment.document_id)
    return [payment for payment in found if payment.id != act.payment.id]
