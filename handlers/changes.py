"""What each correcting verb does to a document: fields, booking lines, labels, titles, marks."""

from dataclasses import replace

from handlers.account_changes import settle_typed
from handlers.acting import Act, Result
from handlers.learned import choosable_templates
from handlers.paying_effects import document_changed
from handlers.progress import ask_approvals_again, with_booking
from mailbot.domain.booking import BookingProposal
from mailbot.domain.command import Verb
from mailbot.domain.document import Asked, Document, Note, Status, revised
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.people import Employee
from mailbot.rules.booking import (
    TypedLine,
    add_line,
    choose_template,
    remove_line,
    set_line,
)
from mailbot.rules.corrections import changed_fields, correct
from mailbot.rules.flow import is_material
from storage.approvals import approvals_of
from storage.documents import record_document

#: in these a document can still be mended
_OPEN = (
    Status.QUARANTINED,
    Status.INBOX,
    Status.TO_APPROVE,
    Status.TO_REVIEW,
    Status.EXPORT_FAILED,
)


def correct_field(act: Act) -> Result:
    """Set a field: `bedrag: 1210,00`."""
    _must_be_open(act)
    name, value = act.arg("field"), act.arg("value")
    if name == "template":
        return _choose_template(act, value)
    after = correct(act.document, act.dossier, name, value)
    changed = changed_fields(act.document, after)
    if changed:
        after = with_booking(act.unit.session, after, act.dossier)
    if "iban" in changed:
        after = replace(after, iban_changed_by=act.email)
    after = settle_typed(act, after, is_new_account="iban" in changed)
    after = _keep(act, after, is_material=is_material(act.document, after))
    values = {"field": name, "value": value}
    act.unit.note(EventKind.DOCUMENT_CORRECTED, after.id, act.email, **values)
    return Result(document=after, sentence="correct", values=values)


def _choose_template(act: Act, value: str) -> Result:
    """Fill the lines in a way in which the counterparty was booked before: `sjabloon 2`."""
    templates = choosable_templates(act.unit.session, act.document, act.dossier)
    number = int(value) if value.isdigit() else 0
    booking = choose_template(act.document, act.dossier, templates, number)
    after = _keep(act, revised(act.document, booking=booking), is_material=False)
    values = {"field": "template", "value": value}
    act.unit.note(EventKind.DOCUMENT_CORRECTED, after.id, act.email, **values)
    return Result(document=after, sentence="correct", values=values)


def change_line(act: Act) -> Result:
    """Replace, add or remove a booking line."""
    _must_be_open(act)
    booking = act.document.booking
    if booking is None:
        raise Refused("missing_fields", {"fields": "total_incl"})
    after = revised(act.document, booking=_changed_booking(act, booking))
    after = _keep(act, after, is_material=False)
    act.unit.note(
        EventKind.DOCUMENT_CORRECTED,
        after.id,
        act.email,
        field=act.command.verb.value,
        **act.command.args,
    )
    return Result(document=after, sentence=act.command.verb.value)


def _changed_booking(act: Act, booking: BookingProposal) -> BookingProposal:
    if act.command.verb is Verb.REMOVE_LINE:
        return remove_line(booking, _line_number(act))
    typed = TypedLine(
        account=act.arg("account"),
        amount=act.arg("amount"),
        vat_code=act.arg("vat_code"),
        text=act.arg("text"),
    )
    if act.command.verb is Verb.ADD_LINE:
        return add_line(booking, typed)
    return set_line(booking, _line_number(act), typed)


def _line_number(act: Act) -> int:
    text = act.arg("line")
    if not text.isdigit():
        raise Refused("bad_value", {"field": "line", "value": text})
    return int(text)


def label(act: Act) -> Result:
    """Put a label on the document; approval rules may look at it."""
    name = act.arg("label").lstrip("#") or act.arg("text").lstrip("#")
    if not name:
        raise Refused("bad_value", {"field": "label", "value": ""})
    labels = tuple(dict.fromkeys((*act.document.labels, name)))
    after = replace(act.document, labels=labels)
    record_document(act.unit.session, after)
    return Result(document=after, sentence="label", values={"label": name})


def title(act: Act) -> Result:
    """Name the document."""
    text = act.arg("text") or act.arg("title")
    if not text:
        raise Refused("bad_value", {"field": "title", "value": ""})
    after = replace(act.document, title=text)
    record_document(act.unit.session, after)
    return Result(document=after, sentence="title")


def mark(act: Act) -> Result:
    """Mark the document as handled or paid by the client; it moves no money."""
    after = _noted(act, act.command.verb.value)
    record_document(act.unit.session, after)
    return Result(document=after, sentence=act.command.verb.value)


def _noted(act: Act, text: str) -> Document:
    note = Note(at=act.unit.context.now(), by=act.email, text=text)
    return replace(act.document, notes=(*act.document.notes, note))


def _keep(act: Act, after: Document, *, is_material: bool) -> Document:
    """Keep the new version; what people said about an older one in what matters is withdrawn."""
    if is_material and not isinstance(act.person, Employee):
        # the office validated other values: it must look again
        clients = {person.email.lower() for person in act.dossier.people}
        kept = tuple(email for email in after.reviewed_by if email in clients)
        after = replace(after, reviewed_by=kept)
    if is_material and after.asked_before is None:
        after = replace(after, asked_before=_asked(act))
    record_document(act.unit.session, after)
    if is_material:
        ask_approvals_again(act.unit.session, after, act.dossier)
        document_changed(act.unit, after, why="changed", actor=act.email)
    return after


def _asked(act: Act) -> Asked | None:
    """Return what approvers were asked about until now, None when nobody was."""
    known = approvals_of(act.unit.session, act.document.id)
    if not any(a.asked_at or a.decided_at for a in known):
        return None
    invoice = act.document.invoice
    plain = replace(invoice, evidence={}) if invoice else None
    return Asked(kind=act.document.kind, invoice=plain)


def _must_be_open(act: Act) -> None:
    if act.document.status not in _OPEN:
        raise Refused("status_forbids", {"status": act.document.status.value})
