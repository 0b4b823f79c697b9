"""Writes the same to many dossiers, each in a conversation of its own; shared by handlers."""

from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.context import Unit
from handlers.correspondence import Post, find_person, post, reader_of
from handlers.threads import Said, Topic, begin, say
from mailbot.compose.facts import heading
from mailbot.compose.messages import write_batch_request
from mailbot.compose.render import Letterhead
from mailbot.compose.variables import fill_in, unknown_variables
from mailbot.compose.wording import listed
from mailbot.domain.clock import local_date
from mailbot.domain.code import CodePurpose, CodeUse
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Batch, ConversationKind, ConversationState
from mailbot.domain.document import Status
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Definition, Dossier, Employee, Office, Person
from storage.codes import new_code
from storage.conversations import conversations_in, find_batch, find_in_batch, record_batch
from storage.definitions import find_definition, find_dossier, get_office
from storage.documents import documents_in, dossiers_with
from storage.reply_tokens import new_token, token_hash

#: what waits for the client, as {documenten} lists it
_WITH_CLIENT = (Status.INBOX, Status.TO_APPROVE, Status.QUARANTINED, Status.UNREADABLE)
#: without a document for so long, a dossier misses documents
_MISSING_AFTER = timedelta(days=30)
#: of a list of documents, enough to know which are meant
_MOST_LISTED = 30


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a batch cannot go out."""

    #: id in table `batches`: unknown_variables, unknown_dossiers, nobody, no_text, no_dossiers
    id: str
    names: tuple[str, ...] = ()


def select_dossiers(unit: Unit, definition: Definition, which: str) -> tuple[Dossier, ...]:
    """Return the active dossiers that a filter means.

    `which` is all, missing_documents (none came for thirty days), open_conversations, or the
    status of a document that is there: inbox, to_approve, unreadable, quarantined, export_failed.
    Raises ValueError for another one.
    """
    active = tuple(dossier for dossier in definition.dossiers if dossier.active)
    codes = [dossier.code for dossier in active]
    if which == "all":
        return active
    if which == "missing_documents":
        since = unit.context.now() - _MISSING_AFTER
        delivered = dossiers_with(unit.session, tuple(Status), since=since)
        return tuple(dossier for dossier in active if dossier.code not in delivered)
    if which == "open_conversations":
        found = conversations_in(unit.session, codes, [ConversationState.OPEN])
        wanted = {conversation.dossier for conversation in found}
    else:
        wanted = dossiers_with(unit.session, [Status(which)])
    return tuple(dossier for dossier in active if dossier.code in wanted)


def find_named_dossier(definition: Definition, name: str) -> str:
    """Return the code of the one dossier with this code, number or name; else what was typed."""
    wanted = name.casefold()
    found = [
        dossier.code
        for dossier in definition.dossiers
        if wanted in (dossier.code.casefold(), dossier.enterprise_number, dossier.name.casefold())
    ]
    return found[0] if len(found) == 1 else name


def problems_of(unit: Unit, batch: Batch) -> tuple[Problem, ...]:
    """Return everything that must be mended before anything is sent."""
    texts = [part for subject_and_text in batch.texts.values() for part in subject_and_text]
    unknown = tuple(dict.fromkeys(v for text in texts for v in unknown_variables(text)))
    known = {code: find_dossier(unit.session, code) for code in batch.dossiers}
    strange = tuple(c for c, d in known.items() if d is None or d.office != batch.office)
    nobody = tuple(d.name for d in known.values() if d is not None and not recipients_of(d))
    is_empty = not all(text.strip() for _subject, text in batch.texts.values())
    found = (
        Problem(id="no_text") if is_empty else None,
        Problem(id="no_dossiers") if not batch.dossiers else None,
        Problem(id="unknown_variables", names=unknown) if unknown else None,
        Problem(id="unknown_dossiers", names=strange) if strange else None,
        Problem(id="nobody", names=nobody) if nobody else None,
    )
    return tuple(problem for problem in found if problem is not None)


def recipients_of(dossier: Dossier) -> tuple[Person, ...]:
    """Return who gets it: the admins of the client, else everybody of the client."""
    people = [person for person in dossier.people if not person.frozen]
    admins = [person for person in dossier.admins if not person.frozen]
    return tuple(admins or people)


def text_for(unit: Unit, batch: Batch, dossier: Dossier) -> tuple[str, str]:
    """Return subject and text as one dossier gets them."""
    subject, text = batch.texts.get(dossier.language) or next(iter(batch.texts.values()))
    office, _employees = get_office(unit.session, dossier.office)
    people = recipients_of(dossier)
    values = {
        "first_name": listed([person.first_name for person in people], dossier.language),
        "name": listed([person.name for person in people], dossier.language),
        "dossier": dossier.name,
        "office": office.name,
        "documents": _documents(unit, dossier, office),
    }
    return fill_in(subject, values), fill_in(text, values)


def send_batch(unit: Unit, batch_id: str) -> Batch:
    """Put every conversation of a batch on its way; the same batch again is a no-op.

    Raises Refused when there is no such batch.
    """
    batch = find_batch(unit.session, batch_id)
    if batch is None:
        raise Refused("no_conversation")
    for dossier in batch.dossiers:
        key = f"batch:{batch.id}:{dossier}"
        unit.put(JobKind.BATCH, key=key, batch=batch.id, dossier=dossier)
    sent = replace(batch, is_sent=True)
    record_batch(unit.session, sent)
    unit.note(EventKind.BATCH_SENT, batch.id, batch.by, dossiers=str(len(batch.dossiers)))
    return sent


def begin_one(unit: Unit, batch: Batch, code: str) -> None:
    """Begin the conversation of a batch with one dossier, once."""
    dossier = find_dossier(unit.session, code)
    if dossier is None or find_in_batch(unit.session, batch.id, code):
        return
    author = find_person(unit.session, dossier, batch.by)
    people = recipients_of(dossier)
    if author is None or not people:
        return
    subject, text = text_for(unit, batch, dossier)
    asks = tuple(person.email.lower() for person in people)
    topic = Topic(subject=subject, kind=ConversationKind.BATCH, batch=batch.id)
    conversation = begin(unit, dossier, (author.email.lower(), *asks), topic)
    said = Said(by=author, text=text, id=unit.context.new_id(), asks=asks, files=batch.files)
    say(unit, conversation, said)


def ask_to_send(unit: Unit, batch: Batch, employee: Employee, office: Office) -> None:
    """Mail an employee what would go to whom, with a code that lets it go.

    With problems it only says what must be mended.
    """
    problems = problems_of(unit, batch)
    record_batch(unit.session, batch)
    fresh = new_token(unit.context.token_secret)
    code = "" if problems else _new_code(unit, fresh, employee)
    definition = find_definition(unit.session, batch.office)
    known = {d.code: d for d in definition.dossiers} if definition else {}
    chosen = [known[dossier] for dossier in batch.dossiers if dossier in known]
    subject, sample = text_for(unit, batch, chosen[0]) if chosen else ("", "")
    command = Command(verb=Verb.QUESTION, args={"batch": batch.id, "text": subject})
    letter = Post(
        key=f"transcript:{batch.mail_id}",
        reader=reader_of(employee, office),
        office=office,
        shown=Shown.NONE if problems else Shown.CONFIRMATION,
        commands=() if problems else (command,),
        token=fresh,
        write=lambda head: write_batch_request(
            head,
            dossiers=[dossier.name for dossier in chosen],
            subject=subject or next(iter(batch.texts.values()))[0],
            sample=sample,
            sample_dossier=chosen[0].name if chosen else "",
            problems=[_in_words(problem, head) for problem in problems],
            code=f"{code[:3]} {code[3:]}",
            confirm_url=head.links.document,
        ),
    )
    post(unit, letter)


def _in_words(problem: Problem, head: Letterhead) -> str:
    return head.say("batches", problem.id, names=", ".join(problem.names))


def _new_code(unit: Unit, token: str, employee: Employee) -> str:
    now = unit.context.now()
    until = now + timedelta(hours=unit.context.settings.proof.code_hours)
    use = CodeUse(
        purpose=CodePurpose.CONFIRMATION, subject=token_hash(token), person=employee.email.lower()
    )
    return new_code(unit.session, unit.context.token_secret, use, at=now, expires_at=until)


def _documents(unit: Unit, dossier: Dossier, office: Office) -> str:
    """Return what waits for the client, a line each."""
    people = recipients_of(dossier)
    if not people:
        return ""
    reader = replace(reader_of(people[0], office), language=dossier.language)
    today = local_date(unit.context.now(), office.time_zone)
    head = Letterhead(office=office, reader=reader, today=today)
    found = documents_in(unit.session, [dossier.code], _WITH_CLIENT)
    lines = [f"- {heading(document, head)}" for document in found[:_MOST_LISTED]]
    return "\n".join(lines) or head.say("phrases", "nothing")
