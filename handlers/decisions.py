"""What each deciding verb does to a document: approve, reject, hold, send, retry, allow, block."""

from dataclasses import replace
from datetime import date
from functools import partial

from handlers.acting import Act, Result
from handlers.asking import Showing, show
from handlers.correspondence import dossier_manager, find_person
from handlers.paying_effects import document_changed
from handlers.progress import advance, ask, ask_approvals_again, change_status
from handlers.quarantined import settle, settle_others
from mailbot.compose.notices import write_rejected_notice
from mailbot.domain.approval import ApprovalState
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.command import Verb
from mailbot.domain.document import Document, Status, reopened, revised
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Employee
from mailbot.mail.coming_days import read_coming_day
from mailbot.rules.access import FIRST_ONCE, Authority, may_decide
from mailbot.rules.approval import decide, due, parts_for
from mailbot.rules.flow import missing_fields
from storage.approvals import approvals_of, record_approvals
from storage.definitions import get_office
from storage.documents import record_document
from storage.people import record_verdict


def approve(act: Act) -> Result:
    """Approve; what "ok" means depends on what the mail asked."""
    if act.shown is Shown.REVIEW:
        return _review(act)
    if act.shown is Shown.INBOX:
        return send(act)
    if act.shown is Shown.APPROVAL:
        return _approve(act)
    if act.shown is Shown.QUARANTINE:
        return _let_in(act)
    raise Refused("unsupported_verb", {"verb": act.command.verb.value})


def _let_in(act: Act) -> Result:
    """Take "ok" to a line of the daily list for letting this one document in."""
    once = replace(act.command, verb=Verb.ALLOW_ONCE)
    if not may_decide(act.person, act.dossier, once):
        raise Refused("not_allowed")
    return judge_sender(replace(act, command=once))


def _approve(act: Act) -> Result:
    if act.document.status is not Status.TO_APPROVE:
        raise Refused("already_done" if _has_decided(act) else "status_forbids", _status(act))
    approvals = approvals_of(act.unit.session, act.document.id)
    parts = parts_for(approvals, act.email, act.places, act.document)
    if not parts:
        raise Refused(_why_not(act))
    decided = decide(
        approvals,
        act.email,
        state=ApprovalState.APPROVED,
        at=act.unit.context.now(),
        mail_id=act.mail.id if act.mail else "",
        parts=parts,
    )
    record_approvals(act.unit.session, decided)
    absent = {part.approver for part in parts} - {act.email}
    _note(act, EventKind.APPROVED, **({"in_place_of": ", ".join(absent)} if absent else {}))
    moved = _advance(act, _released(act.document))
    waiting = {a.approver for a in due(decided)}
    if waiting and moved.status is Status.TO_APPROVE:
        # who has been asked already gets no second mail; who comes next, does
        key = f"{moved.id}:{act.unit.context.new_id()}"
        act.unit.put(JobKind.REQUEST_APPROVAL, key=key, document=moved.id)
    if not waiting:
        return Result(document=moved, sentence="approve")
    people = [find_person(act.unit.session, act.dossier, email) for email in sorted(waiting)]
    names = ", ".join(person.name for person in people if person)
    return Result(document=moved, sentence="approved_waits_for", values={"names": names})


def _has_decided(act: Act) -> bool:
    approvals = approvals_of(act.unit.session, act.document.id)
    mine = [a for a in approvals if act.email in (a.approver, a.decided_by)]
    return any(a.decided_at is not None for a in mine)


def _why_not(act: Act) -> str:
    """Return why nothing waits for this person: who has a hand in it takes nobody's place."""
    if _has_decided(act):
        return "already_done"
    parties = (act.document.delivered_by.lower(), act.document.iban_changed_by.lower())
    return "own_document" if act.places and act.email in parties else "not_allowed"


def _review(act: Act) -> Result:
    """Say OK to a booking proposal."""
    if act.email in act.document.reviewed_by:
        raise Refused("already_done")
    if act.document.status is not Status.TO_REVIEW:
        raise Refused("status_forbids", _status(act))
    missing = missing_fields(act.document)
    if missing:
        raise Refused("missing_fields", {"fields": ",".join(missing)})
    reviewed = replace(_released(act.document), reviewed_by=(*act.document.reviewed_by, act.email))
    _note(act, EventKind.REVIEWED)
    return Result(document=_advance(act, reviewed), sentence="approve")


def reject(act: Act) -> Result:
    """Reject the document for good: it is neither booked nor paid."""
    if act.document.status is Status.REJECTED:
        raise Refused("already_done")
    reason = act.arg("reason")
    rejected = change_status(
        act.unit,
        act.document,
        Status.REJECTED,
        actor=act.email,
        rejected_reason=reason,
    )
    decided = decide(
        approvals_of(act.unit.session, act.document.id),
        act.email,
        state=ApprovalState.REJECTED,
        at=act.unit.context.now(),
        mail_id=act.mail.id if act.mail else "",
    )
    record_approvals(act.unit.session, decided)
    document_changed(act.unit, rejected, why="rejected", actor=act.email)
    _note(act, EventKind.REJECTED, reason=reason)
    _tell_rejected(act, rejected)
    return Result(document=rejected, sentence="reject")


def _tell_rejected(act: Act, document: Document) -> None:
    """Tell the office, and the person of the dossier who delivered it."""
    people = [
        dossier_manager(act.unit.session, act.dossier),
        find_person(act.unit.session, act.dossier, document.delivered_by),
    ]
    told = {p.email.lower(): p for p in people if p and p.email.lower() != act.email}
    for person in told.values():
        telling = Showing(
            to=person,
            key=f"rejected:{document.id}:{document.version}",
            write=partial(write_rejected_notice, rejected_by=act.person.name),
        )
        show(act.unit, document, act.dossier, telling)


