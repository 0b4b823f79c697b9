"""Files for the bank: valid for every payment, refused for what no bank takes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.sepa import FORMATS, CreditTransferFile, write_credit_transfer
from mailbot.domain.errors import Permanent
from mailbot.domain.payment import CommunicationKind, Payment
from tests.kit.golden import Golden
from tests.kit.payments import a_credit_transfer, a_file, credit_transfers

FREE, NONE = CommunicationKind.FREE, CommunicationKind.NONE


def schema(name: str) -> etree.XMLSchema:
    content = (files("sepaxml") / "schemas" / f"{name}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(content))


SCHEMAS = {name: schema(name) for name in FORMATS}


def read(file: CreditTransferFile) -> etree._Element:
    root = etree.fromstring(write_credit_transfer(file))
    SCHEMAS[file.format].assertValid(root)
    return root


def texts(root: etree._Element, *names: str) -> list[str]:
    path = "/".join(f"{{*}}{name}" for name in names)
    return [found.text or "" for found in root.iterfind(f".//{path}")]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_with_each_kind_of_communication(form: str, golden: Golden) -> None:
    payments = (
        a_credit_transfer(1),
        a_credit_transfer(2, communication_kind=FREE, communication="Factuur 2026/114"),
        a_credit_transfer(3, communication_kind=NONE, communication="", creditor_bic="INGBNL2A"),
    )
    root = read(a_file(*payments, format=form, debtor_bic="GKCCBEBB"))
    etree.indent(root)
    golden(f"sepa/{form}.xml", etree.tostring(root, encoding="unicode") + "\n")


@settings(max_examples=30)
@given(
    st.lists(credit_transfers(), min_size=1, max_size=6, unique_by=lambda payment: payment.id),
    st.sampled_from(FORMATS),
)
def test_whatever_is_paid_the_file_is_valid_and_adds_up(
    payments: Sequence[Payment], form: str
) -> None:
    root = read(a_file(*payments, format=form))
    total = sum((payment.amount for payment in payments), Decimal(0))
    assert {Decimal(said) for said in texts(root, "CtrlSum")} == {total}
    assert texts(root, "NbOfTxs") == [str(len(payments))] * 2
    assert [Decimal(said) for said in texts(root, "InstdAmt")] == [p.amount for p in payments]
    assert texts(root, "EndToEndId") == [payment.id for payment in payments]
    assert texts(root, "CdtrAcct", "Id", "IBAN") == [p.creditor_iban for p in payments]


def test_a_structured_communication_is_no_free_text() -> None:
    root = read(a_file(a_credit_transfer()))
    assert texts(root, "CdtrRefInf", "Tp", "CdOrPrtry", "Cd") == ["SCOR"]
    assert texts(root, "CdtrRefInf", "Tp", "Issr") == ["BBA"]
    assert texts(root, "CdtrRefInf", "Ref") == ["090933755493"]
    assert texts(root, "Ustrd") == []


def test_a_text_without_letters_that_banks_take_is_left_out() -> None:
    silent = a_credit_transfer(communication_kind=FREE, communication=" / ")
    assert texts(read(a_file(silent)), "Ustrd") == []


def test_the_same_payments_give_the_same_bytes() -> None:
    file = a_file(a_credit_transfer(1), a_credit_transfer(2))
    assert write_credit_transfer(file) == write_credit_transfer(file)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (a_file(), "at least one"),
        (a_file(a_credit_transfer(), format="pain.001.001.02"), "none of"),
        (a_file(a_credit_transfer(), count=2), "instead of 2"),
        (a_file(a_credit_transfer(), total=Decimal("12.51")), "not to 12.51"),
        (a_file(a_credit_transfer(), a_credit_transfer()), "twice"),
        (a_file(a_credit_transfer(), debtor_iban="BE68539007547035"), "no IBAN"),
        (a_file(a_credit_transfer(), debtor_name="//"), "no name"),
        (a_file(a_credit_transfer(creditor_iban="")), "no IBAN"),
        (a_file(a_credit_transfer(creditor_iban="NL69INGB0123456788")), "no IBAN"),
        (a_file(a_credit_transfer(creditor_name=" ")), "no name"),
        (a_file(a_credit_transfer(amount=Decimal("0.00"))), "carries from"),
        (a_file(a_credit_transfer(amount=Decimal("-5.00"))), "carries from"),
        (a_file(a_credit_transfer(amount=Decimal("1000000000.00"))), "carries from"),
        (a_file(a_credit_transfer(amount=Decimal("12.505"))), "whole cents"),
        (a_file(a_credit_transfer(amount=Decimal("NaN"))), "whole cents"),
        (a_file(a_credit_transfer(communication="090933755494")), "structured communication"),
        (a_file(a_credit_transfer(creditor_bic="ING")), "schema"),
    ],
)
def test_what_no_bank_takes_is_refused(file: CreditTransferFile, why: str) -> None:
    with pytest.raises(Permanent, match=why):
        write_credit_transfer(file)


def test_what_the_person_saw_is_what_is_written() -> None:
    file = a_file(
        a_credit_transfer(1),
        a_credit_transfer(2),
        count=2,
        total=Decimal("25.00"),
        created_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
        execution_date=date(2026, 12, 2),
    )
    root = read(file)
    assert texts(root, "CreDtTm") == ["2026-12-01T08:00:00"]
    assert texts(root, "ReqdExctnDt", "Dt") == ["2026-12-02"]
    assert texts(root, "MsgId") == texts(root, "PmtInfId") == [file.message_id]
