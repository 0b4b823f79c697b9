"""The daily digest of one person: numbered lines to answer; an empty one is not sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from handlers.approving_payments import open_approvers, shown_payment, waits_for
from handlers.basket import may_execute, remind_of_basket
from handlers.context import Context, Unit
from handlers.correspondence import Post, find_person, post, reader_of
from handlers.participants import office_of
from handlers.payment_facts import view_payment
from mailbot.compose.digest import (
    DigestLine,
    DigestPayment,
    DigestSection,
    DigestTalk,
    write_digest_approver,
    write_digest_employee,
)
from mailbot.compose.render import Letterhead
from mailbot.domain.approval import ApprovalState
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Conversation, ConversationState
from mailbot.domain.document import Document, Status
from mailbot.domain.job import Job
from mailbot.domain.letter import Letter, Reader
from mailbot.domain.payment import Payment, PaymentStatus
from mailbot.domain.people import Definition, Dossier, Employee, EmployeeRole, Office, Person
from mailbot.domain.token import ShownItem
from mailbot.rules.approval import parts_for
from mailbot.rules.standins import absences_of, places_of
from storage.approvals import approvals_of, open_approvals_by
from storage.conversations import conversations_in, find_message
from storage.definitions import find_definition
from storage.documents import documents_in, find_document
from storage.payments import payments_in
from storage.people import is_unsubscribed

#: what an employee is shown: section, status, and what the answer to such a line may decide
_OFFICE_SECTIONS: tuple[tuple[str, Status, Shown], ...] = (
    ("to_review", Status.TO_REVIEW, Shown.REVIEW),
    ("export_failed", Status.EXPORT_FAILED, Shown.EXPORT),
    ("unreadable", Status.UNREADABLE, Shown.NONE),
)
#: what an admin of a client is shown
_CLIENT_SECTIONS: tuple[tuple[str, Status, Shown], ...] = (
    ("inbox", Status.INBOX, Shown.INBOX),
    ("quarantined", Status.QUARANTINED, Shown.QUARANTINE),
)


_NOBODY: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One section with what its lines may decide."""

    section: DigestSection
    shown: Shown
    #: what answers to its lines are about, in their order
    items: tuple[ShownItem, ...]


def handle(context: Context, job: Job) -> None:
    """Send one person's digest of one day, once. `job.ids`: office, person, day."""
    email = job.ids["person"]
    with context.transaction() as unit:
        definition = find_definition(unit.session, job.ids["office"])
        if definition is None or is_unsubscribed(unit.session, email):
            return
        person = _find(definition.employees, definition.dossiers, email)
        if person is None or person.frozen:
            return
        parts = tuple(_parts(unit, person, definition))
        if parts:
            reader = reader_of(person, definition.office)
            _send(unit, reader, definition.office, parts, day=job.ids["day"])
        for dossier in definition.dossiers:
            known = _find(definition.employees, [dossier], email)
            if known is not None and dossier.payments.active:
                remind_of_basket(unit, dossier, known, day=job.ids["day"])


def _find(
    employees: Iterable[Employee], dossiers: Iterable[Dossier], email: str
) -> Person | Employee | None:
    people: list[Person | Employee] = [*employees]
    people += [person for dossier in dossiers for person in dossier.people]
    return next((p for p in people if p.email.lower() == email), None)


def _parts(unit: Unit, person: Person | Employee, definition: Definition) -> Iterator[_Part]:
    """Yield every section that has something to say to this person."""
    email, dossiers = person.email.lower(), definition.dossiers
    names = {dossier.code: dossier.name for dossier in dossiers}
    to_approve = dict(_to_approve(unit, email, definition))
    asked = [document for document, _others in to_approve.values()]
    also = {key: others for key, (_document, others) in to_approve.items()}
    yield from _part("to_approve", asked, names, Shown.APPROVAL, also=also)
    if isinstance(person, Employee):
        mine = [d.code for d in dossiers if d.dossier_manager.lower() == email]
        table = _OFFICE_SECTIONS
    else:
        mine = [d.code for d in dossiers if email in {a.email.lower() for a in d.admins}]
        table = _CLIENT_SECTIONS
    for name, status, shown in table:
        found = documents_in(unit.session, mine, [status])
        yield from _part(name, found, names, shown)
    is_theirs = isinstance(person, Employee)
    known = [d for d in dossiers if is_theirs or any(p.email.lower() == email for p in d.people)]
    yield from _payments(unit, person, known)
    yield from _talks(unit, person, known)


