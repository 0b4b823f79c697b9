"""Learns from a confirmed document how its issuer writes, and reads its next one by that.

`observe` compares what was read with what people confirmed, and remembers where the confirmed
values stand; `recall` looks there. What is not on the page is never filled in, but for the name
and the VAT number of an issuer that is known by the other one.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.learning import (
    MAX_PLACES,
    ClassHabit,
    FieldHabit,
    SupplierHabits,
    name_key,
)
from mailbot.recognition.headings import find_headings
from mailbot.recognition.layout import Layout
from mailbot.recognition.places import Spot, find_in_place, places_of
from mailbot.recognition.spots import (
    PLACED_FIELDS,
    Formats,
    Spots,
    decimal_mark_of,
    is_same,
    says_month_first,
    shape_of,
)

_MAX_SHAPES, _MAX_READ_AS = 3, 8
#: a shorter name could be anybody's
_SHORTEST_NAME = 4
_AMOUNTS = ("total_incl", "total_excl", "vat_total", "amount_due")
_DATES = ("invoice_date", "due_date")


def formats_of(habits: SupplierHabits) -> Formats:
    """Return how a counterparty writes."""
    return Formats(
        number_shapes=habits.number_shapes,
        month_first=habits.month_first,
        decimal_mark=habits.decimal_mark,
    )


def observe(
    known: SupplierHabits | None,
    final: Invoice,
    *,
    layout: Layout | None = None,
    read: Invoice | None = None,
) -> SupplierHabits:
    """Return what is known of the issuer of `final`, a confirmed document, after it.

    `layout` is its page and `read` what is read there without any habit; without them (an
    e-invoice) only its name is learned. A habit that holds is confirmed; one that held another
    value is weakened, and dropped when it failed as often as not.
    """
    habits = known or SupplierHabits(name="")
    is_same_name = name_key(final.supplier_name) in ("", name_key(habits.name))
    habits = replace(
        habits,
        name=final.supplier_name or habits.name,
        named=habits.named + 1 if is_same_name else 1,
        called=_first(habits.called, name_key(final.supplier_name)),
        vat=final.supplier_vat or habits.vat,
        confirmed=habits.confirmed + 1,
    )
    if layout is None or read is None:
        return habits
    habits = replace(
        habits,
        read_as=_read_as(habits, final, read),
        number_shapes=_shapes(habits, final),
        class_habit=_class_habit(habits, final, layout, read),
    )
    spots = Spots(layout, formats_of(habits))
    habits = _with_formats(habits, final, spots)
    spots = Spots(layout, formats_of(habits), spots.candidates)
    fields = {name: _places(habits, name, spots, (read, final)) for name in PLACED_FIELDS}
    return replace(habits, fields={name: places for name, places in fields.items() if places})


def _read_as(habits: SupplierHabits, final: Invoice, read: Invoice) -> tuple[str, ...]:
    """Return under what names the issuer was read, the newest first; never the customer's."""
    keys = [name_key(read.supplier_name), read.supplier_vat or ""]
    ours = {name_key(final.customer_name), final.customer_vat, name_key(read.customer_name)}
    right = {*ours, *habits.called, habits.vat}
    new = [key for key in keys if len(key) >= _SHORTEST_NAME]
    every = dict.fromkeys((*new, *habits.read_as))
    return tuple(key for key in every if key not in right)[:_MAX_READ_AS]


def _shapes(habits: SupplierHabits, final: Invoice) -> tuple[str, ...]:
    return _first(habits.number_shapes, shape_of(final.invoice_number or ""))[:_MAX_SHAPES]


def _first(known: tuple[str, ...], new: str) -> tuple[str, ...]:
    """Return what is known with what is new in front."""
    return tuple(key for key in dict.fromkeys((new, *known)) if key)[:_MAX_READ_AS]


def _class_habit(
    habits: SupplierHabits, final: Invoice, layout: Layout, read: Invoice
) -> ClassHabit | None:
    """Return what a paper is that was read as no invoice, by its headings."""
    headings = find_headings(layout)
    old = habits.class_habit
    is_known = old is not None and old.headings == headings
    if read.document_class is final.document_class or not headings:
        return old
    if read.document_class is not DocumentClass.NOT_INVOICE:
        # whether an invoice is a credit note only the page itself can say
        return None if is_known else old
    if old is not None and is_known and old.document_class is final.document_class:
        return replace(old, confirmed=old.confirmed + 1)
    return ClassHabit(headings=headings, document_class=final.document_class)


def _with_formats(habits: SupplierHabits, final: Invoice, spots: Spots) -> SupplierHabits:
    """Return the habits with the order of dates and the decimal mark that the page shows."""
    for name in _DATES:
        day: date | None = getattr(final, name)
        told = says_month_first(spots, day) if day else None
        if told is not None:
            habits = replace(habits, month_first=told)
            break
    for name in _AMOUNTS:
        printed = _spots_with(getattr(final, name), spots.of(name))
        if printed and (mark := decimal_mark_of(printed[0].candidate.text)):
            return replace(habits, decimal_mark=mark)
    return habits


def _spots_with(value: Any, spots: list[Spot]) -> list[Spot]:
    return [spot for spot in spots if value is not None and is_same(spot.value, value)]


def _places(
    habits: SupplierHabits, name: str, spots: Spots, invoices: tuple[Invoice, Invoice]
) -> tuple[FieldHabit, ...]:
    """Return the places of one field after a document that was read and confirmed."""
    read, final = (getattr(invoice, name) for invoice in invoices)
    old = habits.fields.get(name, ())
    if final is None:
        return old
    every = spots.of(name)
    kept, is_found = [], False
    for habit in old:
        spot = find_in_place(habit.place, every)
        if spot is not None:
            was_right = is_same(spot.value, final)
            is_found = is_found or was_right
            habit = habit.judged(was_right=was_right)  # noqa: PLW2901 - the same habit, judged
        if not habit.is_worn_out:
            kept.append(habit)
    if not is_found:
        overrules = read is None or not is_same(read, final)
        new = next(places_of(_spots_with(final, every), every), None)
        kept = [FieldHabit(place=new, overrules=overrules), *kept] if new else kept
    return tuple(kept[:MAX_PLACES])
