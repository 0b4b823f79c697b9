"""Brings a command to the level that it asks for (rules/access.py); shared by handlers.

Level 3 takes a one-time code from the address on file. Level 4 takes the code of an authenticator
app, or a second person who confirms with a code of their own.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from sqlmodel import Session

from handlers.accounts import account_of
from handlers.confirmation import Asking, ask_each, ask_to_confirm, code_use, end_askings
from handlers.context import Unit
from handlers.correspondence import Post, find_person, post, reader_of
from handlers.evidence import shown_to
from handlers.executing import execution_stakes
from mailbot.compose.facts import heading
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import Reason
from mailbot.compose.transcript import write_transcript
from mailbot.domain.code import CodeVerdict
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.letter import Letter
from mailbot.domain.payment import PaymentStatus
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import ShownItem, Token
from mailbot.rules.access import FIRST_ONCE, NO_STAKES, Authority, Stakes, may_decide
from mailbot.rules.accounts import parties
from mailbot.rules.corrections import read_typed_amount
from mailbot.rules.second import second_people
from storage.changes import last_changes
from storage.codes import end_code, settle_code, spend_code
from storage.definitions import find_dossier, get_office
from storage.documents import find_document
from storage.payments import find_payment, payments_of_document
from storage.tokens import spend_token
from storage.totp import check_authenticator, has_authenticator


def stakes_of(
    unit: Unit,
    token: Token,
    command: Command,
    holder: Person | Employee | None,
    *,
    beside: Sequence[Command] = (),
) -> Stakes:
    """Return what a command of one line is about, as far as its level depends on it.

    `beside` is everything that is asked with it: a total that it corrects counts, too.
    """
    if command.verb is Verb.EXECUTE:
        return execution_stakes(unit, token, command, holder)
    session, item = unit.session, _item(token, command)
    payment = find_payment(session, item.payment) if item and item.payment else None
    if item is not None and payment is not None:
        limit = holder.limit if holder else None
        in_file = payment.status is PaymentStatus.IN_FILE
        return Stakes(shown=item.context, total=payment.amount, limit=limit, is_in_file=in_file)
    document = find_document(session, item.document_id) if item else None
    dossier = find_dossier(session, document.dossier) if document else None
    if item is None or document is None or dossier is None:
        return NO_STAKES
    return Stakes(
        shown=item.context,
        total=_largest_total(document, command, beside),
        confirm_from=dossier.confirm_from,
        limit=holder.limit if holder else None,
        undone=_undone(session, document) if command.verb is Verb.RESTORE else Authority.NONE,
        is_in_file=command.verb is Verb.NOT_PAID and _is_in_file(session, document),
    )


def _largest_total(
    document: Document, command: Command, beside: Sequence[Command]
) -> Decimal | None:
    """Return the largest total that the document has or gets; None when one is not known."""
    totals = [document.invoice.total_incl if document.invoice else None]
    totals += [
        read_typed_amount(other.args.get("value", ""))
        for other in beside
        if other.verb is Verb.CORRECT
        and other.args.get("field") == "total"
        and other.items == command.items
    ]
    known = [abs(total) for total in totals if total is not None]
    return max(known) if len(known) == len(totals) else None


def _is_in_file(session: Session, document: Document) -> bool:
    payments = payments_of_document(session, document.id)
    return any(payment.status is PaymentStatus.IN_FILE for payment in payments)


def _undone(session: Session, document: Document) -> Authority:
    """Return what the last answer about a document needed, as far as it needed more than proof."""
    changes = last_changes(session, document.id)
    if not changes:
        return Authority.NONE
    if _account(changes[0].before) != _account(document):
        return Authority.SECONDED
    is_listed = any(change.verdict_before is not None for change in changes)
    return Authority.CONFIRMED if is_listed else Authority.NONE


def _account(document: Document) -> str:
    return (document.invoice.iban or "") if document.invoice else ""


def typed_code(commands: Sequence[Command]) -> str:
    """Return the code that was typed after `bevestig`, "" when none was."""
    codes = (c.args.get("code", "") for c in commands if c.verb is Verb.CONFIRM)
    return next((code for code in codes if code), "")


def weigh(
    unit: Unit, token: Token, typed: str, is_known_browser: bool
) -> tuple[CodeVerdict, Authority]:
    """Say what came of the code of a confirmation, and the level that it reaches.

    In a browser that proved whose it is no code need be typed. The code of an authenticator app
    stands for that of the mail, and for a second person.
    """
    session, secret, now = unit.session, unit.context.token_secret, unit.context.now()
    use = code_use(token)
    level = Authority.SECONDED if token.asked_by else Authority.CONFIRMED
    if is_known_browser and not typed:
        return settle_code(session, use, at=now), level
    verdict = spend_code(session, secret, use, typed, at=now)
    if verdict is CodeVerdict.WRONG and has_authenticator(session, token.person):
        by_app = check_authenticator(session, secret, person=token.person, code=typed, at=now)
        if by_app is CodeVerdict.RIGHT:
            return settle_code(session, use, at=now), Authority.SECONDED
    return verdict, level


def drop(unit: Unit, token: Token, holder: Person | Employee | None) -> None:
    """Do nothing of what waited, now or later; the first person is told if the second said so."""
    spend_token(unit.session, token.hash, unit.context.now())
    end_code(unit.session, code_use(token))
    end_askings(unit, token)
    _note_dropped(unit, token)
    if token.asked_by and holder is not None:
        values = {"name": holder.name}
        outcomes = tuple(
            Outcome(command=c, is_done=False, sentence="second_refused", values=values)
            for c in token.commands
        )
        tell_who_asked(unit, token, outcomes)


def _note_dropped(unit: Unit, token: Token) -> None:
    """Keep who said no, with all that it rests on."""
    document = find_document(unit.session, token.items[0].document_id) if token.items else None
    is_single = document is not None and len(token.items) == 1
    shown = shown_to(unit, token, document) if document and is_single else {"token": token.hash}
    facts = {"verb": Verb.CANCEL.value, "args": "{}", "asked_by": token.asked_by}
    about = document.id if document and is_single else token.hash
    unit.note(EventKind.COMMAND_DONE, about, token.person, **unit.cause, **shown, **facts)


def ask_for_more(
    unit: Unit,
    token: Token,
    person: Person | Employee,
    commands: Sequence[Command],
    *,
    cause: str,
    authority: Authority,
) -> list[Outcome]:
    """Ask what the commands lack to be done, and say of each what it waits for."""
    if not commands:
        return []
    if authority < Authority.CONFIRMED:
        has_app = has_authenticator(unit.session, token.person)
        reason = Reason(id="level", takes_authenticator=has_app)
        ask_to_confirm(unit, token, person, commands, cause=cause, reason=reason)
        return [_said(command, "confirmation_sent") for command in commands]
    return _ask_second(unit, token, person, commands, cause=cause)


def ask_to_keep(
    unit: Unit,
    token: Token,
    person: Person | Employee,
    outcomes: Sequence[Outcome],
    *,
    cause: str,
) -> None:
    """Ask to confirm the list entries of senders who were let in, or refused, this once."""
    done = [o.command for o in outcomes if o.is_done and o.command.verb in FIRST_ONCE]
    if done:
        ask_to_confirm(unit, token, person, done, cause=f"{cause}:list")


def tell_who_asked(unit: Unit, token: Token, outcomes: Sequence[Outcome]) -> None:
    """Tell the first person what the second one's answer did."""
    office, _employees = get_office(unit.session, token.office)
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    first = find_person(unit.session, dossier, token.asked_by) if dossier else None
    if first is None or dossier is None or not outcomes:
        return
    known = [find_document(unit.session, item.document_id) for item in token.items]
    single = known[0] if len(known) == 1 else None
    letter = Post(
        key=f"seconded:{token.confirms or token.hash}",
        reader=reader_of(first, office),
        office=office,
        dossier=dossier.code,
        documents=[single] if single else (),
        write=partial(_tell, outcomes=outcomes, single=single, dossier=dossier),
    )
    post(unit, letter)


