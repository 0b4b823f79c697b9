"""What every way to pay a document begins with: who may, what is open, to which account.

Whoever pays locks the payments of the dossier first and counts after: an invoice is never paid
above its amount. Shared by handlers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from handlers.accounts import account_of
from handlers.acting import Act, Result
from handlers.context import Unit
from handlers.handled import with_handled
from handlers.pay_mail import find_next
from handlers.payment_changes import PaymentAct
from handlers.payment_facts import note_payment
from mailbot.domain.account import SupplierAccount
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Invoice
from mailbot.domain.money import ZERO
from mailbot.domain.payment import IN_BASKET, Payment, PaymentMethod
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.access import may_decide
from mailbot.rules.corrections import read_typed_amount
from mailbot.rules.payment import check_active, check_payable, open_amount, propose_payment
from mailbot.rules.payment_dates import actual_day, day_of_due_date
from mailbot.rules.payment_terms import PaymentOrder
from storage.approvals import approvals_of
from storage.definitions import get_office
from storage.payments import lock_payments, payments_of_document, record_payment


def must_prepare(unit: Unit, person: Person | Employee, dossier: Dossier) -> None:
    """Refuse where nothing is paid, and who may not prepare payments (CF-PAY-01, CF-PAY-36).

    Raises Refused: payments_off, frozen_person, office_may_not_pay, not_allowed.
    """
    office, _employees = get_office(unit.session, dossier.office)
    check_active(dossier)
    if not office.payments:
        raise Refused("payments_off")
    if person.frozen:
        raise Refused("frozen_person")
    if isinstance(person, Employee) and not dossier.payments.office_prepares:
        raise Refused("office_may_not_pay")
    if not may_decide(person, dossier, Command(verb=Verb.PAY)):
        raise Refused("not_allowed")


def locked_payments(act: Act, document: Document) -> tuple[Payment, ...]:
    """Return the payments of a document, and keep others from them until all is done."""
    lock_payments(act.unit.session, document.dossier)
    return payments_of_document(act.unit.session, document.id)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One document that may be paid now, and what is paid of it beside the payment in hand."""

    act: Act
    document: Document
    others: tuple[Payment, ...]
    #: trusted, and named by the document
    account: SupplierAccount

    @property
    def open(self) -> Decimal:
        """What the payment in hand may come to."""
        return open_amount(self.document, self.others)


def check_document(act: Act, document: Document, others: Sequence[Payment]) -> Case:
    """Return what a payment is made of, when the document may be paid. Raises Refused."""
    account = account_of(act.unit.session, act.dossier, document)
    check_payable(
        document,
        act.dossier,
        others,
        account,
        now=act.unit.context.now(),
        approvals=approvals_of(act.unit.session, document.id),
    )
    if account is None:
        raise Refused("pay_no_account")
    return Case(act=act, document=document, others=tuple(others), account=account)


def propose(case: Case, method: PaymentMethod) -> Payment:
    """Return the payment that was asked, not yet kept. Raises Refused."""
    act, invoice = case.act, case.document.invoice or Invoice()
    today = today_at_office(act.unit, act.dossier)
    return propose_payment(
        case.document,
        act.dossier,
        case.others,
        order_of(act.command.args, invoice, today=today, method=method),
        payment_id=act.unit.context.new_id(),
        prepared_by=act.email,
        now=act.unit.context.now(),
        account=case.account,
    )


def order_of(
    args: Mapping[str, str],
    invoice: Invoice,
    *,
    today: date,
    method: PaymentMethod = PaymentMethod.SEPA,
) -> PaymentOrder:
    """Return what the arguments of an order choose. Raises Refused: bad_value, no_bank_link."""
    if args.get("via"):
        raise Refused("no_bank_link", {"via": args["via"]})
    return PaymentOrder(
        amount=typed_amount(args),
        execution_date=_day(args.get("date", ""), invoice, today),
        debit_account=args.get("account"),
        communication=args.get("communication"),
        rule=args.get("rule", ""),
        method=method,
    )


def typed_amount(args: Mapping[str, str]) -> Decimal | None:
    """Return the amount that was typed, None when none was. Raises Refused: bad_value."""
    if "amount" not in args:
        return None
    amount = read_typed_amount(args["amount"])
    if amount is None or amount <= ZERO:
        raise Refused("bad_value", {"field": "amount", "value": args["amount"]})
    return amount


def _day(typed: str, invoice: Invoice, today: date) -> date | None:
    """Return when it leaves; today and what has passed is as soon as its file is made."""
    if typed in ("", "now"):
        return None
    if typed == "due":
        if invoice.due_date is None:
            raise Refused("bad_value", {"field": "due_date", "value": ""})
        return day_of_due_date(invoice.due_date, today)
    try:
        wanted = date.fromisoformat(typed)
    except ValueError:
        raise Refused("bad_value", {"field": "due_date", "value": typed}) from None
    return actual_day(wanted, today) if wanted > today else None


def keep_new(act: Act, payment: Payment) -> None:
    """Keep a payment that was not there before, with its audit event."""
    record_payment(act.unit.session, payment)
    facts = {"method": payment.method.value, **act.unit.cause}
    note_payment(act.unit, EventKind.PAYMENT_PREPARED, payment, act.email, **facts)


def mark_handled(act: Act, document: Document, sentence: str, **values: str) -> Result:
    """Mark what is paid in whole as handled (CF-PAY-32)."""
    payments = payments_of_document(act.unit.session, document.id)
    after = with_handled(document, act, is_on=open_amount(document, payments) == ZERO)
    shown = after if document.id == act.document.id else act.document
    return Result(document=shown, sentence=sentence, values=values)


def waiting_in(payments: Sequence[Payment]) -> Payment | None:
    """Return the last payment that lies in the basket, None if none does."""
    return next((p for p in reversed(payments) if p.status in IN_BASKET), None)


def without(payments: Sequence[Payment], left_out: Payment | None) -> tuple[Payment, ...]:
    """Return the payments but one."""
    return tuple(p for p in payments if left_out is None or p.id != left_out.id)


def about(act: Act, payment: Payment) -> PaymentAct:
    """Return what is asked about one payment in the basket."""
    return PaymentAct(
        unit=act.unit,
        payment=payment,
        dossier=act.dossier,
        person=act.person,
        command=act.command,
    )


def today_at_office(unit: Unit, dossier: Dossier) -> date:
    """Return the date where the office is."""
    office, _employees = get_office(unit.session, dossier.office)
    return local_date(unit.context.now(), office.time_zone)


def cause_of(act: Act) -> str:
    """Return what brought the command: its mail, or its form."""
    return act.mail.id if act.mail else act.unit.cause.get("cause", act.token.hash)


def meant_document(act: Act) -> Document:
    """Return the document that is meant: the one shown, or the next one to pay (CF-PAY-09)."""
    must_prepare(act.unit, act.person, act.dossier)
    if not act.arg("next"):
        return act.document
    following = find_next(act.unit, act.dossier, act.document)
    if following is None:
        raise Refused("pay_no_next")
    return following
