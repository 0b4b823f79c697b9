"""What people say about a document: questions, answers, remarks, and passing it on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.acting import Act, Result
from handlers.answering import (
    addresses_of,
    answer_by_mail,
    answer_on_page,
    files_of,
    read_mail_of,
    unknown_names,
)
from handlers.batches import send_batch
from handlers.context import Unit
from handlers.correspondence import dossier_manager, find_person, is_proved
from handlers.participants import find_named
from handlers.progress import ask
from handlers.threads import Said, Topic, begin, close, postpone, say, talk_about
from mailbot.domain.approval import ApprovalState
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import (
    Conversation,
    ConversationKind,
    ConversationState,
    Message,
)
from mailbot.domain.document import Note, Status, StoredFile
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import Token
from mailbot.mail.talk import Talk, read_talk, read_topic
from mailbot.rules.approval import due, may_take
from storage.approvals import approvals_of, record_approvals
from storage.conversations import conversations_about, find_conversation, record_message
from storage.definitions import find_definition, get_dossier, get_office
from storage.documents import record_document


def question(act: Act) -> Result:
    """Pass a question on, or, in answer to one, the answer."""
    text = act.arg("text")
    if not text:
        raise Refused("bad_value", {"field": "question", "value": ""})
    if act.shown is Shown.QUESTION:
        return _answer(act, text)
    _must_be_proved(act)
    talk, files = _talk(act)
    others = _named(act, talk) or (_other_side(act).email.lower(),)
    conversation = talk_about(act.unit, act.document, (act.email, *others, *_copied(act, talk)))
    said = Said(
        by=act.person,
        text=talk.text,
        id=act.unit.context.new_id(),
        mail=act.mail,
        files=files,
        asks=others,
        only_for=others if talk.is_private else (),
    )
    say(act.unit, conversation, said)
    return Result(document=act.document, sentence="question")


def remark(act: Act) -> Result:
    """Keep a remark with the document; in answer to a question it is the answer.

    What somebody of the client says, the office is told. What the office says stays with the
    document, unless it names who shall read it: nobody is written what was not meant for them.
    """
    text = act.arg("text")
    if act.shown is Shown.QUESTION and text:
        return _answer(act, text)
    if not text:
        raise Refused("bad_value", {"field": "remark", "value": ""})
    note = Note(at=act.unit.context.now(), by=act.email, text=text)
    after = replace(act.document, notes=(*act.document.notes, note))
    record_document(act.unit.session, after)
    talk, files = _talk(act)
    others = _named(act, talk)
    if not others and not isinstance(act.person, Employee):
        others = (_other_side(act).email.lower(),)
    if not others:
        _remember(act, text)
        return Result(document=after, sentence="remark")
    _must_be_proved(act)
    conversation = talk_about(act.unit, act.document, (act.email, *others, *_copied(act, talk)))
    said = Said(
        by=act.person,
        text=talk.text,
        id=act.unit.context.new_id(),
        mail=act.mail,
        files=files,
        only_for=others if talk.is_private else (),
    )
    say(act.unit, conversation, said)
    return Result(document=after, sentence="remark")


def end(act: Act) -> Result:
    """End the conversations about the document in which this person takes part."""
    ended = 0
    for known in conversations_about(act.unit.session, act.document.id):
        found = find_conversation(act.unit.session, known.id)
        if found is None or found.state is ConversationState.CLOSED:
            continue
        if act.email in found.readers or isinstance(act.person, Employee):
            close(act.unit, found, act.person)
            ended += 1
    if not ended:
        raise Refused("no_conversation")
    return Result(document=act.document, sentence="close")


def _answer(act: Act, text: str) -> Result:
    """Take an answer that was typed on the page of a question, or that a mail brought."""
    if act.mail is None:
        answer_on_page(act.unit, act.token, act.person, dossier=act.dossier, text=text)
    else:
        answer_by_mail(act.unit, act.token, act.person, dossier=act.dossier, stored=act.mail)
    # the answer may settle what the asker was asked: he gets the document again with it
    ask(act.unit, act.document)
    return Result(document=act.document, sentence="remark")


def forward(act: Act) -> Result:
    """Lay an approval before somebody else of the dossier or the office, in one's own place."""
    wanted = act.arg("to")
    other = find_named(act.unit.session, act.dossier, wanted)
    if other is None or other.email.lower() == act.email:
        raise Refused("forward_unknown_person", {"to": wanted})
    if act.document.status is not Status.TO_APPROVE or act.shown is not Shown.APPROVAL:
        raise Refused("status_forbids", {"status": act.document.status.value})
    approvals = approvals_of(act.unit.session, act.document.id)
    mine = [a for a in due(approvals) if a.approver == act.email]
    if not mine:
        raise Refused("already_done")
    if other.frozen or not may_take(other.email, mine, approvals, act.document):
        raise Refused("forward_decides_already", {"to": other.name})
    to = other.email.lower()
    # they have all the days that the rule gives
    fresh = [replace(a, approver=to, asked_at=None, reminded_at=None) for a in mine]
    record_approvals(act.unit.session, fresh)
    record_approvals(act.unit.session, [replace(a, state=ApprovalState.CANCELLED) for a in mine])
    act.unit.note(EventKind.APPROVAL_HANDED_OVER, act.document.id, act.email, to=other.email)
    # who was asked already gets no second mail: the key of each mail says for whom it is
    key = f"{act.document.id}:{act.unit.context.new_id()}"
    act.unit.put(JobKind.REQUEST_APPROVAL, key=key, document=act.document.id)
    return Result(document=act.document, sentence="forward", values={"to": other.name})


