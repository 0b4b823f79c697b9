"""A bank statement was kept: take its movements, mark what was paid, ask about the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.context import Context, Unit
from handlers.correspondence import find_person, is_proved
from handlers.matched import Ledger
from handlers.readers import statements_in
from handlers.statement_mails import Arrived, ask_about, tell_taken, tell_waiting
from handlers.welcome import judge_welcome
from mailbot.compose.statements import Taken
from mailbot.domain.bank import BankStatement, StatementFile
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.mail import StoredMail
from mailbot.domain.movement import KeptStatement, Movement, MovementState, StatementState
from mailbot.domain.people import Dossier, Employee, PersonRole
from mailbot.rules.statement_movements import is_broken, is_of, movements_of
from mailbot.rules.welcome import is_listed
from storage.definitions import get_dossier, get_office
from storage.mails import get_mail
from storage.payments import lock_payments
from storage.statements import (
    get_statement,
    known_movements,
    movements_in,
    record_movement,
    record_statement,
)

#: so long after it was paid an invoice is still expected
_LOOK_BACK = timedelta(days=120)


def handle(context: Context, job: Job) -> None:
    """Take one file of statements, once. `job.ids`: statement."""
    with context.database.reading() as session:
        kept = get_statement(session, job.ids["statement"])
        stored = get_mail(session, kept.mail_id)
    if kept.state is not StatementState.RECEIVED:
        return
    file = statements_in(context.sandbox, context.blobs.get(kept.sha256))
    with context.transaction() as unit:
        lock_payments(unit.session, kept.dossier)
        if get_statement(unit.session, kept.id).state is not StatementState.RECEIVED:
            return
        dossier = get_dossier(unit.session, kept.dossier)
        arrived = Arrived(kept=kept, mail=stored, dossier=dossier)
        reason = _why_it_waits(unit, arrived, file)
        if reason:
            _end(unit, kept, StatementState.WAITING, reason=reason)
            tell_waiting(unit, arrived, reason)
        else:
            _take(unit, arrived, file)


def _why_it_waits(unit: Unit, arrived: Arrived, file: StatementFile) -> str:
    """Return why nothing of a file counts (id in table `statement_waits`), "" when it does."""
    if not _is_vouched_for(unit, arrived.dossier, arrived.mail):
        return "unproved"
    if is_broken(file):
        return "broken"
    if not any(is_of(statement, arrived.dossier) for statement in file.statements):
        return "other_account"
    return ""


def _is_vouched_for(unit: Unit, dossier: Dossier, stored: StoredMail) -> bool:
    """Whether a statement of this mail may mark invoices as paid (decision: bank statements).

    Its sender must be proved, and be of the office, of the client or named in a whitelist; or the
    operator imported it.
    """
    if stored.envelope.authentication.source == "import":
        return True
    is_blocked = judge_welcome(unit.session, dossier, stored).is_blocked
    if is_blocked or not is_proved(unit.context, stored):
        return False
    office, _employees = get_office(unit.session, dossier.office)
    if is_listed((*dossier.whitelist, *office.whitelist), stored.sender):
        return True
    person = find_person(unit.session, dossier, stored.sender)
    if person is None or person.frozen:
        return False
    return isinstance(person, Employee) or set(person.roles) != {PersonRole.DOCUMENT_DELIVERY}


def _take(unit: Unit, arrived: Arrived, file: StatementFile) -> None:
    """Take the movements of the dossier's accounts that are new."""
    kept = arrived.kept
    ledger = Ledger(unit, arrived.dossier)
    _look_again(unit, ledger, arrived)
    taken = [
        Taken(statement=statement, movements=tuple(_new(unit, ledger, kept, statement)))
        for statement in file.statements
        if is_of(statement, arrived.dossier)
    ]
    n_new = sum(len(each.movements) for each in taken)
    _end(unit, kept, StatementState.READ, movements=str(n_new), sender=arrived.mail.sender)
    tell_taken(unit, arrived, taken)
    ask_about(unit, arrived.dossier, taken)


def _look_again(unit: Unit, ledger: Ledger, arrived: Arrived) -> None:
    """Look again at what nobody could place: the invoice may have come since."""
    since = arrived.kept.at.date() - _LOOK_BACK
    states = (MovementState.OPEN, MovementState.LEFT)
    for movement in movements_in(unit.session, arrived.dossier.code, states, since=since):
        again = ledger.take(movement)
        if again.state is MovementState.MATCHED:
            record_movement(unit.session, again)


def _new(
    unit: Unit, ledger: Ledger, kept: KeptStatement, statement: BankStatement
) -> Iterator[Movement]:
    """Give each movement that was not here before to what it was for, and keep it."""
    found = movements_of(statement, dossier=kept.dossier, statement_id=kept.id)
    known = known_movements(unit.session, [movement.key for movement in found])
    for movement in _once(found):
        if movement.key not in known:
            settled = ledger.take(movement)
            record_movement(unit.session, settled)
            yield settled


def _once(movements: Sequence[Movement]) -> list[Movement]:
    """Return them without what one file says twice (a statement that stands in it twice)."""
    return list({movement.key: movement for movement in movements}.values())


def _end(unit: Unit, kept: KeptStatement, state: StatementState, **facts: str) -> None:
    ended = replace(kept, state=state, reason=facts.get("reason", ""))
    record_statement(unit.session, ended)
    about = {"dossier": kept.dossier, "mail": kept.mail_id, "sha256": kept.sha256}
    unit.note(EventKind.STATEMENT_READ, kept.id, state=state.value, **about, **facts)
