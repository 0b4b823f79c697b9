"""Reads what codes on a page say about the payment, and compares it with what the page says.

EPC QR ("BCD", EPC069-12 version 2.1) and the Swiss QR bill ("SPC", version 2.x); links to
payment apps and every other text are codes, but no payment. What a code says confirms a value
or puts it in doubt; it becomes the value only where the page has none.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from mailbot.domain.identifiers import read_iban, read_ogm
from mailbot.domain.invoice import DocumentClass, Evidence, Invoice, Recognition, Source
from mailbot.recognition.checks import find_status
from mailbot.recognition.identifiers import find_ogms
from mailbot.recognition.layout import Box
from mailbot.recognition.names import is_same_firm

_BOOKED = (DocumentClass.INVOICE, DocumentClass.CREDIT_NOTE)
#: EPC069-12, table of character sets
_CHARACTER_SETS = {
    "1": "utf-8", "2": "latin-1", "3": "iso8859-2", "4": "iso8859-4", "5": "iso8859-5",
    "6": "iso8859-7", "7": "iso8859-10", "8": "iso8859-15",
}  # fmt: skip
_EPC_VERSIONS = ("001", "002")
_EPC_KINDS = ("SCT", "INST")
_AMOUNT = re.compile(r"([A-Z]{3})(\d{1,12}(?:\.\d{1,2})?)")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
#: what a sheet between documents carries; PATCHT is what scanners' software prints
SEPARATORS = ("PATCHT", "PATCH T", "MAILBOT-SEPARATOR")
#: of what remains in doubt, an agreeing code leaves this share
_DOUBT_LEFT = 0.4
#: a value that only the code has, and one that the code contradicts
_ONLY_CODE, _CONTRADICTED = 0.88, 0.5
_MOST_SURE = 0.99

DIFFERS, TOTAL_DIFFERS = "qr_iban_differs", "qr_total_differs"


@dataclass(frozen=True, slots=True)
class Code:
    """A code on a page: what is in it, and where it stands."""

    content: bytes
    text: str
    page: int
    box: Box

    @property
    def is_separator(self) -> bool:
        """Whether the page is a sheet between documents."""
        return self.text.strip().upper().startswith(SEPARATORS)


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What a code asks to pay; None where it says nothing."""

    iban: str
    name: str | None = None
    bic: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    #: structured communication as 12 digits, else the reference as it is
    reference: str | None = None


# --- what is in a code ---------------------------------------------------------------------------


def read_payment(content: bytes) -> Payment | None:
    """Return the payment in a code, None when there is none, or its account is no IBAN."""
    lines = _lines(content)
    if lines[:1] == ["BCD"]:
        return _epc(_padded(lines, 12))
    if lines[:1] == ["SPC"]:
        return _swiss(_padded(lines, 30))
    return None


def _lines(content: bytes) -> list[str]:
    """Return the elements of a code; senders end lines with CR, LF or both."""
    rough = re.split(rb"\r\n|\n|\r", content.removeprefix(b"\xef\xbb\xbf").strip())
    name = rough[2].decode("ascii", "replace").strip() if len(rough) > 2 else ""
    charset = _CHARACTER_SETS.get(name, "utf-8") if rough[0].strip() == b"BCD" else "utf-8"
    return [_decoded(line, charset).strip() for line in rough]


