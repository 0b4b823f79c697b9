"""Somebody answered one of our mails: judge who speaks, do what is asked, say what was done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from handlers.account_contact import takes_contact_answer
from handlers.acting import Acted
from handlers.answering import answer_by_mail, files_of, takes_part
from handlers.asking import view_of
from handlers.confirmation import ask_to_confirm, code_use
from handlers.context import Context, Unit
from handlers.correspondence import (
    Post,
    dossier_manager,
    find_person,
    is_development,
    is_proved,
    post,
    reader_of,
)
from handlers.evidence import cause_of_mail
from handlers.freezing import freeze
from handlers.opening import open_by_answer
from handlers.readers import unwrapped
from handlers.searching import answer_searches
from handlers.shown_facts import shown_facts
from handlers.starting import Stray, bring_to_office
from handlers.transcript import send_transcript
from handlers.turns import carry_out, confirm, find_holder, send_new_versions
from mailbot.compose.requests import Reason
from mailbot.compose.transcript import write_doubt, write_help
from mailbot.domain.clock import local_date
from mailbot.domain.code import CodeVerdict
from mailbot.domain.command import Answer, Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import Mail, StoredMail
from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.domain.token import Token
from mailbot.mail.address import read_recipient
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_text import read_reply
from mailbot.rules.access import (
    Authority,
    Speaker,
    is_denied,
    judge_reply,
    needed_authority,
)
from mailbot.rules.replay import weigh_address
from storage.definitions import find_dossier, get_office
from storage.documents import find_document
from storage.mails import get_mail
from storage.outbox import has_entry
from storage.people import record_unsubscribed
from storage.reply_tokens import token_hash
from storage.tokens import find_token


@dataclass(frozen=True, kw_only=True)
class _Reply:
    """An answer with everything that is known about it."""

    stored: StoredMail
    mail: Mail
    token: Token
    office: Office
    dossier: Dossier | None
    person: Person | Employee
    speaker: Speaker
    answer: Answer


def handle(context: Context, job: Job) -> None:
    """Act on one answer, once: its transcript is the proof that it was done."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    with context.transaction() as unit:
        if has_entry(unit.session, f"transcript:{stored.id}"):
            return
        caused = replace(unit, cause=cause_of_mail(stored))
        reply = _understand(caused, stored, mail)
        if reply is not None:
            _act(caused, reply)


def _understand(unit: Unit, stored: StoredMail, mail: Mail) -> _Reply | None:
    """Return the answer with who gave it; None, with an audit event, when nobody can be told."""
    hashed = token_hash(read_recipient(stored.envelope_recipient).token)
    token = find_token(unit.session, hashed)
    if token is None:
        unit.note(EventKind.MAIL_IGNORED, stored.id, why="token_unknown")
        return None
    office, _employees = get_office(unit.session, token.office)
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    person = find_holder(unit.session, token)
    if person is None:
        if not takes_contact_answer(unit, token, stored, mail):
            unit.note(EventKind.MAIL_IGNORED, stored.id, why="not_allowed", person=token.person)
        return None
    speaker = judge_reply(
        token,
        mail,
        stored.envelope.authentication,
        now=unit.context.now(),
        is_frozen=person.frozen,
        is_development=is_development(unit.context, stored),
    )
    answer = read_answer(
        read_reply(mail),
        language=person.language,
        context=token.context,
        shown_items=_numbered(token),
        sent_on=local_date(mail.sent_at or unit.context.now(), office.time_zone),
        subject=mail.subject,
        shown=shown_facts(unit.session, token),
    )
    return _Reply(
        stored=stored,
        mail=mail,
        token=token,
        office=office,
        dossier=dossier,
        person=person,
        speaker=weigh_address(speaker, mail, stored),
        answer=answer,
    )


def _numbered(token: Token) -> int:
    """Return how many numbered lines a mail showed, 0 when it was about one thing.

    A basket is a list also when one payment is in it.
    """
    is_list = token.context in (Shown.DIGEST, Shown.BASKET)
    is_several = token.context is Shown.PAYMENT_APPROVAL and len(token.items) > 1
    return len(token.items) if is_list or is_several else 0


def _act(unit: Unit, reply: _Reply) -> None:
    if _takes_talk(unit, reply):
        return
    if reply.mail.sender.address != reply.token.person:
        _ask_to_confirm(unit, reply, "spoofed_sender")
    elif _stops(reply):
        _freeze(unit, reply)
    elif reply.speaker.authority is Authority.NONE:
        _refuse(unit, reply, reply.speaker.why)
    elif not _mends_unreadable(unit, reply):
        _decide(unit, reply)


def _decide(unit: Unit, reply: _Reply) -> None:
    """Do what an answer of the person on file says, or ask for what it lacks."""
    if reply.answer.doubt or not reply.answer.commands:
        _ask_again(unit, reply)
    elif reply.token.context is Shown.CONFIRMATION and _is_denied(reply):
        _refuse(unit, reply, "confirm_on_page")
    elif reply.token.context is Shown.CONFIRMATION:
        _confirm(unit, reply)
    elif _needs_proof(reply):
        _ask_to_confirm(unit, reply, reply.speaker.why)
        _carry_out(unit, reply, [c for c in reply.answer.commands if not _decides(c)])
    else:
        _carry_out(unit, reply, reply.answer.commands)


