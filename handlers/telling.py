"""What `status` and `historiek` tell about a document: where it stands, and how it came there."""

from collections.abc import Iterable, Sequence
from functools import partial

from handlers.acting import Act, Result
from handlers.asking import Showing, show
from handlers.correspondence import dossier_manager, find_person
from mailbot.compose.history import write_history
from mailbot.domain.document import Status
from mailbot.domain.events import Event
from mailbot.rules.approval import due
from mailbot.rules.flow import reviewers
from storage.approvals import approvals_of
from storage.audit import events_about
from storage.payments import payments_of_document


def status(act: Act) -> Result:
    """Mail where the document stands, and for whom it waits."""
    _tell(act, ())
    return Result(document=act.document, sentence="status")


def history(act: Act) -> Result:
    """Mail what happened to the document, and who did it."""
    _tell(act, events_about(act.unit.session, act.document.id))
    return Result(document=act.document, sentence="history")


def _tell(act: Act, events: Sequence[Event]) -> None:
    showing = Showing(
        to=act.person,
        key=f"{act.command.verb}:{act.unit.cause.get('cause', act.token.hash)}:{act.document.id}",
        shown=act.shown,
        subject=act.token.subject,
        answers=act.mail,
        write=partial(
            write_history,
            events=events,
            waits_for=_waits_for(act),
            names=_names(act, {event.actor for event in events}),
            payments=payments_of_document(act.unit.session, act.document.id),
        ),
    )
    show(act.unit, act.document, act.dossier, showing)


def _waits_for(act: Act) -> list[str]:
    """Return the names of those who must act now."""
    if act.document.status is Status.TO_APPROVE:
        approvals = approvals_of(act.unit.session, act.document.id)
        open_ones = sorted({a.approver for a in due(approvals)})
        return list(_names(act, open_ones).values())
    if act.document.status in (Status.INBOX, Status.QUARANTINED):
        return [person.name for person in act.dossier.admins]
    if act.document.status is Status.TO_REVIEW:
        return list(_names(act, reviewers(act.document, act.dossier)).values())
    if act.document.status is Status.EXPORT_FAILED:
        return [dossier_manager(act.unit.session, act.dossier).name]
    return []


def _names(act: Act, addresses: Iterable[str]) -> dict[str, str]:
    people = {email: find_person(act.unit.session, act.dossier, email) for email in addresses}
    return {email: person.name if person else email for email, person in people.items()}
