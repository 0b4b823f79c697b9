"""Asks for what a command needs more: a code to the address on file, or a second person.

The mail carries a fresh token and a one-time code that is bound to it; only both together do what
waits. Shared by handlers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.executing import Plan, bound, view_plan
from mailbot.compose.basket import write_execution_request
from mailbot.compose.facts import heading
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import Reason, write_confirmation_request
from mailbot.compose.transcript import command_words
from mailbot.domain.code import CodePurpose, CodeUse
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.letter import Letter
from mailbot.domain.people import Employee, Person
from mailbot.domain.token import Token
from mailbot.rules.access import FIRST_ONCE
from storage.codes import end_code, new_code
from storage.definitions import find_dossier, get_office
from storage.documents import find_document
from storage.outbox import find_entry, find_entry_for, has_entry
from storage.reply_tokens import new_token, token_hash
from storage.tokens import find_token, find_token_of, spend_token


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One question whether commands are really meant."""

    #: the address on file that is asked
    to: Person | Employee
    commands: tuple[Command, ...]
    #: what brought them, a mail or a form: the same cause asks the same person once
    cause: str
    reason: Reason
    #: address of who asked for them, when `to` is the second person
    asked_by: str = ""
    #: their dossier, when the mail that was answered names none
    dossier: str = ""


def ask_to_confirm(
    unit: Unit,
    token: Token,
    person: Person | Employee,
    commands: Sequence[Command],
    *,
    cause: str,
    reason: Reason | None = None,
) -> None:
    """Mail the commands to the address on file, with a fresh token and code that can do them.

    `token` is what was answered: what waits stays bound to the versions that it showed.
    """
    asking = Asking(
        to=person, commands=tuple(commands), cause=cause, reason=reason or Reason(id="level")
    )
    ask_each(unit, token, asking)


def ask_each(unit: Unit, token: Token, asking: Asking) -> None:
    """Ask in a mail of its own what executes payments, for it shows them all; the rest in one."""
    rest = tuple(c for c in asking.commands if c.verb is not Verb.EXECUTE)
    executing = [(c,) for c in asking.commands if c.verb is Verb.EXECUTE]
    groups = [group for group in (rest, *executing) if group]
    for number, commands in enumerate(groups):
        cause = f"{asking.cause}:{number}" if number else asking.cause
        ask(unit, token, replace(asking, commands=commands, cause=cause))


def ask(unit: Unit, token: Token, asking: Asking) -> None:
    """Send one mail that asks to confirm; the same again is a no-op."""
    key = f"confirmation:{asking.cause}"
    if asking.asked_by:
        key = f"{key}:{asking.dossier}:{asking.to.email.lower()}"
    if has_entry(unit.session, key):
        return
    office, _employees = get_office(unit.session, token.office)
    bindings = [bound(unit, token, command) for command in asking.commands]
    asking = replace(asking, commands=tuple(command for command, _plan in bindings))
    documents = [find_document(unit.session, item.document_id) for item in token.items]
    known = [document for document in documents if document is not None]
    single = known[0] if len(known) == 1 else None
    fresh = new_token(unit.context.token_secret)
    letter = Post(
        key=key,
        reader=reader_of(asking.to, office),
        office=office,
        shown=Shown.CONFIRMATION,
        dossier=asking.dossier or token.dossier,
        items=token.items,
        documents=[single] if single else (),
        subject=token.subject,
        commands=asking.commands,
        asked_by=asking.asked_by,
        token=fresh,
        write=_writer(
            unit,
            asking,
            single,
            token_hash(fresh),
            senders=_senders(unit, token),
            plan=next((plan for _command, plan in bindings if plan), None),
        ),
    )
    post(unit, letter)
    about = single.id if single else token.hash
    to = asking.to.email.lower()
    unit.note(EventKind.CONFIRMATION_ASKED, about, to=to, cause=asking.cause)


def end_askings(unit: Unit, token: Token) -> None:
    """End what others were asked as second people, too: one of them has answered."""
    first = find_token(unit.session, token.confirms) if token.confirms else token
    entry = find_entry(unit.session, first.outbox_id) if first else None
    dossier = find_dossier(unit.session, token.dossier)
    if not token.asked_by or first is None or entry is None or dossier is None:
        return
    _office, employees = get_office(unit.session, token.office)
    round_ = entry.key.removesuffix(f":{first.person}")
    known: list[Person | Employee] = [*employees, *dossier.people]
    for person in known:
        other = find_entry_for(unit.session, f"{round_}:{person.email.lower()}")
        asked = find_token_of(unit.session, other.id) if other else None
        if asked is not None:
            spend_token(unit.session, asked.hash, unit.context.now())
            if asked.person != first.person:
                end_code(unit.session, code_use(asked))


def code_use(token: Token) -> CodeUse:
    """Return what the code is bound to that confirms the commands of a token."""
    return CodeUse(
        purpose=CodePurpose.CONFIRMATION,
        subject=token.confirms or token.hash,
        person=token.person,
    )


def _writer(
    unit: Unit,
    asking: Asking,
    single: Document | None,
    hashed: str,
    *,
    senders: Sequence[str],
    plan: Plan | None = None,
) -> Callable[[Letterhead], Letter]:
    """Make the code, and return what writes it into the mail."""
    now = unit.context.now()
    until = now + timedelta(hours=unit.context.settings.proof.code_hours)
    use = CodeUse(purpose=CodePurpose.CONFIRMATION, subject=hashed, person=asking.to.email.lower())
    code = new_code(unit.session, unit.context.token_secret, use, at=now, expires_at=until)
    if plan is not None:
        return _plan_writer(unit, plan, code, replace(asking.reason, until=until))
    return lambda head: write_confirmation_request(
        head,
        asked=tuple(_words(head, command, senders) for command in asking.commands),
        about=heading(single, head) if single else "",
        code=code,
        confirm_url=head.links.document,
        reason=replace(asking.reason, until=until),
    )


def _plan_writer(
    unit: Unit, plan: Plan, code: str, reason: Reason
) -> Callable[[Letterhead], Letter]:
    """Return what writes the mail that shows what would leave."""
    shown = view_plan(unit, plan)
    return lambda head: write_execution_request(
        head, shown, code=code, confirm_url=head.links.document, reason=reason
    )


def _words(head: Letterhead, command: Command, senders: Sequence[str]) -> str:
    """Return a command as the reader would type it, with the sender whom it is about."""
    words = command_words(head, command)
    if command.verb not in FIRST_ONCE:
        return words
    number = command.items[0] if command.items else 1
    return f"{words} {senders[number - 1]}" if 1 <= number <= len(senders) else words


def _senders(unit: Unit, token: Token) -> list[str]:
    """Return who delivered each document of a mail."""
    documents = (find_document(unit.session, item.document_id) for item in token.items)
    return [document.delivered_by if document else "" for document in documents]
