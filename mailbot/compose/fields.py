"""Shows every field of a document under the name by which `field: value` corrects it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from mailbot.compose.facts import Row, communication, iban, stars, vat_number
from mailbot.compose.render import Letterhead
from mailbot.compose.sentences import field_name
from mailbot.compose.wording import day, money, percent, plain_amount, shortened
from mailbot.domain.booking import BookingLine, BookingProposal
from mailbot.domain.document import Asked, Document
from mailbot.domain.invoice import MANDATORY_FIELDS, Invoice
from mailbot.domain.people import JournalKind

_SHOWN = (
    "supplier_name",
    "supplier_vat",
    "customer_name",
    "customer_vat",
    "invoice_number",
    "invoice_date",
    "due_date",
    "total_incl",
    "vat_total",
    "currency",
    "iban",
    "payment_reference",
)
#: the reader knows who the client is: it is the dossier
_CLIENT: dict[JournalKind, tuple[str, ...]] = {
    JournalKind.PURCHASE: ("customer_name", "customer_vat"),
    JournalKind.SALES: ("supplier_name", "supplier_vat", "iban"),
}
_LENGTH = 140
_ALTERNATIVES = 2
_NAME_LENGTH = 60

_WRITERS: dict[str, Callable[[str], str]] = {
    "supplier_vat": vat_number,
    "customer_vat": vat_number,
    "iban": iban,
    "payment_reference": communication,
}


def missing_fields(document: Document) -> tuple[str, ...]:
    """Return the `Invoice` fields without which nothing can be booked and that are not known."""
    invoice = document.invoice or Invoice()
    wanted = _for_sales(MANDATORY_FIELDS) if _is_sale(document) else MANDATORY_FIELDS
    return tuple(name for name in wanted if getattr(invoice, name) is None)


def field_rows(document: Document, head: Letterhead) -> tuple[Row, ...]:
    """Return the fields with their stars; a mandatory one that is missing is there, too."""
    invoice = document.invoice or Invoice()
    missing = missing_fields(document)
    hidden = _CLIENT.get(document.kind, ())
    return tuple(
        Row(label=field_name(head.language, name), value=_value(invoice, name, head))
        for name in _SHOWN
        if name not in hidden and (name in missing or getattr(invoice, name) is not None)
    )


def changed_rows(before: Document, after: Document, head: Letterhead) -> tuple[Row, ...]:
    """Return every shown field that is not what it was: old → new."""
    old, new = before.invoice or Invoice(), after.invoice or Invoice()
    return tuple(
        Row(
            label=field_name(head.language, name),
            value=f"{_plain_value(old, name, head)} → {_plain_value(new, name, head)}",
        )
        for name in _SHOWN
        if getattr(old, name) != getattr(new, name)
    )


def changes_since(asked: Asked, now: Document, head: Letterhead) -> tuple[Row, ...]:
    """Return what is not what approvers were asked about before: old → new."""
    before = replace(now, kind=asked.kind, invoice=asked.invoice)
    if before.kind is now.kind:
        return changed_rows(before, now, head)
    old, new = (head.say("journal_kinds", each.kind) for each in (before, now))
    kind = Row(label=field_name(head.language, "type"), value=f"{old} → {new}")
    return (kind, *changed_rows(before, now, head))


def booking_lines(booking: BookingProposal, head: Letterhead) -> tuple[str, ...]:
    """Return the lines of a proposal exactly as an answer can repeat them, changed."""
    return tuple(
        _booking_line(number, line, head) for number, line in enumerate(booking.lines, start=1)
    )


def as_before(booking: BookingProposal, head: Letterhead) -> str:
    """Return why the lines are what they are: like earlier bookings; "" when they follow none."""
    if not booking.like_earlier:
        return ""
    name = shortened(booking.counterparty_name, _NAME_LENGTH)
    return head.say("phrases", "as_before", count=booking.like_earlier, name=name)


def template_lines(
    choices: Sequence[tuple[Sequence[str], int]], head: Letterhead
) -> tuple[str, ...]:
    """Return earlier ways of booking as an answer chooses one; one alone is no choice."""
    if len(choices) < 2:
        return ()
    name = field_name(head.language, "template")
    lines = []
    for number, (accounts, count) in enumerate(choices, start=1):
        often = head.say("phrases", "booked_so", count=count)
        lines.append(f"{name} {number}  ({', '.join(accounts)}; {often})")
    return tuple(lines)


def booking_rows(booking: BookingProposal, head: Letterhead) -> tuple[Row, ...]:
    """Return what holds for the whole booking: journal, period, totals."""
    total = head.say(
        "phrases",
        "total_of_lines",
        excl=money(booking.total_excl, booking.currency, head.language),
        vat=money(booking.vat_total, booking.currency, head.language),
        incl=money(booking.total_incl, booking.currency, head.language),
    )
    return (
        Row(label=field_name(head.language, "journal"), value=booking.journal),
        Row(label=field_name(head.language, "period"), value=booking.period),
        Row(label=head.say("labels", "together"), value=total),
    )


def _is_sale(document: Document) -> bool:
    return document.kind is JournalKind.SALES


def _for_sales(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("customer_name" if name == "supplier_name" else name for name in names)


def _value(invoice: Invoice, name: str, head: Letterhead) -> str:
    value = getattr(invoice, name)
    if value is None:
        return head.say("phrases", "missing")
    shown = f"{_written(name, value, invoice.currency, head)}  {stars(invoice.confidence(name))}"
    notes = (_learned(invoice, name, head), _perhaps(invoice, name, head))
    return " ".join((shown, *filter(None, notes)))


def _learned(invoice: Invoice, name: str, head: Letterhead) -> str:
    """Return how often documents confirmed where the value stands, "" when none taught it."""
    times = invoice.evidence[name].learned if name in invoice.evidence else 0
    return head.say("phrases", "learned", times=times) if times else ""


def _plain_value(invoice: Invoice, name: str, head: Letterhead) -> str:
    value = getattr(invoice, name)
    if value is None:
        return head.say("phrases", "nothing")
    return _written(name, value, invoice.currency, head)


def _written(name: str, value: object, currency: str | None, head: Letterhead) -> str:
    if isinstance(value, Decimal):
        return money(value, currency, head.language)
    if isinstance(value, date):
        return day(value, head.language)
    return _WRITERS.get(name, str)(shortened(str(value), _LENGTH))


def _perhaps(invoice: Invoice, name: str, head: Letterhead) -> str:
    """Return other readings of a field, in the reader's way of writing; "" when there are none."""
    known = invoice.evidence.get(name)
    if not known or not known.alternatives:
        return ""
    kind = type(getattr(invoice, name))
    others = [
        _written(name, _read_as(kind, other), invoice.currency, head)
        for other in known.alternatives[:_ALTERNATIVES]
    ]
    return head.say("phrases", "perhaps", others=" / ".join(others))


def _read_as(kind: type, text: str) -> object:
    """Return another reading as the type of the field, or as it stands when it is none."""
    try:
        if kind is Decimal:
            return Decimal(text)
        return date.fromisoformat(text) if kind is date else text
    except (InvalidOperation, ValueError):
        return text


def _booking_line(number: int, line: BookingLine, head: Letterhead) -> str:
    amount = plain_amount(line.amount, head.language)
    text = f' "{shortened(line.text, 60)}"' if line.text else ""
    return f"{number}: {line.ledger_account} {amount} {line.vat_code}{text}"


def vat_lines(document: Document, head: Letterhead) -> tuple[str, ...]:
    """Return the VAT breakdown, one rate a line."""
    invoice = document.invoice or Invoice()
    return tuple(
        head.say(
            "phrases",
            "vat_line",
            rate=percent(line.rate, head.language),
            base=money(line.base, invoice.currency, head.language),
            amount=money(line.amount, invoice.currency, head.language),
        )
        for line in invoice.vat_breakdown
    )
