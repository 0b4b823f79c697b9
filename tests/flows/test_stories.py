"""Stories: raw mail in over SMTP, mails out over SMTP, everything between is real."""

import io
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.domain.document import Status
from mailbot.domain.people import JournalKind, Validation
from storage.definitions import save_definition
from tests.kit.msg_builder import Message, build_msg
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.pdf_builder import encrypted_pdf, text_pdf
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
SAMPLE = Sample(customer_vat="BE0400000185")
UBL = ("factuur-2026-114.xml", "application/xml", build_ubl(SAMPLE))


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[object]:
    """Begin a story about one dossier."""
    stories: list[Story] = []

    def begin(**dossier: object) -> Story:
        story = Story(tmp_path, make_definition(make_dossier(**dossier)))
        story.__enter__()
        stories.append(story)
        return story

    yield begin
    for story in stories:
        story.__exit__()


def exported_files(story: Story, dossier: str = "bakkerij") -> list[str]:
    """Return the names of the files that left for a dossier."""
    folder = story.data / "exports" / dossier
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.feature("CF-BASE-01", "CF-BASE-02", "CF-IN-02", "CF-IN-08", "CF-IN-09", "CF-IN-17")
@pytest.mark.feature(
    "CF-WL-01", "CF-VAL-02", "CF-APPR-03", "CF-APPR-12", "CF-APPR-14", "CF-APPR-16"
)
def test_supplier_approval_review_export(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, "In bijlage onze factuur.", files=[UBL])
    request = story.expect(APPROVER, "2026-114")
    assert "1.263,00" in request.text
    story.reply(request, "Goedgekeurd")
    transcript = story.expect(APPROVER, "2026-114")
    assert "oedgekeurd" in transcript.text
    review = story.expect(MANAGER, "2026-114")
    story.reply(review, "ok")
    story.expect(MANAGER, "2026-114")
    story.expect_document("bakkerij", Status.EXPORTED)
    assert len(exported_files(story)) == 2
    story.expect_nothing_new()


