"""A stand-in is asked, decides in the other's place, and only on the days that were said."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from handlers.desk import open_desk
from handlers.digest import handle as send_digest
from handlers.request_approval import handle
from handlers.stand_ins import let_stand_in
from handlers.standing_in import handle as begin
from handlers.turns import carry_out
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document, Status
from mailbot.domain.job import Job, JobKind
from mailbot.domain.people import Absence
from storage.approvals import approvals_of
from storage.audit_witnesses import unwitnessed
from storage.definitions import get_dossier
from tests.kit.browser import House, open_house
from tests.kit.links import text_of, token_in
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)

APPROVE = Command(verb=Verb.APPROVE)
#: the house lives on 20 November
AWAY = Absence(
    person=APPROVER,
    stand_in=OWNER,
    starts_on=date(2026, 11, 18),
    ends_on=date(2026, 11, 21),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def away(house: House, absence: Absence = AWAY) -> None:
    with house.context.transaction() as unit:
        let_stand_in(unit, get_dossier(unit.session, "bakkerij"), absence, by=APPROVER)


def ask(house: House, document: Document) -> list[str]:
    """Ask for the approval, and return who got a mail."""
    job = Job(key="test", kind=JobKind.REQUEST_APPROVAL, ids={"document": document.id})
    handle(house.context, job)
    return sorted(mail.recipient for mail in house.mails() if mail.letter == "approval")


def approve(house: House, token: str) -> list[str]:
    with house.context.transaction() as unit:
        acted = carry_out(unit, house.token(token), [APPROVE], cause="test")
    return [outcome.sentence for outcome in acted.outcomes]


def test_the_stand_in_decides_in_the_others_place(house: House) -> None:
    away(house)
    document = house.invoice()
    assert ask(house, document) == [OWNER, APPROVER]
    assert "in de plaats van Karim Haddad" in text_of(house, "approval", OWNER)
    token = token_in(house, "approval", OWNER)
    assert house.token(token).person == OWNER
    desk = open_desk(house.context, token)
    assert desk is not None
    assert Verb.APPROVE in desk.sheets[0].verbs
    assert approve(house, token) == ["approve"]
    assert house.now(document).status is Status.TO_REVIEW
    with house.context.database.reading() as session:
        (approval,) = approvals_of(session, document.id)
        assert list(unwitnessed(session)) == []
    assert (approval.approver, approval.decided_by) == (APPROVER, OWNER)


def test_after_the_last_day_the_mail_decides_nothing(house: House) -> None:
    away(house)
    document = house.invoice()
    ask(house, document)
    token = token_in(house, "approval", OWNER)
    house.clock.move(timedelta(days=2))
    assert approve(house, token) == ["not_allowed"]
    assert house.now(document).status is Status.TO_APPROVE


def test_who_delivered_the_document_does_not_stand_in(house: House) -> None:
    away(house)
    document = house.invoice(delivered_by=OWNER)
    assert ask(house, document) == [APPROVER]
    assert approve(house, house.letter(document, to=OWNER)) == ["own_document"]


def test_who_must_agree_beside_the_other_does_not_agree_for_both(house: House) -> None:
    rules = needs_approval(APPROVER, OWNER)
    house.change_office(make_definition(make_dossier(approval_rules=rules)))
    away(house)
    document = house.invoice()
    assert approve(house, house.letter(document, to=OWNER)) == ["approved_waits_for"]
    assert house.now(document).status is Status.TO_APPROVE


def test_what_waits_already_is_asked_when_the_days_begin(house: House) -> None:
    document = house.invoice()
    assert ask(house, document) == [APPROVER]
    away(house)
    before = house.context.jobs.counts()
    job = Job(
        key="begin",
        kind=JobKind.STANDING_IN,
        ids={"person": APPROVER, "dossier": "bakkerij"},
    )
    begin(house.context, job)
    assert sum(house.context.jobs.counts().values()) == sum(before.values()) + 1
    assert ask(house, document) == [OWNER, APPROVER]


def test_the_daily_list_has_what_waits_for_who_is_away(house: House) -> None:
    away(house)
    document = house.invoice()
    ids = {"office": "kantoor", "person": OWNER, "day": "2026-11-20"}
    send_digest(house.context, Job(key="digest", kind=JobKind.DIGEST, ids=ids))
    (listed,) = (mail for mail in house.mails() if mail.letter == "digest")
    assert listed.recipient == OWNER
    token = token_in(house, "digest", OWNER)
    assert [item.document_id for item in house.token(token).items] == [document.id]


def forward(house: House, token: str, to: str) -> list[str]:
    command = Command(verb=Verb.FORWARD, args={"to": to})
    with house.context.transaction() as unit:
        acted = carry_out(unit, house.token(token), [command], cause="test")
    return [outcome.sentence for outcome in acted.outcomes]


def test_an_approval_is_handed_on_and_never_to_who_has_a_hand_in_it(house: House) -> None:
    document = house.invoice(delivered_by=OWNER)
    token = house.letter(document)
    assert forward(house, token, OWNER) == ["forward_decides_already"]
    assert forward(house, token, MANAGER) == ["forward"]
    # the mail to Karim is the one that he hands on
    assert ask(house, document) == [APPROVER, MANAGER]