def _is_denied(reply: _Reply) -> bool:
    """Whether somebody brings token and code whose domain says that the mail is not from there.

    A code makes up for a proof that is missing, as many domains have none; not for one that fails:
    who was forwarded the mail has the code, too.
    """
    is_proved = reply.speaker.authority >= Authority.PROVED
    return not is_proved and is_denied(reply.stored.envelope.authentication)


def _stops(reply: _Reply) -> bool:
    """Whether somebody ends their own authority, in answer to an old mail, too.

    In answer to a list `stop` ends the list.
    """
    is_nobody = reply.speaker.authority is Authority.NONE
    if is_nobody and reply.speaker.why != "token_expired":
        return False
    is_list = reply.token.context is Shown.DIGEST
    return not is_list and any(command.verb is Verb.STOP for command in reply.answer.commands)


def _freeze(unit: Unit, reply: _Reply) -> None:
    """End the authority of who answered, at once and everywhere; the office is told."""
    freeze(unit, reply.token.person, by=reply.token.person)
    stopped = Outcome(command=Command(verb=Verb.STOP), is_done=True, sentence="frozen_self")
    _report(unit, reply, Acted(outcomes=(stopped,)))


def _needs_proof(reply: _Reply) -> bool:
    """Whether somebody whose From is not proved asks for more than a remark."""
    is_proved = reply.speaker.authority >= Authority.PROVED
    return not is_proved and any(_decides(command) for command in reply.answer.commands)


def _decides(command: Command) -> bool:
    """Whether a command takes more than the reply token: more than a remark, a label, a list."""
    return needed_authority(command) > Authority.TOKEN


#: these are answered by mails of their own, and are about no line
_TOLD_APART = frozenset({Verb.HELP, Verb.SEARCH})


def _carry_out(unit: Unit, reply: _Reply, commands: Sequence[Command]) -> None:
    if any(command.verb is Verb.HELP for command in commands):
        _send_help(unit, reply)
    answer_searches(unit, reply.person, reply.office.code, commands, mail=reply.stored)
    ended = [_end_list(unit, reply, c) for c in commands if _ends_list(reply, c)]
    rest = [c for c in commands if c.verb not in _TOLD_APART and not _ends_list(reply, c)]
    acted = carry_out(unit, reply.token, rest, cause=reply.stored.id, mail=reply.stored)
    _report(unit, reply, replace(acted, outcomes=(*ended, *acted.outcomes)))


def _report(unit: Unit, reply: _Reply, acted: Acted) -> None:
    if acted.outcomes:
        send_transcript(unit, acted, reply.token, reply.person, answers=reply.stored)
    send_new_versions(unit, reply.token, acted, cause=reply.stored.id)


def _ends_list(reply: _Reply, command: Command) -> bool:
    """Whether somebody wants no daily list any more."""
    is_end = command.verb in (Verb.UNSUBSCRIBE, Verb.STOP)
    return is_end and reply.token.context is Shown.DIGEST and not command.items


def _end_list(unit: Unit, reply: _Reply, command: Command) -> Outcome:
    person, verb = reply.token.person, command.verb.value
    record_unsubscribed(unit.session, person, at=unit.context.now())
    unit.note(EventKind.COMMAND_DONE, person, person, verb=verb, **unit.cause)
    return Outcome(command=command, is_done=True, sentence=verb)


#: what came of a code after which it can be typed again
_TYPE_AGAIN = (CodeVerdict.MISSING, CodeVerdict.WRONG)


def _confirm(unit: Unit, reply: _Reply) -> None:
    """Do, or drop, what waited for the person on file."""
    acted = confirm(
        unit,
        reply.token,
        reply.answer.commands,
        cause=reply.stored.id,
        mail=reply.stored,
    )
    if acted is None:
        _ask_again(unit, reply)
    elif (again := acted.outcomes[0].sentence) in _TYPE_AGAIN:
        _ask_again(unit, reply, again)
    else:
        _report(unit, reply, acted)


def _ask_to_confirm(unit: Unit, reply: _Reply, why: str) -> None:
    """Ask the person on file, and nobody else: the command is not done and not lost."""
    deciding = tuple(command for command in reply.answer.commands if _decides(command))
    unit.note(
        EventKind.COMMAND_REFUSED,
        reply.token.items[0].document_id if reply.token.items else reply.stored.id,
        reply.mail.sender.address,
        why=why,
        mail=reply.stored.id,
        person=reply.token.person,
    )
    if reply.answer.doubt or not deciding or reply.token.context is Shown.CONFIRMATION:
        return
    reason = Reason(id="unproved")
    ask_to_confirm(unit, reply.token, reply.person, deciding, cause=reply.stored.id, reason=reason)


