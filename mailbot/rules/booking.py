"""Proposes the booking of a document, and changes its lines as people ask.

Ledger accounts are those of the dossier's export options (`mailbot.domain.ledger`). VAT that the
customer owes (medecontractant, verlegd, intra-Community: Belgian VAT Code art. 51 § 2, directive
2006/112/EC art. 194-199) has code RC: it is on the line, but not in what the supplier is paid.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mailbot.domain.booking import BookingLine, BookingProposal, Problem
from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import MANDATORY_FIELDS, DocumentClass, Invoice, VatLine
from mailbot.domain.ledger import is_ledger_account, ledger_account
from mailbot.domain.money import ZERO, cents, total
from mailbot.domain.people import Dossier, JournalKind
from mailbot.rules.posting_template import PostingTemplate, fill

REVERSE_CHARGE = "RC"
EXEMPT = "E"
#: charged rates that a typed line may have: Belgium 21, 12, 6; the Netherlands 21, 9
_RATES = (21, 12, 9, 6, 0)
#: what the customer owes when nothing says another rate: the usual one in both countries
_USUAL_RATE = Decimal(21)
#: what people type before a rate: Dutch hoog and laag, or our own S
_VAT_CODE = re.compile(r"[HLS]?\s*(\d{1,2})\s*%?")
_TYPED_REVERSE_CHARGE = re.compile(r"RC\s*(\d{1,2})?\s*%?")
_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d+)?")
#: more than this between the lines and the total is a mistake, not rounding
_ROUNDING = Decimal("0.05")
_HUNDRED = Decimal(100)
_LONGEST_TEXT = 80


@dataclass(frozen=True, kw_only=True)
class TypedLine:
    """A booking line as a person typed it; "" is what was not typed."""

    account: str = ""
    #: without VAT, as "1210.00"
    amount: str = ""
    vat_code: str = ""
    text: str = ""


def propose_booking(
    document: Document, dossier: Dossier, template: PostingTemplate | None = None
) -> BookingProposal | list[Problem]:
    """Return the booking of a document, or a problem for each mandatory field that is missing.

    The lines with their VAT sum to the total: a difference of up to five cents goes to the
    largest line, a larger one is left to be seen. Lines follow `template` where it fits. Lines and
    period that a person changed are kept for as long as they fit the amounts.
    """
    invoice = document.invoice or Invoice()
    issue_date, total_incl = invoice.invoice_date, invoice.total_incl
    missing = _missing(invoice, document.kind)
    if missing or issue_date is None or total_incl is None:
        return missing
    is_credit_note = invoice.document_class is DocumentClass.CREDIT_NOTE
    # some print a credit note with minus signs: on the booking it is positive like the others
    sign = -1 if is_credit_note and total_incl < 0 else 1
    to_pay = sign * cents(total_incl)
    name, vat = _counterparty(invoice, document.kind)
    lines = _balanced(_lines(document, dossier, sign), to_pay)
    booking = BookingProposal(
        key=document.id,
        kind=document.kind,
        journal=_journal(document, dossier, is_credit_note=is_credit_note),
        is_credit_note=is_credit_note,
        counterparty_name=name,
        counterparty_vat=vat,
        invoice_number=invoice.invoice_number or "",
        issue_date=issue_date,
        due_date=invoice.due_date,
        period=f"{issue_date:%Y-%m}",
        currency=invoice.currency or "",
        total_incl=to_pay,
        lines=lines,
        iban=invoice.iban or "",
        payment_reference=invoice.payment_reference or "",
        text=f"{name} {invoice.invoice_number}",
    )
    followed = _followed(booking, template, document, dossier)
    return _with_changes_kept(followed, document.booking, lines)


def choose_template(
    document: Document, dossier: Dossier, templates: Sequence[PostingTemplate], number: int
) -> BookingProposal:
    """Return the proposal with the lines of template `number` (from 1), by a person's choice.

    Raises Refused: bad_value where there is no such template or it does not fit the amounts.
    """
    chosen = templates[number - 1] if 1 <= number <= len(templates) else None
    made = propose_booking(replace(document, booking=None), dossier, chosen)
    old = document.booking
    if old is None or isinstance(made, list) or not made.like_earlier:
        raise _bad("template", str(number))
    return replace(_changed(old, made.lines), journal=made.journal)


def set_line(booking: BookingProposal, number: int, typed: TypedLine) -> BookingProposal:
    """Return the proposal with line `number` (from 1) replaced. Raises Refused("bad_value")."""
    line = _read_line(booking, _line(booking, number), typed)
    return _changed(booking, (*booking.lines[: number - 1], line, *booking.lines[number:]))


def add_line(booking: BookingProposal, typed: TypedLine) -> BookingProposal:
    """Return the proposal with one more line, of the last line's VAT code when none is typed.

    Raises Refused("bad_value").
    """
    if not typed.amount:
        raise _bad("amount", typed.amount)
    last = booking.lines[-1] if booking.lines else None
    usual = ("S21", _USUAL_RATE, ZERO)
    vat = (last.vat_code, last.vat_rate, ZERO) if last else usual
    line = _read_line(booking, _make_line("", ZERO, vat, ""), typed)
    return _changed(booking, (*booking.lines, line))


def remove_line(booking: BookingProposal, number: int) -> BookingProposal:
    """Return the proposal without line `number` (from 1). Raises Refused("bad_value")."""
    _line(booking, number)
    return _changed(booking, (*booking.lines[: number - 1], *booking.lines[number:]))


def read_vat_code(text: str) -> tuple[str, Decimal] | None:
    """Return our VAT code and its rate for what a person typed, None if there is none such.

    H21, L9, S6, 21, 12 %, RC (21 %), RC6, E.
    """
    word = text.strip().upper()
    if word == EXEMPT:
        return EXEMPT, ZERO
    if match := _TYPED_REVERSE_CHARGE.fullmatch(word):
        rate = int(match[1]) if match[1] else int(_USUAL_RATE)
        return (REVERSE_CHARGE, Decimal(rate)) if rate in _RATES and rate else None
    match = _VAT_CODE.fullmatch(word)
    if match is None or int(match[1]) not in _RATES:
        return None
    return f"S{int(match[1])}", Decimal(match[1])


def _missing(invoice: Invoice, kind: JournalKind) -> list[Problem]:
    """Return a problem for each field without which nothing can be booked."""
    is_sale = kind is JournalKind.SALES
    names = ("customer_name" if is_sale and n == "supplier_name" else n for n in MANDATORY_FIELDS)
    return [
        Problem(field=name, reason="missing_field")
        for name in names
        if getattr(invoice, name) in (None, "")
    ]


def _counterparty(invoice: Invoice, kind: JournalKind) -> tuple[str, str]:
    """Return name and VAT number of the other side: of the customer on a sale."""
    if kind is JournalKind.SALES:
        return invoice.customer_name or "", invoice.customer_vat or ""
    return invoice.supplier_name or "", invoice.supplier_vat or ""


def _journal(document: Document, dossier: Dossier, *, is_credit_note: bool) -> str:
    """Return the journal that was asked for, else the first of the kind, "" if there is none.

    Credit notes go to a journal of their own where there is one, invoices never go there.
    """
    asked = document.journal.casefold()
    for journal in dossier.journals:
        if asked and journal.code.casefold() == asked:
            return journal.code
    journals = [journal for journal in dossier.journals if journal.kind is document.kind]
    own = [journal.code for journal in journals if journal.credit_notes_only]
    usual = [journal.code for journal in journals if not journal.credit_notes_only]
    return next(iter([*own, *usual] if is_credit_note else usual), "")


def _lines(document: Document, dossier: Dossier, sign: int) -> list[BookingLine]:
    """Return one line per row of the VAT breakdown, or one for everything when there is none."""
    invoice = document.invoice or Invoice()
    is_sale = document.kind is JournalKind.SALES
    name = "sales_account" if is_sale else "purchase_account"
    account = ledger_account(dossier.export.options, name)
    lines = []
    for row in invoice.vat_breakdown or (_whole(invoice),):
        base, amount = sign * cents(row.base), sign * cents(row.amount)
        code, rate = _vat_code(row, invoice, is_sale=is_sale)
        if code == REVERSE_CHARGE:
            amount = cents(base * rate / _HUNDRED)
        text = _text(invoice, row, document.kind)
        lines.append(_make_line(account, base, (code, rate, amount), text))
    return lines


def _make_line(
    account: str, base: Decimal, vat: tuple[str, Decimal, Decimal], text: str
) -> BookingLine:
    code, rate, amount = vat
    return BookingLine(
        ledger_account=account,
        amount=base,
        vat_rate=rate,
        vat_amount=amount + ZERO,  # minus zero becomes zero
        vat_code=code,
        text=text,
    )


def _vat_code(row: VatLine, invoice: Invoice, *, is_sale: bool) -> tuple[str, Decimal]:
    """Return our code and rate for a row of the breakdown (categories: UNCL5305).

    Who buys with reverse charge owes the VAT of his own country; who sells so owes none.
    """
    is_reverse = row.category == "AE" or (
        not row.amount and row.category is None and bool(invoice.is_reverse_charge)
    )
    is_from_abroad = row.category == "K" and not is_sale
    if is_reverse or is_from_abroad:
        rate = row.rate or _USUAL_RATE
        return REVERSE_CHARGE, ZERO if is_sale else rate
    if row.category in {"E", "O", "K", "G"}:
        return EXEMPT, ZERO
    return f"S{row.rate.normalize():f}", row.rate


def _whole(invoice: Invoice) -> VatLine:
    """Return the whole invoice as one row; the rate is what its VAT and base make of it."""
    incl = cents(invoice.total_incl or ZERO)
    vat = invoice.vat_total or ZERO
    if not vat and invoice.vat_total is None and invoice.total_excl is not None:
        vat = incl - invoice.total_excl
    base = incl - vat
    rate = (vat / base * _HUNDRED) if base else ZERO
    near = next((Decimal(r) for r in _RATES if abs(rate - r) < Decimal("0.5")), ZERO)
    return VatLine(rate=near, base=base, amount=vat)


def _text(invoice: Invoice, row: VatLine, kind: JournalKind) -> str:
    """Return what was bought, where one line says it, else from whom."""
    told = {line.description for line in invoice.lines if line.vat_rate in (row.rate, None)}
    only = told.pop() if len(told) == 1 else ""
    words = only or _counterparty(invoice, kind)[0]
    return " ".join(words.split())[:_LONGEST_TEXT]


def _balanced(lines: list[BookingLine], total_incl: Decimal) -> tuple[BookingLine, ...]:
    """Put a rounding difference on the largest line; a larger one is left to be seen."""
    difference = total_incl - _sum(lines)
    if not lines or not difference or abs(difference) > _ROUNDING:
        return tuple(lines)
    largest = max(range(len(lines)), key=lambda number: abs(lines[number].amount))
    line = lines[largest]
    lines[largest] = replace(line, amount=line.amount + difference)
    return tuple(lines)


def _followed(
    booking: BookingProposal,
    template: PostingTemplate | None,
    document: Document,
    dossier: Dossier,
) -> BookingProposal:
    """Return the proposal with the lines and the journal of the template, where it fits."""
    lines = fill(template, booking.lines) if template else ()
    if template is None or _sum(lines) != booking.total_incl:
        return booking
    known = {journal.code: journal.kind for journal in dossier.journals}
    is_asked = bool(document.journal) or known.get(template.journal) is not booking.kind
    journal = booking.journal if is_asked else template.journal
    return replace(booking, lines=lines, journal=journal, like_earlier=template.n_bookings)


def _with_changes_kept(
    new: BookingProposal, old: BookingProposal | None, plain: tuple[BookingLine, ...]
) -> BookingProposal:
    """Return the new proposal with what a person changed on the old one, where it still fits.

    Lines of nobody's hand (`plain`, or by a template) give way when it is another counterparty's.
    """
    if old is None or (old.kind, old.is_credit_note) != (new.kind, new.is_credit_note):
        return new
    is_moved = old.period != f"{old.issue_date:%Y-%m}"
    fits = _sum(old.lines) == new.total_incl and old.vat_total == new.vat_total
    is_same_party = _party(old) == _party(new)
    is_by_hand = not old.like_earlier and _accounts(old.lines) != _accounts(plain)
    kept = old if fits and (is_same_party or is_by_hand) else new
    return replace(
        new,
        period=old.period if is_moved else new.period,
        lines=kept.lines,
        like_earlier=kept.like_earlier,
    )


def _party(booking: BookingProposal) -> str:
    return booking.counterparty_vat or booking.counterparty_name


def _accounts(lines: Iterable[BookingLine]) -> list[tuple[str, str, Decimal]]:
    return [(line.ledger_account, line.vat_code, line.amount) for line in lines]


def _changed(booking: BookingProposal, lines: tuple[BookingLine, ...]) -> BookingProposal:
    """Return the proposal with lines by a person's hand."""
    return replace(booking, lines=lines, like_earlier=0)


