"""Gathers what happened to a mail and its documents, for whoever asks where it is."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from mailbot.domain.document import Document, Status
from mailbot.domain.events import Event, EventKind
from mailbot.domain.mail import StoredMail
from mailbot.domain.trace import Happened, Step, steps
from storage.audit import events_about
from storage.mails import find_mail
from storage.outbox import find_entry_for

#: a document in one of these waits for people
_WITH_PEOPLE = frozenset(
    {
        Status.QUARANTINED,
        Status.INBOX,
        Status.TO_REVIEW,
        Status.TO_APPROVE,
        Status.EXPORT_FAILED,
        Status.UNREADABLE,
    }
)
_WITH_US = frozenset({Status.RECEIVED, Status.TO_EXPORT})


def trace_of_mail(session: Session, mail: StoredMail) -> list[Step]:
    """Return what happened to a mail, from its 250 on, without its documents."""
    happened = [accepted(mail), *map(_happened, events_about(session, mail.id))]
    receipt = find_entry_for(session, f"receipt:{mail.id}")
    if receipt is not None:
        happened += map(_happened, events_about(session, receipt.id))
    return list(steps(happened))


def trace_of_document(session: Session, document: Document, now: datetime) -> list[Step]:
    """Return what happened to a document since its mail was accepted, and what it waits for."""
    mail = find_mail(session, document.mail_id)
    events = events_about(session, document.id)
    happened = [
        *map(_happened, events),
        *_answers(session, document, events),
        *_waits(document, now),
    ]
    return list(steps(happened, since=mail.envelope.received_at if mail else None))


def accepted(mail: StoredMail) -> Happened:
    """Return the moment at which the sender's server was told 250."""
    envelope = mail.envelope
    facts = {"by": envelope.channel.value, "as": envelope.spool_id}
    return Happened(at=envelope.received_at, what="accepted", actor="mailbot", facts=facts)


def _happened(event: Event) -> Happened:
    is_on_page = event.data.get("via") == "page" or event.kind is EventKind.PAGE_ANSWERED
    return Happened(
        at=event.at,
        what=event.kind.value,
        actor=event.actor,
        facts=event.data,
        is_by_people=is_on_page,
    )


def _answers(session: Session, document: Document, events: Sequence[Event]) -> Iterator[Happened]:
    """Yield when each mail came in that brought a decision: until then it waited for people."""
    causes = {e.data.get("mail") or e.data.get("cause", ""): e.actor for e in events}
    for mail_id, actor in causes.items():
        is_answer = mail_id and mail_id != document.mail_id
        mail = find_mail(session, mail_id) if is_answer else None
        if mail is not None:
            facts = {"mail": mail.id}
            at = mail.envelope.received_at
            yield Happened(at=at, what="answered", actor=actor, facts=facts, is_by_people=True)


def _waits(document: Document, now: datetime) -> Iterator[Happened]:
    """Yield what the document waits for until this moment, if anything."""
    if document.status in _WITH_PEOPLE | _WITH_US:
        is_by_people = document.status in _WITH_PEOPLE or document.on_hold
        facts = {"status": document.status.value}
        yield Happened(
            at=now, what="waits", actor="mailbot", facts=facts, is_by_people=is_by_people
        )
