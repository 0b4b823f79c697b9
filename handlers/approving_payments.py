"""Payments in the basket get the approvals that their rules demand, and approvers are asked.

Whatever put a payment in the basket or changed it, at the end of the answer `follow_basket` asks
for what its version lacks, in one mail per approver (CF-PAPP-08). Shared by handlers.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from handlers.context import MAILBOT, Unit
from handlers.correspondence import Post, find_person, post, reader_of
from handlers.payment_facts import employees_of, note_payment, view_payment
from mailbot.compose.payment_notices import write_payment_approval, write_payment_refused
from mailbot.domain.approval import ApprovalState
from mailbot.domain.command import Context as Shown
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.payment import (
    IN_BASKET,
    Payment,
    PaymentApproval,
    PaymentStatus,
    moved,
)
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import ShownItem
from mailbot.rules.payment_approval import (
    Demand,
    decide,
    demand_of,
    is_settled,
    proposed_parts,
    without_open,
)
from storage.definitions import get_office
from storage.payments import (
    lock_payments,
    payment_approvals_of,
    payments_in,
    record_payment,
    record_payment_approvals,
)


def follow_basket(unit: Unit, dossier: Dossier, *, cause: str) -> None:
    """Ask for every approval that a payment in the basket lacks; a second time asks nobody.

    `cause` is the mail or form that changed the basket.
    """
    if not dossier.payments.approval:
        return
    lock_payments(unit.session, dossier.code)
    asked: dict[str, list[Payment]] = {}
    for payment in payments_in(unit.session, dossier.code, IN_BASKET):
        demand = _demand(unit, payment, dossier)
        if demand is not None:
            followed, fresh = _follow(unit, payment, demand)
            for part in fresh:
                asked.setdefault(part.approver, []).append(followed)
    for approver, payments in asked.items():
        _ask(unit, dossier, approver, payments, key=f"payment-approval:{cause}:{dossier.code}")


def approve_payment(
    unit: Unit, payment: Payment, dossier: Dossier, person: Person | Employee
) -> Payment:
    """Take somebody's approval of this version. Raises Refused("already_done")."""
    email = person.email.lower()
    parts = _decided(unit, payment, email, ApprovalState.APPROVED)
    demand = _demand(unit, payment, dossier)
    record_payment_approvals(unit.session, parts)
    note_payment(unit, EventKind.PAYMENT_APPROVED, payment, email, **unit.cause)
    if demand is None or not is_settled(payment, demand, parts):
        return payment
    record_payment_approvals(unit.session, without_open(parts))
    return _moved(unit, payment, PaymentStatus.APPROVED, email)


def refuse_payment(
    unit: Unit, payment: Payment, dossier: Dossier, person: Person | Employee, *, reason: str
) -> Payment:
    """Take somebody's refusal: the payment leaves the basket, and who prepared it is told.

    Raises Refused("already_done").
    """
    email = person.email.lower()
    parts = _decided(unit, payment, email, ApprovalState.REJECTED)
    record_payment_approvals(unit.session, without_open(parts))
    note_payment(unit, EventKind.PAYMENT_REFUSED, payment, email, reason=reason, **unit.cause)
    refused = _moved(unit, payment, PaymentStatus.REFUSED, email, reason=reason)
    _tell_preparer(unit, refused, dossier, person)
    return refused


def withdraw_approvals(unit: Unit, payment: Payment) -> None:
    """Ask nobody any more about a payment that leaves the basket or becomes another version."""
    parts = payment_approvals_of(unit.session, payment.id)
    record_payment_approvals(unit.session, without_open(parts))


def waits_for(unit: Unit, payment: Payment, email: str) -> bool:
    """Whether somebody's own approval of this version is still open."""
    return email in open_approvers(unit, payment)


def open_approvers(unit: Unit, payment: Payment) -> tuple[str, ...]:
    """Return the addresses of those whose approval of this version is still open."""
    return tuple(part.approver for part in open_approvals(unit, payment))


def open_approvals(unit: Unit, payment: Payment) -> tuple[PaymentApproval, ...]:
    """Return the parts of this version that are still open."""
    return tuple(
        part
        for part in payment_approvals_of(unit.session, payment.id)
        if part.version == payment.version and part.state is ApprovalState.OPEN
    )


def ask_again(
    unit: Unit, dossier: Dossier, approver: str, payments: Sequence[Payment], *, cause: str
) -> None:
    """Show an approver payments that had changed since they were shown."""
    key = f"payment-approval-again:{cause}:{dossier.code}"
    _ask(unit, dossier, approver, payments, key=key)


