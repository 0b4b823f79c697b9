"""Takes back what the last answer of a person did to a document, until it has left the house."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.acting import Act, Result
from handlers.correspondence import find_person
from handlers.freezing import hand_over_parts
from handlers.paying_effects import document_changed
from handlers.progress import ask
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.change import Change
from mailbot.domain.command import Verb
from mailbot.domain.document import Document, Status, brought_back
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from storage.approvals import approvals_of, record_approvals
from storage.changes import forget_changes, last_changes
from storage.documents import documents_in, record_document
from storage.people import forget_verdict, record_verdict


def undo(act: Act) -> Result:
    """Make the document what it was before the last answer about it, if that was this person's.

    What the office or a client was told meanwhile is not unsaid: whoever must act now, is asked.
    """
    changes = last_changes(act.unit.session, act.document.id)
    _check(act, changes)
    _restore_verdict(act, changes)
    restored = _bring_back(act, changes)
    if any(change.verb in _JUDGING for change in changes):
        _bring_back_others(act, changes[0].cause)
    return Result(document=restored, sentence="restore")


def _bring_back(act: Act, changes: Sequence[Change]) -> Document:
    restored = brought_back(act.document, changes[0].before)
    record_document(act.unit.session, restored)
    _restore_approvals(act, changes[0])
    hand_over_parts(act.unit, restored)
    forget_changes(act.unit.session, changes, at=act.unit.context.now())
    if any(change.verb not in _OF_NO_PAYMENT for change in changes):
        document_changed(act.unit, restored, why="taken back", actor=act.email)
    _note(act, restored, changes)
    return restored


def _bring_back_others(act: Act, cause: str) -> None:
    """Bring back what else one word about a sender settled, and nothing has happened to since."""
    session, sender = act.unit.session, act.document.delivered_by.lower()
    for document in documents_in(session, [act.dossier.code], _IN_THE_HOUSE):
        if document.id == act.document.id or document.delivered_by.lower() != sender:
            continue
        changes = last_changes(session, document.id)
        is_same = bool(changes) and (changes[-1].actor, changes[-1].cause) == (act.email, cause)
        if is_same and changes[-1].version == document.version:
            ask(act.unit, _bring_back(replace(act, document=document), changes))


#: to take these back is nothing to what is paid
_OF_NO_PAYMENT = frozenset({Verb.LABEL, Verb.TITLE, Verb.BOOK, Verb.ADD_LINE, Verb.REMOVE_LINE})
#: one word of these settles all that waits from a sender
_JUDGING = frozenset({Verb.ALLOW, Verb.ALLOW_ONCE, Verb.BLOCK})
_IN_THE_HOUSE = tuple(set(Status) - {Status.EXPORTED, Status.SPLIT, Status.DELETED})


def _check(act: Act, changes: Sequence[Change]) -> None:
    """Refuse when nothing was done, or when somebody did something since."""
    if not changes:
        raise Refused("nothing_to_undo")
    last = changes[-1]
    if last.actor != act.email:
        other = find_person(act.unit.session, act.dossier, last.actor)
        raise Refused("undo_not_yours", {"name": other.name if other else last.actor})
    if act.document.version != last.version:
        raise Refused("nothing_to_undo")


def _restore_approvals(act: Act, first: Change) -> None:
    """Give every approver his part again; what was laid before others since is withdrawn."""
    had = {_key(approval) for approval in first.approvals_before}
    since = [a for a in approvals_of(act.unit.session, act.document.id) if _key(a) not in had]
    # of version 0: its rule holds no more than if it had never been asked
    withdrawn = [replace(a, state=ApprovalState.CANCELLED, version=0) for a in since]
    record_approvals(act.unit.session, (*first.approvals_before, *withdrawn))


def _key(approval: Approval) -> tuple[str, str]:
    return approval.rule, approval.approver


def _restore_verdict(act: Act, changes: Sequence[Change]) -> None:
    """Make the list say of the sender what it said before, as far as these changed it."""
    before = next((c.verdict_before for c in changes if c.verdict_before is not None), None)
    if before is None:
        return
    session, dossier, sender = act.unit.session, act.dossier.code, act.document.delivered_by
    if before:
        now = act.unit.context.now()
        record_verdict(
            session, dossier=dossier, sender=sender, verdict=before, by=act.email, at=now
        )
    else:
        forget_verdict(session, dossier, sender)
    act.unit.put(JobKind.WRITE_DIRECTORY, key=act.unit.context.new_id())


def _note(act: Act, restored: Document, changes: Sequence[Change]) -> None:
    act.unit.note(
        EventKind.DOCUMENT_RESTORED,
        restored.id,
        act.email,
        undone=", ".join(change.verb.value for change in changes),
        from_status=act.document.status.value,
        to_status=restored.status.value,
        version=str(restored.version),
    )