def hold(act: Act) -> Result:
    """Let the document wait, until a date or until `vrij`."""
    if act.document.status not in _WAITING:
        raise Refused("status_forbids", _status(act))
    until = act.arg("until")
    day = _coming_day(act, until) if until else None
    held = replace(act.document, on_hold=True, hold_until=day)
    record_document(act.unit.session, held)
    if day is None:
        return Result(document=held, sentence="hold")
    return Result(document=held, sentence="hold_until", values={"until": day.isoformat()})


_WAITING = (Status.INBOX, Status.TO_APPROVE, Status.TO_REVIEW, Status.QUARANTINED)


def _coming_day(act: Act, text: str) -> date:
    """Return the day that was typed, as "15/12" or as "vrijdag", seen from today at the office."""
    office, _employees = get_office(act.unit.session, act.dossier.office)
    day = read_coming_day(text, local_date(act.unit.context.now(), office.time_zone))
    if day is None:
        raise Refused("bad_value", {"field": "until", "value": text})
    return day


def release(act: Act) -> Result:
    """End the wait and ask again."""
    if not act.document.on_hold:
        raise Refused("already_done")
    freed = revised(_released(act.document))
    record_document(act.unit.session, freed)
    ask(act.unit, freed)
    return Result(document=freed, sentence="release")


def send(act: Act) -> Result:
    """Hand a document from the client's inbox to the office."""
    if act.shown is Shown.APPROVAL and act.document.status in _ON_ITS_WAY:
        # `goedgekeurd en verzend`: it is with the office, and goes on when all have approved
        return Result(document=act.document, sentence="sent_by_itself")
    if act.document.status is not Status.INBOX:
        is_done = act.document.sent and act.document.status is not Status.REJECTED
        raise Refused("already_done" if is_done else "status_forbids", _status(act))
    sent = replace(_released(act.document), sent=True)
    return Result(document=_advance(act, sent), sentence="send")


#: what was sent in these goes on by itself
_ON_ITS_WAY = (Status.TO_APPROVE, Status.TO_REVIEW, Status.TO_EXPORT)


def reopen(act: Act) -> Result:
    """Take a rejected document up again, as a new version: whoever must act is asked anew.

    Only an admin of the client or somebody of the office does.
    """
    is_admin = act.email in {admin.email.lower() for admin in act.dossier.admins}
    if not is_admin and not isinstance(act.person, Employee):
        raise Refused("not_allowed")
    again = reopened(_released(act.document))
    ask_approvals_again(act.unit.session, again, act.dossier)
    return Result(document=_advance(act, again), sentence="reopen")


def retry(act: Act) -> Result:
    """Try to book again after an export problem."""
    if act.document.status is not Status.EXPORT_FAILED:
        raise Refused("status_forbids", _status(act))
    again = replace(act.document, export_problem="", export_tries=act.document.export_tries + 1)
    # what was mended may have to be approved again first
    return Result(document=_advance(act, again), sentence="retry")


def delete(act: Act) -> Result:
    """Delete the document; the original stays in the archive."""
    if act.document.status is Status.DELETED:
        raise Refused("already_done")
    deleted = change_status(act.unit, act.document, Status.DELETED, actor=act.email)
    document_changed(act.unit, deleted, why="deleted", actor=act.email)
    return Result(document=deleted, sentence="delete")


def judge_sender(act: Act) -> Result:
    """Allow this sender from now on, only this once, or never again.

    The document is let in or refused at once; the list of senders takes level 3.
    """
    verb = act.command.verb
    if act.shown is not Shown.QUARANTINE:
        raise Refused("unsupported_verb", {"verb": verb.value})
    is_waiting = act.document.status is Status.QUARANTINED
    keeps = verb in FIRST_ONCE and act.authority >= Authority.CONFIRMED
    if not is_waiting and not keeps:
        raise Refused("already_done")
    sender = act.document.delivered_by
    if keeps:
        record_verdict(
            act.unit.session,
            dossier=act.dossier.code,
            sender=sender,
            verdict=verb.value,
            by=act.email,
            at=act.unit.context.now(),
        )
        act.unit.put(JobKind.WRITE_DIRECTORY, key=act.unit.context.new_id())
    act.unit.note(
        EventKind.SENDER_JUDGED,
        act.document.id,
        act.email,
        sender=sender,
        verdict=verb.value,
    )
    settle_others(act, is_for_ever=keeps)
    if not is_waiting:
        return Result(document=act.document, sentence=verb.value)
    moved = settle(act.unit, act.document, act.dossier, verb, by=act.email)
    waits = verb in FIRST_ONCE and not keeps
    return Result(document=moved, sentence=f"{verb.value}_waits" if waits else verb.value)


def _advance(act: Act, document: Document) -> Document:
    return advance(act.unit, document, act.dossier, actor=act.email)


def _released(document: Document) -> Document:
    """Return the document without its wait: a decision ends it."""
    return replace(document, on_hold=False, hold_until=None)


def _status(act: Act) -> dict[str, str]:
    return {"status": act.document.status.value}


def _note(act: Act, kind: EventKind, **data: str) -> None:
    known = {"version": str(act.document.version), "mail": act.mail.id if act.mail else "page"}
    act.unit.note(kind, act.document.id, act.email, **known, **data)