def _takes_talk(unit: Unit, reply: _Reply) -> bool:
    """Take an answer in a conversation, whatever it says; it decides nothing, and none is lost.

    Returns False when it is no such answer, or says nothing. Somebody else who answers is let in
    when they take part and are proved; what a stranger writes, the office reads. The token may
    have ended: then the sender must be proved, as for a mail that begins a conversation.
    """
    token, dossier, stored = reply.token, reply.dossier, reply.stored
    if dossier is None or not _is_talk(unit, reply):
        return False
    is_known = is_proved(unit.context, stored) and len(reply.mail.senders) == 1
    is_own = reply.mail.sender.address == token.person
    if is_own and not is_known and reply.speaker.authority is Authority.NONE:
        return False
    other = find_person(unit.session, dossier, stored.sender) if is_known else None
    author = reply.person if is_own else other
    doubt = _doubt_of_author(unit, reply, author, is_known=is_known)
    if author is not None and not doubt:
        answer_by_mail(unit, token, author, dossier=dossier, stored=stored)
        return True
    stray = Stray(stored=stored, mail=reply.mail, dossier=dossier, author=other, doubt=doubt)
    bring_to_office(unit, reply.office, dossier_manager(unit.session, dossier), stray)
    return True


def _is_talk(unit: Unit, reply: _Reply) -> bool:
    """Whether it is an answer in a conversation that says something."""
    if reply.token.context is not Shown.QUESTION or reply.person.frozen:
        return False
    verbs = {command.verb for command in reply.answer.commands}
    is_empty = reply.answer.doubt and not files_of(unit.context, reply.mail)
    return not is_empty and not verbs & {Verb.HELP, Verb.STOP, Verb.UNSUBSCRIBE}


def _doubt_of_author(
    unit: Unit, reply: _Reply, author: Person | Employee | None, *, is_known: bool
) -> str:
    """Return why only the office may read it (id in table `talk`), "" when all may."""
    if author is reply.person:
        # a forged word of the office would be believed by its clients
        return "unproved" if isinstance(author, Employee) and not is_known else ""
    if author and not author.frozen and takes_part(unit, reply.token, author):
        return ""
    return "not_asked"


def _refuse(unit: Unit, reply: _Reply, why: str) -> None:
    """Say why nothing was done, to the person on file."""
    commands = reply.answer.commands or (Command(verb=Verb.REMARK),)
    refused = tuple(Outcome(command=c, is_done=False, sentence=why) for c in commands)
    acted = Acted(outcomes=refused)
    send_transcript(unit, acted, reply.token, reply.person, answers=reply.stored)


def _ask_again(unit: Unit, reply: _Reply, doubt: str = "not_understood") -> None:
    """Say what was read, and ask again; the answer to this mail may decide the same."""
    view = None
    if len(reply.token.items) == 1 and reply.dossier is not None:
        document = find_document(unit.session, reply.token.items[0].document_id)
        view = view_of(unit, document, reply.dossier) if document else None
    letter = Post(
        key=f"transcript:{reply.stored.id}",
        reader=reader_of(reply.person, reply.office),
        office=reply.office,
        shown=reply.token.context,
        dossier=reply.token.dossier,
        items=reply.token.items,
        documents=[view.document] if view else (),
        subject=reply.token.subject,
        commands=reply.token.commands,
        confirms=code_use(reply.token).subject if reply.token.commands else "",
        asked_by=reply.token.asked_by,
        answers=reply.stored,
        write=partial(
            write_doubt,
            answer=replace(reply.answer, doubt=reply.answer.doubt or doubt),
            context=reply.token.context,
            view=view,
            count=max(1, len(reply.token.items)),
        ),
    )
    post(unit, letter)


def _send_help(unit: Unit, reply: _Reply) -> None:
    letter = Post(
        key=f"help:{reply.stored.id}",
        reader=reader_of(reply.person, reply.office),
        office=reply.office,
        shown=reply.token.context,
        dossier=reply.token.dossier,
        items=reply.token.items,
        subject=reply.token.subject,
        answers=reply.stored,
        write=partial(write_help, context=reply.token.context),
    )
    post(unit, letter)


def _mends_unreadable(unit: Unit, reply: _Reply) -> bool:
    """Take the better file, or the password, that answers our mail about an unreadable file.

    Returns whether there was one.
    """
    if reply.token.context is not Shown.NONE or len(reply.token.items) != 1:
        return False
    document = find_document(unit.session, reply.token.items[0].document_id)
    if document is None:
        return False
    is_unreadable = document.status is Status.UNREADABLE
    if is_unreadable and unwrapped(unit.context.sandbox, reply.mail).documents:
        mail, dossier = reply.stored.id, reply.token.dossier
        unit.put(JobKind.NEW_DOCUMENTS, key=mail, mail=mail, dossier=dossier)
        return True
    written, by = reply.answer.written, reply.token.person
    return open_by_answer(unit, document, written, mail=reply.stored.id, by=by)
