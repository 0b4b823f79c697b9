"""What a mail shows of a payment: to whom, how much, from where, when, and why it waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailbot.compose.facts import Line, iban
from mailbot.compose.render import Letterhead
from mailbot.compose.wording import day, listed, money, near_day, shortened
from mailbot.domain.document import Document
from mailbot.domain.identifiers import write_ogm
from mailbot.domain.invoice import Invoice
from mailbot.domain.money import total
from mailbot.domain.payment import CommunicationKind, Payment

_NAME_LENGTH, _TEXT_LENGTH, _NUMBER_LENGTH = 60, 80, 40
_EURO = "EUR"


@dataclass(frozen=True, kw_only=True)
class Hindrance:
    """Why a payment cannot leave now: a sentence of table `refusals` and its values."""

    reason: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """A payment as it is shown in a list."""

    payment: Payment
    #: the invoice that it pays, None for one that somebody typed
    document: Document | None = None
    #: what people call the account that it leaves from
    account: str = ""
    #: ids in table `payment_alerts`
    alerts: tuple[str, ...] = ()
    hindrance: Hindrance | None = None
    #: name of who prepared it
    prepared_by: str = ""


def payment_line(
    view: PaymentView, head: Letterhead, *, number: int | str, is_grouped: bool = False
) -> Line:
    """Return a numbered line (CF-PAY-30).

    `is_grouped` where account and day stand above the line already.
    """
    payment = view.payment
    notes = [_to(payment, head), _invoice(view, head)]
    if not is_grouped:
        notes.append(leaves(view, head))
    if view.prepared_by:
        name = shortened(view.prepared_by, _NAME_LENGTH)
        notes.append(head.say("payment", "prepared_by", name=name))
    if payment.on_hold:
        notes.append(head.say("payment", "on_hold"))
    return Line(number=number, text=payment_heading(payment, head), notes=tuple(notes),
                alerts=_alerts(view, head))  # fmt: skip


def payment_heading(payment: Payment, head: Letterhead) -> str:
    """Return who gets how much."""
    name = shortened(payment.creditor_name, _NAME_LENGTH)
    return f"{name}, {money(payment.amount, _EURO, head.language)}"


def sum_in_words(payments: Sequence[Payment], head: Letterhead) -> str:
    """Return what payments are together, with their currency."""
    return money(total(payment.amount for payment in payments), _EURO, head.language)


def leaves(view: PaymentView, head: Letterhead) -> str:
    """Return from which account and when a payment leaves."""
    return head.say(
        "payment", "leaves", account=shortened(view.account, 40), when=when(view.payment, head)
    )


def when(payment: Payment, head: Letterhead) -> str:
    """Return the day on which a payment leaves; without one it leaves with its file."""
    if payment.execution_date is None:
        return head.say("payment", "at_once")
    return head.say("payment", "on_day", day=day(payment.execution_date, head.language))


def _to(payment: Payment, head: Letterhead) -> str:
    values = {"account": iban(payment.creditor_iban), "text": _communication(payment)}
    is_told = payment.communication_kind is not CommunicationKind.NONE
    return head.say("payment", "to_told" if is_told else "to", **values)


def _communication(payment: Payment) -> str:
    if payment.communication_kind is CommunicationKind.OGM:
        return write_ogm(payment.communication)
    return shortened(payment.communication, _TEXT_LENGTH)


def _invoice(view: PaymentView, head: Letterhead) -> str:
    """Return which invoice it pays, its day, its amount, and whether it pays all of it."""
    invoice = view.document.invoice if view.document else None
    if invoice is None:
        return head.say("payment", "typed")
    dates = [_dated(invoice, head), _asked(invoice, head)]
    part = head.say("payment", "full" if _is_full(view.payment, invoice) else "partial")
    return ", ".join(filter(None, [*dates, part]))


def _dated(invoice: Invoice, head: Letterhead) -> str:
    number = shortened(invoice.invoice_number or "", _NUMBER_LENGTH) or head.say(
        "phrases", "missing"
    )
    if invoice.invoice_date is None:
        return head.say("payment", "invoice", number=number)
    day_ = near_day(invoice.invoice_date, head.today, head.language)
    return head.say("payment", "invoice_dated", number=number, day=day_)


def _asked(invoice: Invoice, head: Letterhead) -> str:
    due = invoice.amount_due if invoice.amount_due is not None else invoice.total_incl
    amount = money(due, invoice.currency or _EURO, head.language) if due is not None else ""
    if not amount or invoice.due_date is None:
        return amount
    day_ = near_day(invoice.due_date, head.today, head.language)
    return head.say("phrases", "due", amount=amount, day=day_)


def _is_full(payment: Payment, invoice: Invoice) -> bool:
    due = invoice.amount_due if invoice.amount_due is not None else invoice.total_incl
    return due is not None and payment.amount >= due


def _alerts(view: PaymentView, head: Letterhead) -> tuple[str, ...]:
    alerts = [head.say("payment_alerts", alert) for alert in view.alerts]
    if view.hindrance:
        alerts.append(hindrance_in_words(view.hindrance, head))
    return tuple(alerts)


def hindrance_in_words(hindrance: Hindrance, head: Letterhead) -> str:
    """Return why a payment cannot leave, as a refusal says it."""
    return head.say("refusals", hindrance.reason, **hindrance.values)


def names_in_words(names: Sequence[str], head: Letterhead) -> str:
    """Return names as a list in a sentence."""
    return listed([shortened(name, _NAME_LENGTH) for name in names], head.language)