@dataclass(frozen=True, kw_only=True)
class Line:
    """What somebody asks about one line of a list, or about no line."""

    person: Person | Employee
    command: Command
    #: the mail that brought it, None for a page
    mail: StoredMail | None = None

    @property
    def text(self) -> str:
        """What is said."""
        return self.command.args.get("text", "").strip()


def say_in_line(unit: Unit, token: Token, line: Line) -> Outcome | None:
    """Do what is asked about a conversation in a list, or said to the office about no document.

    None when the command is about something else.
    """
    command = line.command
    if batch := command.args.get("batch"):
        sent = send_batch(unit, batch)
        values = {"count": str(len(sent.dossiers))}
        return Outcome(command=command, is_done=True, sentence="batch", values=values)
    number = command.items[0] if len(command.items) == 1 else 0
    item = token.items[number - 1] if 1 <= number <= len(token.items) else None
    if item is not None and item.conversation:
        return _in_list(unit, line, find_conversation(unit.session, item.conversation))
    is_talk = command.verb in (Verb.QUESTION, Verb.REMARK) and line.text
    if is_talk and not command.items and len(token.items) != 1:
        return _to_the_office(unit, token, line)
    return None


#: what was done about the conversation in a line: ids in table `outcomes`
_DONE = {
    Verb.CLOSE: "close",
    Verb.HOLD: "reminder_waits",
    Verb.QUESTION: "question",
    Verb.REMARK: "question",
}


def _in_list(unit: Unit, line: Line, conversation: Conversation | None) -> Outcome:
    """Do what is asked about the conversation in one line of a list."""
    command = line.command
    why = _hindered(line, conversation)
    if not why and conversation is not None:
        _do_in_list(unit, line, conversation)
    values = {"verb": command.verb.value} if why == "unsupported_verb" else {}
    return Outcome(
        command=command,
        is_done=not why,
        sentence=why or _DONE[command.verb],
        values=values,
        item=command.items[0],
    )


def _hindered(line: Line, conversation: Conversation | None) -> str:
    """Return why it cannot be done (id in table `refusals`), "" when it can."""
    verb, person = line.command.verb, line.person
    if conversation is None:
        return "no_conversation"
    if person.email.lower() not in conversation.readers and not isinstance(person, Employee):
        return "not_allowed"
    if verb is Verb.CLOSE and conversation.state is ConversationState.CLOSED:
        return "already_done"
    lacks = (verb is Verb.HOLD and not line.command.args.get("until")) or (
        verb in (Verb.QUESTION, Verb.REMARK) and not line.text
    )
    return "unsupported_verb" if lacks or verb not in _DONE else ""


def _do_in_list(unit: Unit, line: Line, conversation: Conversation) -> None:
    verb, me = line.command.verb, line.person.email.lower()
    if verb is Verb.CLOSE:
        close(unit, conversation, line.person)
    elif verb is Verb.HOLD:
        until = date.fromisoformat(line.command.args["until"])
        postpone(unit, conversation, line.person, until)
    else:
        others = tuple(email for email in conversation.readers if email != me)
        asks = others if verb is Verb.QUESTION else ()
        say(unit, conversation, _said(unit, line, asks))