def _sum(lines: Iterable[BookingLine]) -> Decimal:
    """Return what the supplier is to be paid for the lines."""
    charged = (
        line.amount + (ZERO if line.vat_code == REVERSE_CHARGE else line.vat_amount)
        for line in lines
    )
    return total(charged)


def _read_line(booking: BookingProposal, old: BookingLine, typed: TypedLine) -> BookingLine:
    """Return the line that a person typed; what is "" stays as it was."""
    vat = read_vat_code(typed.vat_code) if typed.vat_code else (old.vat_code, old.vat_rate)
    if vat is None:
        raise _bad("vat_code", typed.vat_code)
    account = typed.account or old.ledger_account
    if not is_ledger_account(account):
        raise _bad("account", account)
    base = _typed_amount(typed.amount) if typed.amount else old.amount
    code, rate = vat
    if code == REVERSE_CHARGE and booking.kind is JournalKind.SALES:
        rate = ZERO
    # VAT that the supplier rounded in his own way stays as it is printed
    is_same_vat = (base, code, rate) == (old.amount, old.vat_code, old.vat_rate)
    amount = old.vat_amount if is_same_vat else cents(base * rate / _HUNDRED)
    return _make_line(account, base, (code, rate, amount), typed.text or old.text)


def _typed_amount(amount: str) -> Decimal:
    if not _AMOUNT.fullmatch(amount):
        raise _bad("amount", amount)
    return cents(Decimal(amount))


def _line(booking: BookingProposal, number: int) -> BookingLine:
    """Return line `number` (from 1). Raises Refused("bad_value")."""
    if not 1 <= number <= len(booking.lines):
        raise _bad("line", str(number))
    return booking.lines[number - 1]


def _bad(field: str, value: str) -> Refused:
    return Refused("bad_value", {"field": field, "value": value})
