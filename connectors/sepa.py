"""Writes files for the bank: SEPA credit transfers as ISO 20022 pain.001.001.03 or .09.

sepaxml makes the skeleton (one PmtInf, SLEV, service level SEPA, batch booking, sums); what it
does not know is put in after: our ids and times, so that the same payments give the same bytes,
and what is told to the creditor. A Belgian structured communication stands in
RmtInf/Strd/CdtrRefInf with code SCOR and issuer BBA (Febelfin, XML message for credit transfer
initiation), free text in RmtInf/Ustrd. A debtor's bank without BIC is "NOTPROVIDED" (EPC132-08).

Each file is checked against the schema of ISO 20022 before anybody gets it. The payment's id is
its EndToEndId, the file's id its MsgId and PmtInfId: so the bank's statement names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

from lxml import etree
from sepaxml import SepaTransfer

from mailbot.domain.errors import Permanent
from mailbot.domain.identifiers import read_iban, read_ogm
from mailbot.domain.money import to_cents, total
from mailbot.domain.payment import CommunicationKind, Payment
from mailbot.domain.payment_checks import check_amount
from mailbot.domain.sepa_text import sepa_text

FORMATS = ("pain.001.001.03", "pain.001.001.09")
_NAME, _TEXT = 70, 140
_NO_BIC = "NOTPROVIDED"


@dataclass(frozen=True, kw_only=True)
class CreditTransferFile:
    """What one file says: payments from one account on one day."""

    #: at most 35 letters and digits; the id of the `PaymentFile`
    message_id: str
    created_at: datetime
    debtor_name: str
    debtor_iban: str
    debtor_bic: str = ""
    execution_date: date
    #: one of `FORMATS`
    format: str = "pain.001.001.09"
    payments: tuple[Payment, ...]
    #: what the person saw who let it be made; None: not compared
    count: int | None = None
    total: Decimal | None = None


def write_credit_transfer(file: CreditTransferFile) -> bytes:
    """Return the file, valid against its schema; the same `file` gives the same bytes.

    Raises Permanent for what no bank takes: no payments, another count or sum than the person saw,
    an account without right check digits, an amount that is not positive or not in whole cents.
    """
    _check(file)
    transfer = SepaTransfer(_debtor(file), schema=file.format, clean=False)
    for payment in file.payments:
        transfer.add_payment(_transfer(payment, file.execution_date))
    root = etree.fromstring(transfer.export(validate=False), _parser())
    _complete(root, file)
    _check_written(root, file)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def sum_of(payments: Sequence[Payment]) -> Decimal:
    """Return the control sum of payments, in euro."""
    return total(payment.amount for payment in payments)


# --- what is refused -----------------------------------------------------------------------------


def _check(file: CreditTransferFile) -> None:
    if not file.payments:
        raise Permanent("a file for the bank needs at least one payment")
    if file.format not in FORMATS:
        raise Permanent(f"{file.format} is none of {', '.join(FORMATS)}")
    if file.count not in {None, len(file.payments)}:
        raise Permanent(f"{len(file.payments)} payments instead of {file.count}")
    if file.total not in {None, sum_of(file.payments)}:
        raise Permanent(f"the payments sum to {sum_of(file.payments)}, not to {file.total}")
    if len({payment.id for payment in file.payments}) != len(file.payments):
        raise Permanent("a payment stands twice in one file")
    _check_account(file.debtor_iban, file.debtor_name)
    for payment in file.payments:
        check_amount(payment.amount)
        _check_account(payment.creditor_iban, payment.creditor_name)
        _check_communication(payment)


def _check_account(iban: str, name: str) -> None:
    if read_iban(iban) != iban:
        raise Permanent(f"{iban or 'nothing'} is no IBAN")
    if not sepa_text(name, _NAME):
        raise Permanent(f"the account {iban} has no name")


def _check_communication(payment: Payment) -> None:
    is_ogm = payment.communication_kind is CommunicationKind.OGM
    if is_ogm and read_ogm(payment.communication) != payment.communication:
        raise Permanent(f"{payment.communication} is no structured communication")


def _check_written(root: etree._Element, file: CreditTransferFile) -> None:
    """Check the file itself: its count, its sum, its schema."""
    amounts = [Decimal(found.text or "") for found in root.iter("{*}InstdAmt")]
    counts = {found.text for found in root.iter("{*}NbOfTxs")}
    sums = {Decimal(found.text or "") for found in root.iter("{*}CtrlSum")}
    wanted = sum_of(file.payments)
    if total(amounts) != wanted or sums != {wanted} or counts != {str(len(file.payments))}:
        raise Permanent(f"the file {file.message_id} does not add up to {wanted}")
    schema = _schema(file.format)
    if not schema.validate(root):
        raise Permanent(f"the file {file.message_id} breaks its schema: {schema.error_log}")


@cache
def _schema(name: str) -> etree.XMLSchema:
    """Return a schema of ISO 20022, as sepaxml carries it."""
    content = (files("sepaxml") / "schemas" / f"{name}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(content, _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


# --- what sepaxml is told ------------------------------------------------------------------------


def _debtor(file: CreditTransferFile) -> dict[str, object]:
    config: dict[str, object] = {
        "name": sepa_text(file.debtor_name, _NAME),
        "IBAN": file.debtor_iban,
        "currency": "EUR",
        "batch": True,
    }
    return {**config, "BIC": file.debtor_bic} if file.debtor_bic else config


def _transfer(payment: Payment, day: date) -> dict[str, object]:
    wanted: dict[str, object] = {
        "name": sepa_text(payment.creditor_name, _NAME),
        "IBAN": payment.creditor_iban,
        "amount": to_cents(payment.amount),
        "execution_date": day,
        "description": sepa_text(payment.communication, _TEXT),
        "endtoend_id": payment.id,
    }
    return {**wanted, "BIC": payment.creditor_bic} if payment.creditor_bic else wanted


# --- what it does not know -----------------------------------------------------------------------


def _complete(root: etree._Element, file: CreditTransferFile) -> None:
    """Put our ids and times in, what creditors are told, and that a BIC is not given."""
    _named(root, "MsgId").text = file.message_id
    _named(root, "PmtInfId").text = file.message_id
    _named(root, "CreDtTm").text = file.created_at.strftime("%Y-%m-%dT%H:%M:%S")
    if not file.debtor_bic:
        _add(_named(_named(root, "DbtrAgt"), "FinInstnId"), "Othr/Id", _NO_BIC)
    for transfer, payment in zip(root.iter("{*}CdtTrfTxInf"), file.payments, strict=True):
        _tell_creditor(_named(transfer, "RmtInf"), payment)


def _tell_creditor(remittance: etree._Element, payment: Payment) -> None:
    if payment.communication_kind is CommunicationKind.OGM:
        remittance.clear()
        reference = _add(remittance, "Strd/CdtrRefInf")
        kind = _add(reference, "Tp")
        _add(kind, "CdOrPrtry/Cd", "SCOR")
        _add(kind, "Issr", "BBA")
        _add(reference, "Ref", payment.communication)
    elif payment.communication_kind is CommunicationKind.NONE or not _named(remittance, "*").text:
        transfer = remittance.getparent()
        assert transfer is not None  # noqa: S101 - an element of CdtTrfTxInf
        transfer.remove(remittance)


def _named(element: etree._Element, name: str) -> etree._Element:
    """Return the first element of this name below `element`; sepaxml always makes it."""
    return next(element.iterdescendants("{*}" + name))


def _add(element: etree._Element, path: str, text: str | None = None) -> etree._Element:
    """Return a new element at the end of `path` below `element`, in its namespace."""
    namespace = etree.QName(element).namespace
    for name in path.split("/"):
        element = etree.SubElement(element, f"{{{namespace}}}{name}")
    element.text = text
    return element
