"""Reads an entry of a CAMT message and the transactions that it is made of.

An entry is what the balance moved by; several TxDtls below it are its details. With one of them,
entry and transaction are the same and are read together.
"""

from collections.abc import Iterator
from decimal import Decimal

from mailbot.domain.bank import (
    BankParty,
    BankTransaction,
    EntryStatus,
    Ogm,
    TransactionCode,
)
from mailbot.recognition.statements.families import camt_code
from mailbot.recognition.statements.references import (
    find_creditor_reference,
    find_ogm,
    stated_ogm,
)
from mailbot.recognition.statements.values import squeezed
from mailbot.recognition.xml_tree import (
    Element,
    children,
    find,
    find_all,
    find_amount,
    find_date,
    find_text,
    find_texts,
)

_DEBIT = "DBIT"
_STATUS = {
    "PDNG": EntryStatus.PENDING,
    "INFO": EntryStatus.INFORMATION,
    "FUTR": EntryStatus.FUTURE,
}
_ACCOUNT_IDS = ("Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id", "Id/UPIC")
_NOT_PROVIDED = ("NOTPROVIDED", "NOT PROVIDED")
#: EPC: the issuer of Belgian structured communications
_OGM_ISSUER = "BBA"


def signed(node: Element) -> Decimal | None:
    """Return the amount of `node`, negative when it is a debit."""
    amount = find_amount(node, "Amt")
    return -amount if amount and find_text(node, "CdtDbtInd") == _DEBIT else amount


def account_number(account: Element | None) -> str | None:
    """Return the number of an account: IBAN, else what the bank has."""
    return find_text(account, *_ACCOUNT_IDS)


def party_name(party: Element | None) -> str | None:
    """Return the name of a party; from version 4 on it may stand below Pty."""
    return find_text(party, "Nm", "Pty/Nm", "Agt/FinInstnId/Nm")


def institution_bic(agent: Element | None) -> str | None:
    """Return the BIC of a bank."""
    return find_text(agent, "FinInstnId/BICFI", "FinInstnId/BIC", "FinInstnId/CmbndId/BIC")


def read_entry(entry: Element, *, own_account: str | None) -> BankTransaction:
    """Return one entry; with several transactions below it they are its details."""
    transactions = (*find_all(entry, "NtryDtls/TxDtls"), *children(entry, "TxDtls"))
    if len(transactions) == 1:
        return _transaction(entry, transactions[0], own_account)
    details = tuple(_transaction(node, node, own_account, entry) for node in transactions)
    return _transaction(entry, None, own_account, details=details)


def _transaction(
    node: Element,
    parts: Element | None,
    own_account: str | None,
    entry: Element | None = None,
    *,
    details: tuple[BankTransaction, ...] = (),
) -> BankTransaction:
    """Return what `node` moved; `parts` says who and why, `entry` what a detail leaves out."""
    amount = _amount(node, entry)
    whole = node if entry is None else entry
    is_reversal = find_text(whole, "RvslInd") in {"true", "1"}
    texts = tuple(find_texts(parts, "RmtInf/Ustrd"))
    extra = _information(node, parts)
    references = tuple(_references(parts))
    return BankTransaction(
        amount=amount,
        currency=_currency(node) or _currency(whole),
        entry_date=find_date(whole, "BookgDt/Dt", "BookgDt/DtTm"),
        value_date=find_date(whole, "ValDt/Dt", "ValDt/DtTm"),
        counterparty=_counterparty(parts, (amount or 0) < 0, is_reversal, own_account),
        structured_communication=_ogm(references, (*texts, extra)),
        reference=next((reference for reference, _issuer in references), None),
        creditor_reference=find_creditor_reference(
            (*(reference for reference, _issuer in references), *texts)
        ),
        free_communication=squeezed(*texts),
        end_to_end_id=_provided(find_text(parts, "Refs/EndToEndId")),
        mandate_id=_provided(find_text(parts, "Refs/MndtId")),
        creditor_id=find_text(
            parts,
            "RltdPties/Cdtr/Id/PrvtId/Othr/Id",
            "RltdPties/Cdtr/Pty/Id/PrvtId/Othr/Id",
        ),
        bank_reference=find_text(node, "AcctSvcrRef", "Refs/AcctSvcrRef", "NtryRef")
        or find_text(parts, "Refs/AcctSvcrRef"),
        customer_reference=find_text(parts, "Refs/PmtInfId", "Refs/InstrId"),
        code=_code(find(node, "BkTxCd"), find(parts, "BkTxCd"), find(whole, "BkTxCd")),
        status=_STATUS.get(find_text(whole, "Sts/Cd", "Sts") or "", EntryStatus.BOOKED),
        is_reversal=is_reversal,
        information=extra,
        details=details,
    )


