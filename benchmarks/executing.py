"""How long it takes to let 1 000 payments leave through the real handlers, on SQLite."""

import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from handlers.context import Context
from handlers.executing import HASH, execute, find_plan, troubles_of
from mailbot.domain.clock import StoppedClock
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.money import total
from mailbot.domain.people import DebitAccount, Payments, Person, PersonRole, Supplier
from mailbot.domain.token import ShownItem, Token
from mailbot.entrypoints.app import close_context, open_context
from mailbot.settings import Settings
from storage.definitions import save_definition
from storage.payments import record_payment
from tests.kit.databases import lay_database
from tests.kit.office import make_definition, make_dossier
from tests.kit.payments import CREDITOR_IBAN, DEBTOR_IBAN, NOW, a_credit_transfer

WHO = "an@bakkerij.example"
NAME = "Drukkerij Voorbeeld"


def execution_row(count: int) -> tuple[str, str]:
    """Return what the table says of one `voer uit` of so many payments."""
    with tempfile.TemporaryDirectory() as folder:
        lay_database(Path(folder))
        values = {"service": {"data": folder, "domain": "in.example"}}
        context = open_context(Settings(**values), StoppedClock(NOW))  # type: ignore[arg-type]
        try:
            checked, made, is_right = _timed(context, count)
        finally:
            close_context(context)
    says = "sum right" if is_right else "SUM WRONG"
    return (
        f"`voer uit` of {count} payments: file made, kept, every payment moved (bar: 2 s)",
        f"{made:.2f} s; checking each beforehand {checked:.2f} s; {says}",
    )


def _timed(context: Context, count: int) -> tuple[float, float, bool]:
    payments = [
        a_credit_transfer(n, amount=Decimal(n + 1), creditor_name=NAME) for n in range(count)
    ]
    dossier = make_dossier(
        payments=Payments(active=True),
        debit_accounts=(DebitAccount(alias="kbc", iban=DEBTOR_IBAN),),
        suppliers=(Supplier(name=NAME, ibans=(CREDITOR_IBAN,)),),
    )
    person = Person(email=WHO, first_name="An", last_name="Peeters", roles=(PersonRole.ADMIN,))
    with context.transaction() as unit:
        save_definition(unit.session, make_definition(dossier))
        for payment in payments:
            record_payment(unit.session, payment)
    token, command = _token([each.id for each in payments]), Command(verb=Verb.EXECUTE)
    with context.transaction() as unit:
        begun = time.perf_counter()
        plan = find_plan(unit, token, command)
        assert troubles_of(unit, plan, person) == ()
        checked = time.perf_counter() - begun
        bound = replace(command, args={HASH: plan.execution.fingerprint})
        begun = time.perf_counter()
        _plan, files = execute(unit, token, bound, person)
        made = time.perf_counter() - begun
    wanted = total(payment.amount for payment in payments)
    return checked, made, sum(file.total for file in files) == wanted


def _token(payments: list[str]) -> Token:
    items = tuple(
        ShownItem(document_id="", version=1, context=Shown.BASKET, payment=each)
        for each in payments
    )
    return Token(
        hash="0" * 64,
        person=WHO,
        context=Shown.BASKET,
        office="kantoor",
        dossier="bakkerij",
        items=items,
        outbox_id="",
        created_at=NOW,
        expires_at=NOW,
    )