@pytest.mark.feature("CF-APPR-02")
def test_doubtful_document_is_reviewed_before_anybody_is_asked_to_approve(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    unclear = build_ubl(Sample(customer_vat="BE0400000185", number=""))
    story.say(SUPPLIER, PURCHASE, files=[("factuur.xml", "application/xml", unclear)])
    review = story.expect(MANAGER)
    story.reply(review, "factuurnummer: 2026-200\nok")
    story.expect(MANAGER)
    request = story.expect(APPROVER, "2026-200")
    story.reply(request, "ok voor mij")
    story.expect(APPROVER)
    story.expect_document("bakkerij", Status.EXPORTED)


@pytest.mark.feature("CF-APPR-15")
def test_rejected_with_a_reason_is_told_and_never_exported(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    story.reply(request, "verworpen: te duur")
    story.expect(APPROVER)
    told = story.expect(MANAGER)
    assert "te duur" in told.text
    document = story.expect_document("bakkerij", Status.REJECTED)
    assert document.rejected_reason == "te duur"
    story.reply(request, "toch goedgekeurd")
    refused = story.expect(APPROVER)
    assert "niet" in refused.text
    story.settle()
    assert exported_files(story) == []


def test_correction_makes_a_new_version_and_asks_again(tell) -> None:
    story = tell()
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    review = story.expect(MANAGER)
    story.reply(review, "vervaldag: 31/12/2026")
    story.expect(MANAGER, "Gedaan")
    again = story.expect(MANAGER, "Nakijken")
    story.reply(review, "ok")
    stale = story.expect(MANAGER)
    assert story.documents("bakkerij", [Status.EXPORTED]) == [], stale.text
    story.reply(again, "ok")
    document = story.expect_document("bakkerij", Status.EXPORTED)
    assert document.invoice is not None
    assert str(document.invoice.due_date) == "2026-12-31"


def test_material_correction_withdraws_approvals(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.reply(story.expect(APPROVER), "goedgekeurd")
    story.expect(APPROVER)
    review = story.expect(MANAGER)
    story.reply(review, "bedrag: 1.300,00\nok")
    story.expect(MANAGER, "Gedaan")
    again = story.expect(APPROVER)
    assert "1.300,00" in again.text
    assert story.documents("bakkerij", [Status.EXPORTED]) == []
    story.reply(again, "goedgekeurd")
    story.expect_document("bakkerij", Status.EXPORTED)


@pytest.mark.feature("CF-COM-01", "CF-COM-02", "CF-COM-09")
def test_question_and_its_answer(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    story.reply(request, "Wie heeft dit besteld?")
    story.expect(APPROVER, "Genoteerd")
    question = story.expect(MANAGER, "Vraag van Karim")
    assert "Wie heeft dit besteld?" in question.text
    story.reply(question, "Dat was Jan van het atelier.")
    story.expect(MANAGER, "Doorgestuurd aan Karim")
    answer = story.expect(APPROVER, "Antwoord van Lies")
    assert "Jan van het atelier" in answer.text
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(request, "goedgekeurd")
    story.expect_document("bakkerij", Status.TO_REVIEW)


@pytest.mark.feature("CF-IN-15", "CF-IN-16")
def test_unknown_sender_is_quarantined_until_the_admin_answers(tell) -> None:
    story = tell(use_whitelist=True, whitelist=("@bekend.example",))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    asked = story.expect(OWNER)
    assert SUPPLIER in asked.text
    story.expect_document("bakkerij", Status.QUARANTINED)
    story.reply(asked, "toelaten")
    confirmation = story.expect(OWNER, "Bevestigen")
    story.expect(OWNER, "Gedaan")
    story.expect(MANAGER, "2026-114")
    story.reply(confirmation, f"bevestig {confirmation.code}")
    story.expect(OWNER, "Gedaan")
    other = Sample(customer_vat="BE0400000185", number="2026-115")
    story.say(SUPPLIER, PURCHASE, files=[("b.xml", "application/xml", build_ubl(other))])
    story.expect(MANAGER, "2026-115")


def test_blocked_sender_is_refused_at_the_door(tell) -> None:
    story = tell(use_whitelist=True, whitelist=("@bekend.example",))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.reply(story.expect(OWNER), "blokkeren")
    confirmation = story.expect(OWNER, "Bevestigen")
    story.expect_document("bakkerij", Status.REJECTED)
    assert story.refusal(SUPPLIER, PURCHASE).startswith("250")
    story.reply(confirmation, f"bevestig {confirmation.code}")
    story.expect(OWNER, "Gedaan")
    story.expect(OWNER, "Gedaan")
    # the list at the door is written by a job of its own
    story.settle()
    answer = story.refusal(SUPPLIER, PURCHASE)
    assert answer.startswith("550 5.7.1")


@pytest.mark.feature("CF-IN-13", "CF-BOX-21", "CF-BOX-22")
def test_auto_forward_goes_straight_to_the_office(tell) -> None:
    story = tell(auto_forward=(JournalKind.PURCHASE,))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.expect(MANAGER, "2026-114")
    assert story.documents("bakkerij")[0].sent


@pytest.mark.feature("CF-BOX-04", "CF-BOX-14")
def test_without_auto_forward_the_client_sends(tell) -> None:
    story = tell(auto_forward=())
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    notice = story.expect(OWNER, "2026-114")
    story.expect_document("bakkerij", Status.INBOX)
    story.reply(notice, "verzend")
    story.expect(OWNER)
    story.expect(MANAGER, "2026-114")


def test_out_of_office_that_says_akkoord_changes_nothing(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    story.reply(
        request,
        "Ik ben afwezig tot maandag. Voor dringende zaken: akkoord met mijn collega afspreken.\n"
        "akkoord",
        headers={"Auto-Submitted": "auto-replied", "Subject": "Afwezig: Re: Goedkeuren?"},
    )
    story.expect_nothing_new()
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE


def test_the_same_mail_twice_is_one_document(tell) -> None:
    story = tell()
    mail = story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.send(mail, PURCHASE, SUPPLIER)
    story.expect(MANAGER)
    story.expect_nothing_new()
    assert len(story.documents("bakkerij")) == 1


@pytest.mark.feature("CF-ST-08", "CF-WL-05")
def test_the_same_invoice_in_another_mail_is_warned_about_and_waits(tell) -> None:
    story = tell()
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.expect(MANAGER)
    story.say(SUPPLIER, PURCHASE, subject="Herinnering", files=[UBL])
    notice = story.expect(OWNER)
    assert "bestand" in notice.text
    assert len(story.documents("bakkerij", [Status.INBOX])) == 1


def test_acting_twice_is_acting_once(tell) -> None:
    story = tell()
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    review = story.expect(MANAGER)
    answer = story.reply(review, "ok")
    story.send(answer, str(answer["To"]), MANAGER)
    story.expect(MANAGER)
    story.expect_document("bakkerij", Status.EXPORTED)
    story.expect_nothing_new()
    assert len(exported_files(story)) == 2


def test_unknown_address_is_550(tell) -> None:
    story = tell()
    assert story.refusal(SUPPLIER, "aankoop-0999999999@in.example").startswith("550 5.1.1")
    assert story.refusal(SUPPLIER, f"r.{'a' * 32}@in.example").startswith("550 5.1.1")


@pytest.mark.feature("CF-IN-18")
def test_msg_in_a_zip_is_found(tell) -> None:
    story = tell()
    inner = build_msg(Message(subject="Factuur", files=(("factuur.xml", UBL[2]),)))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("bericht.msg", inner)
    story.say(SUPPLIER, PURCHASE, files=[("post.zip", "application/zip", packed.getvalue())])
    story.expect(MANAGER, "2026-114")


def test_spoofed_approver_is_refused_and_the_person_on_file_is_asked(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    story.reply(request, "goedgekeurd", sender="karim@evil.example")
    confirmation = story.expect(APPROVER)
    assert "evil" not in str(confirmation.message["To"])
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(confirmation, f"bevestig {confirmation.code}")
    story.expect_document("bakkerij", Status.TO_REVIEW)


def test_forged_from_without_proof_is_refused_and_the_person_on_file_is_asked(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    story.reply(request, "goedgekeurd", is_proved=False)
    confirmation = story.expect(APPROVER)
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(confirmation, "annuleer")
    story.expect(APPROVER)
    story.settle()
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE


@pytest.mark.feature("CF-APPR-07")
def test_one_of_several_approvers_is_enough_where_the_rule_says_so(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER, OWNER, mode="one"))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    other = story.expect(OWNER)
    story.reply(request, "goedgekeurd")
    story.expect_document("bakkerij", Status.TO_REVIEW)
    story.expect(APPROVER)
    story.reply(other, "verworpen: nee")
    late = story.expect(OWNER)
    assert late.text


def test_hedged_answer_decides_nothing_and_is_asked_back(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    story.reply(request, "ok maar enkel als de korting er nog af gaat")
    again = story.expect(APPROVER)
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE
    story.reply(again, "goedgekeurd")
    story.expect_document("bakkerij", Status.TO_REVIEW)


@pytest.mark.feature("CF-VAL-04")
def test_client_who_validates_and_approves_answers_once(tell) -> None:
    story = tell(validation=Validation.CLIENT, approval_rules=needs_approval(OWNER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.reply(story.expect(OWNER), "goedgekeurd")
    story.expect_document("bakkerij", Status.EXPORTED)


def test_export_problem_names_the_field_and_herhaal_tries_again(tell) -> None:
    story = tell()
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    review = story.expect(MANAGER)
    story.reply(review, '1: 604000 900,00 H21 "drukwerk"\nok')
    story.expect(MANAGER, "Gedaan")
    problem = story.expect(MANAGER)
    story.expect_document("bakkerij", Status.EXPORT_FAILED)
    story.reply(problem, '1: 604000 1000,00 H21 "drukwerk"\nherhaal')
    story.expect(MANAGER)
    story.expect_document("bakkerij", Status.EXPORTED)


@pytest.mark.feature("CF-COM-04")
def test_question_to_the_office_is_answered(tell) -> None:
    story = tell()
    story.say(OWNER, "vraag-0400000185@in.example", "Mag ik dit aftrekken?", subject="Fiets")
    question = story.expect(MANAGER)
    assert "Mag ik dit aftrekken?" in question.text
    story.reply(question, "Ja, voor 75 %.")
    assert "75 %" in story.expect(OWNER, "Antwoord van").text


def test_bounce_marks_the_address_and_tells_the_manager(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.postbox.refuse[APPROVER] = "550 5.1.1 no such user"
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    told = story.expect(MANAGER)
    assert APPROVER in told.text


def test_health_and_pages_answer(tell) -> None:
    story = tell()
    with urllib.request.urlopen(f"http://127.0.0.1:{story.web_port}/health") as page:
        assert page.status == 200


def test_nothing_to_read_is_told_to_who_sent_it(tell) -> None:
    story = tell()
    story.say(OWNER, PURCHASE, "Hier is de factuur!")
    told = story.expect(OWNER)
    assert told.text


@pytest.mark.feature("CF-ST-10", "CF-WL-10")
def test_text_pdf_is_read_and_approved(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    pdf = text_pdf(customer_vat="BE0400000185")
    story.say(SUPPLIER, PURCHASE, files=[("scan 1.pdf", "application/octet-stream", pdf)])
    request = story.expect(APPROVER, "2026-0114")
    assert "1.512,50" in request.text
    assert "★" in request.text
    names = [part.get_filename() for part in request.message.iter_attachments()]
    assert "scan 1.pdf" in names
    story.reply(request, "akkoord")
    story.expect(MANAGER, "2026-0114")


def test_encrypted_pdf_is_told_to_who_sent_it_and_the_readable_one_is_taken(tell) -> None:
    story = tell()
    secret = ("geheim.pdf", "application/pdf", encrypted_pdf("sleutel"))
    story.say(OWNER, PURCHASE, files=[secret])
    told = story.expect(OWNER, "geheim.pdf")
    assert "wachtwoord" in told.text
    story.expect_document("bakkerij", Status.UNREADABLE)
    pdf = text_pdf(customer_vat="BE0400000185")
    story.reply(told, "Hier is hij zonder.", files=[("open.pdf", "application/pdf", pdf)])
    story.expect(MANAGER, "2026-0114")


def test_encrypted_pdf_opens_with_the_password_of_the_answer_and_the_next_by_itself(tell) -> None:
    story = tell()
    one, other = (
        text_pdf(customer_vat="BE0400000185", number=n) for n in ("2026-0114", "2026-0115")
    )
    story.say(
        OWNER, PURCHASE, files=[("een.pdf", "application/pdf", encrypted_pdf("Zomer!26", one))]
    )
    told = story.expect(OWNER, "een.pdf")
    story.reply(told, "Het wachtwoord is: Zomer!26\n\nGroeten")
    review = story.expect(MANAGER, "2026-0114")
    names = [part.get_filename() for part in review.message.iter_attachments()]
    assert "een.pdf" in names
    locked = encrypted_pdf("Zomer!26", other)
    story.say(OWNER, PURCHASE, files=[("twee.pdf", "application/pdf", locked)])
    story.expect(MANAGER, "2026-0115")
    document = next(d for d in story.documents("bakkerij") if d.title == "twee.pdf")
    blobs = story.service.context.blobs
    assert blobs.get(document.original.sha256) == locked
    assert b"/Encrypt" not in blobs.get(document.visual.sha256)


def test_a_wrong_password_is_asked_back(tell) -> None:
    story = tell()
    secret = ("een.pdf", "application/pdf", encrypted_pdf("Zomer!26"))
    story.say(OWNER, PURCHASE, files=[secret])
    told = story.expect(OWNER, "een.pdf")
    story.reply(told, "winter")
    story.expect(OWNER)
    story.settle()
    assert story.expect_document("bakkerij", Status.UNREADABLE).title == "een.pdf"


def test_xml_and_its_pdf_in_one_mail_are_one_document(tell) -> None:
    story = tell()
    ubl = build_ubl(Sample(customer_vat="BE0400000185", number="2026-0114"))
    pdf = text_pdf(customer_vat="BE0400000185", number="2026-0114")
    files = [("a.xml", "application/xml", ubl), ("b.pdf", "application/pdf", pdf)]
    story.say(SUPPLIER, PURCHASE, files=files)
    review = story.expect(MANAGER, "2026-0114")
    assert [part.get_filename() for part in review.message.iter_attachments()] == ["b.pdf"]
    assert len(story.documents("bakkerij")) == 1


@pytest.mark.feature("CF-IN-10")
def test_sales_invoice_is_booked_on_the_customer(tell) -> None:
    story = tell(auto_forward=(JournalKind.SALES,))
    sample = Sample(supplier_vat="BE0400000185", customer_vat="BE0456123791")
    sale = ("verkoop.xml", "application/xml", build_ubl(sample))
    story.say(OWNER, "verkoop-0400000185@in.example", files=[sale])
    story.reply(story.expect(MANAGER), "ok")
    document = story.expect_document("bakkerij", Status.EXPORTED)
    assert document.booking is not None
    assert document.booking.counterparty_name == "Atelier Exemple SRL"
    assert document.booking.journal == "VK"


@pytest.mark.feature("CF-ST-09")
def test_hold_and_release(tell) -> None:
    story = tell()
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    review = story.expect(MANAGER)
    story.reply(review, "wacht")
    waits = story.expect(MANAGER, "Gedaan")
    assert story.documents("bakkerij")[0].on_hold
    story.reply(waits, "vrij")
    story.expect(MANAGER, "Gedaan")
    again = story.expect(MANAGER, "Nakijken")
    story.reply(again, "ok")
    story.expect_document("bakkerij", Status.EXPORTED)


@pytest.mark.feature("CF-BOX-11")
def test_label_in_the_address_chooses_the_approval_rule(tell) -> None:
    rule = replace(needs_approval(APPROVER)[0], labels=("werf2",))
    story = tell(approval_rules=(rule,))
    story.say(SUPPLIER, "aankoop-0400000185+werf2@in.example", files=[UBL])
    story.expect(APPROVER)
    other = build_ubl(Sample(customer_vat="BE0400000185", number="2026-300"))
    story.say(SUPPLIER, PURCHASE, files=[("c.xml", "application/xml", other)])
    story.expect(MANAGER, "2026-300")


def test_frozen_approver_decides_nothing(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(APPROVER)
    frozen = tuple(
        replace(person, frozen=person.email == APPROVER) for person in make_dossier().people
    )
    dossier = make_dossier(approval_rules=needs_approval(APPROVER), people=frozen)
    with story.service.context.database.transaction() as session:
        save_definition(session, make_definition(dossier))
    story.reply(request, "goedgekeurd")
    told = story.expect(APPROVER)
    assert "stopgezet" in told.text
    assert story.documents("bakkerij")[0].status is Status.TO_APPROVE


def test_who_delivered_a_document_is_not_its_only_approver(tell) -> None:
    story = tell(approval_rules=needs_approval(OWNER), validation=Validation.CLIENT)
    story.say(OWNER, PURCHASE, files=[UBL])
    story.reply(story.expect(OWNER, "Goedkeuren"), "goedgekeurd")
    story.reply(story.expect(MANAGER, "Goedkeuren"), "goedgekeurd")
    story.expect_document("bakkerij", Status.EXPORTED)


def test_a_client_who_changes_the_amount_sends_it_back_to_the_office(tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER))
    unclear = build_ubl(Sample(customer_vat="BE0400000185", number=""))
    story.say(SUPPLIER, PURCHASE, files=[("factuur.xml", "application/xml", unclear)])
    story.reply(story.expect(MANAGER), "factuurnummer: 2026-200\nok")
    story.expect(MANAGER)
    request = story.expect(APPROVER, "2026-200")
    story.reply(request, "bedrag: 1.300,00")
    story.expect(APPROVER, "Gedaan")
    again = story.expect(APPROVER, "Goedkeuren")
    story.reply(again, "goedgekeurd")
    review = story.expect(MANAGER, "Nakijken")
    assert "1.300,00" in review.text
    assert story.documents("bakkerij", [Status.EXPORTED]) == []


def test_another_account_waits_for_the_person_on_file_and_for_four_eyes(tell) -> None:
    story = tell(approval_rules=needs_approval(OWNER), validation=Validation.CLIENT)
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    request = story.expect(OWNER, "Goedkeuren")
    story.reply(request, "iban: BE05 7333 0001 1122")
    confirmation = story.expect(OWNER, "Bevestigen")
    waits = story.documents("bakkerij")[0]
    assert waits.invoice is not None
    assert waits.invoice.iban == "BE68539007547034"
    story.reply(confirmation, f"bevestig {confirmation.code}")
    second = story.expect(MANAGER, "Bevestigen")
    assert "An Peeters vroeg" in second.text
    assert waits == story.documents("bakkerij")[0]
    story.reply(second, f"bevestig {second.code}")
    changed = story.expect(OWNER, "Goedkeuren")
    story.reply(changed, "goedgekeurd")
    story.reply(story.expect(MANAGER, "Goedkeuren"), "goedgekeurd")
    document = story.expect_document("bakkerij", Status.EXPORTED)
    assert document.invoice is not None
    assert document.invoice.iban == "BE05733300011122"


def test_ok_beside_a_correction_that_failed_is_not_done(tell) -> None:
    story = tell()
    story.say(SUPPLIER, PURCHASE, files=[UBL])
    story.reply(story.expect(MANAGER), "iban: BE00 0000 0000 0000\nok")
    told = story.expect(MANAGER)
    assert "niet gedaan" in told.text
    story.settle()
    assert story.documents("bakkerij")[0].status is Status.TO_REVIEW
