"""The page behind a pay mail offers and does what its answer does."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.turns import carry_out
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.payment import Payment, PaymentStatus
from mailbot.domain.people import DebitAccount, Payments, Supplier
from mailbot.rules.access import Authority
from storage.documents import record_document
from storage.payments import payments_of_document, record_payment
from tests.kit.browser import House, Visitor, an_invoice, open_house
from tests.kit.links import token_in
from tests.kit.office import OWNER, make_definition, make_dossier

IBAN = "BE71096123456769"
QR = Command(verb=Verb.QR)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        supplier = Supplier(name="Drukkerij", vat_number="BE0456123791", ibans=(IBAN,))
        dossier = make_dossier(
            payments=Payments(active=True),
            debit_accounts=(DebitAccount(alias="kbc", iban="BE05733300011122"),),
            suppliers=(supplier,),
        )
        opened.change_office(make_definition(dossier))
        yield opened


@pytest.fixture
def document(house: House) -> Document:
    invoice = replace(an_invoice("2026-114"), supplier_vat="BE0456123791", iban=IBAN)
    return house.invoice(status=Status.EXPORTED, invoice=invoice)


def do(
    house: House, token: str, *commands: Command, level: Authority = Authority.PROVED
) -> Sequence[Outcome]:
    with house.context.transaction() as unit:
        caused = replace(unit, cause={"cause": f"answer-{house.context.new_id()}"})
        found = house.token(token)
        return carry_out(caused, found, commands, cause="answer", authority=level).outcomes


def payments(house: House, document: Document) -> tuple[Payment, ...]:
    with house.context.database.reading() as session:
        return payments_of_document(session, document.id)


def pay_token(house: House, document: Document) -> str:
    """Ask for a code, and return the token of the mail that brings it."""
    first = house.letter(document, OWNER, Shown.NONE)
    (outcome,) = do(house, first, QR)
    assert outcome.sentence == "qr", outcome
    return token_in(house, "payment", OWNER)


def test_the_page_says_what_its_mail_says(house: House, document: Document) -> None:
    token = pay_token(house, document)
    with closing(Visitor(house)) as visitor:
        visitor.prove(house, OWNER)
        page = visitor.get(f"/d/{token}", follow_redirects=True)
    assert page.status_code == 200
    assert "is al betaald" in page.text
    assert "toon de QR-code" in page.text
    (made,) = payments(house, document)
    assert made.status is PaymentStatus.QR_MADE
    (outcome,) = house.send_form(token, Command(verb=Verb.PAID))
    assert outcome.sentence == "paid_noted"
    assert payments(house, document)[0].paid_on is not None


def test_the_same_order_twice_makes_one_payment(house: House, document: Document) -> None:
    token = pay_token(house, document)
    assert [o.sentence for o in do(house, token, QR)] == ["qr_again"]
    assert [o.sentence for o in do(house, token, Command(verb=Verb.PAY))] == ["pay_in_progress"]
    assert len(payments(house, document)) == 1


def test_what_stands_in_a_file_is_taken_back_with_a_code(house: House, document: Document) -> None:
    token = pay_token(house, document)
    (made,) = payments(house, document)
    with house.context.transaction() as unit:
        record_payment(unit.session, replace(made, status=PaymentStatus.IN_FILE, file_id="f"))
    not_paid = Command(verb=Verb.NOT_PAID)
    assert [o.sentence for o in do(house, token, not_paid)] == ["confirmation_sent"]
    (outcome,) = do(house, token, not_paid, level=Authority.CONFIRMED)
    assert outcome.sentence == "not_paid_in_file"
    assert payments(house, document)[0].status is PaymentStatus.NOT_PAID


def test_a_rejected_document_shows_no_code_again(house: House, document: Document) -> None:
    token = pay_token(house, document)
    with house.context.transaction() as unit:
        record_document(unit.session, replace(document, status=Status.REJECTED))
    assert [o.sentence for o in do(house, token, QR)] == ["pay_rejected"]


def test_a_limit_holds_for_codes_too(house: House, document: Document) -> None:
    first = replace(make_dossier().people[0], limit=Decimal("100.00"))
    definition = make_definition(
        make_dossier(
            payments=Payments(active=True),
            debit_accounts=(DebitAccount(alias="kbc", iban="BE05733300011122"),),
            suppliers=(Supplier(name="D", vat_number="BE0456123791", ibans=(IBAN,)),),
            people=(first,),
        )
    )
    house.change_office(definition)
    token = house.letter(document, OWNER, Shown.NONE)
    assert [o.sentence for o in do(house, token, QR)] == ["qr_above_limit"]
    assert [o.sentence for o in do(house, token, Command(verb=Verb.PAY))] == ["pay_prepared"]
