"""What the bank says: what was paid is marked, the rest is asked, nothing counts twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.handled import is_handled
from mailbot.domain.bank import BankParty, BankStatement, BankTransaction, Ogm
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import Authentication, Channel
from mailbot.domain.movement import Movement, MovementState
from mailbot.domain.payment import Payment, PaymentFile, PaymentMethod, PaymentStatus
from mailbot.domain.people import DebitAccount, Payments, Supplier, Validation
from storage.audit import broken_links
from storage.payments import (
    payments_in,
    payments_of_document,
    record_payment,
    record_payment_file,
)
from storage.statements import movements_in
from tests.kit.office import MANAGER, OWNER, make_definition, make_dossier
from tests.kit.payments import a_credit_transfer
from tests.kit.statements import IBAN, a_payment, a_statement, write_camt, write_coda, write_mt940
from tests.kit.structured_builders import Sample, build_ubl
from tests.kit.talks import PURCHASE, SUPPLIER, Got, Talks, open_talks

BANK = "uittreksels@codabox.example"
SUPPLIER_IBAN = "NL69INGB0123456789"
OGM = "090933755493"
SAMPLE = Sample(customer_vat="BE0400000185", iban=SUPPLIER_IBAN, reference="+++090/9337/55493+++")
INVOICE = ("factuur.xml", "application/xml", build_ubl(SAMPLE))
DAY = date(2026, 11, 13)


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Talks]:
    dossier = make_dossier(
        payments=Payments(active=True),
        debit_accounts=(DebitAccount(alias="kbc", iban=IBAN),),
        whitelist=(BANK, SUPPLIER),
        validation=Validation.CLIENT,
        suppliers=(
            Supplier(name=SAMPLE.supplier, vat_number=SAMPLE.supplier_vat, ibans=(SUPPLIER_IBAN,)),
        ),
    )
    with open_talks(tmp_path, make_definition(dossier)) as opened:
        yield opened


def the_invoice(talks: Talks) -> tuple[Document, Got]:
    """Let an invoice come in; return it, and the mail that asks the owner to look at it."""
    talks.say(SUPPLIER, PURCHASE, subject="Factuur", files=[INVOICE])
    asked = talks.got(OWNER, "Nakijken")
    talks.forget()
    (document,) = talks.room.documents()
    return document, asked


def pay(talks: Talks, document: Document | None = None, **changes: object) -> Payment:
    """Keep a payment that left, as a file or a QR code does."""
    about = {"document_id": document.id, "amount": due(document)} if document else {}
    values = {
        "id": talks.room.outside.new_id(),
        "status": PaymentStatus.IN_FILE,
        "creditor_iban": SUPPLIER_IBAN,
        "prepared_by": OWNER,
        "prepared_at": datetime(2026, 11, 10, tzinfo=UTC),
    }
    payment = a_credit_transfer(**{**values, **about, **changes})
    with talks.room.context.transaction() as unit:
        record_payment(unit.session, payment)
    return payment


def due(document: Document) -> Decimal:
    assert document.invoice
    assert document.invoice.amount_due
    return document.invoice.amount_due


def movement(amount: Decimal | str, **changes: object) -> BankTransaction:
    """Return a movement to or from the printer, without any communication."""
    return replace(a_payment(str(amount)), **{"end_to_end_id": None, **changes})  # type: ignore[arg-type]


def send(
    talks: Talks, *movements: BankTransaction, sender: str = BANK, **changes: object
) -> BankStatement:
    statement = replace(a_statement(*movements), **changes)  # type: ignore[arg-type]
    mail(talks, write_coda(statement), sender=sender)
    return statement


def mail(talks: Talks, content: bytes, *, sender: str = BANK, is_proved: bool = True) -> None:
    file = ("uittreksel.cod", "application/octet-stream", content)
    talks.say(sender, PURCHASE, subject="CODA", files=[file], is_proved=is_proved)


def payments(talks: Talks, document: Document | None = None) -> list[Payment]:
    with talks.room.context.database.reading() as session:
        if document:
            return list(payments_of_document(session, document.id))
        return list(payments_in(session, "bakkerij", tuple(PaymentStatus)))


def movements(talks: Talks, *states: MovementState) -> list[Movement]:
    with talks.room.context.database.reading() as session:
        assert list(broken_links(session)) == []
        return list(movements_in(session, "bakkerij", states or tuple(MovementState)))


@pytest.mark.feature("CF-BANK-01", "CF-BANK-03", "CF-BANK-05", "CF-PAY-20", "CF-PAY-22")
def test_a_coda_by_mail_marks_paid_what_was_handed_out_and_only_once(talks: Talks) -> None:
    invoice, asked = the_invoice(talks)
    talks.reply(asked, "qr")
    talks.forget()
    (scanned,) = payments(talks, invoice)
    assert (scanned.status, scanned.communication) == (PaymentStatus.QR_MADE, OGM)
    paid = movement(-scanned.amount, structured_communication=ogm())
    statement = send(talks, paid)
    (after,) = payments(talks, invoice)
    assert (after.status, after.paid_on) == (PaymentStatus.PAID, DAY)
    assert len(talks.room.documents()) == 1, "a statement is no document to book"
    moves = [e for e in talks.room.events(invoice.id) if e.kind is EventKind.PAYMENT_MOVED]
    assert moves[-1].data["to_status"] == "paid"
    (kept,) = movements(talks)
    assert (kept.state, kept.document_id) == (MovementState.MATCHED, invoice.id)

    mail(talks, write_coda(statement))
    mail(talks, write_coda(replace(statement, is_duplicate=True)))
    assert movements(talks) == [kept]
    assert payments(talks, invoice) == [after]
    assert talks.waiting() == [], "the bank gets no answer, and nobody is asked"


@pytest.mark.feature("CF-BANK-02", "CF-BANK-03")
def test_who_sends_a_statement_reads_what_became_of_each_movement(talks: Talks) -> None:
    invoice, asked = the_invoice(talks)
    part = Decimal("100.00")
    send(
        talks,
        movement(-part, structured_communication=ogm()),
        movement("-40.00", free_communication="Parking"),
        movement("-3.20", free_communication="Kleinigheid"),
        sender=OWNER,
    )
    told = talks.got(OWNER, "Uittreksel BE68 5390 0754 7034: 1 betaald")
    assert "Saldo" in told.text
    assert "betaald, een deel" in told.text
    (paid,) = payments(talks, invoice)
    assert (paid.status, paid.amount) == (PaymentStatus.PAID, part), "a part of the invoice"
    assert paid.method is PaymentMethod.ELSEWHERE
    assert [m.amount for m in movements(talks, MovementState.LEFT)] == [Decimal("-3.20")]

    talks.reply(asked, "status")
    where = talks.got(OWNER, "tegen 13/12: na te kijken")
    assert "€ 100,00: betaald (13/11/2026)" in where.text
    question = talks.got(OWNER, "Nog toe te wijzen op je rekening: 1")
    assert "1. 13/11/2026: € 40,00 aan Drukkerij Voorbeeld BV" in question.text
    assert "Parking" in question.text
    talks.reply(question, "1 privé, parking van zaterdag")
    assert "parking van zaterdag" in talks.got(MANAGER, "Antwoord van An").text


@pytest.mark.feature("CF-BANK-03", "CF-BANK-05")
def test_money_that_comes_back_opens_the_invoice_again_and_somebody_is_told(talks: Talks) -> None:
    invoice, asked = the_invoice(talks)
    talks.reply(asked, "behandeld")
    talks.forget()
    assert is_handled(talks.room.documents()[0])
    payment = pay(talks, invoice)
    send(talks, movement(-payment.amount, end_to_end_id=payment.id))
    assert [p.status for p in payments(talks, invoice)] == [PaymentStatus.PAID]
    back = movement(payment.amount, end_to_end_id=payment.id, free_communication="AC04 gesloten")
    send(talks, back, sequence="018")
    (returned,) = payments(talks, invoice)
    assert returned.status is PaymentStatus.NOT_PAID
    assert not is_handled(talks.room.documents()[0])
    for reader in (MANAGER, OWNER):
        told = talks.got(reader, "Betaling teruggekomen: Drukkerij")
        assert "AC04 gesloten" in told.text
    assert talks.waiting() == []


@pytest.mark.feature("CF-PAY-11", "CF-BANK-03")
def test_what_somebody_said_he_paid_is_seen_on_the_statement(talks: Talks) -> None:
    invoice, asked = the_invoice(talks)
    talks.reply(asked, "betaald")
    talks.forget()
    (declared,) = payments(talks, invoice)
    assert declared.status is PaymentStatus.DECLARED
    send(talks, movement(-declared.amount, free_communication="factuur 2026-114"))
    assert [p.status for p in payments(talks, invoice)] == [PaymentStatus.PAID]
    assert talks.waiting() == []


def test_an_invoice_that_comes_after_it_was_paid_is_paid_with_the_next_statement(
    talks: Talks,
) -> None:
    send(talks, movement("-1263.00", structured_communication=ogm()))
    assert "+++090/9337/55493+++" in talks.got(OWNER, "Nog toe te wijzen").text
    invoice, _asked = the_invoice(talks)
    send(talks, sequence="018")
    (paid,) = payments(talks, invoice)
    assert (paid.status, paid.amount, paid.paid_on) == (PaymentStatus.PAID, due(invoice), DAY)
    assert is_handled(talks.room.documents()[0])
    send(talks, sequence="019")
    assert payments(talks, invoice) == [paid]
    assert [m.state for m in movements(talks)] == [MovementState.MATCHED]


def test_a_file_that_the_bank_books_as_one_amount_pays_all_its_payments(talks: Talks) -> None:
    first, second = pay(talks, file_id="f1"), pay(talks, file_id="f1", amount=Decimal("7.50"))
    file = PaymentFile(
        id="f1", dossier="bakkerij", number=1, debit_iban=IBAN, execution_date=DAY,
        format="pain.001.001.09", count=2, total=Decimal("20.00"), sha256="0" * 64,
        payment_ids=(first.id, second.id), created_at=first.prepared_at, created_by=OWNER,
    )  # fmt: skip
    with talks.room.context.transaction() as unit:
        record_payment_file(unit.session, file)
    send(talks, movement("-20.00", counterparty=BankParty(), free_communication="2 OPDRACHTEN"))
    assert {p.status for p in payments(talks)} == {PaymentStatus.PAID}


def test_what_may_be_two_payments_is_asked_and_marks_neither(talks: Talks) -> None:
    pay(talks, communication="")
    pay(talks, communication="")
    send(talks, movement("-12.50"), movement("-25.00"))
    assert {p.status for p in payments(talks)} == {PaymentStatus.IN_FILE}
    assert len(movements(talks, MovementState.LEFT)) == 1, "below the least that is asked"
    talks.forget()
    pay(talks, communication="", amount=Decimal("80.00"))
    pay(talks, communication="", amount=Decimal("80.00"))
    send(talks, movement("-80.00"), sequence="018")
    assert "past bij meer dan één" in talks.got(OWNER, "Nog toe te wijzen").text


def test_an_invoice_that_was_paid_otherwise_leaves_the_basket(talks: Talks) -> None:
    invoice, _asked = the_invoice(talks)
    pay(talks, invoice, status=PaymentStatus.PREPARED)
    send(talks, movement(-due(invoice), structured_communication=ogm()))
    assert sorted(p.status for p in payments(talks, invoice)) == ["cancelled", "paid"]


@pytest.mark.feature("CF-BANK-01")
def test_a_statement_that_nobody_vouches_for_waits_and_marks_nothing(talks: Talks) -> None:
    payment = pay(talks)
    statement = a_statement(movement("-12.50", end_to_end_id=payment.id))
    other = replace(statement, account="BE51640000000062", iban="BE51640000000062")
    for given, sender, is_proved, why in (
        (statement, BANK, False, "Niet bewezen"),
        (statement, OWNER, False, "Niet bewezen"),
        (statement, "bank@elders.example", True, "Niet bewezen"),
        (other, BANK, True, "waarvan dit dossier niet betaalt"),
    ):
        mail(talks, write_coda(given), sender=sender, is_proved=is_proved)
        assert payments(talks) == [payment]
        waits = talks.got(MANAGER, "Uittreksel wacht: uittreksel.cod")
        assert why in " ".join(waits.text.split())
        assert waits.files == ["uittreksel.cod"]
        assert talks.waiting() == []
    assert movements(talks) == []

    mail(talks, write_coda(statement), sender=MANAGER)  # who sends it on
    assert [p.status for p in payments(talks)] == [PaymentStatus.PAID]


def test_a_statement_that_does_not_add_up_waits(talks: Talks) -> None:
    payment = pay(talks)
    good = write_coda(a_statement(movement("-12.50", end_to_end_id=payment.id)))
    lines = good.splitlines(keepends=True)
    mail(talks, b"".join(lines[:-1]))
    mail(talks, good.replace(b"000000000012500", b"000000000012400", 1))
    assert payments(talks) == [payment]
    for _ in range(2):
        assert "klopt niet" in talks.got(MANAGER, "Uittreksel wacht").text


def test_camt_mt940_and_imported_files_count_as_well_and_a_job_may_run_twice(talks: Talks) -> None:
    for number, write in enumerate((write_camt, write_mt940), start=1):
        payment = pay(talks)
        paid = replace(a_payment("-12.50"), end_to_end_id=payment.id)
        mail(talks, write(replace(a_statement(paid), sequence=f"{number:03}")))
        assert payments(talks)[-1].status is PaymentStatus.PAID
    payment = pay(talks)
    content = write_coda(a_statement(movement("-12.50", end_to_end_id=payment.id)))
    talks.room.receive(
        imported(content),
        PURCHASE,
        authentication=Authentication(aligned=True, source="import"),
        channel=Channel.IMPORT,
    )
    assert payments(talks)[-1].status is PaymentStatus.PAID
    kept = movements(talks)
    for each in {m.statement_id for m in kept}:
        talks.run(Job(key="again", kind=JobKind.BANK_STATEMENT, ids={"statement": each}))
    assert movements(talks) == kept
    assert talks.waiting() == []


def ogm() -> Ogm:
    return Ogm(digits=OGM, is_valid=True, is_stated=True)


def imported(content: bytes) -> bytes:
    head = b"From: import@in.example\r\nTo: x@in.example\r\nSubject: u\r\nMessage-ID: <i@x>\r\n"
    mime = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    part = b'Content-Disposition: attachment; filename="u.cod"'
    return head + mime + part + b"\r\n\r\n" + content + b"\r\n--b--\r\n"