def _amount(node: Element, entry: Element | None) -> Decimal | None:
    """Return the amount of an entry, or of a detail: its own, else that of AmtDtls.

    Old versions give a detail no sign: it has that of its entry.
    """
    amount = find_amount(node, "Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
    sign = find_text(node, "CdtDbtInd") or (find_text(entry, "CdtDbtInd"))
    return -amount if amount and sign == _DEBIT else amount


def _currency(node: Element) -> str | None:
    amounts = (*children(node, "Amt"), *find_all(node, "AmtDtls/TxAmt/Amt"))
    return next((str(c) for a in amounts if (c := a.get("Ccy"))), None)


def _information(node: Element, parts: Element | None) -> str | None:
    own = find_text(node, "AddtlNtryInf")
    return squeezed(own, find_text(parts, "AddtlTxInf"))


def _references(parts: Element | None) -> Iterator[tuple[str, str]]:
    """Yield the structured references of a transaction, each with who issued it."""
    for node in find_all(parts, "RmtInf/Strd/CdtrRefInf"):
        reference = find_text(node, "Ref", "CdtrRef")
        if reference:
            yield reference, find_text(node, "Tp/Issr", "CdtrRefTp/Issr") or ""


def _ogm(references: tuple[tuple[str, str], ...], texts: tuple[str | None, ...]) -> Ogm | None:
    """Return the OGM of a structured reference, else one in the texts.

    Only BBA says that 12 digits are one; without it their check digits must.
    """
    for reference, issuer in references:
        ogm = stated_ogm(reference)
        if ogm and (ogm.is_valid or issuer.upper() == _OGM_ISSUER):
            return ogm
    return find_ogm(texts)


def _counterparty(
    parts: Element | None, is_debit: bool, is_reversal: bool, own_account: str | None
) -> BankParty:
    """Return the other side: the debtor of what came in, the creditor of what went out.

    A reversal moves the other way, between the same two. Banks that name one side only name the
    other party, whatever they call it.
    """
    sides = ("Cdtr", "Dbtr") if is_debit != is_reversal else ("Dbtr", "Cdtr")
    for side in sides:
        account = account_number(find(parts, f"RltdPties/{side}Acct"))
        name = party_name(find(parts, f"RltdPties/{side}"))
        if (name or account) and (account is None or account != own_account):
            bic = institution_bic(find(parts, f"RltdAgts/{side}Agt"))
            return BankParty(name=name, account=account, bic=bic)
    ultimate = party_name(find(parts, f"RltdPties/Ultmt{sides[0]}"))
    return BankParty(name=ultimate, bic=institution_bic(find(parts, f"RltdAgts/{sides[0]}Agt")))


def _provided(text: str | None) -> str | None:
    return None if text is None or text.upper() in _NOT_PROVIDED else text


def _code(*nodes: Element | None) -> TransactionCode:
    """Return the first BkTxCd that says something."""
    for node in nodes:
        parts = [
            find_text(node, path) or ""
            for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd", "Prtry/Cd")
        ]
        if any(parts):
            return camt_code(*parts)
    return TransactionCode()