def _payments(
    unit: Unit, person: Person | Employee, dossiers: Sequence[Dossier]
) -> Iterator[_Part]:
    """Yield the payments that wait for this person's approval, and those for others (CF-PAPP-09).

    Those for others are shown to whoever may execute them.
    """
    email = person.email.lower()
    mine, others = _Payments(), _Payments()
    for dossier in dossiers:
        if not dossier.payments.active or not dossier.payments.approval:
            continue
        known = find_person(unit.session, dossier, email)
        for payment in payments_in(unit.session, dossier.code, [PaymentStatus.TO_APPROVE]):
            if waits_for(unit, payment, email):
                mine.add(unit, payment, dossier, shown=Shown.PAYMENT_APPROVAL)
            elif known is not None and may_execute(known, dossier):
                others.add(unit, payment, dossier, shown=Shown.BASKET)
    for name, found in (("payments", mine), ("payments_others", others)):
        if found.lines:
            section = DigestSection(id=name, lines=tuple(found.lines))
            shown = found.items[0].context
            yield _Part(section=section, shown=shown, items=tuple(found.items))


@dataclass(frozen=True)
class _Payments:
    """The lines of a section of payments."""

    lines: list[DigestPayment] = field(default_factory=list)
    items: list[ShownItem] = field(default_factory=list)

    def add(self, unit: Unit, payment: Payment, dossier: Dossier, *, shown: Shown) -> None:
        """Add a payment; of others' it is said whom it waits for."""
        waiting = open_approvers(unit, payment) if shown is Shown.BASKET else ()
        names = tuple(_name(unit, dossier, email) for email in waiting)
        view = replace(view_payment(unit, payment, dossier), hindrance=None)
        self.lines.append(DigestPayment(view=view, dossier=dossier.name, waits_for=names))
        self.items.append(shown_payment(payment, shown))


def _to_approve(
    unit: Unit, email: str, definition: Definition
) -> Iterator[tuple[str, tuple[Document, tuple[str, ...]]]]:
    """Yield what waits for this person's approval now, by id, with who else must approve it.

    The same person may approve for clients of another office: that has a list of its own.
    """
    waiting = dict.fromkeys(a.document_id for a in open_approvals_by(unit.session, email))
    waiting |= dict.fromkeys(_stood_in_for(unit, email, definition))
    dossiers = {dossier.code: dossier for dossier in definition.dossiers}
    today = local_date(unit.context.now(), definition.office.time_zone)
    for document_id in waiting:
        document = find_document(unit.session, document_id)
        dossier = dossiers.get(document.dossier) if document else None
        if document is None or dossier is None or document.status is not Status.TO_APPROVE:
            continue
        approvals = approvals_of(unit.session, document_id)
        taken = places_of(email, absences_of(dossier, definition.employees), today)
        mine = parts_for(approvals, email, taken, document)
        still = {a.approver for a in approvals if a.state is ApprovalState.OPEN}
        others = still - {part.approver for part in mine}
        if mine:
            names = tuple(_name(unit, dossier, other) for other in sorted(others))
            yield document_id, (document, names)


def _stood_in_for(unit: Unit, email: str, definition: Definition) -> Iterator[str]:
    """Yield the documents that wait for somebody in whose place this person decides today."""
    today = local_date(unit.context.now(), definition.office.time_zone)
    for dossier in definition.dossiers:
        for absent in places_of(email, absences_of(dossier, definition.employees), today):
            for approval in open_approvals_by(unit.session, absent):
                document = find_document(unit.session, approval.document_id)
                approvals = approvals_of(unit.session, approval.document_id)
                mine = document and parts_for(approvals, email, {absent}, document)
                if mine and document and document.dossier == dossier.code:
                    yield document.id


