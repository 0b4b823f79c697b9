"""Stories: one document is paid by answering mails: basket, QR code, paid without us, by hand."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from mailbot.domain.document import Status
from mailbot.domain.payment import CommunicationKind, Payment, PaymentMethod, PaymentStatus
from mailbot.domain.people import DebitAccount, Payments, Supplier, Validation
from storage.payments import payments_in
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OFFICE,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.story import Received, Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
FIRST = Sample(customer_vat="BE0400000185")
KBC, ING = "BE05733300011122", "BE71096123456769"
Tell = Callable[..., Story]


def trusted(*samples: Sample) -> tuple[Supplier, ...]:
    """Return the suppliers of invoices, with the accounts that somebody wrote down."""
    return tuple(
        Supplier(name=s.supplier, vat_number=s.supplier_vat, ibans=(s.iban,)) for s in samples
    )


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begin a story about one dossier that pays from two accounts."""
    stories: list[Story] = []

    def begin(*, office: dict[str, object] | None = None, **dossier: object) -> Story:
        values: dict[str, object] = {
            "validation": Validation.CLIENT,
            "payments": Payments(active=True),
            "debit_accounts": (
                DebitAccount(alias="kbc", iban=KBC),
                DebitAccount(alias="ing", iban=ING),
            ),
            "suppliers": trusted(FIRST),
            **dossier,
        }
        definition = make_definition(make_dossier(**values))  # type: ignore[arg-type]
        definition = replace(definition, office=replace(OFFICE, **(office or {})))
        story = Story(tmp_path, definition)
        story.__enter__()
        stories.append(story)
        return story

    yield begin
    for story in stories:
        story.__exit__()


def deliver(story: Story, sample: Sample = FIRST) -> Received:
    """Deliver an invoice; return the mail that asks the owner to look at it."""
    file = ("factuur.xml", "application/xml", build_ubl(sample))
    story.say(SUPPLIER, PURCHASE, files=[file])
    return story.expect(OWNER, "Nakijken")


def payments(story: Story) -> list[Payment]:
    """Return every payment of the dossier, oldest first."""
    with story.service.context.database.reading() as session:
        return list(payments_in(session, "bakkerij", tuple(PaymentStatus)))


def said(mail: Received) -> str:
    """Return the words of a mail on one line."""
    return " ".join(mail.text.split())


def code_in(mail: Received) -> list[str]:
    """Return the lines of the QR code in a mail, as a bank's app reads them."""
    (picture,) = [p for p in mail.message.walk() if p.get_content_type() == "image/png"
                  and "qr-" in str(p["Content-ID"])]  # fmt: skip
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.get_content())))
    return found.text.split("\n")


@pytest.mark.feature(
    "CF-PAY-02", "CF-PAY-03", "CF-PAY-04", "CF-PAY-05", "CF-PAY-06", "CF-PAY-07", "CF-PAY-08",
    "CF-PAY-10", "CF-PAY-12", "CF-PAY-31", "CF-PAY-32",
)  # fmt: skip
def test_an_invoice_goes_to_the_basket_once_and_is_changed_there(tell: Tell) -> None:
    story = tell()
    review = deliver(story)
    story.reply(review, "betaal op 15/12/2027 van ing")
    assert "In de betaalmand: 1263,00 euro" in said(story.expect(OWNER, "Gedaan"))
    shown = story.expect(OWNER, "Betalen:")
    assert "ing BE71 0961 2345 6769" in said(shown)
    assert "op 15/12/2027" in said(shown)
    (payment,) = payments(story)
    assert payment.amount == Decimal("1263.00")
    assert payment.creditor_iban == FIRST.iban
    assert payment.debit_iban == ING
    assert payment.execution_date == date(2027, 12, 15)
    assert payment.communication_kind is CommunicationKind.OGM
    assert payment.is_unbooked
    # a second time nothing is added, and it is said what is on its way
    story.reply(review, "betaal nu")
    second = said(story.expect(OWNER, "Niet gedaan"))
    assert "al een betaling onderweg: 1263,00 euro, in de betaalmand" in second
    assert OWNER in second
    # the mail that shows it changes it
    story.reply(shown, "bedrag: 500 mededeling voorschot")
    story.expect(OWNER, "Gedaan")
    changed = story.expect(OWNER, "Betalen:")
    assert "€ 500,00 van € 1.263,00, er blijft € 763,00 te betalen" in said(changed)
    assert "voorschot" in said(changed)
    story.reply(changed, "bedrag: 1300")
    assert "meer dan er nog te betalen is" in said(story.expect(OWNER, "Niet gedaan"))
    # what is left can be paid, too, and no more than that
    story.reply(review, "betaal zonder mededeling op vervaldag")
    story.expect(OWNER, "Gedaan")
    story.expect(OWNER, "Betalen:")
    first, rest = payments(story)
    assert (first.amount, rest.amount) == (Decimal("500.00"), Decimal("763.00"))
    assert rest.communication_kind is CommunicationKind.NONE
    story.reply(changed, "annuleer")
    assert "uit de betaalmand" in said(story.expect(OWNER, "Gedaan"))
    story.reply(review, "niet behandeld")
    story.settle()
    assert [p.status for p in payments(story)].count(PaymentStatus.CANCELLED) == 1


