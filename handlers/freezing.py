"""Ends somebody's authority at once, and gives what waits for them to somebody else.

Whoever is frozen, or is no longer known, blocks nothing silently: open approvals go to a second
person of the dossier, and where there is none the office is told. Shared by handlers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.frozen_payments import hold_payments
from mailbot.compose.freezes import write_frozen_notice
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Definition, Dossier, Employee, EmployeeRole, Person
from mailbot.rules.second import second_people
from storage.approvals import approvals_of, open_approvals_by, record_approvals
from storage.codes import end_codes, forget_browsers
from storage.definitions import all_definitions, find_definition, get_dossier
from storage.documents import documents_in, find_document
from storage.freezes import end_freezes, record_freeze
from storage.tokens import end_tokens


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What became of one approval that waited for somebody who decides no more."""

    document: Document
    #: name of who is asked now, "" when nobody could be found
    to: str


def freeze(unit: Unit, address: str, *, office: str = "", by: str) -> tuple[Handed, ...]:
    """End a person's authority in an office, or everywhere (office ""), until `thaw`.

    Their tokens, codes and browsers end; freezing twice changes nothing more.
    """
    now = unit.context.now()
    record_freeze(unit.session, address, office=office, by=by, at=now)
    end_tokens(unit.session, address, office=office, at=now)
    end_codes(unit.session, address)
    forget_browsers(unit.session, address)
    unit.note(EventKind.PERSON_FROZEN, address.lower(), by, office=office, **unit.cause)
    handed: list[Handed] = []
    for definition in _offices_of(unit, address, office):
        found = hand_over(unit, definition)
        hold_payments(unit, definition, address)
        _tell_admins(unit, definition, address.lower(), by=by, handed=found)
        handed += found
    return tuple(handed)


def thaw(unit: Unit, address: str, *, by: str) -> bool:
    """Give a person their authority back; False when they were not frozen here.

    What ended stays ended: they answer new mails, and prove their browsers anew.
    """
    ended = end_freezes(unit.session, address)
    if ended:
        unit.note(EventKind.PERSON_THAWED, address.lower(), by)
    return bool(ended)


def hand_over(unit: Unit, definition: Definition) -> tuple[Handed, ...]:
    """Give open approvals of people who are frozen or no longer known to somebody else.

    Whatever waits for a review is asked again, too: who was asked already gets no second mail.
    """
    dossiers = {dossier.code: dossier for dossier in definition.dossiers}
    handed = []
    for approval in open_approvals_by(unit.session):
        document = find_document(unit.session, approval.document_id)
        dossier = dossiers.get(document.dossier) if document else None
        if document is None or dossier is None or document.status not in _WAITING:
            continue
        if approval.approver not in _free(definition, dossier):
            handed.append(_hand_over(unit, definition, document, approval))
    for document in documents_in(unit.session, list(dossiers), [Status.TO_REVIEW]):
        _ask_again(unit, JobKind.REVIEW, document)
    return tuple(handed)


def hand_over_parts(unit: Unit, document: Document) -> None:
    """Give the open approvals of one document, of people who decide no more, to somebody else."""
    office = get_dossier(unit.session, document.dossier).office
    definition = find_definition(unit.session, office)
    if definition is None:
        return
    free = _free(definition, _dossier_in(definition, document))
    for approval in approvals_of(unit.session, document.id):
        if approval.state is ApprovalState.OPEN and approval.approver not in free:
            _hand_over(unit, definition, document, approval)


_WAITING = (Status.QUARANTINED, Status.INBOX, Status.TO_REVIEW, Status.TO_APPROVE)


def _free(definition: Definition, dossier: Dossier) -> set[str]:
    """Return the addresses of everybody who may decide in a dossier."""
    known: list[Person | Employee] = [*dossier.people, *definition.employees]
    return {person.email.lower() for person in known if not person.frozen}


def _dossier_in(definition: Definition, document: Document) -> Dossier:
    return next(d for d in definition.dossiers if d.code == document.dossier)


def _hand_over(
    unit: Unit, definition: Definition, document: Document, approval: Approval
) -> Handed:
    dossier = _dossier_in(definition, document)
    known = approvals_of(unit.session, document.id)
    beside = {a.approver for a in known if a.state is not ApprovalState.CANCELLED}
    parties = {document.delivered_by.lower(), document.iban_changed_by.lower(), *beside}
    others = second_people(dossier, definition.employees, parties)
    if not others:
        return Handed(document=document, to="")
    to = others[0].email.lower()
    moved = replace(approval, approver=to, asked_at=None, reminded_at=None, escalated_to="")
    left = replace(approval, state=ApprovalState.CANCELLED)
    record_approvals(unit.session, [moved, left])
    facts = {"rule": approval.rule, "was": approval.approver, "to": moved.approver}
    unit.note(EventKind.APPROVAL_HANDED_OVER, document.id, **facts)
    _ask_again(unit, JobKind.REQUEST_APPROVAL, document)
    return Handed(document=document, to=others[0].name)


def _ask_again(unit: Unit, kind: JobKind, document: Document) -> None:
    """Put the job that asks; its key is new, and each mail has a key of its own."""
    unit.put(kind, key=f"{document.id}:{unit.context.new_id()}", document=document.id)


def _offices_of(unit: Unit, address: str, office: str) -> Iterable[Definition]:
    """Return the offices that know an address, as they are now."""
    for each in all_definitions(unit.session):
        known: Sequence[str] = [e.email.lower() for e in each.employees]
        known = [*known, *(p.email.lower() for d in each.dossiers for p in d.people)]
        if office in ("", each.office.code) and address.lower() in known:
            found = find_definition(unit.session, each.office.code)
            if found is not None:
                yield found


def _tell_admins(
    unit: Unit, definition: Definition, address: str, *, by: str, handed: Sequence[Handed]
) -> None:
    """Tell the admins of the office who decides no more, and who does in their place."""
    for admin in definition.employees:
        if admin.role is not EmployeeRole.ADMIN or admin.frozen:
            continue
        letter = Post(
            key=f"frozen:{unit.context.new_id()}",
            reader=reader_of(admin, definition.office),
            office=definition.office,
            write=partial(
                write_frozen_notice,
                address=address,
                by=by,
                handed=[(each.document, each.to) for each in handed],
            ),
        )
        post(unit, letter)
