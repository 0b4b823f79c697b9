"""Approval rules by mail: which hold, in which order, what a change does, who is asked late."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from handlers.rule_changes import follow_rules
from mailbot.domain.document import Document, Status
from mailbot.domain.invoice import DocumentClass
from mailbot.domain.payment import Payment, PaymentStatus
from mailbot.domain.people import ApprovalRule, EmployeeRole
from storage.definitions import find_definition, save_definition
from storage.payments import find_payment, record_payment
from tests.kit.office import (
    ADMIN,
    APPROVER,
    EMPLOYEES,
    MANAGER,
    OWNER,
    make_definition,
    make_dossier,
)
from tests.kit.structured_builders import Sample, build_ubl
from tests.kit.talks import PURCHASE, SUPPLIER, Got, Talks, open_talks

DAY = timedelta(days=1)
OTHER_IBAN = "BE05 7333 0001 1122"
SECOND = "odile@kantoor.example"
Tell = Callable[..., Talks]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begin a story about one dossier with these rules."""
    with ExitStack() as stack:

        def begin(*rules: ApprovalRule, **more: object) -> Talks:
            office = make_definition(make_dossier(approval_rules=rules))
            return stack.enter_context(open_talks(tmp_path, replace(office, **more)))  # type: ignore[arg-type]

        yield begin


def rule(name: str = "aankopen", *approvers: str, **changes: object) -> ApprovalRule:
    return ApprovalRule(name=name, approvers=approvers or (APPROVER,), **changes)  # type: ignore[arg-type]


def bring(talks: Talks, number: str = "2026-114", *, is_credit: bool = False) -> None:
    """Let the supplier send an invoice of € 1 263,00."""
    ubl = build_ubl(Sample(customer_vat="BE0400000185", number=number), credit_note=is_credit)
    talks.say(SUPPLIER, PURCHASE, subject="Factuur", files=[("f.xml", "application/xml", ubl)])


def the_document(talks: Talks) -> Document:
    return talks.room.documents()[-1]


def status(talks: Talks) -> Status:
    return the_document(talks).status


def apply(talks: Talks, *rules: ApprovalRule) -> None:
    """Let other rules hold from now on, as `mailbot apply` does."""
    after = make_definition(make_dossier(approval_rules=rules))
    with talks.room.context.transaction() as unit:
        before = find_definition(unit.session, "kantoor")
        assert before is not None
        save_definition(unit.session, after)
        follow_rules(unit, before, after)
    talks.room.run()


def plain(got: Got) -> str:
    """Return the text of a mail on one line."""
    return " ".join(got.text.split())


def asked(talks: Talks) -> set[str]:
    """Return who has a question to approve that nobody has taken."""
    return {to for to, subject in talks.waiting() if "oedkeuren?" in subject}


@pytest.mark.feature("CF-APPR-01", "CF-APPR-02", "CF-APPR-03", "CF-APPR-09", "CF-APPR-14")
def test_rules_are_switched_on_and_off_and_hold_for_what_comes_after(tell: Tell) -> None:
    talks = tell(rule(active=False))
    bring(talks, "2026-1")
    talks.got(MANAGER, "Nakijken")
    assert status(talks) is Status.TO_REVIEW
    apply(talks, rule())
    bring(talks, "2026-2")
    request = talks.got(APPROVER, "Goedkeuren?")
    assert status(talks) is Status.TO_APPROVE
    talks.reply(request, "goedgekeurd")
    assert "Goedgekeurd" in plain(talks.got(APPROVER, "Gedaan"))
    talks.reply(talks.got(MANAGER, "2026-2"), "ok")
    assert status(talks) is Status.EXPORTED


@pytest.mark.feature(
    "CF-APPR-04", "CF-APPR-05", "CF-APPR-06", "CF-APPR-08", "CF-APPR-10", "CF-APPR-11"
)
def test_every_rule_that_holds_asks_its_approvers_and_the_mail_names_them(tell: Tell) -> None:
    talks = tell(
        rule("drukwerk", APPROVER, suppliers=("drukkerij",)),
        rule("groot", OWNER, amount_from=Decimal(1000), document_classes=(DocumentClass.INVOICE,)),
        rule("werf", MANAGER, labels=("werf-12",)),
        rule("huur", ADMIN, titles=("huur*",)),
        rule("al de rest", ADMIN, catch_all=True),
    )
    bring(talks)
    assert asked(talks) == {APPROVER, OWNER}
    first = talks.got(APPROVER, "Goedkeuren?")
    assert 'regel "drukwerk"' in plain(first)
    assert 'regel "groot"' in plain(talks.got(OWNER, "Goedkeuren?"))
    talks.reply(first, "label: werf-12")
    assert 'regel "werf"' in plain(talks.got(MANAGER, "Goedkeuren?"))
    talks.forget()
    bring(talks, "2026-115", is_credit=True)
    assert asked(talks) == {APPROVER}, "a credit note is no invoice"