def _decoded(line: bytes, charset: str) -> str:
    """Return a line as text: UTF-8 when it is that, whatever the code claims."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1" if charset == "utf-8" else charset, "replace")


def _padded(lines: list[str], length: int) -> list[str]:
    return [*lines, *[""] * length][:length]


def _epc(lines: list[str]) -> Payment | None:
    _, version, _, kind, bic, name, account, amount, _, structured, free, _ = lines
    iban = read_iban(account)
    if version not in _EPC_VERSIONS or kind not in _EPC_KINDS or iban is None:
        return None
    found = _AMOUNT.fullmatch(amount.replace(" ", "").upper())
    return Payment(
        iban=iban,
        name=name or None,
        bic=_bic(bic),
        amount=_money(found[2]) if found else None,
        currency=found[1] if found else None,
        reference=_reference(structured, free),
    )


def _swiss(lines: list[str]) -> Payment | None:
    iban = read_iban(lines[3])
    if iban is None:
        return None
    return Payment(
        iban=iban,
        name=lines[5] or None,
        amount=_money(lines[18]),
        currency=lines[19] or None,
        reference=lines[28] or lines[29] or None,
    )


def _money(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 < amount < 10**10 else None


def _bic(text: str) -> str | None:
    compact = text.replace(" ", "").upper()
    return compact if _BIC.fullmatch(compact) else None


def _reference(structured: str, free: str) -> str | None:
    """Return the structured communication in either element, else the structured reference."""
    for text in (structured, free):
        digits = read_ogm(text) or next((found.value.number for found in find_ogms(text)), None)
        if digits:
            return digits
    return structured or None


# --- what it means for an invoice ----------------------------------------------------------------


def separator_pages(codes: Sequence[Code]) -> frozenset[int]:
    """Return the numbers of the pages that are sheets between documents."""
    return frozenset(code.page for code in codes if code.is_separator)


def with_codes(read: Recognition, codes: Sequence[Code]) -> Recognition:
    """Return what was read, compared with the codes on the same pages."""
    if not codes:
        return read
    if read.parts:
        parts = tuple(
            (first, last, compared(part, [c for c in codes if first <= c.page <= last])[0])
            for first, last, part in read.parts
        )
        return replace(read, parts=parts)
    invoice, warnings = compared(read.invoice, codes)
    if invoice is read.invoice:
        return read
    status = find_status(invoice)
    return replace(read, invoice=invoice, status=status, warnings=(*read.warnings, *warnings))


def compared(invoice: Invoice, codes: Sequence[Code]) -> tuple[Invoice, tuple[str, ...]]:
    """Return an invoice compared with its payment code, and ids of warnings."""
    chosen = _payment_of(invoice, codes)
    if chosen is None or invoice.document_class not in _BOOKED:
        return invoice, ()
    code, payment = chosen
    differs = _is_other_account(invoice, payment)
    warnings: tuple[str, ...] = (DIFFERS,) if differs else ()
    warnings += (TOTAL_DIFFERS,) if _is_other_amount(invoice, payment) else ()
    for compare in _COMPARISONS:
        invoice = compare(invoice, code, payment)
    said = Evidence(confidence=0.95, source=Source.QR, page=code.page, box=code.box)
    evidence = {**invoice.evidence, DIFFERS: said}
    invoice = replace(invoice, qr_iban_differs=differs, evidence=evidence)
    return invoice, warnings


def _payment_of(invoice: Invoice, codes: Sequence[Code]) -> tuple[Code, Payment] | None:
    """Return the code to compare with: one of another account first, then one of this amount."""
    payments = [(code, payment) for code in codes if (payment := read_payment(code.content))]
    amounts = (invoice.amount_due, invoice.total_incl)

    def rank(pair: tuple[Code, Payment]) -> tuple[bool, bool]:
        return not _is_other_account(invoice, pair[1]), pair[1].amount not in amounts

    return min(payments, key=rank, default=None)


def _is_other_account(invoice: Invoice, payment: Payment) -> bool:
    """Tell whether the page names an account to pay to, and the code pays to another.

    Other accounts on the page make it no truer: they are a customer's own, or closed.
    """
    return read_iban(invoice.iban or "") is not None and invoice.iban != payment.iban


def _is_other_amount(invoice: Invoice, payment: Payment) -> bool:
    """Tell whether the page names what is to be paid, and the code asks for something else."""
    known = {abs(amount) for amount in (invoice.amount_due, invoice.total_incl) if amount}
    return bool(known) and payment.amount is not None and payment.amount not in known


def _with_account(invoice: Invoice, code: Code, payment: Payment) -> Invoice:
    """Compare the accounts; where the page has none that is valid, the code says it."""
    if _is_other_account(invoice, payment):
        return _contradicted(invoice, "iban", payment.iban)
    if invoice.iban == payment.iban:
        return _confirmed(invoice, "iban")
    return _taken(invoice, "iban", payment.iban, code)


def _with_bic(invoice: Invoice, code: Code, payment: Payment) -> Invoice:
    if payment.bic is None or invoice.iban != payment.iban:
        return invoice
    if invoice.bic and invoice.bic[:8] == payment.bic[:8]:
        return _confirmed(invoice, "bic")
    return _taken(invoice, "bic", payment.bic, code)


def _with_amount(invoice: Invoice, code: Code, payment: Payment) -> Invoice:
    if payment.amount is None:
        return invoice
    if invoice.amount_due is None:
        invoice = _taken(invoice, "amount_due", payment.amount, code)
    elif abs(invoice.amount_due) == payment.amount:
        invoice = _confirmed(invoice, "amount_due")
    else:
        invoice = _contradicted(invoice, "amount_due", str(payment.amount))
    if invoice.total_incl is None:
        return _taken(invoice, "total_incl", payment.amount, code)
    is_same = abs(invoice.total_incl) == payment.amount
    return _confirmed(invoice, "total_incl") if is_same else invoice


def _with_reference(invoice: Invoice, code: Code, payment: Payment) -> Invoice:
    if payment.reference is None:
        return invoice
    if invoice.payment_reference == payment.reference:
        return _confirmed(invoice, "payment_reference")
    if invoice.payment_reference is None:
        return _taken(invoice, "payment_reference", payment.reference, code)
    return _contradicted(invoice, "payment_reference", payment.reference)


def _with_supplier(invoice: Invoice, code: Code, payment: Payment) -> Invoice:
    if payment.name is None:
        return invoice
    if invoice.supplier_name is None:
        return _taken(invoice, "supplier_name", payment.name, code)
    is_same = is_same_firm(invoice.supplier_name, payment.name)
    return _confirmed(invoice, "supplier_name") if is_same else invoice


_COMPARISONS: tuple[Callable[[Invoice, Code, Payment], Invoice], ...] = (
    _with_account,
    _with_bic,
    _with_amount,
    _with_reference,
    _with_supplier,
)


def _confirmed(invoice: Invoice, name: str) -> Invoice:
    known = invoice.evidence.get(name)
    if known is None:
        return invoice
    sure = round(min(_MOST_SURE, 1.0 - _DOUBT_LEFT * (1.0 - known.confidence)), 3)
    return _with_evidence(invoice, name, replace(known, confidence=max(sure, known.confidence)))


def _contradicted(invoice: Invoice, name: str, other: str) -> Invoice:
    known = invoice.evidence.get(name)
    if known is None:
        return invoice
    alternatives = tuple(dict.fromkeys((other, *known.alternatives)))
    sure = min(known.confidence, _CONTRADICTED)
    return _with_evidence(
        invoice, name, replace(known, confidence=sure, alternatives=alternatives)
    )


def _taken(invoice: Invoice, name: str, value: object, code: Code) -> Invoice:
    said = Evidence(confidence=_ONLY_CODE, source=Source.QR, page=code.page, box=code.box)
    changed = replace(invoice, **{name: value})  # type: ignore[arg-type]
    return _with_evidence(changed, name, said)


def _with_evidence(invoice: Invoice, name: str, evidence: Evidence) -> Invoice:
    return replace(invoice, evidence={**invoice.evidence, name: evidence})