def _tell(
    head: Letterhead, *, outcomes: Sequence[Outcome], single: Document | None, dossier: Dossier
) -> Letter:
    about = heading(single, head) if single else dossier.name
    return write_transcript(head, outcomes, about=about)


def _ask_second(
    unit: Unit,
    token: Token,
    person: Person | Employee,
    commands: Sequence[Command],
    *,
    cause: str,
) -> list[Outcome]:
    """Ask a second person of each dossier; refuse where there is none."""
    outcomes: list[Outcome] = []
    for dossier, group in _by_dossier(unit.session, token, commands):
        _office, employees = get_office(unit.session, dossier.office)
        documents = [_document(unit.session, token, command) for command in group]
        beside = {token.person, *(d.delivered_by.lower() for d in documents if d)}
        for command in group:
            beside |= account_parties(unit.session, token, command, dossier)
        people = _second_people(dossier, employees, beside, group)
        reason = Reason(id="second", asked_by=person.name)
        for other in people:
            asking = Asking(
                to=other,
                commands=tuple(group),
                cause=cause,
                reason=reason,
                asked_by=token.person,
                dossier=dossier.code,
            )
            ask_each(unit, token, asking)
        names = ", ".join(other.name for other in people)
        unit.note(EventKind.SECOND_ASKED, token.hash, token.person, to=names, cause=cause)
        outcomes += [
            _said(command, "second_asked", names=names)
            if people
            else Outcome(command=command, is_done=False, sentence="no_second_person")
            for command in group
        ]
    return outcomes