@pytest.mark.feature("CF-APPR-10")
def test_what_no_rule_covers_is_approved_by_who_is_named_for_the_rest(tell: Tell) -> None:
    talks = tell(rule("groot", amount_from=Decimal(5000)), rule("rest", OWNER, catch_all=True))
    bring(talks)
    assert asked(talks) == {OWNER}


@pytest.mark.feature("CF-APPR-07", "CF-APPR-12", "CF-APPR-13", "CF-APPR-14", "CF-APPR-18")
def test_approvers_in_order_are_asked_one_after_the_other(tell: Tell) -> None:
    talks = tell(rule("twee", APPROVER, OWNER, mode="in_order"))
    bring(talks)
    assert asked(talks) == {APPROVER}
    request = talks.got(APPROVER, "Goedkeuren?")
    found = looked_for(talks, "zoek goedkeuring:open")
    assert "goed te keuren" in found.text
    talks.reply(found, "1 status")
    assert "Karim Haddad" in plain(talks.got(MANAGER, ": goed te keuren"))
    assert "2026-114" not in looked_for(talks, "zoek goedkeuring:mij").text
    talks.reply(request, "goedgekeurd")
    assert "nu wacht het nog op An Peeters" in plain(talks.got(APPROVER, "Gedaan"))
    next_one = talks.got(OWNER, "Goedkeuren?")
    talks.reply(next_one, "zoek goedkeuring:mij")
    assert "2026-114" in talks.got(OWNER, "evonden").text
    talks.reply(next_one, "goedgekeurd")
    assert status(talks) is Status.TO_REVIEW
    assert "2026-114" in looked_for(talks, "zoek goedkeuring:ok drukkerij").text
    assert "2026-114" not in looked_for(talks, "zoek goedkeuring:open").text


def looked_for(talks: Talks, text: str) -> Got:
    """Let the office look for something."""
    talks.say(MANAGER, "mailbot@in.example", text)
    return talks.got(MANAGER, "evonden")


def in_basket(talks: Talks) -> str:
    """Put a payment of the document in the basket."""
    document = the_document(talks)
    payment = Payment(
        id="p1",
        dossier="bakkerij",
        document_id=document.id,
        document_version=document.version,
        amount=Decimal("1263.00"),
        creditor_name="Drukkerij",
        prepared_by=MANAGER,
        prepared_at=talks.clock.now(),
    )
    with talks.room.context.transaction() as unit:
        record_payment(unit.session, payment)
    return payment.id


def is_cancelled(talks: Talks, payment_id: str) -> bool:
    with talks.room.context.database.reading() as session:
        payment = find_payment(session, payment_id)
    assert payment is not None
    return payment.status is PaymentStatus.CANCELLED


def reviewed(talks: Talks, text: str, approver: str = APPROVER) -> Got:
    """Let who must approve do so, the office answer its review, and the approver be asked anew."""
    talks.reply(talks.got(approver, "Goedkeuren?"), "goedgekeurd")
    talks.got(approver, "Gedaan")
    talks.reply(talks.got(MANAGER, "Nakijken"), text)
    talks.got(MANAGER, "Gedaan")
    return talks.got(approver, "Goedkeuren?")


@pytest.mark.feature("CF-APPR-02")
def test_what_changes_after_the_approval_is_asked_again_with_the_difference(tell: Tell) -> None:
    talks = tell(rule())
    bring(talks)
    payment = in_basket(talks)
    again = reviewed(talks, "bedrag: 1.300,00\nok")
    assert "VERANDERD SINDS HET EERDER GEVRAAGD WERD" in again.text
    assert "€ 1.263,00 → € 1.300,00" in plain(again)
    assert is_cancelled(talks, payment)
    talks.reply(again, "goedgekeurd")
    assert status(talks) is Status.EXPORTED


def test_a_lower_total_and_another_kind_of_journal_escape_no_approver(tell: Tell) -> None:
    talks = tell(rule(amount_from=Decimal(1000)))
    bring(talks)
    text = plain(reviewed(talks, "bedrag: 900,00\ntype: verkoop\nok"))
    assert status(talks) is Status.TO_APPROVE
    assert "aankoop → verkoop" in text
    assert "€ 1.263,00 → € 900,00" in text


@pytest.mark.feature("CF-APPR-15", "CF-APPR-18")
def test_a_rejected_document_is_taken_up_again_or_deleted_by_the_office(tell: Tell) -> None:
    talks = tell(rule())
    bring(talks)
    payment = in_basket(talks)
    request = talks.got(APPROVER, "Goedkeuren?")
    talks.reply(request, "verworpen: te duur")
    assert is_cancelled(talks, payment)
    talks.reply(request, "heropen")
    assert status(talks) is Status.REJECTED, "an approver alone does not"
    told = talks.got(MANAGER, "erworpen")
    assert "te duur" in told.text
    talks.reply(looked_for(talks, "zoek goedkeuring:verworpen"), "1 heropen")
    assert "weer opgenomen" in plain(talks.got(MANAGER, "Gedaan"))
    assert status(talks) is Status.TO_APPROVE
    talks.reply(talks.got(APPROVER, "Goedkeuren?"), "verworpen: nog altijd te duur")
    talks.reply(talks.got(MANAGER, "erworpen"), "verwijder")
    assert status(talks) is Status.DELETED
    with talks.room.context.database.reading() as session:
        assert session is not None


