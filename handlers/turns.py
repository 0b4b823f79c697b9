"""Carries out what the person whom a token names asks, dossier by dossier; shared by handlers.

A list may hold documents of several dossiers, and a person may have another role in each.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlmodel import Session

from handlers.acting import Acted, Turn
from handlers.actions import ACTIONS
from handlers.asking import Showing, show
from handlers.confirmation import end_askings
from handlers.context import Unit
from handlers.conversing import Line, say_in_line
from handlers.correspondence import find_person
from handlers.executing import may_be_asked
from handlers.levels import (
    account_parties,
    ask_for_more,
    ask_to_keep,
    drop,
    stakes_of,
    tell_who_asked,
    typed_code,
    weigh,
)
from handlers.payment_lines import PaymentTurn, payment_item
from mailbot.compose.requests import write_new_version
from mailbot.domain.code import CodeVerdict
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.identifiers import read_iban
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import Token
from mailbot.rules.access import (
    FIRST_ONCE,
    Authority,
    may_decide,
    may_second,
    needed_authority,
)
from storage.changes import find_version
from storage.definitions import find_definition, find_dossier, get_dossier
from storage.documents import find_document
from storage.payments import find_payment
from storage.tokens import find_token, spend_token


def find_holder(session: Session, token: Token, dossier: str = "") -> Person | Employee | None:
    """Return the person whom the token names, with the role that they have in `dossier`.

    Without a dossier (a list, a mail of the office) anybody of the office or its dossiers.
    """
    code = dossier or token.dossier
    if code:
        found = find_dossier(session, code)
        return find_person(session, found, token.person) if found else None
    definition = find_definition(session, token.office)
    if definition is None:
        return None
    known: list[Person | Employee] = [*definition.employees]
    known += [person for each in definition.dossiers for person in each.people]
    return next((p for p in known if p.email.lower() == token.person), None)


def carry_out(
    unit: Unit,
    token: Token,
    commands: Sequence[Command],
    *,
    cause: str,
    mail: StoredMail | None = None,
    authority: Authority = Authority.PROVED,
) -> Acted:
    """Do the commands in order, each in the role that the person has in its dossier.

    What needs more than `authority` waits, with all that was asked about the same document, for
    the person on file or for a second person (`handlers/levels.py`); the rest is done at once.
    `cause` is the mail or form that brought the commands.
    """
    singles = _singles(token, commands)
    held = {
        command.items
        for command in singles
        if _lacks_proof(unit, token, command, authority, beside=singles)
    }
    round_ = _Round(unit, token, mail, authority, cause=cause)
    for command in singles:
        if command.items not in held:
            round_.do(command)
    round_.end()
    outcomes, person = round_.outcomes, find_holder(unit.session, token)
    if person is not None:
        kept = [command for command in singles if command.items in held]
        outcomes += ask_for_more(unit, token, person, kept, cause=cause, authority=authority)
        if authority < Authority.CONFIRMED:
            ask_to_keep(unit, token, person, outcomes, cause=cause)
    return replace(round_.acted, outcomes=tuple(outcomes))


class _Round:
    """The commands of one answer, as far as they are done: a turn for each dossier."""

    def __init__(
        self,
        unit: Unit,
        token: Token,
        mail: StoredMail | None,
        authority: Authority,
        *,
        cause: str,
    ) -> None:
        self._unit, self._token, self._mail = unit, token, mail
        self._authority = authority
        self._payments = PaymentTurn(unit, token, cause=cause, mail=mail)
        self._person = find_holder(unit.session, token)
        self._turns: dict[str, Turn] = {}
        self._done: dict[str, Acted] = {}
        self.outcomes: list[Outcome] = []

    def do(self, command: Command) -> None:
        """Do one command, or say why not."""
        line = (
            Line(person=self._person, command=command, mail=self._mail) if self._person else None
        )
        talked = say_in_line(self._unit, self._token, line) if line else None
        if talked is not None:
            self.outcomes.append(talked)
        elif self._payments.takes(command):
            self.outcomes += self._payments.carry_out(command)
        elif command.verb in _FINAL and any(_failed_before(command, o) for o in self.outcomes):
            self.outcomes.append(refused(command, "correction_failed"))
        else:
            self._take_turn(command)

    def _take_turn(self, command: Command) -> None:
        dossier = _dossier_of(self._unit.session, self._token, command)
        holder = find_holder(self._unit.session, self._token, dossier)
        if holder is None:
            self.outcomes.append(refused(command, "not_allowed"))
            return
        if dossier not in self._turns:
            self._turns[dossier] = Turn(
                self._unit,
                self._token,
                holder,
                ACTIONS,
                mail=self._mail,
                authority=self._authority,
            )
        acted = self._turns[dossier].carry_out([command])
        self._done[dossier] = acted
        self.outcomes += acted.outcomes

    def end(self) -> None:
        """Do what follows from what was done of payments."""
        put_in = {
            dossier: self._turns[dossier].person
            for dossier, acted in self._done.items()
            if any(o.is_done and o.command.verb in _PUT_IN_BASKET for o in acted.outcomes)
        }
        self._payments.end(put_in)

    @property
    def acted(self) -> Acted:
        """What came of the commands that were done."""
        done = self._done.values()
        return Acted(
            outcomes=tuple(self.outcomes),
            stale=tuple(each for acted in done for each in acted.stale),
            documents=tuple(each for acted in done for each in acted.documents),
            payments=self._payments.payments,
        )


def confirm(
    unit: Unit,
    token: Token,
    commands: Sequence[Command],
    *,
    cause: str,
    mail: StoredMail | None = None,
    is_known_browser: bool = False,
) -> Acted | None:
    """Do, or drop, what waited for the person on file; None when `commands` say neither.

    It takes the code of the mail that carried this token, or of the person's authenticator app; in
    a browser that proved whose it is (`is_known_browser`) the token alone is enough.
    """
    verbs = {command.verb for command in commands}
    if _is_settled(unit.session, token):
        return Acted(outcomes=tuple(refused(command, "already_done") for command in commands))
    if verbs & {Verb.CANCEL, Verb.REJECT}:
        drop(unit, token, find_holder(unit.session, token))
        dropped = Outcome(command=Command(verb=Verb.CANCEL), is_done=True, sentence="cancel")
        return Acted(outcomes=(dropped,))
    if not verbs & {Verb.CONFIRM, Verb.APPROVE}:
        return None
    if token.asked_by and not _may_second(unit.session, token):
        return Acted(outcomes=(refused(Command(verb=Verb.CONFIRM), "not_allowed"),))
    verdict, authority = weigh(unit, token, typed_code(commands), is_known_browser)
    if verdict is not CodeVerdict.RIGHT:
        unit.note(EventKind.COMMAND_REFUSED, token.hash, token.person, why=verdict.value)
        return Acted(outcomes=(refused(Command(verb=Verb.CONFIRM), verdict.value),))
    spend_token(unit.session, token.hash, unit.context.now())
    end_askings(unit, token)
    _note_confirmed(unit, token, authority)
    if token.asked_by:
        unit = replace(unit, cause={**unit.cause, "seconded_by": token.person})
    asked = replace(token, person=token.asked_by or token.person, asked_by="")
    acted = carry_out(unit, asked, token.commands, cause=cause, mail=mail, authority=authority)
    if token.asked_by:
        tell_who_asked(unit, token, acted.outcomes)
    return acted


def _is_settled(session: Session, token: Token) -> bool:
    """Whether this, or the first mail that asked the same, has been answered by anybody."""
    first = find_token(session, token.confirms) if token.confirms else None
    return token.spent_at is not None or (first is not None and first.spent_at is not None)


def _may_second(session: Session, token: Token) -> bool:
    """Whether the second person still may decide what they were asked, or is somebody less now."""
    for command in token.commands:
        code = _dossier_of(session, token, command)
        holder, dossier = find_holder(session, token, code), find_dossier(session, code)
        if holder is None or dossier is None or not may_second(holder, dossier, command):
            return False
    return True


def _note_confirmed(unit: Unit, token: Token, authority: Authority) -> None:
    """Keep who confirmed: what follows is noted as done by who asked."""
    about = token.items[0].document_id if len(token.items) == 1 else token.hash
    facts = {"token": token.hash, "level": str(authority.value), "asked_by": token.asked_by}
    unit.note(EventKind.CONFIRMED, about, token.person, **{**unit.cause, **facts})


def send_new_versions(unit: Unit, token: Token, acted: Acted, *, cause: str) -> None:
    """Send every document that had changed since it was shown, to be decided on anew."""
    for document, shown in acted.stale:
        holder = find_holder(unit.session, token, document.dossier)
        if holder is None:
            continue
        showing = Showing(
            to=holder,
            key=f"new-version:{cause}:{document.id}",
            shown=shown,
            subject=token.subject,
            write=partial(
                write_new_version,
                context=shown,
                shown=_as_shown(unit.session, token, document),
            ),
        )
        show(unit, document, get_dossier(unit.session, document.dossier), showing)


def _as_shown(session: Session, token: Token, document: Document) -> Document | None:
    """Return the document as the answered mail showed it, None when that is not known."""
    versions = [item.version for item in token.items if item.document_id == document.id]
    return find_version(session, document.id, versions[0]) if versions else None


def refused(command: Command, why: str) -> Outcome:
    """Return the outcome of a command that was not done; `why` is an id in table `refusals`."""
    return Outcome(command=command, is_done=False, sentence=why)


#: these make an end; what was to be mended first must have been mended
_FINAL = frozenset({Verb.APPROVE, Verb.SEND, Verb.RETRY})
_CHANGES = frozenset({Verb.CORRECT, Verb.BOOK, Verb.ADD_LINE, Verb.REMOVE_LINE})


def _failed_before(command: Command, outcome: Outcome) -> bool:
    """Whether a change of the same line was asked before and not done."""
    is_change = outcome.command.verb in _CHANGES and not outcome.is_done
    return is_change and outcome.command.items == command.items


#: a document's payment goes into the basket
_PUT_IN_BASKET = frozenset({Verb.PAY, Verb.PAY_MANUALLY})


def _lacks_proof(
    unit: Unit,
    token: Token,
    command: Command,
    authority: Authority,
    *,
    beside: Sequence[Command],
) -> bool:
    """Whether a command must wait; one that can never be done is refused at once."""
    is_account = command.args.get("field") == "iban"
    if is_account and read_iban(command.args.get("value", "")) is None:
        return False
    if command.verb in FIRST_ONCE:
        return False
    session = unit.session
    dossier = _dossier_of(session, token, command)
    holder, found = find_holder(session, token, dossier), find_dossier(session, dossier)
    if (
        holder is None
        or found is None
        or not _may_ask(unit, token, command, holder=holder, dossier=found)
    ):
        return False
    stakes = stakes_of(unit, token, command, holder, beside=beside)
    return needed_authority(command, stakes) > authority


def _may_ask(
    unit: Unit, token: Token, command: Command, *, holder: Person | Employee, dossier: Dossier
) -> bool:
    """Whether it can be done once it is confirmed; else it is refused at once, with the reason."""
    if command.verb is Verb.TRUST_ACCOUNT and token.person in account_parties(
        unit.session, token, command, dossier
    ):
        return False
    if command.verb is Verb.EXECUTE:
        return may_decide(holder, dossier, command) and may_be_asked(unit, token, command, holder)
    if payment_item(token, command) is not None:
        # who approves a payment is what its rule says, whatever their role
        return command.verb is Verb.APPROVE
    return may_decide(holder, dossier, command)


#: these are about their lines together
_WHOLE = frozenset({Verb.EXECUTE, Verb.GROUP})


def _singles(token: Token, commands: Sequence[Command]) -> list[Command]:
    """Return the commands with one line each, as far as these lines exist."""
    found: list[Command] = []
    for command in commands:
        if command.verb in _WHOLE:
            found.append(command)
        elif all(1 <= number <= len(token.items) for number in command.items):
            found += [replace(command, items=(number,)) for number in command.items] or [command]
        else:
            found.append(command)
    return found


def _dossier_of(session: Session, token: Token, command: Command) -> str:
    """Return the dossier of the line that a command names; "" when it names none that exists."""
    if token.dossier:
        return token.dossier
    numbers = command.items or ((1,) if len(token.items) == 1 else ())
    if not numbers or not 1 <= numbers[0] <= len(token.items):
        return ""
    item = token.items[numbers[0] - 1]
    if item.payment:
        payment = find_payment(session, item.payment)
        return payment.dossier if payment else ""
    document = find_document(session, item.document_id)
    return document.dossier if document else ""
