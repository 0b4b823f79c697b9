"""Reads the document of a known issuer again, where its values stood on earlier ones.

What is recalled stands on this page; how sure it is depends on how often its place was right. An
account (IBAN) is never surer than the page alone makes it, and never comes from memory.
"""

from dataclasses import replace

from mailbot.domain.identifiers import read_vat_number
from mailbot.domain.invoice import DocumentClass, Evidence, Invoice, Source
from mailbot.domain.learning import FieldHabit, SupplierHabits, name_key, sureness
from mailbot.recognition.fitted import fitted, with_value, without
from mailbot.recognition.headings import find_headings
from mailbot.recognition.layout import Layout
from mailbot.recognition.learning import formats_of
from mailbot.recognition.places import Spot, find_in_place
from mailbot.recognition.spots import PLACED_FIELDS, Spots, is_same
from mailbot.recognition.vocabulary import tokens

#: a VAT number that is not on the page: enough to book on, not enough to be called sure
_BY_MEMORY = 0.75
#: an issuer that is known by its name alone
_BY_NAME = 0.95
#: the name without its legal form, when it has so many letters
_LONG_NAME = 5
#: an account in the place where people corrected it, when the page by itself says another one
_OTHER_ACCOUNT = 0.8
#: what a value keeps of its sureness when a place that held so often says another one
_DENIED, _HELD_OFTEN = 0.85, 3


def recall(layout: Layout, invoice: Invoice, habits: SupplierHabits) -> Invoice:
    """Return `invoice`, read from `layout`, as the habits of its issuer read it.

    It comes back as it was when the page does not show that it is from that issuer.
    """
    spots = Spots(layout, formats_of(habits))
    is_proved = _shows_vat_number(invoice, spots, habits)
    if not is_proved and not _is_known_by_name(invoice, habits):
        return invoice
    known = _recall_party(invoice, spots, habits, is_proved=is_proved)
    for name in PLACED_FIELDS:
        known = _recall_field(known, name, spots, habits)
    return _recall_class(fitted(invoice, known, spots), layout, habits)


# --- who it is from ------------------------------------------------------------------------------


def _shows_vat_number(invoice: Invoice, spots: Spots, habits: SupplierHabits) -> bool:
    on_page = invoice.supplier_vat == habits.vat or _spot_of_vat_number(spots, habits) is not None
    return bool(habits.vat) and on_page


def _spot_of_vat_number(spots: Spots, habits: SupplierHabits) -> Spot | None:
    return next((s for s in spots.of("supplier_vat") if s.value == habits.vat), None)


def _is_known_by_name(invoice: Invoice, habits: SupplierHabits) -> bool:
    """Tell whether the name is theirs; with a VAT number of its own it is another firm."""
    is_other = bool(invoice.supplier_vat and read_vat_number(invoice.supplier_vat))
    return not is_other and name_key(invoice.supplier_name) in habits.names


def _recall_party(
    invoice: Invoice, spots: Spots, habits: SupplierHabits, *, is_proved: bool
) -> Invoice:
    sure = sureness(habits.confirmed)
    if is_proved and invoice.supplier_vat != habits.vat:
        spot = _spot_of_vat_number(spots, habits)
        invoice = with_value(
            invoice, "supplier_vat", habits.vat, _evidence(invoice, "supplier_vat", spot, sure)
        )
    if not is_proved and habits.vat:
        memory = _evidence(invoice, "supplier_vat", None, min(sure, _BY_MEMORY))
        memory = replace(memory, learned=habits.confirmed)
        invoice = with_value(invoice, "supplier_vat", habits.vat, memory)
    if invoice.supplier_name != habits.name and _may_be_called(invoice, spots, habits):
        sure = round(sureness(habits.named) * (1.0 if is_proved else _BY_NAME), 3)
        known = _evidence(invoice, "supplier_name", None, sure)
        known = replace(known, learned=habits.named)
        invoice = with_value(invoice, "supplier_name", habits.name, known)
    return _confirmed_party(invoice, habits)


def _confirmed_party(invoice: Invoice, habits: SupplierHabits) -> Invoice:
    """Return the invoice with name and VAT number as sure as documents made them."""
    for name, value, times in (
        ("supplier_name", habits.name, habits.named),
        ("supplier_vat", habits.vat, habits.confirmed),
    ):
        known = invoice.evidence.get(name)
        if known is None or getattr(invoice, name) != value or known.source is Source.LEARNED:
            continue
        letters = _BY_NAME if known.source is Source.OCR else 1.0
        sure = round(sureness(times) * letters, 3)
        invoice = _with_at_least(invoice, name, sure, times)
    return invoice