@pytest.mark.feature("CF-APPR-16", "CF-APPR-17")
def test_approved_and_sent_in_one_answer(tell: Tell) -> None:
    talks = tell(rule())
    bring(talks)
    talks.reply(talks.got(APPROVER, "Goedkeuren?"), "goedgekeurd en verzend")
    done = talks.got(APPROVER, "Gedaan")
    assert "gaat vanzelf verder" in done.text
    assert "Niet gedaan" not in done.text
    assert status(talks) is Status.TO_REVIEW


@pytest.mark.feature("CF-APPR-19", "CF-APPR-20", "CF-APPR-12", "CF-APPR-13")
def test_a_list_is_answered_line_by_line_and_says_who_else_must_approve(tell: Tell) -> None:
    talks = tell(rule("beide", APPROVER, OWNER))
    for number in ("2026-1", "2026-2", "2026-3"):
        bring(talks, number)
    listed = talks.digest(APPROVER)
    assert listed.text.count("goed te keuren door jou, en nog door An Peeters") == 3
    talks.reply(listed, "1 ok, 2 nee te duur, 3 wacht")
    talks.got(APPROVER)
    first, second, third = talks.room.documents()
    assert (first.status, second.status) == (Status.TO_APPROVE, Status.REJECTED)
    assert second.rejected_reason == "te duur"
    assert third.on_hold
    assert "2026-1" in talks.digest(OWNER).text


def test_an_approver_is_reminded_and_in_the_end_somebody_else_decides(tell: Tell) -> None:
    talks = tell(rule("a", APPROVER, remind_after=1, escalate_after=3, escalate_to=OWNER))
    bring(talks)
    request = talks.got(APPROVER, "Goedkeuren?")
    talks.tick(timedelta(hours=8))
    assert talks.waiting() == []
    talks.tick(timedelta(hours=14))  # Thursday, eight o'clock
    reminder = talks.got(APPROVER, "Herinnering")
    talks.tick(timedelta(hours=1))
    talks.tick(2 * DAY)  # Saturday: nobody works, and nobody is reminded
    assert talks.waiting() == []
    talks.tick(2 * DAY)
    instead = talks.got(OWNER, "Goedkeuren?")
    assert "in de plaats van Karim Haddad" in instead.text
    assert "2026-114" in talks.digest(OWNER).text
    talks.reply(instead, "goedgekeurd")
    assert status(talks) is Status.TO_REVIEW
    for late in (request, reminder):
        talks.forget()
        talks.reply(late, "goedgekeurd")
        assert "Niet gedaan" in talks.got(APPROVER).subject


@pytest.mark.feature("CF-APPR-12")
def test_an_approval_is_passed_on_inside_the_dossier_only(tell: Tell) -> None:
    talks = tell(rule())
    bring(talks)
    request = talks.got(APPROVER, "Goedkeuren?")
    talks.reply(request, "doorsturen naar eve@elders.example")
    assert "niet bekend in dit dossier" in talks.got(APPROVER, "Niet gedaan").text
    talks.reply(request, f"doorsturen naar {OWNER}")
    talks.reply(talks.got(OWNER, "Goedkeuren?"), "goedgekeurd")
    assert status(talks) is Status.TO_REVIEW


def test_the_first_of_several_second_people_answers_for_all(tell: Tell) -> None:
    second = replace(EMPLOYEES[0], email=SECOND, first_name="Odile", role=EmployeeRole.ADMIN)
    talks = tell(employees=(*EMPLOYEES, second))
    bring(talks)
    talks.reply(talks.got(MANAGER, "Nakijken"), f"iban: {OTHER_IBAN}")
    code = talks.got(MANAGER, "Bevestigen")
    talks.reply(code, f"bevestig {code_in(code)}")
    refusing, late = talks.got(ADMIN, "Bevestigen"), talks.got(SECOND, "Bevestigen")
    talks.reply(refusing, "annuleer")
    talks.forget()
    talks.reply(late, f"bevestig {code_in(late)}")
    assert "al gebeurd" in talks.got(SECOND, "Niet gedaan").text
    invoice = the_document(talks).invoice
    assert invoice is not None
    assert invoice.iban != OTHER_IBAN.replace(" ", "")


def code_in(got: Got) -> str:
    """Return the one-time code of a mail."""
    words = got.text.split()
    return next(a + b for a, b in pairwise(words) if (a + b).isdigit() and len(a) == len(b) == 3)
