"""Moves a document on, with its audit event and what follows from it; shared by handlers."""

from dataclasses import replace

from sqlmodel import Session

from handlers.accounts import ask_about_account
from handlers.context import MAILBOT, Unit
from handlers.learned import posting_template
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document, Status, move
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Dossier, Employee
from mailbot.rules.approval import cancelled, propose_approvals
from mailbot.rules.booking import propose_booking
from mailbot.rules.flow import next_status, waits_for_reading
from storage.approvals import approvals_of, record_approvals
from storage.definitions import get_dossier, get_office
from storage.documents import record_document

#: who must act in each status is asked by this job
_ASKS = {
    Status.QUARANTINED: JobKind.QUARANTINE,
    Status.INBOX: JobKind.INBOX,
    Status.TO_APPROVE: JobKind.REQUEST_APPROVAL,
    Status.TO_REVIEW: JobKind.REVIEW,
    Status.TO_EXPORT: JobKind.EXPORT_BOOKING,
}


def advance(unit: Unit, document: Document, dossier: Dossier, *, actor: str = MAILBOT) -> Document:
    """Put the document where the rules say it belongs now, and ask who must act there."""
    known = approvals_of(unit.session, document.id)
    approvals = ensure_approvals(unit.session, document, dossier)
    to = next_status(document, dossier, approvals)
    if document.status is Status.TO_APPROVE is not to:
        # all of it is approved as it is now
        document = replace(document, asked_before=None)
    if to is not document.status:
        document = change_status(unit, document, to, actor=actor)
    else:
        record_document(unit.session, document)
    ask(unit, document)
    if known and document.status is Status.TO_APPROVE and set(approvals) - set(known):
        # another rule holds now, of the same version: who was asked gets no second mail
        key = f"{document.id}:{unit.context.new_id()}"
        unit.put(JobKind.REQUEST_APPROVAL, key=key, document=document.id)
    ask_about_account(unit, dossier, document)
    return document


def ask(unit: Unit, document: Document) -> None:
    """Put the job that asks whoever must act on the document where it stands.

    Its key carries all that makes an asking a new one, so that the same state asks once.
    """
    kind = _ASKS.get(document.status)
    if kind is None or document.on_hold:
        return
    step = f"{document.version}:{len(document.reviewed_by)}:{document.export_tries}"
    unit.put(
        kind,
        key=f"{document.id}:{step}",
        delay=_wait(unit.session, document),
        document=document.id,
        version=str(document.version),
    )


def _wait(session: Session, document: Document) -> float:
    """Return the seconds in which the last decision can still be undone."""
    if document.status is not Status.TO_EXPORT:
        return 0
    return 60.0 * get_dossier(session, document.dossier).export.wait_minutes


def change_status(
    unit: Unit, document: Document, to: Status, *, actor: str = MAILBOT, **changes: object
) -> Document:
    """Move a document, keep it, and write the audit event. Raises Refused("status_forbids")."""
    moved = move(document, to, **changes)
    record_document(unit.session, moved)
    unit.note(
        EventKind.DOCUMENT_MOVED,
        document.id,
        actor,
        from_status=document.status.value,
        to_status=to.value,
        version=str(moved.version),
    )
    return moved


def ensure_approvals(
    session: Session, document: Document, dossier: Dossier
) -> tuple[Approval, ...]:
    """Return the document's approvals, with a new open one for every rule that has none yet.

    While nobody is sure of the values no rule is judged: what is misread asks nobody.
    """
    known = approvals_of(session, document.id)
    if waits_for_reading(document):
        return known
    have = {a.rule for a in known if a.state is not ApprovalState.CANCELLED}
    proposed = propose_approvals(document, dossier, _employees(session, dossier), known=known)
    missing = [a for a in proposed if a.rule not in have]
    record_approvals(session, missing)
    return approvals_of(session, document.id)


def ask_approvals_again(session: Session, document: Document, dossier: Dossier) -> None:
    """Withdraw what was approved: the document changed in what approvers decide on."""
    known = approvals_of(session, document.id)
    record_approvals(session, cancelled(known))
    if not waits_for_reading(document):
        employees = _employees(session, dossier)
        record_approvals(session, propose_approvals(document, dossier, employees, known=known))


def _employees(session: Session, dossier: Dossier) -> tuple[Employee, ...]:
    _office, employees = get_office(session, dossier.office)
    return employees


def with_booking(session: Session, document: Document, dossier: Dossier) -> Document:
    """Return the document with a fresh booking proposal, None while a needed value is missing.

    Its lines follow how the dossier booked the last documents of the counterparty.
    """
    template = posting_template(session, document, dossier)
    proposal = propose_booking(document, dossier, template)
    return replace(document, booking=None if isinstance(proposal, list) else proposal)