def _may_be_called(invoice: Invoice, spots: Spots, habits: SupplierHabits) -> bool:
    """Tell whether the confirmed name may stand for the one that was read.

    Another name beside the same VAT number is for people to see: it may be a fraud.
    """
    read = name_key(invoice.supplier_name)
    if not habits.name or read in habits.called:
        return False
    is_part = len(read) >= _LONG_NAME and name_key(habits.name).startswith(read)
    is_misread = not read or is_part or read in habits.read_as
    return is_misread or _is_written(habits.name, spots.layout)


def _is_written(name: str, layout: Layout) -> bool:
    """Tell whether a name stands on the page, word for word."""
    wanted = f" {' '.join(tokens(name))} "
    rows = (f" {' '.join(tokens(row))} " for row in layout.text.splitlines())
    return wanted.strip() != "" and any(wanted in row for row in rows)


# --- where its values stand ----------------------------------------------------------------------


def _recall_field(invoice: Invoice, name: str, spots: Spots, habits: SupplierHabits) -> Invoice:
    for habit in habits.fields.get(name, ()):
        spot = find_in_place(habit.place, spots.of(name))
        if spot is not None:
            settle = _settle_account if name == "iban" else _settle
            return settle(invoice, name, habit, spot)
    return invoice


def _settle(invoice: Invoice, name: str, habit: FieldHabit, spot: Spot) -> Invoice:
    """Return the invoice after reading and habit were weighed against each other."""
    value = getattr(invoice, name)
    sure = round(habit.confidence * _certainty(spot), 3)
    if value is not None and is_same(value, spot.value):
        return _with_at_least(invoice, name, sure, habit.confirmed)
    if value is None or habit.overrules:
        known = replace(_evidence(invoice, name, spot, sure), learned=habit.confirmed)
        return with_value(invoice, name, spot.value, known)
    if habit.confirmed < _HELD_OFTEN:
        return invoice
    known = invoice.evidence[name]
    others = tuple(dict.fromkeys((str(spot.value), *known.alternatives)))
    denied = round(known.confidence * _DENIED, 3)
    return with_value(invoice, name, value, replace(known, confidence=denied, alternatives=others))


def _settle_account(invoice: Invoice, name: str, habit: FieldHabit, spot: Spot) -> Invoice:
    """Return the invoice with the account in the known place, less sure than the page was.

    A habit never makes an account surer: whoever taught it may have been deceived.
    """
    known = invoice.evidence.get(name)
    if known is None or invoice.iban == spot.value or not habit.overrules:
        return invoice
    sure = min(known.confidence, habit.confidence) * _OTHER_ACCOUNT
    other = replace(_evidence(invoice, name, spot, round(sure, 3)), learned=habit.confirmed)
    return without(with_value(invoice, name, spot.value, other), "bic")


def _certainty(spot: Spot) -> float:
    """Return how sure the reading of the letters is, as for every other value of OCR."""
    is_ocr = spot.candidate.cell.page.is_ocr
    return min(1.0, 0.15 + spot.candidate.certainty) if is_ocr else 1.0


def _recall_class(invoice: Invoice, layout: Layout, habits: SupplierHabits) -> Invoice:
    """Return the invoice as what its headings have meant before, where it reads as none."""
    habit = habits.class_habit
    if habit is None or invoice.document_class is not DocumentClass.NOT_INVOICE:
        return invoice
    if habit.headings != find_headings(layout):
        return invoice
    sure = sureness(habit.confirmed)
    known = Evidence(confidence=sure, source=Source.LEARNED, learned=habit.confirmed)
    return with_value(invoice, "document_class", habit.document_class, known)


# --- making invoices -----------------------------------------------------------------------------


def _evidence(invoice: Invoice, name: str, spot: Spot | None, sure: float) -> Evidence:
    """Return the evidence of a recalled value; what was read before is another reading."""
    before = getattr(invoice, name, None)
    old = invoice.evidence.get(name)
    others = (*((str(before),) if before is not None else ()), *(old.alternatives if old else ()))
    if spot is None:
        return Evidence(confidence=sure, source=Source.LEARNED, alternatives=others)
    page = spot.candidate.cell.page
    return Evidence(
        confidence=sure,
        source=Source.OCR if page.is_ocr else Source.PDF_TEXT,
        page=page.number,
        box=page.on_paper(spot.candidate.box),
        alternatives=tuple(other for other in others if other != str(spot.value)),
    )


def _with_at_least(invoice: Invoice, name: str, sure: float, confirmed: int) -> Invoice:
    """Return the invoice with a field that documents taught as sure as they make it."""
    known = invoice.evidence[name]
    if known.confidence >= sure:
        return invoice
    return with_value(
        invoice, name, getattr(invoice, name), replace(known, confidence=sure, learned=confirmed)
    )
