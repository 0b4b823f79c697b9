"""Writes the mail that shows how one document is paid: its data, its QR code (CF-PAY-07, 20)."""

from dataclasses import dataclass
from decimal import Decimal

from mailbot.compose.answers import offer_one
from mailbot.compose.facts import DocumentView, Row, heading, iban, this_document, warnings
from mailbot.compose.payment_lines import when
from mailbot.compose.render import Enclosures, Letterhead, buttons, write
from mailbot.compose.wording import listed, money, shortened, unbroken
from mailbot.domain.identifiers import bank_of, write_ogm
from mailbot.domain.letter import Letter
from mailbot.domain.payment import IN_BASKET, CommunicationKind, Payment, PaymentMethod

_NAME_LENGTH, _TEXT_LENGTH = 70, 140
_EURO = "EUR"


@dataclass(frozen=True, kw_only=True)
class PayView:
    """A payment of one document, as its mail shows it."""

    payment: Payment
    #: what the invoice asks, and what is left of it beside this payment
    due: Decimal
    open: Decimal
    #: PNG of the EPC QR code, None when it is paid by file
    code: bytes | None = None
    #: an earlier code was handed out that must not be scanned any more
    replaces: bool = False
    #: what people call the account that it leaves from
    account: str = ""
    #: banks whose apps are known to read the code (CF-PAY-23)
    banks: tuple[str, ...] = ()
    #: the next document to pay (CF-PAY-09)
    next: DocumentView | None = None


def write_pay_mail(head: Letterhead, view: DocumentView, pay: PayView) -> Letter:
    """Return the mail that shows what is paid and how, and what can be answered."""
    about = heading(view.document, head)
    content_id = f"qr-{pay.payment.id}@mailbot"
    facts = {
        "heading": about,
        "this": this_document(view.document, head),
        "dossier": view.dossier.name,
        "is_code": pay.code is not None,
        "warnings": warnings(view.document, head),
        "rows": _rows(pay, head),
        "code": content_id,
        "alt": head.say("pay", "qr_alt"),
        "notes": _notes(pay, head),
        "next": _next(pay, head),
        "image": "",
        "answer_options": [offer_one(head, name) for name in _offered(pay)],
        "buttons": buttons(head, "document"),
    }
    images = {content_id: pay.code} if pay.code else {}
    return write("payer.ask.payment", head, facts, Enclosures(images=images))


def _rows(pay: PayView, head: Letterhead) -> list[Row]:
    payment = pay.payment
    known = {
        "creditor": shortened(payment.creditor_name, _NAME_LENGTH),
        "account": iban(payment.creditor_iban),
        "bank": _bank(payment),
        "amount": _amount(pay, head),
        "communication": _communication(payment) or head.say("pay", "none"),
        "state": head.say("payment_statuses", payment.status),
    }
    if payment.method is PaymentMethod.SEPA:
        known["from"] = f"{pay.account} {iban(payment.debit_iban)}".strip()
        known["when"] = when(payment, head)
    return [
        Row(label=head.say("pay", name), value=value) for name, value in known.items() if value
    ]


def _bank(payment: Payment) -> str:
    """Return BIC and name of the creditor's bank, as far as they are known."""
    _bic, name = bank_of(payment.creditor_iban)
    return ", ".join(filter(None, (payment.creditor_bic, name)))


def _amount(pay: PayView, head: Letterhead) -> str:
    amounts = {
        "amount": money(pay.payment.amount, _EURO, head.language),
        "due": money(pay.due, _EURO, head.language),
        "open": money(pay.open, _EURO, head.language),
    }
    return (
        amounts["amount"] if pay.payment.amount == pay.due else head.say("pay", "part", **amounts)
    )


def _communication(payment: Payment) -> str:
    if payment.communication_kind is CommunicationKind.OGM:
        return unbroken(write_ogm(payment.communication))
    return shortened(payment.communication, _TEXT_LENGTH)


def _notes(pay: PayView, head: Letterhead) -> list[str]:
    if pay.code is None:
        return []
    said = [head.say("pay", "replaced")] if pay.replaces else []
    said.append(head.say("pay", "banks", banks=listed(pay.banks, head.language)))
    return [*said, head.say("payment_advice", "no_match")]


def _next(pay: PayView, head: Letterhead) -> str:
    if pay.next is None:
        return ""
    return head.say("pay", "next", about=heading(pay.next.document, head))


def _offered(pay: PayView) -> list[str]:
    """Return what can be answered now (ids in table `answers`)."""
    names = ["pay_amount"]
    if pay.payment.status in IN_BASKET:
        names += ["pay_day", "pay_qr", "pay_paid", "pay_cancel"]
    else:
        names += ["pay_paid", "pay_not_paid"]
    return [*names, *(["pay_next"] if pay.next else [])]
