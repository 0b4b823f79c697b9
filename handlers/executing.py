"""`voer uit 1-3`: what would leave, whether it may, who must say so, and the files of it.

Asked, checked and confirmed are the same plan: its hash goes with the command that waits for the
code, and what has changed since is not done (CF-PAY-16). Shared by handlers.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from handlers.context import Unit
from handlers.leaving_today import left_today
from handlers.payment_facts import check_leaving, employees_of, view_payment
from handlers.payment_files import make_file
from mailbot.compose.basket import ExecutionView
from mailbot.domain.approval import ApprovalState
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.errors import Refused
from mailbot.domain.execution import Execution
from mailbot.domain.money import total
from mailbot.domain.payment import Payment, PaymentFile
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import Token
from mailbot.rules.access import Stakes
from mailbot.rules.execution import plan_execution
from mailbot.rules.payment_limits import check_limits
from mailbot.rules.payment_terms import debit_account
from storage.approvals import approvals_of
from storage.definitions import find_dossier, get_office
from storage.documents import find_document
from storage.payments import (
    find_payments,
    lock_payments,
    payment_approvals_of,
)

#: argument of a command that waits: the hash of what was shown
HASH = "hash"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one `voer uit` is about."""

    dossier: Dossier
    execution: Execution
    #: the payments as they are in the basket, by their number in the mail
    chosen: dict[int, Payment]


def find_plan(unit: Unit, token: Token, command: Command) -> Plan:
    """Return what a command would make leave, whether it may or not.

    Raises Refused: payments_off, unknown_item, empty_basket, basket_changed, bad_value,
    no_bank_link, and those of `debit_account`.
    """
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    if dossier is None or not dossier.payments.active:
        raise Refused("payments_off")
    chosen = _chosen(unit.session, token, command)
    account, day = command.args.get("account", ""), _wanted(unit, dossier, command)
    execution = plan_execution(
        tuple(chosen.values()),
        today=_today(unit, dossier),
        debit_iban=debit_account(dossier, account).iban if account else "",
        wanted=day,
    )
    return Plan(dossier=dossier, execution=execution, chosen=chosen)


def troubles_of(
    unit: Unit, plan: Plan, person: Person | Employee
) -> tuple[tuple[int | None, Refused], ...]:
    """Return why it may not leave: by number of the line, None for what is about all of it."""
    found: list[tuple[int | None, Refused]] = []
    for number, payment in plan.chosen.items():
        try:
            check_leaving(unit, payment, plan.dossier)
        except Refused as refused:
            found.append((number, refused))
    if not found:
        try:
            _takes_second(unit, plan, person)
        except Refused as refused:
            found.append((None, refused))
    return tuple(found)


def may_be_asked(unit: Unit, token: Token, command: Command, person: Person | Employee) -> bool:
    """Whether there is anything to confirm; what cannot leave is refused at once."""
    try:
        plan = find_plan(unit, token, command)
    except Refused:
        return False
    return not troubles_of(unit, plan, person)


def execution_stakes(
    unit: Unit, token: Token, command: Command, person: Person | Employee | None
) -> Stakes:
    """Return what decides on the level of `voer uit` (rules/access.py)."""
    if person is None:
        return Stakes(shown=Shown.BASKET)
    try:
        plan = find_plan(unit, token, command)
        takes_second = _takes_second(unit, plan, person)
    except Refused:
        return Stakes(shown=Shown.BASKET, takes_second=True)
    return Stakes(
        shown=Shown.BASKET,
        total=plan.execution.total,
        limit=person.limit,
        takes_second=takes_second,
    )


def bound(unit: Unit, token: Token, command: Command) -> tuple[Command, Plan | None]:
    """Return a command with the hash of what its confirmation shows, and the plan to show.

    What was bound before stays so: a second person confirms what the first one saw.
    """
    if command.verb is not Verb.EXECUTE:
        return command, None
    try:
        plan = find_plan(unit, token, command)
    except Refused:
        return command, None
    args = {HASH: plan.execution.fingerprint, **command.args}
    return replace(command, args=args), plan


