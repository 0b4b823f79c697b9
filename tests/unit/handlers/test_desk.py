"""What a page shows and does, against a real database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.desk import open_desk, unsubscribe
from handlers.sheets import read_file
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status, revised
from mailbot.domain.events import EventKind
from mailbot.domain.people import PersonRole
from storage.approvals import approvals_of
from storage.audit import broken_links, events_about
from storage.conversations import messages_about
from storage.documents import record_document
from storage.people import is_unsubscribed
from tests.kit.browser import House, an_invoice, open_house
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)

APPROVE = Command(verb=Verb.APPROVE)
REJECT = Command(verb=Verb.REJECT, args={"reason": "te duur"})


def correct(name: str, value: str) -> Command:
    return Command(verb=Verb.CORRECT, args={"field": name, "value": value})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def sentences(house: House, token: str, *commands: Command, **sent: Any) -> list[str]:
    return [outcome.sentence for outcome in house.send_form(token, *commands, **sent)]


def verbs(house: House, token: str) -> set[Verb]:
    desk = open_desk(house.context, token)
    assert desk is not None
    return {verb for sheet in desk.sheets for verb in sheet.verbs}


def test_looking_changes_nothing(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    before = house.everything()
    for _ in range(3):
        desk = open_desk(house.context, token)
        assert desk is not None
        read_file(house.context, desk.sheets[0], "visual")
    assert house.everything() == before


@pytest.mark.feature("CF-APPR-16")
def test_approve_sends_the_document_on(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    assert sentences(house, token, APPROVE) == ["approve"]
    assert house.now(document).status is Status.TO_REVIEW
    with house.context.database.reading() as session:
        (approval,) = approvals_of(session, document.id)
        assert (approval.approver, approval.state.value) == (APPROVER, "approved")
        approved = [e for e in events_about(session, document.id) if e.kind is EventKind.APPROVED]
        assert [(e.actor, e.data["mail"]) for e in approved] == [(APPROVER, "page")]
        assert not list(broken_links(session))


@pytest.mark.feature("CF-APPR-16")
def test_reject_keeps_the_reason_and_tells_the_office(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    assert sentences(house, token, REJECT) == ["reject"]
    after = house.now(document)
    assert (after.status, after.rejected_reason) == (Status.REJECTED, "te duur")
    assert MANAGER in {mail.recipient for mail in house.mails()}


def test_the_same_form_sent_twice_is_done_once_with_the_same_answer(house: House) -> None:
    document = house.invoice()
    token = house.letter(document, shown=Shown.QUESTION, to=APPROVER)
    said = Command(verb=Verb.REMARK, args={"text": "ja, dat klopt"})
    first = house.send_form(token, said, form="f1")
    mails = len(house.mails())
    second = house.send_form(token, said, form="f1")
    assert first == second
    assert len(house.mails()) == mails
    with house.context.database.reading() as session:
        assert len(messages_about(session, document.id)) == 1


def test_another_text_in_the_same_form_is_another_message(house: House) -> None:
    """Somebody went back in the browser and wrote something else."""
    document = house.invoice()
    token = house.letter(document)
    for text in ("waarvoor was dit?", "en wie bestelde het?"):
        house.send_form(token, Command(verb=Verb.QUESTION, args={"text": text}), form="f1")
    with house.context.database.reading() as session:
        assert len(messages_about(session, document.id)) == 2


def test_a_second_decision_is_already_done(house: House) -> None:
    token = house.letter(house.invoice())
    assert sentences(house, token, APPROVE) == ["approve"]
    assert sentences(house, token, APPROVE) == ["already_done"]
    assert sentences(house, token, REJECT) == ["already_done"]
    assert not verbs(house, token) & {Verb.APPROVE, Verb.REJECT}


def test_what_changed_since_the_mail_is_not_decided_blindly(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    with house.context.transaction() as unit:
        record_document(unit.session, revised(document, title="iets anders"))
    desk = open_desk(house.context, token)
    assert desk is not None
    assert desk.sheets[0].is_changed
    assert sentences(house, token, APPROVE) == ["stale_version"]
    assert house.now(document).status is Status.TO_APPROVE
    assert [m.recipient for m in house.mails() if m.letter == "new_version"] == [APPROVER]


def test_what_the_page_showed_can_be_decided(house: House) -> None:
    """The page shows the document as it is now: that is what the decision is about."""
    document = house.invoice()
    token = house.letter(document)
    with house.context.transaction() as unit:
        record_document(unit.session, revised(document, title="iets anders"))
    assert sentences(house, token, APPROVE, seen={document.id: 2}) == ["approve"]


def test_several_fields_can_be_corrected_one_after_the_other(house: House) -> None:
    document = house.invoice(status=Status.TO_REVIEW)
    token = house.letter(document, to=MANAGER, shown=Shown.REVIEW)
    first = correct("total", "1210.00")
    assert sentences(house, token, first, seen={document.id: 1}) == ["correct"]
    second = correct("invoice_number", "2026-115")
    assert sentences(house, token, second, seen={document.id: 2}) == ["correct"]
    invoice = house.now(document).invoice
    assert invoice is not None
    assert (str(invoice.total_incl), invoice.invoice_number) == ("1210.00", "2026-115")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("iban", "BE00 0000", "bad_value"),
        ("shoe_size", "43", "unknown_field"),
        ("due_date", "2026-02-31", "bad_value"),
    ],
)
def test_an_impossible_correction_is_refused(
    house: House, name: str, value: str, why: str
) -> None:
    document = house.invoice()
    token = house.letter(document)
    assert sentences(house, token, correct(name, value)) == [why]
    assert house.now(document) == document


def test_an_old_link_shows_and_does_nothing(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    house.clock.move(timedelta(days=61))
    desk = open_desk(house.context, token)
    assert desk is not None
    assert (desk.why, desk.sheets) == ("token_expired", ())
    assert sentences(house, token, APPROVE) == ["token_expired"]
    assert house.now(document) == document


def test_a_frozen_person_sees_and_does_nothing(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    people = tuple(replace(person, frozen=True) for person in PEOPLE)
    dossier = make_dossier(people=people, approval_rules=needs_approval())
    house.change_office(make_definition(dossier))
    desk = open_desk(house.context, token)
    assert desk is not None
    assert (desk.why, desk.sheets) == ("frozen_person", ())
    assert sentences(house, token, APPROVE) == ["frozen_person"]
    assert house.now(document) == document


def test_who_left_the_dossier_sees_and_does_nothing(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    house.change_office(make_definition(make_dossier(people=PEOPLE[:1])))
    desk = open_desk(house.context, token)
    assert desk is not None
    assert (desk.why, desk.sheets) == ("not_allowed", ())
    assert sentences(house, token, APPROVE) == ["not_allowed"]
    assert house.now(document) == document


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "../../etc/passwd", "é" * 32])
def test_a_guess_opens_nothing(house: House, token: str) -> None:
    assert open_desk(house.context, token) is None
    assert sentences(house, token, APPROVE) == ["token_unknown"]


def test_confirm_carries_out_what_waited_once(house: House) -> None:
    document = house.invoice()
    token = house.confirmation(document, APPROVE)
    desk = open_desk(house.context, token)
    assert desk is not None
    assert desk.to_confirm == (APPROVE,)
    assert sentences(house, token, Command(verb=Verb.CONFIRM)) == ["approve"]
    assert house.now(document).status is Status.TO_REVIEW
    assert sentences(house, token, Command(verb=Verb.CONFIRM)) == ["already_done"]
    again = open_desk(house.context, token)
    assert again is not None
    assert again.to_confirm == ()


@pytest.mark.parametrize(
    ("typed", "said"), [("right", "approve"), ("000 00", "code_wrong"), ("", "approve")]
)
def test_a_code_that_is_typed_must_be_the_right_one(house: House, typed: str, said: str) -> None:
    token = house.confirmation(house.invoice(), APPROVE)
    code = house.code if typed == "right" else typed
    assert sentences(house, token, Command(verb=Verb.CONFIRM, args={"code": code})) == [said]


def test_cancel_drops_what_waited(house: House) -> None:
    document = house.invoice()
    token = house.confirmation(document, APPROVE)
    assert sentences(house, token, Command(verb=Verb.CANCEL)) == ["cancel"]
    assert sentences(house, token, Command(verb=Verb.CONFIRM)) == ["already_done"]
    assert house.now(document) == document


def test_a_confirmation_does_nothing_else(house: House) -> None:
    document = house.invoice()
    token = house.confirmation(document, APPROVE)
    assert sentences(house, token, correct("total", "1.00")) == ["unsupported_verb"]
    assert house.now(document) == document


def test_the_lines_of_a_list_are_decided_one_by_one(house: House) -> None:
    documents = [house.invoice(number=f"2026-{n}") for n in (1, 2, 3)]
    token = house.digest(documents)
    desk = open_desk(house.context, token)
    assert desk is not None
    assert [sheet.number for sheet in desk.sheets] == [1, 2, 3]
    assert sentences(house, token, replace(APPROVE, items=(2,))) == ["approve"]
    assert sentences(house, token, replace(REJECT, items=(3,))) == ["reject"]
    assert sentences(house, token, replace(APPROVE, items=(4,))) == ["unknown_item"]
    statuses = [house.now(document).status for document in documents]
    assert statuses == [Status.TO_APPROVE, Status.TO_REVIEW, Status.REJECTED]


def test_one_command_for_several_lines_and_a_later_one_for_the_same(house: House) -> None:
    documents = [house.invoice(number=f"2026-{n}") for n in (1, 2)]
    token = house.digest(documents)
    asked = [
        replace(correct("due_date", "2026-12-31"), items=(1, 2)),
        replace(APPROVE, items=(1,)),
    ]
    assert sentences(house, token, *asked) == ["correct", "correct", "approve"]


def test_a_role_in_one_dossier_gives_none_in_another(house: House) -> None:
    """Karim processes documents in one dossier and may only deliver them in the other."""
    deliverer = replace(PEOPLE[1], roles=(PersonRole.DOCUMENT_DELIVERY,))
    other = make_dossier("slager", "0456123791", people=(deliverer,))
    house.change_office(make_definition(make_dossier(approval_rules=needs_approval()), other))
    mine = house.invoice(number="2026-1")
    theirs = house.invoice(number="2026-2", dossier="slager", status=Status.INBOX, sent=False)
    token = house.digest([mine, theirs])
    change = correct("due_date", "2026-12-31")
    assert sentences(house, token, replace(change, items=(1,))) == ["correct"]
    assert sentences(house, token, replace(change, items=(2,))) == ["not_allowed"]


@pytest.mark.parametrize(
    ("status", "asked", "expected"),
    [
        (Status.TO_APPROVE, (Shown.APPROVAL, APPROVER), {Verb.APPROVE, Verb.REJECT, Verb.HOLD}),
        (Status.TO_APPROVE, (Shown.APPROVAL, OWNER), {Verb.REJECT, Verb.HOLD}),
        (Status.TO_REVIEW, (Shown.REVIEW, MANAGER), {Verb.APPROVE, Verb.REJECT, Verb.HOLD}),
        (Status.INBOX, (Shown.INBOX, OWNER), {Verb.SEND, Verb.HOLD, Verb.DELETE}),
        (Status.EXPORTED, (Shown.APPROVAL, APPROVER), set()),
        (Status.REJECTED, (Shown.APPROVAL, APPROVER), set()),
        (Status.TO_APPROVE, (Shown.QUESTION, APPROVER), {Verb.REMARK}),
    ],
)
def test_only_what_makes_sense_now_is_offered(
    house: House, status: Status, asked: tuple[Shown, str], expected: set[Verb]
) -> None:
    shown, person = asked
    token = house.letter(house.invoice(status=status), to=person, shown=shown)
    assert verbs(house, token) - {Verb.QUESTION, Verb.CORRECT} == expected


def test_a_waiting_document_can_be_released(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    held = Command(verb=Verb.HOLD, args={"until": "2026-12-15"})
    assert sentences(house, token, held) == ["hold_until"]
    assert Verb.RELEASE in verbs(house, token)
    assert Verb.HOLD not in verbs(house, token)


def test_the_conversation_names_who_wrote(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    house.send_form(token, Command(verb=Verb.QUESTION, args={"text": "Van wie?"}))
    desk = open_desk(house.context, token)
    assert desk is not None
    assert [(s.name, s.text) for s in desk.sheets[0].conversation] == [
        ("Karim Haddad", "Van wie?")
    ]


def test_a_list_can_be_ended_and_ending_it_again_changes_nothing(house: House) -> None:
    token = house.digest([house.invoice()])
    assert unsubscribe(house.context, token) is not None
    before = house.everything()
    assert unsubscribe(house.context, token) is not None
    assert house.everything() == before
    with house.context.database.reading() as session:
        assert is_unsubscribed(session, APPROVER)


def test_a_mail_about_one_document_ends_no_list(house: House) -> None:
    token = house.letter(house.invoice())
    assert unsubscribe(house.context, token) is None
    with house.context.database.reading() as session:
        assert not is_unsubscribed(session, APPROVER)


def test_a_lost_file_does_not_hide_the_document(house: House) -> None:
    document = house.invoice(invoice=an_invoice())
    token = house.letter(document)
    house.context.blobs.path(document.original.sha256).unlink()
    desk = open_desk(house.context, token)
    assert desk is not None
    assert desk.sheets[0].view.document == document
    assert read_file(house.context, desk.sheets[0], "visual") is None
    assert read_file(house.context, desk.sheets[0], "page_image") is not None