def _talks(unit: Unit, person: Person | Employee, dossiers: Sequence[Dossier]) -> Iterator[_Part]:
    """Yield the conversations that wait for this person, and those that wait for others.

    An employee sees those of the dossiers that they keep, and those in which they take part.
    """
    email = person.email.lower()
    known = {dossier.code: dossier for dossier in dossiers}
    kept = {d.code for d in dossiers if d.dossier_manager.lower() == email}
    found = conversations_in(unit.session, known, [ConversationState.OPEN])
    waiting = [each for each in found if email in each.waits_for]
    others = [
        each
        for each in found
        if email not in each.waits_for and (each.dossier in kept or email in each.readers)
    ]
    for name, each in (("questions", waiting), ("conversations", others)):
        if each:
            lines = tuple(_talk(unit, one, known[one.dossier]) for one in each)
            shown = tuple(_shown_talk(one) for one in each)
            section = DigestSection(id=name, lines=lines)
            yield _Part(section=section, shown=Shown.QUESTION, items=shown)


def _shown_talk(conversation: Conversation) -> ShownItem:
    return ShownItem(
        document_id="", version=0, context=Shown.QUESTION, conversation=conversation.id
    )


def _talk(unit: Unit, conversation: Conversation, dossier: Dossier) -> DigestTalk:
    office = office_of(unit.session, conversation)
    question = find_message(unit.session, conversation.question)
    asked = (_name(unit, dossier, email) for email in conversation.waits_for)
    return DigestTalk(
        subject=conversation.subject,
        document=find_document(unit.session, conversation.document_id, is_locked=False),
        dossier=dossier.name,
        asker=_name(unit, dossier, conversation.asked_by),
        asked=tuple(asked),
        asked_on=local_date(question.at if question else conversation.last_at, office.time_zone),
    )


def _name(unit: Unit, dossier: Dossier, email: str) -> str:
    person = find_person(unit.session, dossier, email)
    return person.name if person else email


def _part(
    name: str,
    documents: Sequence[Document],
    dossiers: dict[str, str],
    shown: Shown,
    *,
    also: Mapping[str, tuple[str, ...]] = _NOBODY,
) -> Iterator[_Part]:
    lines = tuple(
        DigestLine(
            document=document,
            dossier=dossiers.get(document.dossier, document.dossier),
            also=also.get(document.id, ()),
        )
        for document in documents
    )
    if lines:
        items = tuple(
            ShownItem(document_id=each.id, version=each.version, context=shown)
            for each in documents
        )
        yield _Part(section=DigestSection(id=name, lines=lines), shown=shown, items=items)


def _send(
    unit: Unit, reader: Reader, office: Office, parts: tuple[_Part, ...], *, day: str
) -> None:
    letter = Post(
        key=f"digest:{day}:{office.code}:{reader.email}",
        reader=reader,
        office=office,
        shown=Shown.DIGEST,
        items=tuple(item for part in parts for item in part.items),
        write=lambda head: _write(head, parts),
    )
    post(unit, letter)


def _write(head: Letterhead, parts: tuple[_Part, ...]) -> Letter:
    url = f"{head.links.document}/stop"
    if all(part.shown is Shown.APPROVAL for part in parts):
        found = [line for part in parts for line in part.section.lines]
        lines = [line for line in found if isinstance(line, DigestLine)]
        return write_digest_approver(head, lines, unsubscribe_url=url)
    sections = [part.section for part in parts]
    return write_digest_employee(head, sections, unsubscribe_url=url)


def digest_readers(employees: Iterable[Employee], dossiers: Iterable[Dossier]) -> set[str]:
    """Return the addresses of everyone who may get a digest."""
    found = {e.email.lower() for e in employees if e.role is not EmployeeRole.SUPPORT}
    for dossier in dossiers:
        found |= {admin.email.lower() for admin in dossier.admins}
        found |= {a.lower() for rule in dossier.approval_rules for a in rule.approvers}
        found |= {p.email.lower() for p in dossier.people if dossier.payments.active}
        found |= {person.stand_in.lower() for person in dossier.people if person.stand_in}
    return found
