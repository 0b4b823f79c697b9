"""Writes bank statements as banks do: CODA, CAMT and MT940; every account and name is invented."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from mailbot.domain.bank import (
    Balance,
    BankParty,
    BankStatement,
    BankTransaction,
    Ogm,
)

IBAN = "BE68539007547034"
OTHER_IBAN = "NL69INGB0123456789"
OGM = "090933755493"
RF = "RF18539007547034"
DAY = date(2026, 11, 13)

#: what every format carries unchanged; words of the formats themselves are in capitals
_LETTERS = "abcdefghijklmnopqrstuvwxyzéèüç&. "


def a_statement(*transactions: BankTransaction, opening: str = "100.00") -> BankStatement:
    """Return a statement of `transactions` whose closing balance is right."""
    statement = BankStatement(
        account=IBAN,
        iban=IBAN,
        bic="GKCCBEBB",
        currency="EUR",
        holder="Bakkerij De Gouden Aar",
        sequence="017",
        opening=Balance(amount=Decimal(opening), on=DAY),
        transactions=transactions,
    )
    closing = Decimal(opening) + (statement.movement or Decimal(0))
    return replace(statement, closing=Balance(amount=closing, on=DAY + timedelta(days=1)))


def a_payment(
    amount: str = "-12.50",
    text: str | None = None,
    *,
    ogm: str | None = None,
    reference: str | None = None,
    details: tuple[BankTransaction, ...] = (),
    information: str | None = None,
) -> BankTransaction:
    """Return a movement to or from a printer."""
    return BankTransaction(
        amount=Decimal(amount),
        currency="EUR",
        entry_date=DAY,
        value_date=DAY,
        counterparty=BankParty(name="Drukkerij Voorbeeld BV", account=OTHER_IBAN, bic="INGBNL2A"),
        structured_communication=Ogm(digits=ogm, is_valid=True, is_stated=True) if ogm else None,
        creditor_reference=reference,
        free_communication=text,
        end_to_end_id="E2E 2026 114",
        information=information,
        details=details,
    )


def essence(statement: BankStatement) -> object:
    """Return what every format can say; of a structured communication the digits alone."""
    return (
        statement.iban,
        statement.currency,
        statement.opening,
        statement.closing,
        [_essence_of(transaction) for transaction in statement.transactions],
    )


def _essence_of(transaction: BankTransaction) -> object:
    ogm = transaction.structured_communication
    return (
        transaction.amount,
        transaction.entry_date,
        transaction.value_date,
        transaction.counterparty.name,
        transaction.counterparty.account,
        ogm.digits if ogm else transaction.free_communication,
        transaction.end_to_end_id,
    )


# ---------------------------------------------------------------- strategies

_words = st.text(_LETTERS, min_size=1, max_size=34).map(lambda t: " ".join(t.split()))
_texts = st.text(_LETTERS, min_size=1, max_size=140).map(lambda t: " ".join(t.split()))
#: of other parties; their check digits are right
_IBANS = (OTHER_IBAN, "FR7630006000011234567890189", "DE89370400440532013000")
_cents = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 100)
_days = st.dates(date(2019, 3, 1), date(2039, 12, 31))


def _ogm(number: int) -> str:
    return f"{number:010}{number % 97 or 97:02}"


@st.composite
def transactions(draw: st.DrawFn) -> BankTransaction:
    """Return a movement with free text or a structured communication."""
    value_date = draw(_days)
    digits = draw(st.none() | st.integers(0, 10**10 - 1).map(_ogm))
    return BankTransaction(
        amount=draw(_cents),
        currency="EUR",
        entry_date=value_date + timedelta(days=draw(st.integers(-3, 3))),
        value_date=value_date,
        counterparty=BankParty(
            name=draw(_words.filter(bool)), account=draw(st.sampled_from(_IBANS))
        ),
        structured_communication=Ogm(digits=digits, is_valid=True, is_stated=True)
        if digits
        else None,
        free_communication=None if digits else draw(_texts) or None,
        end_to_end_id=draw(_words) or None,
    )


@st.composite
def statements(draw: st.DrawFn) -> BankStatement:
    """Return a statement whose balances agree."""
    found = draw(st.lists(transactions(), max_size=4))
    return a_statement(*found, opening=str(draw(_cents)))


# ---------------------------------------------------------------- CODA


def write_coda(*several: BankStatement, version: str = "2", messages: Sequence[str] = ()) -> bytes:
    """Return a CODA file of Febelfin, 128 columns a record, in Windows-1252."""
    lines: list[str] = []
    for number, statement in enumerate(several, 1):
        body = list(_coda_body(statement, version))
        lines += [_coda_header(statement, version), *body]
        lines += [f"4 00010000{'':22}{text:80}{'':15}0" for text in messages]
        lines.append(_coda_trailer(statement, len(body), "1" if number == len(several) else "2"))
    assert {len(line) for line in lines} == {128}
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _coda_header(statement: BankStatement, version: str) -> str:
    duplicate = "D" if statement.is_duplicate else " "
    return (
        f"00000{DAY:%d%m%y}53905{duplicate}{'':7}{'0000000001'}{statement.holder or '':26.26}"
        f"{statement.bic or '':11}{'00400000185'} 00000{'':39}{version}"
    )


def _coda_body(statement: BankStatement, version: str) -> Iterator[str]:
    account = statement.account or ""
    structure, field = "2", f"{account:34}{statement.currency:3}"
    if version == "1":
        structure, field = " ", f"{account:12} {statement.currency:3}{'':21}"
    assert statement.opening
    assert statement.closing
    yield (
        f"1{structure}{statement.sequence or '001':3}{field}{_coda_balance(statement.opening)}"
        f"{statement.holder or '':26.26}{'':35}001"
    )
    for number, transaction in enumerate(statement.transactions, 1):
        yield from _coda_movement(transaction, f"{number:04}", "0000", version)
        for detail, part in enumerate(transaction.details, 1):
            yield from _coda_movement(part, f"{number:04}", f"{detail:04}", version)
    yield f"8{statement.sequence or '001':3}{field}{_coda_balance(statement.closing)}{'':64}0"


def _coda_balance(balance: Balance) -> str:
    return f"{_coda_amount(balance.amount)}{balance.on:%d%m%y}"


def _coda_amount(amount: Decimal | None) -> str:
    assert amount is not None
    return f"{int(amount < 0)}{int(abs(amount) * 1000):015}"


def coda_communication(transaction: BankTransaction) -> str:
    """Return type and text as records 2.1 to 2.3 have them: "0free text", "1101ogm"."""
    if transaction.structured_communication:
        return "1101" + transaction.structured_communication.digits
    if transaction.mandate_id:
        text = transaction.free_communication or ""
        return (
            f"1127{DAY:%d%m%y}110{transaction.creditor_id:35}{transaction.mandate_id:35}{text:62}"
        )
    if transaction.creditor_reference:
        return "1100" + transaction.creditor_reference
    return "0" + (transaction.free_communication or "")


def _coda_movement(
    transaction: BankTransaction, number: str, detail: str, version: str
) -> Iterator[str]:
    party = transaction.counterparty
    text = f"{coda_communication(transaction):150}"
    code = transaction.code.code or "00150000"
    key = number + detail
    bank_reference = f"{transaction.bank_reference or '':21}"
    yield (
        f"21{key}{bank_reference}{_coda_amount(transaction.amount)}"
        f"{transaction.value_date:%d%m%y}{code}{text[:54]}{transaction.entry_date:%d%m%y}"
        f"00101 0"
    )
    yield (
        f"22{key}{text[54:107]}{transaction.end_to_end_id or '':35}{party.bic or '':11}{'':16}1 0"
    )
    account = f"{party.account or '':34}EUR" if version == "2" else f"{party.account or '':37}"
    tail = f"{text[107:150]}" if version == "2" else f"{'RUE EXEMPLE 1':43}"
    yield f"23{key}{account}{party.name or '':35}{tail}0 1"
    information = transaction.information or ""
    for start in range(0, len(information), 73):
        part = information[start : start + 73]
        yield f"31{number}{start + 1:04}{bank_reference}{code}0{part:73}{'':12}0 0"


def _coda_trailer(statement: BankStatement, count: int, last: str) -> str:
    amounts = [transaction.amount or Decimal(0) for transaction in statement.transactions]
    debit, credit = (
        _coda_amount(sum((abs(a) for a in amounts if (a < 0) is is_debit), Decimal(0)))[1:]
        for is_debit in (True, False)
    )
    return f"9{'':15}{count:06}{debit}{credit}{'':75}{last}"


# ---------------------------------------------------------------- CAMT

#: of the three messages: its root, its statement
CAMT_MESSAGES = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def write_camt(
    *several: BankStatement, message: str = "053", version: int = 8, extra: str = ""
) -> bytes:
    """Return a CAMT message; `extra` is XML before the entries of each statement."""
    root, name = CAMT_MESSAGES[message]
    root += "V01" if version == 1 else ""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version:02}"
    body = "".join(_camt_statement(one, name, version, extra) for one in several)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{namespace}"><{root}>'
        f"<GrpHdr><MsgId>M1</MsgId></GrpHdr>{body}</{root}></Document>"
    )
    return text.encode()


def _tag(name: str, content: object, attributes: str = "") -> str:
    """Return nested elements: _tag("Dt/Dt", …); nothing when there is nothing in them."""
    if content in {None, ""}:
        return ""
    opening, _, inner = name.partition("/")
    text = _tag(inner, content, attributes) if inner else str(content)
    return f"<{opening}{'' if inner else attributes}>{text}</{opening}>"


def _text(name: str, content: str | None) -> str:
    return _tag(name, escape(content or ""))


def _camt_amount(amount: Decimal | None) -> str:
    assert amount is not None
    return _tag("Amt", abs(amount), ' Ccy="EUR"') + _tag(
        "CdtDbtInd", "DBIT" if amount < 0 else "CRDT"
    )


def _camt_statement(statement: BankStatement, name: str, version: int, extra: str) -> str:
    kind = "Tp/Cd" if version == 1 else "Tp/CdOrPrtry/Cd"
    balances = "".join(
        _tag("Bal", _tag(kind, code) + _camt_amount(balance.amount) + _tag("Dt/Dt", balance.on))
        for code, balance in (("OPBD", statement.opening), ("CLBD", statement.closing))
        if balance
    )
    account = _text("Id/IBAN", statement.account) + _text("Ccy", statement.currency)
    return _tag(
        name,
        _text("Id", "S1")
        + _text("ElctrncSeqNb", statement.sequence)
        + _tag("Acct", account + _text("Ownr/Nm", statement.holder))
        + balances
        + extra
        + "".join(_camt_entry(entry, version) for entry in statement.transactions),
    )


def _camt_entry(entry: BankTransaction, version: int) -> str:
    parts = "".join(_camt_details(part, version) for part in entry.details or (entry,))
    return _tag(
        "Ntry",
        _camt_amount(entry.amount)
        + _tag("Sts/Cd" if version >= 8 else "Sts", "BOOK")
        + _tag("BookgDt/Dt", entry.entry_date)
        + _tag("ValDt/Dt", entry.value_date)
        + (parts if version == 1 else _tag("NtryDtls", parts))
        + _text("AddtlNtryInf", entry.information),
    )


def _camt_details(part: BankTransaction, version: int) -> str:
    side = "Cdtr" if part.amount is not None and part.amount < 0 else "Dbtr"
    party = part.counterparty
    name = _text("Pty/Nm" if version >= 8 else "Nm", party.name)
    bic = _text(f"{side}Agt/FinInstnId/{'BICFI' if version >= 3 else 'BIC'}", party.bic)
    return _tag(
        "TxDtls",
        _text("Refs/EndToEndId", part.end_to_end_id)
        + _camt_amount(part.amount)
        + _tag("RltdPties", _tag(side, name) + _text(f"{side}Acct/Id/IBAN", party.account))
        + _tag("RltdAgts", bic)
        + _tag("RmtInf", _camt_remittance(part, version)),
    )


def _camt_remittance(part: BankTransaction, version: int) -> str:
    ogm = part.structured_communication
    reference = ogm.digits if ogm else part.creditor_reference
    if reference is None:
        return _text("Ustrd", part.free_communication)
    issuer = _tag("Issr", "BBA") if ogm else ""
    if version == 1:
        inner = _tag("CdtrRefTp", _tag("Cd", "SCOR") + issuer) + _text("CdtrRef", reference)
    else:
        inner = _tag("Tp", _tag("CdOrPrtry/Cd", "SCOR") + issuer) + _text("Ref", reference)
    return _tag("Strd/CdtrRefInf", inner)


# ---------------------------------------------------------------- MT940

DIALECTS = ("ing", "abn", "german")


def write_mt940(*several: BankStatement, dialect: str = "ing", fin: bool = False) -> bytes:
    """Return an MT940 file with :86: in a dialect; `fin` puts the blocks of SWIFT around it."""
    before, after = (
        ("{1:F01BANKNL2AXXX0000000000}{2:I940BANKNL2AXXXN}{4:\n", "-}")
        if fin
        else (
            "",
            "-",
        )
    )
    return "".join(
        before + "\n".join((*_mt940_fields(one, dialect), after)) + "\n" for one in several
    ).encode()


def _mt940_fields(statement: BankStatement, dialect: str) -> Iterator[str]:
    assert statement.opening
    assert statement.closing
    yield ":20:940A261113"
    yield f":25:{statement.account}EUR"
    yield f":28C:{statement.sequence}"
    yield f":60F:{_mt940_balance(statement.opening)}"
    for transaction in statement.transactions:
        amount = transaction.amount
        assert amount is not None
        yield (
            f":61:{transaction.value_date:%y%m%d}{transaction.entry_date:%m%d}"
            f"{'D' if amount < 0 else 'C'}{_comma(amount)}NTRFNONREF//26111300000001"
        )
        yield from wrapped(details_of(transaction, dialect))
    yield f":62F:{_mt940_balance(statement.closing)}"


def wrapped(text: str, width: int = 65) -> list[str]:
    """Return a :86: in lines of 65 characters, as SWIFT cuts it."""
    parts = [text[at : at + width] for at in range(0, len(text), width)] or [""]
    return [":86:" + parts[0], *parts[1:]]


def _comma(amount: Decimal) -> str:
    return f"{abs(amount):.2f}".replace(".", ",")


def _mt940_balance(balance: Balance) -> str:
    sign = "D" if balance.amount < 0 else "C"
    return f"{sign}{balance.on:%y%m%d}EUR{_comma(balance.amount)}"


def details_of(transaction: BankTransaction, dialect: str) -> str:
    """Return what a :86: says in the dialect of a bank, as one line."""
    party = transaction.counterparty
    ogm = transaction.structured_communication
    text = f"+++{ogm.digits[:3]}/{ogm.digits[3:7]}/{ogm.digits[7:]}+++" if ogm else ""
    text = text or transaction.free_communication or ""
    end_to_end = transaction.end_to_end_id or "NOTPROVIDED"
    if dialect == "ing":
        return (
            f"/EREF/{end_to_end}//CNTP/{party.account}/{party.bic or ''}/{party.name}///REMI/"
            f"USTD//{text}/"
        )
    if dialect == "abn":
        return (
            f"/TRTP/SEPA OVERBOEKING/IBAN/{party.account}/BIC/{party.bic or 'INGBNL2A'}"
            f"/NAME/{party.name}/REMI/{text}/EREF/{end_to_end}"
        )
    return (
        "166?00GUTSCHRIFT?109310"
        + _subfields(f"EREF+{end_to_end}", 20)
        + _subfields(f"SVWZ+{text}", 23)
        + f"?30{party.bic or 'INGBNL2A'}?31{party.account}"
        + _subfields(party.name or "", 32)
    )


def _subfields(text: str, first: int) -> str:
    """Return `text` in numbered subfields of 27 characters; behind 29 comes 60."""
    numbers = [*range(first, 30), *range(60, 64)] if first < 30 else [first, first + 1]
    parts = [text[at : at + 27] for at in range(0, len(text), 27)]
    return "".join(f"?{number}{part}" for number, part in zip(numbers, parts, strict=False))
