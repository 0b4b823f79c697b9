"""What people say about a document: questions, answers, remarks, and passing it on."""

from dataclasses import replace
from functools import partial

from handlers.acting import Act, Result
from handlers.asking import Showing, show
from handlers.correspondence import dossier_manager, find_person
from handlers.progress import ask
from mailbot.compose.notices import write_answer
from mailbot.compose.requests import write_question
from mailbot.domain.approval import ApprovalState
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Message
from mailbot.domain.document import Note, Status
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.people import Employee, Person
from storage.approvals import approvals_of, record_approvals
from storage.conversations import messages_about, record_message
from storage.documents import record_document


def question(act: Act) -> Result:
    """Pass a question on, or, in answer to one, the answer."""
    text = act.arg("text")
    if not text:
        raise Refused("bad_value", {"field": "question", "value": ""})
    if act.shown is Shown.QUESTION:
        return _answer(act, text)
    other = _other_side(act)
    _remember(act, text, to=other)
    showing = Showing(
        to=other,
        key=f"question:{_cause(act)}",
        shown=Shown.QUESTION,
        subject=act.email,
        write=partial(write_question, question=text, asked_by=act.person.name),
    )
    show(act.unit, act.document, act.dossier, showing)
    return Result(document=act.document, sentence="question")


def remark(act: Act) -> Result:
    """Keep a remark with the document; in answer to a question it is the answer."""
    text = act.arg("text")
    if act.shown is Shown.QUESTION and text:
        return _answer(act, text)
    if not text:
        raise Refused("bad_value", {"field": "remark", "value": ""})
    note = Note(at=act.unit.context.now(), by=act.email, text=text)
    after = replace(act.document, notes=(*act.document.notes, note))
    record_document(act.unit.session, after)
    _remember(act, text, to=None)
    return Result(document=after, sentence="remark")


def _answer(act: Act, text: str) -> Result:
    """Bring the answer to who asked; `token.subject` is that person."""
    asker = find_person(act.unit.session, act.dossier, act.token.subject)
    if asker is None:
        asker = dossier_manager(act.unit.session, act.dossier)
    asked = [
        m for m in messages_about(act.unit.session, act.document.id) if m.recipient == act.email
    ]
    _remember(act, text, to=asker)
    showing = Showing(
        to=asker,
        key=f"answer:{_cause(act)}",
        shown=Shown.QUESTION,
        subject=act.email,
        write=partial(
            write_answer,
            question=asked[-1].text if asked else "",
            answer=text,
            answered_by=act.person.name,
        ),
    )
    show(act.unit, act.document, act.dossier, showing)
    # the answer may settle what the asker was asked: he gets the document again with it
    ask(act.unit, act.document)
    return Result(document=act.document, sentence="remark")


def forward(act: Act) -> Result:
    """Lay an approval before somebody else of the dossier or the office, in one's own place."""
    wanted = act.arg("to")
    other = _find_by_name(act, wanted)
    if other is None or other.email.lower() == act.email:
        raise Refused("forward_unknown_person", {"to": wanted})
    if act.document.status is not Status.TO_APPROVE or act.shown is not Shown.APPROVAL:
        raise Refused("status_forbids", {"status": act.document.status.value})
    mine = [
        a
        for a in approvals_of(act.unit.session, act.document.id)
        if a.approver == act.email and a.state is ApprovalState.OPEN
    ]
    if not mine:
        raise Refused("already_done")
    record_approvals(act.unit.session, [replace(a, approver=other.email.lower()) for a in mine])
    record_approvals(act.unit.session, [replace(a, state=ApprovalState.CANCELLED) for a in mine])
    ask(act.unit, act.document)
    return Result(document=act.document, sentence="forward", values={"to": other.name})


def _find_by_name(act: Act, wanted: str) -> Person | Employee | None:
    """Return the one person with this address, or this first or full name."""
    by_address = find_person(act.unit.session, act.dossier, wanted)
    if by_address is not None:
        return by_address
    name = wanted.casefold()
    found = [p for p in act.dossier.people if name in (p.first_name.casefold(), p.name.casefold())]
    return found[0] if len(found) == 1 else None


def _other_side(act: Act) -> Person | Employee:
    """Clients ask the office; the office asks who delivered it, else the dossier's admin."""
    manager = dossier_manager(act.unit.session, act.dossier)
    if act.email != manager.email.lower():
        return manager
    deliverer = find_person(act.unit.session, act.dossier, act.document.delivered_by)
    return deliverer or next(iter(act.dossier.admins), None) or manager


def _remember(act: Act, text: str, *, to: Person | Employee | None) -> None:
    message = Message(
        id=act.unit.context.new_id(),
        dossier=act.dossier.code,
        document_id=act.document.id,
        at=act.unit.context.now(),
        author=act.email,
        recipient=to.email.lower() if to else "",
        text=text,
        mail_id=act.mail.id if act.mail else "",
    )
    record_message(act.unit.session, message)
    act.unit.note(EventKind.MESSAGE, act.document.id, act.email, to=message.recipient)


def _cause(act: Act) -> str:
    """Return what makes a question the same one: the mail that brought it and its line."""
    line = ",".join(map(str, act.command.items))
    return f"{act.mail.id}:{line}" if act.mail else act.unit.context.new_id()
