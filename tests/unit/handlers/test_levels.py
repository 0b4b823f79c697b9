"""What a command asks for more waits for it; the rest is done at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.acting import Acted
from handlers.freezing import freeze
from handlers.turns import carry_out, confirm
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.people import EmployeeRole, PersonRole
from mailbot.domain.totp import time_step, totp_code
from storage.audit import events_about
from storage.people import find_verdict
from storage.totp import confirm_authenticator, new_authenticator
from tests.kit.browser import House, an_invoice, open_house
from tests.kit.links import code_in, text_of, token_in
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)

APPROVE = Command(verb=Verb.APPROVE)
OTHER_IBAN = "BE05733300011122"
ACCOUNT = Command(verb=Verb.CORRECT, args={"field": "iban", "value": OTHER_IBAN})
SUPPLIER = "facturen@drukkerij.example"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def change(house: House, **dossier: object) -> None:
    values: dict[str, object] = {"approval_rules": needs_approval(), **dossier}
    house.change_office(make_definition(make_dossier(**values)))  # type: ignore[arg-type]


def do(house: House, token: str, *commands: Command, cause: str = "test") -> list[str]:
    with house.context.transaction() as unit:
        acted: Acted = carry_out(unit, house.token(token), commands, cause=cause)
    return [outcome.sentence for outcome in acted.outcomes]


def say_yes(house: House, to: str, code: str | None = None, *, known: bool = False) -> list[str]:
    """Answer the newest confirmation that somebody got, by default with its code."""
    token = token_in(house, "confirmation", to)
    typed = code_in(house, to=to) if code is None else code
    command = Command(verb=Verb.CONFIRM, args={"code": typed} if typed else {})
    with house.context.transaction() as unit:
        acted = confirm(
            unit, house.token(token), [command], cause="confirm", is_known_browser=known
        )
    assert acted is not None
    return [outcome.sentence for outcome in acted.outcomes]


def asked(house: House) -> list[str]:
    """Return who was asked to confirm something."""
    return sorted(mail.recipient for mail in house.mails() if mail.letter == "confirmation")


def account_of(house: House, document: Document) -> str | None:
    invoice = house.now(document).invoice
    return invoice.iban if invoice else None


@pytest.mark.feature("CF-APPR-19")
def test_in_a_list_only_the_large_amount_waits(house: House) -> None:
    change(house, confirm_from=Decimal(1000))
    small = house.invoice(number="1")
    large = replace(an_invoice("2"), total_incl=Decimal("1210.00"))
    documents = [small, house.invoice(number="2", invoice=large)]
    told = do(house, house.digest(documents), replace(APPROVE, items=(1, 2)))
    assert told == ["approve", "confirmation_sent"]
    assert [house.now(d).status for d in documents] == [Status.TO_REVIEW, Status.TO_APPROVE]
    assert say_yes(house, APPROVER) == ["approve"]
    assert house.now(documents[1]).status is Status.TO_REVIEW


def test_a_total_that_is_corrected_on_the_way_does_not_slip_below_what_is_confirmed(
    house: House,
) -> None:
    change(house, confirm_from=Decimal(1000))
    document = house.invoice()
    total = Command(verb=Verb.CORRECT, args={"field": "total", "value": "9000.00"})
    assert do(house, house.letter(document), total, APPROVE) == ["confirmation_sent"] * 2
    assert house.now(document) == document
    assert say_yes(house, APPROVER) == ["correct", "approve"]


def test_above_the_limit_of_a_person_he_confirms(house: House) -> None:
    people = (PEOPLE[0], replace(PEOPLE[1], limit=Decimal(600)))
    change(house, people=people)
    token = house.letter(house.invoice())
    assert do(house, token, APPROVE) == ["confirmation_sent"]
    assert do(house, token, Command(verb=Verb.REJECT, args={"reason": "te duur"})) == ["reject"]


def test_what_was_asked_about_the_same_document_waits_together(house: House) -> None:
    document = house.invoice()
    told = do(house, house.letter(document), ACCOUNT, APPROVE)
    assert told == ["confirmation_sent", "confirmation_sent"]
    assert house.now(document) == document
    assert asked(house) == [APPROVER]


def test_another_account_takes_a_second_person(house: House) -> None:
    document = house.invoice()
    do(house, house.letter(document), ACCOUNT)
    assert say_yes(house, APPROVER) == ["second_asked"]
    assert asked(house) == [APPROVER, MANAGER]
    assert account_of(house, document) != OTHER_IBAN
    assert say_yes(house, MANAGER) == ["correct"]
    assert account_of(house, document) == OTHER_IBAN
    assert house.now(document).iban_changed_by == APPROVER
    assert say_yes(house, MANAGER) == ["already_done"]
    told = [m.recipient for m in house.mails() if m.letter == "transcript"]
    assert told == [APPROVER]
    with house.context.database.reading() as session:
        confirmed = [
            (event.actor, event.data["level"], event.data["asked_by"])
            for event in events_about(session, document.id)
            if event.kind is EventKind.CONFIRMED
        ]
    assert confirmed == [(APPROVER, "3", ""), (MANAGER, "4", APPROVER)]


def test_taking_another_account_back_takes_a_second_person_too(house: House) -> None:
    document = house.invoice()
    do(house, house.letter(document), ACCOUNT)
    say_yes(house, APPROVER)
    say_yes(house, MANAGER)
    now = house.now(document)
    undo = Command(verb=Verb.RESTORE)
    assert do(house, house.letter(now), undo, cause="undo") == ["confirmation_sent"]
    assert account_of(house, document) == OTHER_IBAN


def test_who_has_a_hand_in_it_is_no_second_person(house: House) -> None:
    document = house.invoice(delivered_by=MANAGER)
    do(house, house.letter(document), ACCOUNT)
    say_yes(house, APPROVER)
    assert asked(house) == [APPROVER, ADMIN]


def test_who_may_no_longer_decide_is_no_second_person_any_more(house: House) -> None:
    document = house.invoice()
    do(house, house.letter(document), ACCOUNT)
    say_yes(house, APPROVER)
    support = tuple(
        replace(e, role=EmployeeRole.SUPPORT) if e.email == MANAGER else e
        for e in make_definition(make_dossier()).employees
    )
    house.change_office(replace(make_definition(make_dossier()), employees=support))
    assert say_yes(house, MANAGER) == ["not_allowed"]
    assert account_of(house, document) != OTHER_IBAN


def test_what_is_dropped_is_on_record(house: House) -> None:
    document = house.invoice()
    do(house, house.letter(document), ACCOUNT)
    say_yes(house, APPROVER)
    token = token_in(house, "confirmation", MANAGER)
    with house.context.transaction() as unit:
        caused = replace(unit, cause={"cause": "no"})
        confirm(caused, house.token(token), [Command(verb=Verb.CANCEL)], cause="no")
    with house.context.database.reading() as session:
        (dropped,) = (
            event
            for event in events_about(session, document.id)
            if event.kind is EventKind.COMMAND_DONE
        )
    assert dropped.actor == MANAGER
    said = {name: dropped.data[name] for name in ("verb", "cause", "asked_by")}
    assert said == {"verb": "cancel", "cause": "no", "asked_by": APPROVER}


def test_without_a_second_person_nothing_is_done(house: House) -> None:
    document = house.invoice(delivered_by=OWNER)
    with house.context.transaction() as unit:
        for address in (MANAGER, ADMIN):
            freeze(unit, address, by="operator")
    do(house, house.letter(document), ACCOUNT)
    assert say_yes(house, APPROVER) == ["no_second_person"]
    assert account_of(house, document) != OTHER_IBAN


def test_the_code_of_an_app_is_enough_for_another_account(house: House) -> None:
    document = house.invoice()
    with house.context.transaction() as unit:
        secret, now = house.context.token_secret, house.clock.now()
        key = new_authenticator(unit.session, secret, person=APPROVER, at=now)
        code = totp_code(key, time_step(now))
        confirm_authenticator(unit.session, secret, person=APPROVER, code=code, at=now)
    do(house, house.letter(document), ACCOUNT)
    assert say_yes(house, APPROVER, code) == ["code_wrong"]
    house.clock.move(timedelta(minutes=1))
    fresh = totp_code(key, time_step(house.clock.now()))
    assert say_yes(house, APPROVER, fresh) == ["correct"]
    assert asked(house) == [APPROVER]


def test_a_browser_that_proved_whose_it_is_needs_no_code(house: House) -> None:
    change(house, confirm_from=Decimal(100))
    document = house.invoice()
    do(house, house.letter(document), APPROVE)
    assert say_yes(house, APPROVER, "") == ["code_missing"]
    assert say_yes(house, APPROVER, "", known=True) == ["approve"]
    assert say_yes(house, APPROVER, "", known=True) == ["already_done"]


def test_five_wrong_codes_end_what_waited(house: House) -> None:
    change(house, confirm_from=Decimal(100))
    document = house.invoice()
    do(house, house.letter(document), APPROVE)
    right = code_in(house, to=APPROVER).replace(" ", "")
    wrong = f"{(int(right) + 1) % 10**6:06}"
    told = [say_yes(house, APPROVER, wrong) for _ in range(5)]
    assert told == [["code_wrong"]] * 4 + [["code_dead"]]
    assert say_yes(house, APPROVER, right) == ["code_dead"]
    assert house.now(document).status is Status.TO_APPROVE


def test_a_code_ends_with_its_day(house: House) -> None:
    change(house, confirm_from=Decimal(100))
    do(house, house.letter(house.invoice()), APPROVE)
    house.clock.move(timedelta(hours=25))
    assert say_yes(house, APPROVER) == ["code_expired"]
    assert say_yes(house, APPROVER, "", known=True) == ["code_expired"]


def test_who_may_not_is_told_so_and_not_asked(house: House) -> None:
    change(house, people=(PEOPLE[0], replace(PEOPLE[1], roles=(PersonRole.DOCUMENT_DELIVERY,))))
    assert do(house, house.letter(house.invoice()), ACCOUNT) == ["not_allowed"]
    assert asked(house) == []


def test_an_account_that_is_none_is_refused_at_once(house: House) -> None:
    nonsense = Command(verb=Verb.CORRECT, args={"field": "iban", "value": "BE00"})
    assert do(house, house.letter(house.invoice()), nonsense) == ["bad_value"]
    assert asked(house) == []


@pytest.mark.parametrize(
    ("verb", "verdict", "status"),
    [(Verb.ALLOW, "allow", Status.TO_REVIEW), (Verb.BLOCK, "block", Status.REJECTED)],
)
def test_a_sender_is_let_in_once_and_for_ever_with_a_code(
    house: House, verb: Verb, verdict: str, status: Status
) -> None:
    change(house, approval_rules=())
    document = house.invoice(status=Status.QUARANTINED, welcome=False, sent=False)
    token = house.letter(document, to=OWNER, shown=Shown.INBOX)
    shown = replace(house.token(token).items[0], context=Shown.QUARANTINE)
    with house.context.transaction() as unit:
        held = replace(house.token(token), items=(shown,))
        acted = carry_out(unit, held, [Command(verb=verb)], cause="test")
        assert [o.sentence for o in acted.outcomes] == [f"{verdict}_waits"]
        assert find_verdict(unit.session, "bakkerij", SUPPLIER) is None
    assert house.now(document).status is status
    assert SUPPLIER in text_of(house, "confirmation", OWNER)
    assert say_yes(house, OWNER) == [verdict]
    with house.context.database.reading() as session:
        assert find_verdict(session, "bakkerij", SUPPLIER) == verdict
    assert house.now(document).status is status


def test_what_was_confirmed_is_taken_back_in_answer_to_what_says_so(house: House) -> None:
    change(house, confirm_from=Decimal(100))
    document = house.invoice()
    do(house, house.letter(document), APPROVE)
    yes = Command(verb=Verb.CONFIRM)
    house.send_form(token_in(house, "confirmation", APPROVER), yes)
    assert house.now(document).status is Status.TO_REVIEW
    assert "antwoord herstel" in text_of(house, "transcript", APPROVER)
    told = house.send_form(token_in(house, "transcript", APPROVER), Command(verb=Verb.RESTORE))
    assert [outcome.sentence for outcome in told] == ["restore"]
    assert house.now(document).status is Status.TO_APPROVE
