"""`herstel` takes back what the last answer did, until the booking has left."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.acting import Acted
from handlers.freezing import freeze
from handlers.turns import carry_out
from mailbot.domain.approval import ApprovalState
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.rules.access import Authority
from storage.approvals import approvals_of
from storage.audit import events_about
from storage.documents import record_document
from storage.people import find_verdict, record_verdict
from tests.kit.browser import House, open_house
from tests.kit.links import token_in
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)

UNDO = Command(verb=Verb.RESTORE)
APPROVE = Command(verb=Verb.APPROVE)
TOTAL = Command(verb=Verb.CORRECT, args={"field": "total", "value": "1210.00"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        rules = needs_approval(APPROVER, OWNER)
        opened.change_office(make_definition(make_dossier(approval_rules=rules)))
        yield opened


def do(house: House, token: str, *commands: Command, cause: str = "answer") -> Acted:
    with house.context.transaction() as unit:
        caused = replace(unit, cause={"cause": cause})
        return carry_out(caused, house.token(token), commands, cause=cause)


def said(acted: Acted) -> list[str]:
    return [outcome.sentence for outcome in acted.outcomes]


def states(house: House, document: Document) -> set[tuple[str, ApprovalState]]:
    with house.context.database.reading() as session:
        return {(a.approver, a.state) for a in approvals_of(session, document.id)}


@pytest.mark.parametrize(
    "command",
    [
        APPROVE,
        Command(verb=Verb.REJECT, args={"reason": "te duur"}),
        Command(verb=Verb.HOLD, args={"until": "2026-12-15"}),
        Command(verb=Verb.HOLD),
        Command(verb=Verb.DELETE),
        Command(verb=Verb.LABEL, args={"label": "werf"}),
        Command(verb=Verb.TITLE, args={"text": "folders"}),
        Command(verb=Verb.FORWARD, args={"to": MANAGER}),
        Command(verb=Verb.PAID),
        TOTAL,
    ],
    ids=lambda command: command.verb.value,
)
def test_the_document_is_again_what_it_was(house: House, command: Command) -> None:
    document = house.invoice()
    before = house.now(document)
    parts = states(house, document)
    done = do(house, house.letter(document), command)
    assert [(o.is_done, o.can_be_undone) for o in done.outcomes] == [(True, True)]
    assert said(do(house, house.letter(house.now(document)), UNDO, cause="next")) == ["restore"]
    after = house.now(document)
    assert replace(after, version=before.version) == before
    assert after.version > before.version
    open_before = {part for part in parts if part[1] is ApprovalState.OPEN}
    assert {p for p in states(house, document) if p[1] is ApprovalState.OPEN} == open_before


def test_all_that_one_answer_did_is_undone_together(house: House) -> None:
    document = house.invoice()
    before = house.now(document)
    do(house, house.letter(document), TOTAL, Command(verb=Verb.LABEL, args={"label": "werf"}))
    do(house, house.letter(house.now(document)), UNDO, cause="next")
    assert replace(house.now(document), version=before.version) == before


def test_a_second_time_there_is_nothing_left(house: House) -> None:
    document = house.invoice()
    assert said(do(house, house.letter(document), UNDO)) == ["nothing_to_undo"]
    do(house, house.letter(document), APPROVE)
    do(house, house.letter(document), UNDO, cause="next")
    again = do(house, house.letter(house.now(document)), UNDO, cause="third")
    assert said(again) == ["nothing_to_undo"]


def test_who_rejects_again_has_the_office_told_again(house: House) -> None:
    reject = Command(verb=Verb.REJECT, args={"reason": "te duur"})
    document = house.invoice()
    do(house, house.letter(document), reject)
    do(house, house.letter(document), UNDO, cause="next")
    do(house, house.letter(house.now(document)), reject, cause="third")
    told = [mail.recipient for mail in house.mails() if mail.letter == "rejected"]
    assert told == [MANAGER, MANAGER]


def test_what_was_handed_on_since_waits_for_nobody_who_is_frozen(house: House) -> None:
    document = house.invoice()
    do(house, house.letter(document), APPROVE)
    with house.context.transaction() as unit:
        freeze(unit, OWNER, by="operator")
    assert said(do(house, house.letter(house.now(document)), UNDO, cause="next")) == ["restore"]
    waiting = {who for who, state in states(house, document) if state is ApprovalState.OPEN}
    assert waiting == {APPROVER, MANAGER}


@pytest.mark.parametrize("verdict", ["allow", "block"])
def test_what_the_list_said_of_a_sender_before_stands(house: House, verdict: str) -> None:
    document = house.invoice(status=Status.QUARANTINED, welcome=False, sent=False)
    sender = document.delivered_by
    with house.context.transaction() as unit:
        record_verdict(
            unit.session,
            dossier="bakkerij",
            sender=sender,
            verdict=verdict,
            by=MANAGER,
            at=house.clock.now(),
        )
    token = house.letter(document, to=OWNER, shown=Shown.QUARANTINE)
    told = do(house, token, Command(verb=Verb.ALLOW))
    assert said(told) == ["allow_waits"]
    answers = []
    for keeps in (False, True):
        if keeps:
            house.send_form(token_in(house, "confirmation", OWNER), Command(verb=Verb.CONFIRM))
        with house.context.transaction() as unit:
            held = house.token(token)
            acted = carry_out(unit, held, [UNDO], cause="undo", authority=Authority.CONFIRMED)
            answers += said(acted)
            assert find_verdict(unit.session, "bakkerij", sender) == verdict
    assert answers == ["restore", "restore"]


def test_what_somebody_else_did_since_stands(house: House) -> None:
    document = house.invoice()
    do(house, house.letter(document), APPROVE)
    do(house, house.letter(document, to=OWNER), Command(verb=Verb.HOLD), cause="owner's")
    acted = do(house, house.letter(house.now(document)), UNDO, cause="next")
    assert said(acted) == ["undo_not_yours"]
    assert house.now(document).on_hold


def test_a_booking_that_has_left_is_not_called_back(house: House) -> None:
    rules = needs_approval(APPROVER)
    house.change_office(make_definition(make_dossier(approval_rules=rules)))
    document = house.invoice(reviewed_by=(MANAGER,))
    done = do(house, house.letter(document), APPROVE)
    assert house.now(document).status is Status.TO_EXPORT
    assert [outcome.can_be_undone for outcome in done.outcomes] == [False]
    with house.context.transaction() as unit:
        from_now = replace(house.now(document), status=Status.EXPORTED)
        record_document(unit.session, from_now)
    acted = do(house, house.letter(house.now(document)), UNDO, cause="next")
    assert said(acted) == ["undo_left_house"]


def test_an_export_that_waits_can_be_stopped(house: House) -> None:
    dossier = make_dossier(approval_rules=needs_approval(APPROVER))
    waits = replace(dossier, export=replace(dossier.export, wait_minutes=15))
    house.change_office(make_definition(waits))
    document = house.invoice(reviewed_by=(MANAGER,))
    done = do(house, house.letter(document), APPROVE)
    assert [outcome.can_be_undone for outcome in done.outcomes] == [True]
    assert said(do(house, house.letter(house.now(document)), UNDO, cause="next")) == ["restore"]
    assert house.now(document).status is Status.TO_APPROVE


def test_a_decision_is_kept_with_all_that_it_rests_on(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    do(house, token, APPROVE)
    with house.context.database.reading() as session:
        events = events_about(session, document.id)
    (decision,) = (event for event in events if event.kind is EventKind.COMMAND_DONE)
    assert decision.data["cause"] == "answer"
    assert decision.data["token"] == house.token(token).hash
    assert decision.data["document_sha256"] == document.original.sha256
    assert '"total_incl": "605.00"' in decision.data["shown"]
    assert house.context.blobs.has(decision.data["letter_sha256"])
