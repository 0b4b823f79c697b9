"""Somebody looks for documents: what they may see is listed, newest first; shared by handlers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.stand_ins import places
from mailbot.compose.found import FoundLine, write_found
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Conversation
from mailbot.domain.document import Document, Status
from mailbot.domain.letter import Reader
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Definition, Dossier, Employee, Person
from mailbot.domain.search import ApprovalFilter, Hit, SearchQuery, Sight, with_dossiers
from mailbot.domain.token import ShownItem
from mailbot.mail.search_words import read_search
from mailbot.rules.approval import parts_for
from mailbot.rules.flow import reviewers
from mailbot.rules.sight import find_own, is_shown, sees_dossier, sight_of
from storage.approvals import approvals_of
from storage.conversations import find_conversation
from storage.definitions import find_definition
from storage.documents import find_document
from storage.search import find_entries

#: lines of one answer: what is read on a phone
_MOST = 10


@dataclass(frozen=True, kw_only=True)
class _Looking:
    """Who looks, and with which eyes."""

    unit: Unit
    definition: Definition
    email: str
    today: date
    sight: Sight
    #: their own address, and those of the people in whose place they decide today
    approvers: tuple[str, ...]

    def find_dossier(self, code: str) -> Dossier | None:
        """Return a dossier of the office."""
        return next((d for d in self.definition.dossiers if d.code == code), None)

    def role_in(self, dossier: Dossier) -> Person | Employee | None:
        """Return who they are in a dossier, None for somebody who has no business there."""
        employees = (e for e in self.definition.employees if e.email.lower() == self.email)
        found = next(employees, None) or find_own(dossier, self.email)
        return None if found is None or found.frozen else found

    def places_in(self, dossier: Dossier) -> frozenset[str]:
        """Return in whose place they decide in a dossier today."""
        return places(self.unit.session, dossier, self.email, self.unit.context.now())


def answer_searches(
    unit: Unit,
    person: Person | Employee,
    office: str,
    commands: Sequence[Command],
    *,
    mail: StoredMail,
) -> bool:
    """Mail somebody what they look for in an office, in the transaction of their mail.

    A second time is a no-op. Returns whether they look for anything.
    """
    wanted = [c.args.get("text", "") for c in commands if c.verb is Verb.SEARCH]
    definition = find_definition(unit.session, office) if wanted else None
    if definition is None:
        return False
    looking = _looking(unit, definition, person.email.lower())
    for number, text in enumerate(wanted, start=1):
        reader = reader_of(person, definition.office)
        _send(looking, reader, text, key=f"{mail.id}:{number}", mail=mail)
    return True


def _send(looking: _Looking, reader: Reader, text: str, *, key: str, mail: StoredMail) -> None:
    office, dossiers = looking.definition.office, looking.definition.dossiers
    read = replace(read_search(text), approvers=looking.approvers)
    query = with_dossiers(read, {each.code: each.name for each in dossiers})
    found = list(_found(looking, query))
    lines = [line for line, _item in found[:_MOST]]
    letter = Post(
        key=f"found:{key}",
        reader=reader,
        office=office,
        shown=Shown.DIGEST if lines else Shown.NONE,
        items=tuple(item for _line, item in found[:_MOST]),
        answers=mail,
        write=lambda head: write_found(head, lines, asked=query.text, has_more=len(found) > _MOST),
    )
    post(looking.unit, letter)


def _looking(unit: Unit, definition: Definition, email: str) -> _Looking:
    now = unit.context.now()
    is_employee = email in {e.email.lower() for e in definition.employees}
    theirs = [d for d in definition.dossiers if is_employee or find_own(d, email)]
    taken = frozenset().union(*(places(unit.session, d, email, now) for d in theirs))
    return _Looking(
        unit=unit,
        definition=definition,
        email=email,
        today=local_date(now, definition.office.time_zone),
        sight=sight_of(email, definition, taken),
        approvers=(email, *sorted(taken)),
    )


def _found(looking: _Looking, query: SearchQuery) -> Iterator[tuple[FoundLine, ShownItem]]:
    """Yield a line for each thing that was found, with what an answer to it may decide."""
    session, limit = looking.unit.session, _MOST + 1
    hits: Sequence[Hit] = find_entries(
        session, query, looking.sight, limit=limit, today=looking.today
    )
    for hit in hits:
        document = find_document(session, hit.id, is_locked=False) if hit.is_document else None
        talk = None if hit.is_document else find_conversation(session, hit.id, is_locked=False)
        if document is not None:
            line = list(_document_line(looking, document))
            is_mine = any(item.context is Shown.APPROVAL for _line, item in line)
            if query.approval is not ApprovalFilter.MINE or is_mine:
                yield from line
        elif talk is not None:
            yield from _talk_line(looking, talk)


def _document_line(looking: _Looking, document: Document) -> Iterator[tuple[FoundLine, ShownItem]]:
    dossier = looking.find_dossier(document.dossier)
    role = looking.role_in(dossier) if dossier else None
    if dossier is None or role is None or not _may_see(looking, document, dossier, role):
        return
    day = local_date(document.received_at, looking.definition.office.time_zone)
    item = ShownItem(
        document_id=document.id,
        version=document.version,
        context=_asks(looking, document, dossier),
    )
    yield FoundLine(document=document, dossier=dossier.name, on=day), item


def _may_see(
    looking: _Looking, document: Document, dossier: Dossier, role: Person | Employee
) -> bool:
    if sees_dossier(role):
        return is_shown(document, role)
    mine = {looking.email, *looking.places_in(dossier)}
    known = approvals_of(looking.unit.session, document.id)
    return any({a.approver, a.escalated_to} & mine for a in known)


def _asks(looking: _Looking, document: Document, dossier: Dossier) -> Shown:
    """Return what an answer may decide: what waits for this person, as its own mail would ask."""
    email = looking.email
    waits_for_admin = email in {admin.email.lower() for admin in dossier.admins}
    match document.status:
        case Status.TO_APPROVE:
            approvals = approvals_of(looking.unit.session, document.id)
            parts = parts_for(approvals, email, looking.places_in(dossier), document)
            return Shown.APPROVAL if parts else Shown.NONE
        case Status.TO_REVIEW:
            return Shown.REVIEW if email in reviewers(document, dossier) else Shown.NONE
        case Status.INBOX:
            return Shown.INBOX if waits_for_admin else Shown.NONE
        case Status.QUARANTINED:
            return Shown.QUARANTINE if waits_for_admin else Shown.NONE
        case Status.EXPORT_FAILED:
            return Shown.EXPORT if email == dossier.dossier_manager.lower() else Shown.NONE
        case _:
            return Shown.NONE


def _talk_line(looking: _Looking, talk: Conversation) -> Iterator[tuple[FoundLine, ShownItem]]:
    dossier = looking.find_dossier(talk.dossier)
    role = looking.role_in(dossier) if dossier else None
    is_theirs = isinstance(role, Employee) or (role is not None and looking.email in talk.readers)
    if dossier is None or not is_theirs:
        return
    day = local_date(talk.last_at, looking.definition.office.time_zone)
    item = ShownItem(document_id="", version=0, context=Shown.QUESTION, conversation=talk.id)
    about = find_document(looking.unit.session, talk.document_id, is_locked=False)
    line = FoundLine(
        document=about,
        is_conversation=True,
        subject=talk.subject,
        dossier=dossier.name,
        on=day,
    )
    yield line, item
