"""A document moves on with its audit event, and whoever must act is asked once for each state."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.context import Unit
from handlers.progress import (
    advance,
    ask,
    ask_approvals_again,
    change_status,
    ensure_approvals,
    with_booking,
)
from mailbot.domain.approval import ApprovalState
from mailbot.domain.document import Document, Status, revised
from mailbot.domain.errors import Refused
from mailbot.rules.approval import decide
from storage.approvals import approvals_of, record_approvals
from storage.audit import events_about
from tests.kit.browser import House, an_invoice, open_house
from tests.kit.office import APPROVER, MANAGER, OWNER, make_dossier, needs_approval

DOSSIER = make_dossier(approval_rules=needs_approval())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def jobs(house: House) -> int:
    return sum(house.context.jobs.counts().values())


def states(unit: Unit, document: Document) -> dict[str, ApprovalState]:
    return {a.approver: a.state for a in approvals_of(unit.session, document.id)}


def test_a_change_is_kept_and_noted(house: House) -> None:
    document = house.invoice()
    with house.context.transaction() as unit:
        change_status(unit, document, Status.TO_REVIEW, actor=APPROVER, title="anders")
    after = house.now(document)
    assert (after.status, after.title) == (Status.TO_REVIEW, "anders")
    with house.context.database.reading() as session:
        event = events_about(session, document.id)[-1]
    assert (event.actor, event.data["from_status"], event.data["to_status"]) == (
        APPROVER,
        "to_approve",
        "to_review",
    )


def test_a_change_that_is_not_allowed_changes_nothing(house: House) -> None:
    document = house.invoice(status=Status.EXPORTED)
    before = house.everything()
    with pytest.raises(Refused), house.context.transaction() as unit:
        change_status(unit, document, Status.TO_EXPORT)
    assert house.everything() == before


@pytest.mark.parametrize(
    ("status", "asks"),
    [
        (Status.QUARANTINED, 1),
        (Status.INBOX, 1),
        (Status.TO_APPROVE, 1),
        (Status.TO_REVIEW, 1),
        (Status.TO_EXPORT, 1),
        (Status.RECEIVED, 0),
        (Status.EXPORTED, 0),
        (Status.REJECTED, 0),
        (Status.UNREADABLE, 0),
    ],
)
def test_who_must_act_is_asked_once_for_a_state(house: House, status: Status, asks: int) -> None:
    document = house.invoice(status=status)
    for _ in range(2):
        with house.context.transaction() as unit:
            ask(unit, document)
    assert jobs(house) == asks


@pytest.mark.parametrize(
    "changes",
    [{"version": 2}, {"reviewed_by": (MANAGER,)}, {"export_tries": 1}],
)
def test_another_state_is_another_asking(house: House, changes: dict[str, object]) -> None:
    document = house.invoice(status=Status.TO_REVIEW)
    with house.context.transaction() as unit:
        ask(unit, document)
        ask(unit, replace(document, **changes))  # type: ignore[arg-type]
    assert jobs(house) == 2


def test_nobody_is_asked_about_what_waits(house: House) -> None:
    document = house.invoice(on_hold=True)
    with house.context.transaction() as unit:
        advance(unit, document, DOSSIER)
    assert jobs(house) == 0


def test_it_goes_where_the_rules_say(house: House) -> None:
    document = house.invoice(status=Status.RECEIVED)
    with house.context.transaction() as unit:
        asked = advance(unit, document, DOSSIER)
        assert asked.status is Status.TO_APPROVE
        decided = decide(
            approvals_of(unit.session, document.id),
            APPROVER,
            state=ApprovalState.APPROVED,
            at=house.context.now(),
        )
        record_approvals(unit.session, decided)
        reviewed = advance(unit, asked, DOSSIER, actor=APPROVER)
        assert reviewed.status is Status.TO_REVIEW
        done = advance(unit, replace(reviewed, reviewed_by=(MANAGER,)), DOSSIER)
    assert house.now(document) == done
    assert done.status is Status.TO_EXPORT
    assert jobs(house) == 3


def test_approvals_are_made_once_and_for_every_new_rule(house: House) -> None:
    document = house.invoice()
    both = (*needs_approval(), replace(needs_approval(OWNER)[0], name="directie"))
    with house.context.transaction() as unit:
        first = ensure_approvals(unit.session, document, DOSSIER)
        assert ensure_approvals(unit.session, document, DOSSIER) == first
        ensure_approvals(unit.session, document, replace(DOSSIER, approval_rules=both))
        assert set(states(unit, document)) == {APPROVER, OWNER}


def test_what_was_approved_is_asked_again_when_the_account_changes_hands(house: House) -> None:
    document = house.invoice()
    with house.context.transaction() as unit:
        changed = revised(document, iban_changed_by=APPROVER)
        ask_approvals_again(unit.session, changed, DOSSIER)
        assert states(unit, document) == {
            APPROVER: ApprovalState.OPEN,
            MANAGER: ApprovalState.OPEN,
        }
        once_more = revised(changed, iban_changed_by=OWNER)
        ask_approvals_again(unit.session, once_more, DOSSIER)
        assert states(unit, document) == {
            APPROVER: ApprovalState.OPEN,
            MANAGER: ApprovalState.CANCELLED,
        }


def test_a_booking_is_proposed_as_soon_as_nothing_is_missing(house: House) -> None:
    document = house.invoice()
    with house.context.database.reading() as session:
        booked = with_booking(session, document, DOSSIER).booking
        assert booked is not None
        assert booked.total_incl == Decimal("605.00")
        lacking = replace(document, booking=booked, invoice=replace(an_invoice(), total_incl=None))
        assert with_booking(session, lacking, DOSSIER).booking is None
