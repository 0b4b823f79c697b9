"""What mailbot has learned of a counterparty: looked at, and forgotten."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from handlers.context import Context
from mailbot.domain.events import EventKind
from mailbot.domain.learning import FieldHabit, PastBooking, Relation, SupplierHabits
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from storage.definitions import find_definition
from storage.suppliers import (
    KnownSupplier,
    forget_suppliers,
    habits_key,
    suppliers_named,
    suppliers_of,
)

supplier_app = typer.Typer(
    help="What was learned of suppliers and customers.", no_args_is_help=True
)

OfficeArgument = Annotated[str, typer.Argument(help="Code of the office.")]
NameArgument = Annotated[
    str, typer.Argument(help="VAT number, enterprise number, or name as on its invoices.")
]

#: where a value stands, seen from the words that lead to it
_SIDES = {Relation.INSIDE: "behind", Relation.LEFT: "right of", Relation.ABOVE: "below"}


@supplier_app.command("list")
def list_suppliers(
    office: OfficeArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """List everybody of whom something was learned."""
    with opened(config) as context, context.database.reading() as session:
        _need_office(context, office)
        for known in suppliers_of(session, office):
            if as_json:
                print(json.dumps(_record(office, known)))
            else:
                where = known.dossier or "the whole office"
                print(f"{known.habits.vat or '-':14}  {known.habits.name:40}  {where}")


@supplier_app.command("show")
def show_supplier(
    office: OfficeArgument,
    name: NameArgument,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a counterparty's values stand, how it writes, and how it is booked."""
    with opened(config) as context, context.database.reading() as session:
        _need_office(context, office)
        found = suppliers_named(session, office, name)
    if not found:
        fail(_nobody(office, name))
    for known in found:
        if as_json:
            print(json.dumps(_record(office, known)))
        else:
            print("\n".join(_told(known)))


@supplier_app.command("forget")
def forget_supplier(
    office: OfficeArgument, name: NameArgument, config: ConfigOption = None
) -> None:
    """Forget a counterparty in the whole office: its next invoice is read as a stranger's."""
    with opened(config) as context:
        _need_office(context, office)
        with context.transaction() as unit:
            gone = forget_suppliers(unit.session, office, name)
            for known in gone:
                key = habits_key(known.habits)
                facts = {"supplier": key, "holds_in": known.dossier or office}
                unit.note(EventKind.SUPPLIER_FORGOTTEN, office, **facts)
    if not gone:
        fail(_nobody(office, name))
    names = dict.fromkeys(known.habits.name or known.habits.vat for known in gone)
    print(f"{', '.join(names)}: forgotten.")


def _need_office(context: Context, office: str) -> None:
    with context.database.reading() as session:
        if find_definition(session, office) is None:
            fail(f"There is no office {office}; `mailbot apply` makes one.")


def _nobody(office: str, name: str) -> str:
    return f"Nothing was learned of {name} in {office}; `mailbot supplier list` names everybody."


def _record(office: str, known: KnownSupplier) -> dict[str, object]:
    return {
        "office": office,
        "dossier": known.dossier or None,
        "updated_at": known.updated_at.isoformat(),
        **to_data(known.habits),
    }


def _told(known: KnownSupplier) -> Iterator[str]:
    habits = known.habits
    yield f"supplier  {habits.name or '-'}, {habits.vat or 'no VAT number'}"
    yield f"holds in  {known.dossier or 'the whole office'}, since {known.updated_at:%Y-%m-%d}"
    yield f"taught by {habits.confirmed} confirmed documents"
    yield from _told_formats(habits)
    for name, places in habits.fields.items():
        for place in places:
            yield f"  {name:18} {_told_place(place)}"
    for booking in habits.bookings:
        yield f"booked    {_told_booking(booking)}"


def _told_formats(habits: SupplierHabits) -> Iterator[str]:
    if habits.called[1:]:
        yield f"called    {', '.join(habits.called[1:])} before"
    if habits.read_as:
        yield f"read as   {', '.join(habits.read_as)}"
    if habits.number_shapes:
        yield f"numbers   {', '.join(habits.number_shapes)} (A a letter, 9 a digit)"
    if habits.month_first is not None:
        yield f"dates     {'month' if habits.month_first else 'day'} first"
    if habits.decimal_mark:
        yield f"decimals  behind {habits.decimal_mark!r}"
    if habits.class_habit:
        headings = ", ".join(habits.class_habit.headings)
        yield f"class     {habits.class_habit.document_class} under {headings}"


def _told_place(habit: FieldHabit) -> str:
    place = habit.place
    words = [f'{_SIDES[anchor.relation]} "{anchor.words}"' for anchor in place.anchors]
    at = f"page {place.page}, {place.x0:.0%} from the left, {place.y:.0%} from the top"
    held = (
        f"right {habit.confirmed} times, wrong {habit.failed} times, {habit.confidence:.0%} sure"
    )
    kind = "corrected" if habit.overrules else "confirmed"
    return "; ".join((*words, at, f"{kind}, {held}"))


def _told_booking(booking: PastBooking) -> str:
    lines: Sequence[str] = [
        f'{line.ledger_account} {line.amount} {line.vat_code} "{line.text}"'
        for line in booking.lines
    ]
    kind = "credit note" if booking.is_credit_note else "invoice"
    return f"{booking.document_id} {booking.kind} {kind} in {booking.journal}: {'; '.join(lines)}"