def _demand(unit: Unit, payment: Payment, dossier: Dossier) -> Demand | None:
    """Return whose approval it takes; None when no rule covers it: then it cannot leave."""
    try:
        return demand_of(payment, dossier, employees_of(unit.session, dossier))
    except Refused:
        return None


def _follow(
    unit: Unit, payment: Payment, demand: Demand
) -> tuple[Payment, tuple[PaymentApproval, ...]]:
    """Make the parts of this version what is demanded now; return those that are new."""
    known = payment_approvals_of(unit.session, payment.id)
    wanted = proposed_parts(payment, demand)
    have = {_key(part) for part in known if part.state is not ApprovalState.CANCELLED}
    fresh = tuple(part for part in wanted if _key(part) not in have)
    demanded = {_key(part) for part in wanted}
    gone = without_open([part for part in known if _key(part) not in demanded])
    settled = is_settled(payment, demand, known)
    record_payment_approvals(unit.session, gone if settled else (*gone, *fresh))
    if payment.status is PaymentStatus.APPROVED and not settled:
        # the rules changed since
        payment = _moved(unit, payment, PaymentStatus.PREPARED, MAILBOT)
    to = PaymentStatus.APPROVED if settled else PaymentStatus.TO_APPROVE
    followed = payment if payment.status is to else _moved(unit, payment, to, MAILBOT)
    return followed, () if settled else fresh


def _key(part: PaymentApproval) -> tuple[str, str, int]:
    return part.rule, part.approver, part.version


def _decided(
    unit: Unit, payment: Payment, email: str, state: ApprovalState
) -> tuple[PaymentApproval, ...]:
    lock_payments(unit.session, payment.dossier)
    return decide(
        payment_approvals_of(unit.session, payment.id),
        email,
        version=payment.version,
        state=state,
        at=unit.context.now(),
        cause=unit.cause.get("cause", ""),
    )


def _moved(
    unit: Unit, payment: Payment, to: PaymentStatus, actor: str, **changes: object
) -> Payment:
    after = moved(payment, to, **changes)
    record_payment(unit.session, after)
    facts = {"from_status": payment.status.value, "to_status": to.value}
    note_payment(unit, EventKind.PAYMENT_MOVED, after, actor, **facts)
    return after


def _ask(
    unit: Unit, dossier: Dossier, approver: str, payments: Sequence[Payment], *, key: str
) -> None:
    """Mail one approver what waits for them, numbered when it is several."""
    person = find_person(unit.session, dossier, approver)
    if person is None or person.frozen or not payments:
        return
    office, _employees = get_office(unit.session, dossier.office)
    parts = [
        part
        for payment in payments
        for part in payment_approvals_of(unit.session, payment.id)
        if part.version == payment.version and part.state is not ApprovalState.CANCELLED
    ]
    others = dict.fromkeys(part.approver for part in parts if part.approver != approver)
    known = [find_person(unit.session, dossier, email) for email in others]
    # what it waits for is just what is asked here
    views = [replace(view_payment(unit, each, dossier), hindrance=None) for each in payments]
    single = views[0].document if len(views) == 1 else None
    letter = Post(
        key=f"{key}:{approver}",
        reader=reader_of(person, office),
        office=office,
        shown=Shown.PAYMENT_APPROVAL,
        dossier=dossier.code,
        documents=[single] if single else (),
        items=tuple(shown_payment(payment, Shown.PAYMENT_APPROVAL) for payment in payments),
        write=partial(
            write_payment_approval,
            views=views,
            dossier=dossier.name,
            rules=tuple(dict.fromkeys(part.rule for part in parts)),
            together_with=[each.first_name for each in known if each],
        ),
    )
    post(unit, letter)
    for payment in payments:
        facts = {"payment": payment.id, "version": str(payment.version)}
        unit.note(EventKind.APPROVAL_ASKED, payment.document_id or payment.id, approver, **facts)


def shown_payment(payment: Payment, context: Shown) -> ShownItem:
    """Return what binds a numbered line to this version of a payment."""
    return ShownItem(
        document_id=payment.document_id,
        version=payment.version,
        context=context,
        payment=payment.id,
    )


def _tell_preparer(unit: Unit, payment: Payment, dossier: Dossier, by: Person | Employee) -> None:
    person = find_person(unit.session, dossier, payment.prepared_by)
    if person is None or person.email.lower() == by.email.lower():
        return
    office, _employees = get_office(unit.session, dossier.office)
    view = view_payment(unit, payment, dossier)
    letter = Post(
        key=f"payment-refused:{payment.id}",
        reader=reader_of(person, office),
        office=office,
        dossier=dossier.code,
        write=partial(
            write_payment_refused,
            view=view,
            by=by.name,
            reason=payment.reason,
            dossier=dossier.name,
        ),
    )
    post(unit, letter)
