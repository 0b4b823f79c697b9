"""Documents that wait for a word about their sender: one word settles all; shared by handlers."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from handlers.acting import Act
from handlers.context import Unit
from handlers.evidence import shown_to
from handlers.progress import advance, change_status
from mailbot.domain.change import Change
from mailbot.domain.command import Context as Shown
from mailbot.domain.command import Verb
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Dossier
from storage.approvals import approvals_of
from storage.changes import record_change
from storage.documents import documents_in


def waiting_from(session: Session, dossier: str, sender: str) -> Sequence[Document]:
    """Return what waits in a dossier for a word about this sender, oldest first."""
    found = documents_in(session, [dossier], [Status.QUARANTINED])
    theirs = [d for d in found if d.delivered_by.lower() == sender.lower() and not d.on_hold]
    return sorted(theirs, key=lambda document: document.id)


def settle(unit: Unit, document: Document, dossier: Dossier, verb: Verb, *, by: str) -> Document:
    """Let a document in, or refuse it, as `verb` says of its sender."""
    # a date until which it waited has no meaning any more
    document = replace(document, on_hold=False, hold_until=None)
    if verb is Verb.BLOCK:
        return change_status(unit, document, Status.REJECTED, actor=by)
    is_forwarded = document.kind in dossier.auto_forward and not document.warns(
        "duplicate_file", "duplicate_invoice"
    )
    welcome = replace(document, welcome=True, sent=is_forwarded)
    return advance(unit, welcome, dossier, actor=by)


def settle_others(act: Act, *, is_for_ever: bool) -> None:
    """Settle what else waits from the sender that was judged.

    A word for ever counts for everything. Once is what the mail about the sender listed; for what
    came later there is a new question. A line of the daily list is that line alone.
    """
    is_about_the_sender = act.token.context is Shown.QUARANTINE
    waiting = waiting_from(act.unit.session, act.dossier.code, act.document.delivered_by)
    for document in waiting:
        if document.id == act.document.id:
            continue
        was_listed = is_about_the_sender and document.received_at <= act.token.created_at
        if is_for_ever or was_listed:
            _settle_beside(act, document)
        elif is_about_the_sender:
            key = f"{document.id}:after:{act.token.hash[:16]}"
            act.unit.put(JobKind.QUARANTINE, key=key, document=document.id)


def _settle_beside(act: Act, document: Document) -> None:
    """Settle one more document by the same word; `herstel` and the audit log know of it, too."""
    unit, verb = act.unit, act.command.verb
    approvals = approvals_of(unit.session, document.id)
    settled = settle(unit, document, act.dossier, verb, by=act.email)
    change = Change(
        at=unit.context.now(),
        actor=act.email,
        verb=verb,
        cause=unit.cause.get("cause", act.token.hash),
        before=document,
        approvals_before=approvals,
        version=settled.version,
    )
    record_change(unit.session, change)
    facts = {"verb": verb.value, "args": "{}", **shown_to(unit, act.token, document)}
    unit.note(EventKind.COMMAND_DONE, document.id, act.email, **unit.cause, **facts)
