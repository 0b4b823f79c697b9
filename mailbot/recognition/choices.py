"""Chooses among the names, numbers and accounts of a structured invoice, and says how sure it is.

What fails its check digits is kept, since it is what the sender wrote, but hardly believed.
"""

import re
from dataclasses import dataclass

from mailbot.domain.identifiers import (
    read_enterprise_number,
    read_iban,
    read_ogm,
    read_vat_number,
)

#: an identifier with wrong check digits
_WRONG_CHECK_DIGITS = 0.3

_IBAN_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_BIC_SHAPE = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_OGM_SHAPE = re.compile(r"[+*]{0,3}\s*\d{3}[\s/.-]*\d{4}[\s/.-]*\d{5}\s*[+*]{0,3}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Party:
    """Seller or buyer as the file writes them."""

    #: legal name first, then trading names
    names: tuple[str, ...] = ()
    #: VAT number, maybe with spaces, points or without its country
    vat: str | None = None
    #: ISO 3166-1 alpha-2
    country: str | None = None


@dataclass(frozen=True)
class Chosen:
    """One value out of several, how sure it is, and the rest."""

    value: str | None
    confidence: float = 1.0
    alternatives: tuple[str, ...] = ()


def choose_name(party: Party) -> Chosen:
    """Return the legal name, else the trading name."""
    names = tuple(dict.fromkeys(party.names))
    return Chosen(names[0], alternatives=names[1:]) if names else Chosen(None)


def choose_vat_number(party: Party) -> Chosen:
    """Return the VAT number with its country; what fails its check digits is kept, but doubted."""
    if not party.vat:
        return Chosen(None)
    compact = re.sub(r"[^0-9A-Z]", "", party.vat.upper())
    country = (party.country or "").upper()
    valid = read_vat_number(compact)
    if not valid and compact[:1].isdigit():
        padded = read_enterprise_number(compact) if country == "BE" else compact
        valid = read_vat_number(country + (padded or compact))
    return Chosen(valid) if valid else Chosen(compact or None, _WRONG_CHECK_DIGITS)


def choose_iban(accounts: tuple[str, ...]) -> Chosen:
    """Return the first valid IBAN, else the first account that is shaped like one."""
    compact = [re.sub(r"[\s.-]", "", account).upper() for account in accounts]
    shaped = list(dict.fromkeys(a for a in compact if _IBAN_SHAPE.fullmatch(a)))
    valid = [account for account in shaped if read_iban(account)]
    if valid:
        return Chosen(valid[0], alternatives=tuple(valid[1:]))
    return Chosen(shaped[0], _WRONG_CHECK_DIGITS) if shaped else Chosen(None)


def choose_bic(bics: tuple[str, ...]) -> Chosen:
    """Return the first BIC (ISO 9362), else the first identifier of a bank (BT-86), doubted."""
    shaped = [b for b in ("".join(bic.split()).upper() for bic in bics) if _BIC_SHAPE.fullmatch(b)]
    if shaped:
        return Chosen(shaped[0])
    return Chosen(bics[0], _WRONG_CHECK_DIGITS) if bics else Chosen(None)


def choose_reference(references: tuple[str, ...], instructions: tuple[str, ...] = ()) -> Chosen:
    """Return the first structured communication (OGM) as 12 digits, else the first reference.

    `instructions` count only when they are a structured communication.
    """
    ogms = [o for r in references + instructions if _OGM_SHAPE.fullmatch(r) and (o := read_ogm(r))]
    if ogms:
        return Chosen(ogms[0])
    if not references:
        return Chosen(None)
    first = references[0]
    claims_to_be_ogm = first.startswith(("+++", "***")) and _OGM_SHAPE.fullmatch(first)
    return Chosen(first, _WRONG_CHECK_DIGITS if claims_to_be_ogm else 1.0)
