"""Who may do what, by raw mail: each level, one-time codes, second people, freezes, stand-ins."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.document import Status
from mailbot.domain.totp import time_step, totp_code
from storage.totp import confirm_authenticator, new_authenticator
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.story import Received, Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
UBL = ("factuur.xml", "application/xml", build_ubl(Sample(customer_vat="BE0400000185")))
OTHER_IBAN = "BE05 7333 0001 1122"
Tell = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begin a story about one dossier."""
    stories: list[Story] = []

    def begin(**dossier: object) -> Story:
        story = Story(tmp_path, make_definition(make_dossier(**dossier)))  # type: ignore[arg-type]
        story.__enter__()
        stories.append(story)
        return story

    yield begin
    for story in stories:
        story.__exit__()


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"


def asked_to_approve(tell: Tell, **dossier: object) -> tuple[Story, Received]:
    """Begin a story in which Karim was asked to approve an invoice."""
    story = tell(approval_rules=needs_approval(APPROVER), **dossier)
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    return story, story.expect(APPROVER, "Goedkeuren")


def test_what_a_forged_sender_asked_takes_the_code_of_the_person_on_file(tell: Tell) -> None:
    story, request = asked_to_approve(tell)
    story.reply(request, "opmerking: de folders van het najaar", is_proved=False)
    assert "genoteerd" in story.expect(APPROVER, "Genoteerd").text
    story.reply(request, "goedgekeurd", is_proved=False)
    asked = story.expect(APPROVER, "Bevestigen")
    story.reply(asked, "bevestig")
    missing = story.expect(APPROVER, "zeg het nog eens")
    assert "De code ontbreekt" in missing.text
    story.reply(missing, f"bevestig {wrong(asked.code)}")
    again = story.expect(APPROVER, "zeg het nog eens")
    assert "De code klopt niet" in again.text
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(again, f"bevestig {asked.code}", is_proved=False)
    story.expect_document("bakkerij", Status.TO_REVIEW)
    story.expect(APPROVER, "Gedaan")
    story.reply(asked, f"bevestig {asked.code}")
    assert "al gebeurd" in story.expect(APPROVER, "Niet gedaan").text


def test_a_large_amount_takes_a_code(tell: Tell) -> None:
    story, request = asked_to_approve(tell, confirm_from=Decimal(1000))
    story.reply(request, "goedgekeurd")
    asked = story.expect(APPROVER, "Bevestigen")
    assert "je vroeg wat hieronder staat" in asked.text
    assert "tot dan gebeurt er niets" in story.expect(APPROVER, "Wacht op bevestiging").text
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(asked, f"ik bevestig dit met {asked.code}")
    story.expect_document("bakkerij", Status.TO_REVIEW)


def test_what_changed_since_it_was_asked_is_not_confirmed_blindly(tell: Tell) -> None:
    story, request = asked_to_approve(tell, confirm_from=Decimal(1000))
    story.reply(request, "goedgekeurd")
    asked = story.expect(APPROVER, "Bevestigen")
    story.expect(APPROVER, "Wacht op bevestiging")
    story.reply(request, "vervaldag: 31/12/2026")
    story.expect(APPROVER, "Gedaan")
    again = story.expect(APPROVER, "Goedkeuren")
    story.reply(asked, f"bevestig {asked.code}")
    assert "intussen veranderd" in story.expect(APPROVER, "Niet gedaan").text
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    assert "31/12" in again.text


def test_a_second_person_can_refuse_another_account(tell: Tell) -> None:
    story, request = asked_to_approve(tell)
    story.reply(request, f"iban: {OTHER_IBAN}")
    asked = story.expect(APPROVER, "Bevestigen")
    story.reply(asked, f"bevestig {asked.code}")
    second = story.expect(MANAGER, "Bevestigen")
    assert "Karim Haddad vroeg" in second.text
    story.reply(second, "annuleer")
    story.expect(MANAGER)
    assert "Lies Boekhouder heeft dit niet bevestigd" in story.expect(APPROVER, "Niet gedaan").text
    story.reply(second, f"bevestig {second.code}")
    story.settle()
    (document,) = story.documents("bakkerij")
    assert document.invoice is not None
    assert document.invoice.iban != OTHER_IBAN.replace(" ", "")


def test_an_authenticator_app_spares_the_second_person(tell: Tell) -> None:
    story, request = asked_to_approve(tell)
    context = story.service.context
    with context.transaction() as unit:
        secret, now = context.token_secret, context.now()
        key = new_authenticator(unit.session, secret, person=APPROVER, at=now)
        before = now - timedelta(minutes=2)
        code = totp_code(key, time_step(before))
        confirm_authenticator(unit.session, secret, person=APPROVER, code=code, at=before)
    story.reply(request, f"iban: {OTHER_IBAN}")
    asked = story.expect(APPROVER, "Bevestigen")
    assert "authenticator-app" in asked.text
    story.reply(asked, f"bevestig {totp_code(key, time_step(context.now()))}")
    again = story.expect(APPROVER, "Goedkeuren")
    assert "BE05 7333 0001 1122" in again.text
    # who changed the account does not approve it alone, app or not
    story.reply(again, "goedgekeurd")
    story.reply(story.expect(MANAGER, "Goedkeuren"), "goedgekeurd")
    story.expect_document("bakkerij", Status.TO_REVIEW)


def test_stop_freezes_who_says_so_and_somebody_else_is_asked(tell: Tell) -> None:
    story, request = asked_to_approve(tell)
    story.reply(request, "STOP", is_proved=False)
    assert "stopgezet" in story.expect(APPROVER, "Gedaan").text
    assert APPROVER in story.expect(ADMIN, "Toegang stopgezet").text
    instead = story.expect(MANAGER, "Goedkeuren")
    story.reply(request, "goedgekeurd")
    assert "stopgezet" in story.expect(APPROVER, "Niet gedaan").text
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(instead, "goedgekeurd")
    story.expect_document("bakkerij", Status.TO_REVIEW)


def test_a_colleague_who_answers_a_forwarded_mail_decides_nothing(tell: Tell) -> None:
    story, request = asked_to_approve(tell)
    story.reply(request, "goedgekeurd", sender=OWNER)
    asked = story.expect(APPROVER, "Bevestigen")
    assert "in jouw naam" in asked.text
    story.reply(asked, f"bevestig {asked.code}", sender=OWNER)
    story.settle()
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    assert OWNER not in {mail.recipient for mail in story.postbox.mails}