@pytest.mark.feature("CF-PAY-20", "CF-PAY-21", "CF-PAY-22", "CF-PAY-23", "CF-PAY-11")
def test_a_qr_code_is_one_payment_however_often_it_is_asked(tell: Tell) -> None:
    story = tell()
    review = deliver(story)
    story.reply(review, "qr")
    story.expect(OWNER, "Gedaan")
    mail = story.expect(OWNER, "Betalen:")
    assert "Belfius, ING en KBC" in said(mail)
    lines = code_in(mail)
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[6:8] == [FIRST.iban, "EUR1263.00"]
    story.reply(review, "qr")
    assert "het blijft één betaling" in said(story.expect(OWNER, "Gedaan"))
    assert code_in(story.expect(OWNER, "Betalen:")) == lines
    story.reply(review, "betaal")
    assert "met QR-code" in said(story.expect(OWNER, "Niet gedaan"))
    (made,) = payments(story)
    assert (made.status, made.method) == (PaymentStatus.QR_MADE, PaymentMethod.QR)
    # another amount makes another code in its place
    story.reply(mail, "bedrag: 500")
    assert "scan de vorige niet meer" in said(story.expect(OWNER, "Gedaan"))
    other = story.expect(OWNER, "Betalen:")
    assert "Deze code vervangt een vorige" in said(other)
    assert code_in(other)[7] == "EUR500.00"
    story.reply(other, "betaald")
    assert "in de betaalmand" not in said(story.expect(OWNER, "Gedaan"))
    story.reply(other, "niet betaald")
    assert "staat weer open" in said(story.expect(OWNER, "Gedaan"))
    assert not [p for p in payments(story) if p.counts]


@pytest.mark.feature("CF-PAY-11", "CF-PAY-36")
def test_what_was_paid_without_us_takes_its_part(tell: Tell) -> None:
    story = tell(validation=Validation.OFFICE)
    story.say(SUPPLIER, PURCHASE, files=[("f.xml", "application/xml", build_ubl(FIRST))])
    review = story.expect(MANAGER, "Nakijken")
    story.reply(review, "betaald 1.000 op 3/11/2026")
    assert "1000,00 euro is al betaald; er blijft 263,00" in said(story.expect(MANAGER, "Gedaan"))
    # the office prepares what is left while it processes the invoice
    story.reply(review, "betaal")
    story.expect(MANAGER, "Gedaan")
    story.expect(MANAGER, "Betalen:")
    declared, prepared = payments(story)
    assert (declared.status, declared.paid_on) == (PaymentStatus.DECLARED, date(2026, 11, 3))
    assert declared.method is PaymentMethod.ELSEWHERE
    assert (prepared.amount, prepared.prepared_by) == (Decimal("263.00"), MANAGER)
    # paid in whole after all: what lay in the basket is not paid a second time
    story.reply(review, "betaald")
    story.expect(MANAGER, "Gedaan")
    assert [p.status for p in payments(story)] == [
        PaymentStatus.DECLARED, PaymentStatus.CANCELLED, PaymentStatus.DECLARED,
    ]  # fmt: skip
    story.reply(review, "niet betaald")
    story.expect(MANAGER, "Gedaan")
    assert not [p for p in payments(story) if p.counts]


