"""Puts a payment in the basket that somebody typed whole (CF-PAY-28); shared by handlers."""

from handlers.context import Unit
from handlers.payment_facts import account_to, note_payment
from handlers.preparing import must_prepare, order_of, today_at_office
from mailbot.domain.account import SupplierAccount
from mailbot.domain.command import Command
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.identifiers import read_iban, write_iban
from mailbot.domain.invoice import Invoice
from mailbot.domain.payment import Payment
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.payment import check_trusted, propose_manual_payment
from mailbot.rules.payment_approval import fitting_rule
from storage.payments import lock_payments, record_payment


def pay_manually(
    unit: Unit, dossier: Dossier, person: Person | Employee, command: Command
) -> Payment:
    """Put a payment that somebody typed in the basket, to an account that is trusted already.

    Raises Refused: those of `must_prepare`, bad_value, pay_account_unknown, pay_account_refused,
    pay_account_waits, pay_no_debit_account, pay_unknown_debit_account.
    """
    must_prepare(unit, person, dossier)
    lock_payments(unit.session, dossier.code)
    payment = _typed(unit, dossier, person, command)
    account = account_to(unit, payment, None, dossier)
    if account is None:
        raise Refused("pay_account_unknown", {"iban": write_iban(payment.creditor_iban)})
    check_trusted(account, unit.context.now())
    if dossier.payments.approval:
        fitting_rule(payment, dossier)
    record_payment(unit.session, payment)
    who = person.email.lower()
    note_payment(unit, EventKind.PAYMENT_PREPARED, payment, who, **unit.cause)
    return payment


def _typed(unit: Unit, dossier: Dossier, person: Person | Employee, command: Command) -> Payment:
    args, now = command.args, unit.context.now()
    typed, name = args.get("iban", ""), args.get("name", "").strip()
    iban = read_iban(typed)
    if iban is None or not name:
        raise Refused("bad_value", {"field": "iban", "value": typed})
    return propose_manual_payment(
        dossier,
        order_of(args, Invoice(), today=today_at_office(unit, dossier)),
        name=name,
        account=SupplierAccount(dossier=dossier.code, supplier="", iban=iban, proposed_at=now),
        payment_id=unit.context.new_id(),
        prepared_by=person.email.lower(),
        now=now,
    )