def _second_people(
    dossier: Dossier,
    employees: Sequence[Employee],
    parties: set[str],
    commands: Sequence[Command],
) -> tuple[Person | Employee, ...]:
    """Return who is asked beside `parties`; of executing first who may execute themselves."""
    if any(command.verb is Verb.EXECUTE for command in commands):
        able = tuple(
            person
            for person in dossier.people
            if not person.frozen
            and person.email.lower() not in parties
            and all(may_decide(person, dossier, command) for command in commands)
        )
        if able:
            return able
    return second_people(dossier, employees, parties)


def account_parties(
    session: Session, token: Token, command: Command, dossier: Dossier
) -> frozenset[str]:
    """Return who may not say that an account is right; nobody for commands about other things."""
    document = _document(session, token, command)
    if command.verb is not Verb.TRUST_ACCOUNT or document is None:
        return frozenset()
    return parties(document, account_of(session, dossier, document))


def _by_dossier(
    session: Session, token: Token, commands: Sequence[Command]
) -> list[tuple[Dossier, list[Command]]]:
    groups: dict[str, list[Command]] = {}
    for command in commands:
        document = _document(session, token, command)
        code = document.dossier if document else token.dossier
        groups.setdefault(code, []).append(command)
    found = ((find_dossier(session, code), group) for code, group in groups.items())
    return [(dossier, group) for dossier, group in found if dossier is not None]


def _document(session: Session, token: Token, command: Command) -> Document | None:
    item = _item(token, command)
    return find_document(session, item.document_id) if item else None


def _item(token: Token, command: Command) -> ShownItem | None:
    """Return what a command of one line is about, None when it names none that exists."""
    number = command.items[0] if command.items else 1
    is_clear = bool(command.items) or len(token.items) == 1
    return token.items[number - 1] if is_clear and 1 <= number <= len(token.items) else None


def _said(command: Command, sentence: str, **values: str) -> Outcome:
    return Outcome(command=command, is_done=True, sentence=sentence, values=values)
