"""Genuine answers that must not count: leaked, replayed, late, or about something else.

Everything here is signed by whom it says it is from; tests/flows/test_forged_approvals.py has the
mails that somebody else wrote.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest

from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document, Status, revised
from mailbot.domain.events import EventKind
from storage.documents import record_document
from tests.kit.browser import Visitor, open_house
from tests.kit.forging import FORGER, HOME, HOME_ADDRESS, Court, open_court
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
from tests.kit.smtp import PURCHASE, SUPPLIER, RawClient, running_intake
from tests.kit.smtp import token as intake_token

KARIM = f"Karim Haddad <{APPROVER}>"
OFFICE = frozenset({APPROVER, OWNER, MANAGER, ADMIN})


@pytest.fixture
def court(tmp_path: Path) -> Iterator[Court]:
    with open_house(tmp_path) as house, open_court(house) as opened:
        yield opened


def approvals_told(court: Court, document: Document) -> int:
    events = court.room.events(document.id)
    return sum(event.kind is EventKind.APPROVED for event in events)


def change_people(court: Court, *people: object) -> None:
    dossier = make_dossier(approval_rules=needs_approval(), people=people)
    court.house.change_office(make_definition(dossier))


# the same again


def test_the_very_same_mail_again_counts_once(court: Court) -> None:
    raw = court.signed()
    court.deliver(raw)
    told = court.room.letters()
    court.deliver(raw)
    court.deliver(raw, client=HOME_ADDRESS, envelope_sender=APPROVER)
    assert approvals_told(court, court.document) == 1
    assert told
    assert not court.room.letters()


def test_a_spent_token_decides_no_second_time(court: Court) -> None:
    court.deliver(court.signed())
    assert court.house.token(court.token).spent_at is not None
    with court.nothing_happens():
        court.deliver(court.signed(court.answer(text="verworpen, nooit besteld")))
        court.deliver(court.answer(text="verworpen, nooit besteld"))
        court.deliver(court.signed())


def test_a_signed_answer_sent_to_another_token_is_about_its_own(court: Court) -> None:
    """Whoever gets hold of an old answer cannot let it speak about another invoice."""
    raw = court.signed()
    other = court.house.invoice(number="2026-777")
    token = court.house.letter(other)
    court.deliver(raw, court.address_of(token))
    assert court.house.now(other).status is Status.TO_APPROVE
    assert approvals_told(court, other) == 0


def test_a_signed_mail_to_somebody_else_is_no_answer(court: Court) -> None:
    """Karim once wrote "goedgekeurd" to a colleague; a forger brings that mail to the token."""
    raw = court.signed(court.answer(To=OWNER, Subject="Re: de nieuwe oven"))
    with court.nothing_happens():
        court.deliver(raw)


def test_a_signed_mail_to_somebody_else_gets_no_other_reader(court: Court) -> None:
    """To stands outside of the signature, so the forger writes the address of the token there."""
    raw = court.signed(court.answer(Subject="Re: de nieuwe oven"), signed="from:subject:date")
    with court.nothing_happens():
        court.deliver(raw)


def test_a_signed_mail_to_somebody_else_gets_no_second_to(court: Court) -> None:
    raw = court.signed(court.answer(To=OWNER))
    with court.nothing_happens():
        court.deliver(f"To: {court.address}\r\n".encode() + raw)
        court.deliver(f"Cc: {court.address}\r\n".encode() + raw)


def test_a_blind_copy_is_no_answer(court: Court) -> None:
    raw = court.signed(court.answer(To=f"Lies <{MANAGER}>", Cc=OWNER))
    with court.nothing_happens(OFFICE):
        court.deliver(raw, client=HOME_ADDRESS, envelope_sender=APPROVER)


# too late, or about something that has changed


def test_a_token_that_has_ended_decides_nothing(court: Court) -> None:
    court.house.clock.move(timedelta(days=400))
    with court.nothing_happens():
        court.deliver(court.signed())


def test_an_answer_about_an_old_version_decides_nothing(court: Court) -> None:
    now = revised(court.document, invoice=replace(court.document.invoice, amount_due=None))
    with court.house.context.transaction() as unit:
        record_document(unit.session, now)
    with court.nothing_happens():
        court.deliver(court.signed())


# another person


@pytest.mark.parametrize("sender", [OWNER, "sofie@bakkerij.example"])
def test_a_colleague_with_a_forwarded_mail_decides_nothing(court: Court, sender: str) -> None:
    with court.nothing_happens():
        court.deliver(court.signed(court.answer(sender)), envelope_sender=sender)


def test_an_outsider_with_a_forwarded_mail_decides_nothing(court: Court) -> None:
    raw = court.signed(court.answer(f"Dief <{FORGER}>"), "dief.example")
    with court.nothing_happens():
        assert court.deliver(raw).aligned


def test_the_office_decides_nothing_with_the_token_of_a_client(court: Court) -> None:
    with court.nothing_happens():
        court.deliver(court.answer(f"Lies <{MANAGER}>"), envelope_sender=MANAGER)


def test_a_subaddress_is_another_person(court: Court) -> None:
    raw = court.signed(court.answer("Karim <karim+oud@bakkerij.example>"))
    with court.nothing_happens():
        court.deliver(raw)


def test_a_frozen_person_decides_nothing(court: Court) -> None:
    change_people(court, PEOPLE[0], replace(PEOPLE[1], frozen=True))
    with court.nothing_happens(OFFICE):
        court.deliver(court.signed())


def test_a_person_who_has_left_decides_nothing(court: Court) -> None:
    change_people(court, PEOPLE[0])
    with court.nothing_happens(frozenset()):
        court.deliver(court.signed())


@pytest.mark.parametrize(("days", "counts"), [((-30, -1), 0), ((1, 30), 0), ((-1, 1), 1)])
def test_a_stand_in_decides_on_the_agreed_days_only(
    court: Court, days: tuple[int, int], counts: int
) -> None:
    today = court.house.clock.now().date()
    first, last = (today + timedelta(days=one) for one in days)
    away = replace(PEOPLE[1], stand_in=OWNER, away_from=first, away_until=last)
    change_people(court, PEOPLE[0], away)
    token = court.house.letter(court.document, OWNER)
    raw = court.signed(court.answer(f"An <{OWNER}>", To=court.address_of(token)))
    court.deliver(raw, court.address_of(token))
    assert approvals_told(court, court.document) == counts


# one mail, several documents


def test_the_numbers_of_one_document_reach_no_other(court: Court) -> None:
    other = court.house.invoice(number="2026-778")
    court.house.letter(other)
    with court.nothing_happens():
        court.deliver(court.signed(court.answer(text="2 goedgekeurd")))
        court.deliver(court.signed(court.answer(text="factuur 2026-778 is goedgekeurd")))
    assert court.house.now(other).status is Status.TO_APPROVE


def test_one_mail_to_two_tokens_speaks_for_those_that_it_names(court: Court) -> None:
    other = court.house.invoice(number="2026-779")
    token = court.house.letter(other)
    raw = court.signed(court.answer(text="goedgekeurd"))
    court.deliver(raw)
    court.deliver(raw, court.address_of(token))
    assert approvals_told(court, court.document) == 1
    assert court.house.now(other).status is Status.TO_APPROVE


# confirmations and pages


def test_a_confirmation_takes_the_code_that_went_to_the_person_on_file(court: Court) -> None:
    token = court.house.confirmation(court.document, Command(verb=Verb.APPROVE))
    code = court.house.code
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"
    with court.nothing_happens():
        for text in ("bevestig", f"bevestig {wrong}", "goedgekeurd", "ja"):
            raw = court.signed(court.answer(text=text, To=court.address_of(token)))
            court.deliver(raw, court.address_of(token))
        raw = court.answer(f"Dief <{FORGER}>", text=f"bevestig {code}")
        court.deliver(court.signed(raw, "dief.example"), court.address_of(token))


def test_a_leaked_confirmation_decides_nothing_for_who_is_not_from_there(court: Court) -> None:
    token = court.house.confirmation(court.document, Command(verb=Verb.APPROVE))
    text = f"bevestig {court.house.code}"
    with court.nothing_happens() as written:
        raw = court.answer(text=text, To=court.address_of(token))
        court.deliver(raw, court.address_of(token))
    (told,) = written
    assert b"met de knop" in court.house.context.blobs.get(told.sha256).replace(b"=\r\n", b"")
    # the code still holds for the person on file
    signed = court.signed(court.answer(text=text, To=court.address_of(token)))
    court.deliver(signed, court.address_of(token))
    assert court.house.now(court.document).status is Status.TO_REVIEW


def test_a_code_cannot_be_guessed(court: Court) -> None:
    token = court.house.confirmation(court.document, Command(verb=Verb.APPROVE))
    code = int(court.house.code.replace(" ", ""))
    with court.nothing_happens():
        for guess in range(1, 8):
            text = f"bevestig {(code + guess) % 10**6:06}"
            raw = court.signed(court.answer(text=text, To=court.address_of(token)))
            court.deliver(raw, court.address_of(token))
        text = f"bevestig {court.house.code}"
        raw = court.signed(court.answer(text=text, To=court.address_of(token)))
        court.deliver(raw, court.address_of(token))


def test_a_leaked_page_decides_nothing_in_a_browser_that_nobody_knows(court: Court) -> None:
    with court.nothing_happens(), closing(Visitor(court.house, "203.0.113.9")) as forger:
        for path in (f"/d/{court.token}", f"/d/{court.token}/approve"):
            page = lxml.html.fromstring(forger.get(path).text)
            assert list(page.iter("form"))
            for form in page.iter("form"):
                fields = {each.get("name"): each.get("value") for each in form.iter("input")}
                filled = {name: value or "605,00" for name, value in fields.items() if name}
                forger.post(form.get("action") or path, data=filled)
                forger.post(form.get("action") or path, data={**filled, "code": "000000"})


# two mails in one dialogue

_ENDINGS = (
    b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\n\0.\r\n",
    b"\r\n.\0\r\n", b"\r\n..\r\n", b"\r\r\n.\r\r\n",
)  # fmt: skip


@pytest.mark.parametrize("ending", _ENDINGS, ids=repr)
def test_a_smuggled_answer_is_part_of_the_mail_that_carries_it(
    tmp_path: Path, ending: bytes
) -> None:
    """One server's end of a mail must not be another's (CVE-2023-51764 and its kin)."""
    address = f"r.{intake_token()}@mailbot.example"
    inner = f"MAIL FROM:<{APPROVER}>\r\nRCPT TO:<{address}>\r\nDATA\r\n"
    inner += f"From: {KARIM}\r\n\r\ngoedgekeurd"
    outer = f"From: {SUPPLIER}\r\nTo: {PURCHASE}\r\nSubject: Factuur\r\n\r\nIn bijlage.".encode()
    with running_intake(tmp_path) as intake, RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(outer + ending + inner.encode() + b"\r\n.\r\n")
        client.reply()
        client.say("QUIT")
        kept = intake.kept()
    assert all(one.envelope.envelope_recipients == (PURCHASE,) for one in kept)
    assert len(kept) <= 1


def test_what_the_home_of_the_approver_is(court: Court) -> None:
    """The cases above are worth something only while this one is accepted."""
    assert court.deliver(court.signed()).from_domain == HOME
    assert approvals_told(court, court.document) == 1
