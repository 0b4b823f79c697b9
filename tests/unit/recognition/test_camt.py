"""CAMT: reports, statements and notifications of every version, and what banks leave out."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.bank import (
    BankParty,
    BankStatement,
    BankTransaction,
    EntryStatus,
    Ogm,
    ProblemKind,
    TransactionCode,
    TransactionFamily,
)
from mailbot.recognition.statements.any_format import read_statements
from tests.kit.statements import DAY, IBAN, OGM, RF, a_payment, a_statement, write_camt


def read(content: bytes) -> BankStatement:
    (statement,) = read_statements(content).statements
    return statement


def read_one(payment: BankTransaction, **options: object) -> BankTransaction:
    (transaction,) = read(write_camt(a_statement(payment), **options)).transactions  # type: ignore[arg-type]
    return transaction


def read_entry(xml: str) -> BankTransaction:
    """Read a statement that has one entry, written by hand."""
    (transaction,) = read(write_camt(a_statement(), extra=xml)).transactions
    return transaction


def entry(inside: str, amount: str = "5.00", sign: str = "CRDT") -> str:
    return f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{inside}</Ntry>'


@pytest.mark.parametrize("version", range(1, 14))
def test_an_ogm_and_a_creditor_reference_are_read_from_their_field(version: int) -> None:
    stated = read_one(a_payment(ogm=OGM), version=version)
    assert stated.structured_communication == Ogm(digits=OGM, is_valid=True, is_stated=True)
    assert stated.reference == OGM
    assert read_one(a_payment(reference=RF), version=version).creditor_reference == RF


def test_twelve_digits_that_nobody_calls_an_ogm_need_right_check_digits() -> None:
    strd = (
        "<NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf>{}<Ref>{}</Ref></CdtrRefInf></Strd></RmtInf>"
        "</TxDtls></NtryDtls>"
    )
    bba = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>"
    wrong = OGM[:-1] + "4"
    assert read_entry(entry(strd.format("", wrong))).structured_communication is None
    stated = read_entry(entry(strd.format(bba, wrong))).structured_communication
    assert stated == Ogm(digits=wrong, is_valid=False, is_stated=True)
    assert read_entry(entry(strd.format("", OGM))).structured_communication


def test_an_ogm_in_free_text_is_found() -> None:
    transaction = read_one(a_payment(text="+++090/9337/55493+++ factuur"))
    assert transaction.structured_communication == Ogm(digits=OGM, is_valid=True, is_stated=False)


def test_an_entry_of_several_transactions_has_details_and_counts_once() -> None:
    parts = (a_payment("-10.00", "deel 1"), a_payment("-2.50", ogm=OGM))
    statement = read(write_camt(a_statement(a_payment("-12.50", details=parts))))
    (whole,) = statement.transactions
    assert whole.amount == Decimal("-12.50")
    assert [d.amount for d in whole.details] == [Decimal("-10.00"), Decimal("-2.50")]
    assert [d.entry_date for d in whole.details] == [DAY, DAY]
    assert whole.counterparty == BankParty()
    assert statement.is_balanced


def test_details_without_a_sign_have_that_of_their_entry() -> None:
    parts = (
        "<NtryDtls>"
        + 2 * ('<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">2.50</Amt></TxAmt></AmtDtls></TxDtls>')
        + "</NtryDtls>"
    )
    transaction = read_entry(entry(parts, sign="DBIT"))
    assert [d.amount for d in transaction.details] == [Decimal("-2.50"), Decimal("-2.50")]
    assert [d.currency for d in transaction.details] == ["EUR", "EUR"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("PDNG", EntryStatus.PENDING),
        ("INFO", EntryStatus.INFORMATION),
        ("FUTR", EntryStatus.FUTURE),
        ("BOOK", EntryStatus.BOOKED),
    ],
)
def test_only_what_is_booked_moves_the_balance(code: str, status: EntryStatus) -> None:
    for xml in (f"<Sts>{code}</Sts>", f"<Sts><Cd>{code}</Cd></Sts>"):
        statement = read(write_camt(a_statement(), extra=entry(xml)))
        assert statement.transactions[0].status is status
        assert statement.is_balanced is (status is not EntryStatus.BOOKED)


@pytest.mark.parametrize(
    ("sign", "is_reversal", "name"),
    [("CRDT", False, "Debtor"), ("DBIT", False, "Creditor"), ("CRDT", True, "Creditor")],
)
def test_the_counterparty_is_the_other_side(sign: str, is_reversal: bool, name: str) -> None:
    xml = (
        f"<RvslInd>{str(is_reversal).lower()}</RvslInd>"
        "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Debtor</Nm></Dbtr>"
        "<Cdtr><Nm>Creditor</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>"
    )
    transaction = read_entry(entry(xml, sign=sign))
    assert transaction.counterparty.name == name
    assert transaction.is_reversal is is_reversal


def test_who_has_our_own_account_is_not_the_counterparty() -> None:
    xml = (
        "<NtryDtls><TxDtls><RltdPties>"
        f"<Dbtr><Nm>Wijzelf</Nm></Dbtr><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>Ander</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>"
    )
    assert read_entry(entry(xml)).counterparty.name == "Ander"


@pytest.mark.parametrize(
    ("parts", "family"),
    [
        (("PMNT", "RCDT", "ESCT"), TransactionFamily.TRANSFER),
        (("PMNT", "IDDT", "ESDD"), TransactionFamily.DIRECT_DEBIT),
        (("PMNT", "CCRD", "POSD"), TransactionFamily.CARD),
        (("ACMT", "MDOP", "CHRG"), TransactionFamily.CHARGES),
        (("ACMT", "MCOP", "INTR"), TransactionFamily.INTEREST),
        (("XTND", "NTAV", "NTAV"), TransactionFamily.OTHER),
    ],
)
def test_a_transaction_code_has_a_family(
    parts: tuple[str, str, str], family: TransactionFamily
) -> None:
    domain, name, sub = parts
    xml = (
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{name}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly>"
        "</Domn><Prtry><Cd>0150</Cd></Prtry></BkTxCd>"
    )
    assert read_entry(entry(xml)).code == TransactionCode(
        code="-".join(parts), proprietary="0150", family=family
    )


def test_a_statement_of_several_days_opens_with_the_first_and_closes_with_the_last() -> None:
    def balance(code: str, amount: str, day: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    days = (
        balance("CLBD", "3", "2026-11-12")
        + balance("OPBD", "3", "2026-11-12")
        + balance("CLBD", "8", "2026-11-13")
        + balance("OPBD", "1", "2026-11-11")
    )
    bare = replace(a_statement(), opening=None, closing=None)
    statement = read(write_camt(bare, extra=days))
    assert statement.opening
    assert statement.closing
    assert (statement.opening.amount, statement.closing.amount) == (1, 8)


def test_the_previous_closing_balance_opens_when_there_is_no_other() -> None:
    content = write_camt(a_statement(a_payment())).replace(b"OPBD", b"PRCD")
    assert read(content).is_balanced


@pytest.mark.parametrize("message", ["052", "054"])
def test_a_report_or_notification_needs_no_balances(message: str) -> None:
    bare = replace(a_statement(a_payment()), opening=None, closing=None)
    statement = read(write_camt(bare, message=message))
    assert statement.problems == ()
    assert statement.is_balanced is None


def test_a_statement_without_balances_says_so() -> None:
    bare = replace(a_statement(a_payment()), opening=None, closing=None)
    assert [p.kind for p in read(write_camt(bare)).problems] == [
        ProblemKind.OPENING_MISSING,
        ProblemKind.CLOSING_MISSING,
    ]


@pytest.mark.parametrize(
    ("summary", "kinds"),
    [
        ("<TtlNtries><NbOfNtries>1</NbOfNtries></TtlNtries>", []),
        ("<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>", [ProblemKind.COUNT_DIFFERS]),
        ("<TtlDbtNtries><Sum>12.5</Sum></TtlDbtNtries>", []),
        ("<TtlCdtNtries><Sum>3</Sum></TtlCdtNtries>", [ProblemKind.TOTALS_DIFFER]),
    ],
)
def test_what_the_bank_summed_up_is_compared(summary: str, kinds: list[ProblemKind]) -> None:
    content = write_camt(a_statement(a_payment()), extra=f"<TxsSummry>{summary}</TxsSummry>")
    assert [p.kind for p in read(content).problems] == kinds


def test_an_amount_that_is_none_is_told_and_kept_out_of_the_sum() -> None:
    statement = read(write_camt(a_statement(), extra=entry("", amount="12,x")))
    assert statement.transactions[0].amount is None
    assert statement.is_balanced is None
    assert [(p.kind, p.found) for p in statement.problems] == [
        (ProblemKind.VALUE_UNREADABLE, "12,x")
    ]


def test_other_accounts_other_prefixes_and_an_envelope_are_read() -> None:
    content = write_camt(replace(a_statement(a_payment()), account="000325448336"))
    content = content.replace(b"<IBAN>0", b"<Othr><Id>0").replace(
        b"6</IBAN></Id><Ccy>", b"6</Id></Othr></Id><Ccy>"
    )
    envelope = content.replace(
        b'<?xml version="1.0" encoding="UTF-8"?>', b"<n:Envelope xmlns:n='urn:x'>"
    )
    statement = read(envelope + b"</n:Envelope>")
    assert statement.account == "000325448336"
    assert statement.iban is None
    assert statement.is_balanced
