"""What an answer does about paying one document: into the basket, changed there, out again.

Nothing leaves here: files are made by handlers/executing.py, QR codes by handlers/qr_codes.py.
"""

from collections.abc import Sequence

from handlers.acting import Act, Result
from handlers.handled import with_handled
from handlers.pay_mail import send_pay_mail
from handlers.payment_changes import cancel, change
from handlers.payment_facts import note_payment
from handlers.preparing import (
    about,
    cause_of,
    check_document,
    keep_new,
    locked_payments,
    mark_handled,
    meant_document,
    must_prepare,
    propose,
    waiting_in,
    without,
)
from handlers.qr_codes import handed_out_code, new_code
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.identifiers import write_iban
from mailbot.domain.payment import Payment, PaymentMethod, changed
from mailbot.rules.payment_approval import fitting_rule
from storage.payments import record_payment


def pay(act: Act) -> Result:
    """Put the document's payment in the basket; in answer to its pay mail, change it.

    Raises Refused: those of rules/payment.py, office_may_not_pay, pay_no_next.
    """
    document = meant_document(act)
    payments = locked_payments(act, document)
    waiting = waiting_in(payments)
    if act.shown is Shown.PAY and not act.arg("next"):
        made = handed_out_code(payments)
        if waiting is not None and act.command.args:
            return _change(act, document, waiting)
        if made is not None and act.command.args:
            return new_code(act, document, payments, made)
    if waiting is not None and waiting.waits_since_freeze and waiting.prepared_by != act.email:
        return _take_over(act, document, payments, waiting)
    return _prepare(act, document, payments)


def _prepare(act: Act, document: Document, payments: Sequence[Payment]) -> Result:
    payment = propose(check_document(act, document, payments), PaymentMethod.SEPA)
    if act.dossier.payments.approval:
        fitting_rule(payment, act.dossier)
    keep_new(act, payment)
    if not act.command.items:
        send_pay_mail(act.unit, payment, document, act.dossier, to=act.person, cause=cause_of(act))
    values = {
        "amount": f"{payment.amount:.2f}",
        "name": payment.creditor_name,
        "iban": write_iban(payment.creditor_iban),
    }
    return mark_handled(act, document, "pay_prepared", **values)


def _take_over(
    act: Act, document: Document, payments: Sequence[Payment], payment: Payment
) -> Result:
    """Let somebody answer for a payment whose preparer was frozen since."""
    check_document(act, document, without(payments, payment))
    mine = {"prepared_by": act.email, "prepared_at": act.unit.context.now()}
    taken = changed(payment, waits_since_freeze=False, **mine)
    record_payment(act.unit.session, taken)
    note_payment(act.unit, EventKind.PAYMENT_CHANGED, taken, act.email, **act.unit.cause)
    return Result(document=act.document, sentence="pay_taken_over")


def _change(act: Act, document: Document, payment: Payment) -> Result:
    """Change amount, day, account or communication of what waits in the basket (CF-PAY-12)."""
    after, sentence = change(about(act, payment))
    send_pay_mail(act.unit, after, document, act.dossier, to=act.person, cause=cause_of(act))
    return Result(document=act.document, sentence=sentence)


def take_out(act: Act) -> Result:
    """Take the document's payment out of the basket: `annuleer` in answer to its pay mail."""
    if act.shown is not Shown.PAY:
        raise Refused("unsupported_verb", {"verb": act.command.verb.value})
    must_prepare(act.unit, act.person, act.dossier)
    waiting = waiting_in(locked_payments(act, act.document))
    if waiting is None:
        raise Refused("already_done")
    _gone, sentence = cancel(about(act, waiting))
    opened = with_handled(act.document, act, is_on=False)
    return Result(document=opened, sentence=sentence)