def _to_the_office(unit: Unit, token: Token, line: Line) -> Outcome | None:
    """Bring what a client says about no document in particular to who keeps the dossier."""
    dossier = _dossier_of(unit, token, line)
    if dossier is None or isinstance(line.person, Employee):
        return None
    manager = dossier.dossier_manager.lower()
    asks = line.command.verb is Verb.QUESTION
    kind = ConversationKind.QUESTION if asks else ConversationKind.MESSAGE
    topic = Topic(subject=read_topic(line.mail.subject) if line.mail else "", kind=kind)
    conversation = begin(unit, dossier, (line.person.email.lower(), manager), topic)
    say(unit, conversation, _said(unit, line, (manager,) if asks else ()))
    return Outcome(command=line.command, is_done=True, sentence="question")


def _dossier_of(unit: Unit, token: Token, line: Line) -> Dossier | None:
    """Return the dossier of a mail; of a list over dossiers the only one of this person."""
    if token.dossier:
        return get_dossier(unit.session, token.dossier)
    definition = find_definition(unit.session, token.office)
    email = line.person.email.lower()
    theirs = [
        dossier
        for dossier in (definition.dossiers if definition else ())
        if any(person.email.lower() == email for person in dossier.people)
    ]
    return theirs[0] if len(theirs) == 1 else None


def _said(unit: Unit, line: Line, asks: tuple[str, ...]) -> Said:
    return Said(
        by=line.person, text=line.text, id=unit.context.new_id(), mail=line.mail, asks=asks
    )


def _talk(act: Act) -> tuple[Talk, tuple[StoredFile, ...]]:
    """Return what is said and what hangs on the mail.

    A mail about one document is read whole; of a list, or a page, only what the line says.
    """
    office, _employees = get_office(act.unit.session, act.dossier.office)
    if act.mail is None or act.command.items or len(act.token.items) != 1:
        today = local_date(act.unit.context.now(), office.time_zone)
        return read_talk(act.arg("text"), today), ()
    talk, mail = read_mail_of(act.unit, act.mail, office.time_zone)
    mail_day = local_date(act.mail.envelope.received_at, office.time_zone)
    said = replace(talk, text=read_talk(act.arg("text"), mail_day).text)
    return said, files_of(act.unit.context, mail)


def _must_be_proved(act: Act) -> None:
    """Refuse what the office would tell a client by a mail that may be forged. Raises Refused."""
    is_office = isinstance(act.person, Employee)
    if is_office and act.mail is not None and not is_proved(act.unit.context, act.mail):
        raise Refused("unproved_office")


def _named(act: Act, talk: Talk) -> tuple[str, ...]:
    """Return the addresses of those whom it names; nobody else gets it.

    Raises Refused when a name is nobody's.
    """
    names: Sequence[str] = (*talk.to, *talk.only)
    unknown = unknown_names(act.unit, act.dossier, (*names, *talk.cc))
    if unknown:
        raise Refused("forward_unknown_person", {"to": ", ".join(unknown)})
    return tuple(e for e in addresses_of(act.unit, act.dossier, names) if e != act.email)


def _copied(act: Act, talk: Talk) -> tuple[str, ...]:
    return tuple(e for e in addresses_of(act.unit, act.dossier, talk.cc) if e != act.email)


def _other_side(act: Act) -> Person | Employee:
    """Clients ask the office; the office asks who delivered it, else the dossier's admin.

    Raises Refused when there is nobody.
    """
    manager = dossier_manager(act.unit.session, act.dossier)
    if not isinstance(act.person, Employee):
        return manager
    deliverer = find_person(act.unit.session, act.dossier, act.document.delivered_by)
    is_client = deliverer is not None and not isinstance(deliverer, Employee)
    asked = deliverer if is_client else next(iter(act.dossier.admins), None)
    if (asked or manager).email.lower() == act.email:
        raise Refused("nobody_to_ask")
    return asked or manager


def _remember(act: Act, text: str) -> None:
    """Keep a remark that goes to nobody."""
    message = Message(
        id=act.unit.context.new_id(),
        dossier=act.dossier.code,
        document_id=act.document.id,
        at=act.unit.context.now(),
        author=act.email,
        text=text,
        mail_id=act.mail.id if act.mail else "",
    )
    record_message(act.unit.session, message)
    act.unit.note(EventKind.MESSAGE, act.document.id, act.email, to="")
