"""What a person may choose of a payment: amount, day, account, what the creditor is told."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.errors import Refused
from mailbot.domain.identifiers import bank_of, read_iban, read_ogm
from mailbot.domain.invoice import Invoice
from mailbot.domain.money import CENT, cents
from mailbot.domain.payment import CommunicationKind, PaymentMethod
from mailbot.domain.people import DebitAccount, Dossier
from mailbot.domain.sepa_text import sepa_text

#: letters of a name and of a communication in a credit transfer (ISO 20022 pain.001)
NAME_LENGTH, TEXT_LENGTH = 70, 140
NO_COMMUNICATION = (CommunicationKind.NONE, "")


@dataclass(frozen=True, kw_only=True)
class PaymentOrder:
    """What a person asked of a payment; what is None follows from document and dossier."""

    amount: Decimal | None = None
    #: None: as soon as the file is made
    execution_date: date | None = None
    #: alias or IBAN of one of the dossier's accounts
    debit_account: str | None = None
    #: "": none at all
    communication: str | None = None
    rule: str = ""
    method: PaymentMethod = PaymentMethod.SEPA
    paid_on: date | None = None


def chosen_amount(wanted: Decimal | None, open_: Decimal) -> Decimal:
    """Return what is paid: all that is open, or the part that was asked.

    Raises Refused: bad_value for what is no amount, pay_above_open.
    """
    amount = open_ if wanted is None else wanted
    if amount < CENT or amount != cents(amount):
        raise Refused("bad_value", {"field": "amount", "value": f"{amount}"})
    if amount > open_:
        raise Refused("pay_above_open", {"amount": f"{amount:.2f}", "open": f"{open_:.2f}"})
    return cents(amount)


def communication_of(typed: str | None, invoice: Invoice) -> tuple[CommunicationKind, str]:
    """Return what the creditor is told (CF-PAY-08): as typed, else as the invoice asks.

    Twelve digits are a structured communication, whose remainder must be right. Raises Refused:
    bad_value.
    """
    text = typed if typed is not None else _asked_communication(invoice)
    if not text.strip():
        return NO_COMMUNICATION
    if digits := read_ogm(text):
        return CommunicationKind.OGM, digits
    if looks_structured(text):
        raise Refused("bad_value", {"field": "communication", "value": text})
    free = sepa_text(text, TEXT_LENGTH)
    return (CommunicationKind.FREE, free) if free else NO_COMMUNICATION


def _asked_communication(invoice: Invoice) -> str:
    """Return the invoice's own reference; one with a wrong remainder gives way to its number."""
    reference = invoice.payment_reference or ""
    if reference and (read_ogm(reference) or not looks_structured(reference)):
        return reference
    return invoice.invoice_number or ""


def looks_structured(text: str) -> bool:
    """Whether somebody meant a structured communication: twelve digits and its signs only."""
    digits = [letter for letter in text if letter.isdigit()]
    return len(digits) == 12 and all(c.isdigit() or c in "+*/. -" for c in text)


def debit_account(dossier: Dossier, wanted: str) -> DebitAccount:
    """Return the dossier's account that somebody names by alias or IBAN, else its first.

    Raises Refused: pay_no_debit_account, pay_unknown_debit_account.
    """
    if not dossier.debit_accounts:
        raise Refused("pay_no_debit_account")
    if not wanted:
        return dossier.debit_accounts[0]
    iban = read_iban(wanted)
    for known in dossier.debit_accounts:
        if known.alias.casefold() == wanted.casefold() or known.iban == iban:
            return known
    names = ", ".join(known.alias for known in dossier.debit_accounts)
    raise Refused("pay_unknown_debit_account", {"account": wanted, "accounts": names})


def bic_of(iban: str, invoice: Invoice) -> str:
    """Return the BIC of an account: of its bank, else as the invoice says when it can be right.

    A transfer inside SEPA needs none; a wrong one would only stop it.
    """
    known, _name = bank_of(iban)
    said = "".join((invoice.bic or "").split()).upper()
    is_of_country = len(said) in {8, 11} and said[4:6] == iban[:2]
    return known or (said if is_of_country else "")
