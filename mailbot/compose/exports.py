"""Writes the mails of the export: the files for the accounting package, and what stopped one."""

from collections.abc import Sequence

from mailbot.compose.answers import offer
from mailbot.compose.facts import DocumentView, Line, heading, summary, this_document, warnings
from mailbot.compose.fields import booking_lines, booking_rows
from mailbot.compose.render import Enclosures, Letterhead, buttons, write
from mailbot.compose.sentences import field_name, sentence_or_other
from mailbot.compose.wording import money, shortened, upper_first
from mailbot.domain.booking import BookingProposal, ExportFile, Problem
from mailbot.domain.command import Context
from mailbot.domain.letter import Letter


def write_export_mail(
    head: Letterhead,
    bookings: Sequence[BookingProposal],
    files: tuple[ExportFile, ...],
    *,
    dossier: str,
) -> Letter:
    """Return the mail that carries bookings to whoever imports them.

    `dossier` is the dossier's name. Raises ValueError without files: the mail is their carrier.
    """
    if not files:
        raise ValueError("an export mail carries at least one file")
    lines = [
        Line(number=number, text=_booking_heading(booking, head))
        for number, booking in enumerate(bookings, start=1)
    ]
    facts = {
        "dossier": dossier,
        "count": len(bookings),
        "heading": _booking_heading(bookings[0], head) if len(bookings) == 1 else "",
        "lines": lines,
        "files": [shortened(file.name, 80) for file in files],
    }
    return write("accounting.tell.export", head, facts, Enclosures(files=files))


def write_export_problem(
    head: Letterhead, view: DocumentView, problems: Sequence[Problem]
) -> Letter:
    """Return the mail that names each field to mend (`field: value`) before `retry`."""
    booking = view.document.booking
    facts = {
        "heading": heading(view.document, head),
        "this": this_document(view.document, head),
        "dossier": view.dossier.name,
        "warnings": warnings(view.document, head),
        "problems": [_problem(number, each, head) for number, each in enumerate(problems, 1)],
        "to_mend": _to_mend(problems, head),
        "rows": (*summary(view, head), *(booking_rows(booking, head) if booking else ())),
        "booking_lines": booking_lines(booking, head) if booking else (),
        "answer_options": offer(head, Context.EXPORT),
        "buttons": buttons(head, "correct", "document"),
    }
    return write("employee.ask.export_problem", head, facts)


def _problem(number: int, problem: Problem, head: Letterhead) -> Line:
    value = shortened(problem.value, 80)
    values = {"field": problem.field, "value": value or "—", "reason": problem.reason}
    text = sentence_or_other(head.language, "problems", problem.reason, **values)
    return Line(number=number, text=upper_first(text))


def _to_mend(problems: Sequence[Problem], head: Letterhead) -> list[str]:
    """Return a line to fill in for each field that a person can mend."""
    names = dict.fromkeys(field_name(head.language, p.field) for p in problems if p.field)
    return [f"{name}: …" for name in names]


def _booking_heading(booking: BookingProposal, head: Letterhead) -> str:
    kind = "credit_note" if booking.is_credit_note else "invoice"
    what = f"{head.say('document_classes', kind)} {shortened(booking.invoice_number, 40)}"
    amount = money(booking.total_incl, booking.currency, head.language)
    return f"{shortened(booking.counterparty_name, 60)}, {what}, {amount}"