def view_plan(unit: Unit, plan: Plan) -> ExecutionView:
    """Return what would leave as mail and page show it."""
    return ExecutionView(
        execution=plan.execution,
        views={n: view_payment(unit, each, plan.dossier) for n, each in plan.chosen.items()},
        accounts={account.iban: account.alias for account in plan.dossier.debit_accounts},
        dossier=plan.dossier.name,
    )


def execute(
    unit: Unit, token: Token, command: Command, person: Person | Employee
) -> tuple[Plan, tuple[PaymentFile, ...]]:
    """Make the files of a confirmed command, in the transaction of the confirmation.

    Raises Refused("basket_changed") when it is not what was shown, and those of `find_plan`; the
    caller has looked at `troubles_of` behind the same lock.
    """
    lock_payments(unit.session, token.dossier)
    plan = find_plan(unit, token, command)
    if command.args.get(HASH) != plan.execution.fingerprint:
        raise Refused("basket_changed")
    by = person.email.lower()
    files = tuple(make_file(unit, each, plan.dossier, by=by) for each in plan.execution.files)
    return plan, files


def _chosen(session: Session, token: Token, command: Command) -> dict[int, Payment]:
    """Return the payments of the lines that a command names, all of them where it names none."""
    numbers = command.items or tuple(range(1, len(token.items) + 1))
    known = find_payments(session, {item.payment for item in token.items if item.payment})
    found: dict[int, Payment] = {}
    for number in numbers:
        item = token.items[number - 1] if 1 <= number <= len(token.items) else None
        payment = known.get(item.payment) if item else None
        if item is None or payment is None or payment.dossier != token.dossier:
            raise Refused("unknown_item", {"item": str(number)})
        if payment.version != item.version:
            raise Refused("basket_changed")
        found[number] = payment
    if not found:
        raise Refused("empty_basket")
    return found


def _wanted(unit: Unit, dossier: Dossier, command: Command) -> date | None:
    """Return the one day for all of it (CF-PAY-27), None when each keeps its own."""
    typed = command.args.get("date", "")
    if command.args.get("via"):
        raise Refused("no_bank_link", {"via": command.args["via"]})
    if typed == "now":
        return _today(unit, dossier)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Refused("bad_value", {"field": "due_date", "value": typed}) from None


def _today(unit: Unit, dossier: Dossier) -> date:
    office, _employees = get_office(unit.session, dossier.office)
    return local_date(unit.context.now(), office.time_zone)


def _takes_second(unit: Unit, plan: Plan, person: Person | Employee) -> bool:
    """Whether somebody else must confirm it, too. Raises Refused as `check_limits`."""
    payments = plan.execution.payments
    left = left_today(unit, plan.dossier)
    known: list[Person | Employee] = [*plan.dossier.people]
    known += employees_of(unit.session, plan.dossier)
    is_above = check_limits(
        payments,
        [payment for payment, _by in left],
        plan.dossier,
        person,
        mine_today=total(payment.amount for payment, by in left if by == person.email.lower()),
        frozen={each.email.lower() for each in known if each.frozen},
    )
    email = person.email.lower()
    mine_alone = (p for p in payments if p.prepared_by.lower() == email)
    return is_above or any(_hands(unit.session, payment) <= {email} for payment in mine_alone)


def _hands(session: Session, payment: Payment) -> set[str]:
    """Return who has looked at a payment or its invoice: one pair of eyes alone pays nothing."""
    hands = {payment.prepared_by.lower()}
    hands |= {
        part.approver
        for part in payment_approvals_of(session, payment.id)
        if part.version == payment.version and part.state is ApprovalState.APPROVED
    }
    document = find_document(session, payment.document_id, is_locked=False)
    if document is None:
        return hands
    hands |= {reviewer.lower() for reviewer in document.reviewed_by}
    return hands | {
        (approval.decided_by or approval.approver).lower()
        for approval in approvals_of(session, document.id)
        if approval.state is ApprovalState.APPROVED
    }
