"""Sends the list of what was executed (CF-PAY-19); shared by handlers."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.payment_facts import view_payment
from mailbot.compose.payment_notices import ListedPayment, write_payments
from mailbot.domain.clock import local_date
from mailbot.domain.mail import StoredMail
from mailbot.domain.payment import HANDED_OUT, Payment, PaymentStatus
from mailbot.domain.people import Dossier, Employee, Person
from storage.definitions import get_office
from storage.payments import payment_files_of, payments_in

#: lines of one answer
_MOST = 50
_EXECUTED = HANDED_OUT | {PaymentStatus.PAID, PaymentStatus.NOT_PAID}


def send_payments(
    unit: Unit,
    dossier: Dossier,
    person: Person | Employee,
    args: Mapping[str, str],
    *,
    key: str,
    answers: StoredMail | None = None,
) -> None:
    """Mail somebody what was executed, the newest first.

    `args`: period ("2026-11"), or from and until (ISO dates), or nothing for all of it.
    """
    office, _employees = get_office(unit.session, dossier.office)
    first, last = _span(args)
    executed = payments_in(unit.session, dossier.code, _EXECUTED)
    dated = [(_day(payment, office.time_zone), payment) for payment in executed]
    found = sorted(((day, p.id, p) for day, p in dated if first <= day <= last), reverse=True)
    numbers = {f.id: f.number for f in payment_files_of(unit.session, dossier.code, limit=10_000)}
    listed = [
        ListedPayment(
            view=view_payment(unit, payment, dossier),
            file_number=numbers.get(payment.file_id, 0),
        )
        for _day_, _id, payment in found[:_MOST]
    ]
    letter = Post(
        key=f"payments:{key}",
        reader=reader_of(person, office),
        office=office,
        dossier=dossier.code,
        answers=answers,
        write=partial(
            write_payments,
            listed=listed,
            dossier=dossier.name,
            period=_period(args),
            has_more=len(found) > _MOST,
        ),
    )
    post(unit, letter)


def _day(payment: Payment, time_zone: str) -> date:
    """Return the day that a payment counts for: when the bank booked it, else when it left."""
    prepared = local_date(payment.prepared_at, time_zone)
    return payment.paid_on or payment.execution_date or prepared


def _span(args: Mapping[str, str]) -> tuple[date, date]:
    """Return the first and last day that are asked; what cannot be read asks for all."""
    try:
        if period := args.get("period"):
            year, month = (int(part) for part in period.split("-")[:2])
            ahead = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), date.fromordinal(ahead.toordinal() - 1)
        if args.get("from") and args.get("until"):
            return date.fromisoformat(args["from"]), date.fromisoformat(args["until"])
    except ValueError:
        pass
    return date.min, date.max


def _period(args: Mapping[str, str]) -> str:
    """Return what was asked as it stands in a subject: "11/2026"."""
    if period := args.get("period"):
        year, _, month = period.partition("-")
        return f"{month}/{year}" if month else year
    if args.get("from") and args.get("until"):
        return f"{args['from']} - {args['until']}"
    return ""