@pytest.mark.feature("CF-PAY-01", "CF-APPR-02", "CF-APPR-15")
def test_nothing_is_paid_that_is_not_approved_or_not_trusted(tell: Tell) -> None:
    story = tell(approval_rules=needs_approval(APPROVER), suppliers=())
    story.say(SUPPLIER, PURCHASE, files=[("f.xml", "application/xml", build_ubl(FIRST))])
    asked = story.expect(APPROVER, "Goedkeuren")
    story.reply(asked, "betaal op vervaldag")
    assert "eerst moet iedereen" in said(story.expect(APPROVER, "Niet gedaan"))
    story.reply(asked, "goedgekeurd")
    story.expect(APPROVER, "Gedaan")
    story.expect_document("bakkerij", Status.EXPORTED)
    story.reply(asked, "qr")
    assert "nog niet bevestigd als die van deze leverancier" in said(
        story.expect(APPROVER, "Niet gedaan")
    )
    assert payments(story) == []


@pytest.mark.feature("CF-PAY-01", "CF-PAY-36")
def test_payments_can_be_switched_off_for_the_office(tell: Tell) -> None:
    story = tell(office={"payments": False})
    review = deliver(story)
    story.reply(review, "betaal")
    assert "niet ingeschakeld" in said(story.expect(OWNER, "Niet gedaan"))
    assert payments(story) == []


@pytest.mark.feature("CF-PAY-28")
def test_a_payment_that_is_typed_takes_a_code_and_a_trusted_account(tell: Tell) -> None:
    known = Supplier(name="Verhuur Claes", ibans=(ING,))
    story = tell(suppliers=(known, *trusted(FIRST)))
    review = deliver(story)
    story.reply(review, "betaal handmatig Verhuur Claes; BE71 0961 2345 6769; 250,00; huur maart")
    asked = story.expect(OWNER, "Bevestigen")
    story.expect(OWNER, "Wacht op bevestiging")
    assert payments(story) == []
    story.reply(asked, f"bevestig {asked.code}")
    story.expect(OWNER, "Gedaan")
    (typed,) = payments(story)
    assert (typed.amount, typed.creditor_iban, typed.document_id) == (Decimal("250.00"), ING, "")
    assert typed.communication == "huur maart"
    story.reply(review, "betaal handmatig Iemand Anders; BE05 7333 0001 1122; 99,00")
    again = story.expect(OWNER, "Bevestigen")
    story.expect(OWNER, "Wacht op bevestiging")
    story.reply(again, f"bevestig {again.code}")
    assert "nog niet bevestigd" in said(story.expect(OWNER, "Niet gedaan"))
    assert len(payments(story)) == 1


@pytest.mark.feature("CF-PAY-09")
def test_the_next_one_to_pay_is_named_and_paid_from_there(tell: Tell) -> None:
    second = replace(FIRST, number="2026-200", reference="", issue_date="2026-11-20")
    story = tell()
    review = deliver(story)
    story.say(SUPPLIER, PURCHASE, files=[("g.xml", "application/xml", build_ubl(second))])
    story.expect(OWNER, "Nakijken")
    story.reply(review, "betaal")
    story.expect(OWNER, "Gedaan")
    shown = story.expect(OWNER, "Betalen:")
    assert "Volgende om te betalen" in said(shown)
    assert "2026-200" in said(shown)
    story.reply(shown, "betaal volgende")
    story.expect(OWNER, "Gedaan")
    following = story.expect(OWNER, "Betalen:")
    assert "2026-200" in following.subject
    assert len({p.document_id for p in payments(story)}) == 2
