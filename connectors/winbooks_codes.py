"""WinBooks' own codes: VAT codes and the third code of a counterparty, with their options.

VAT codes are six digits of the table CODEVAT of each WinBooks dossier. The defaults are those of
the Belgian standard dossier: 11 domestic and 12 intra-community purchases; third digit 1 goods, 2
services and costs, 3 investments; then 10 charged, 30 owed by the customer (medecontractant); last
digit 1, 2, 3, 4 for 0, 6, 12 and 21 %. Every one can be set by `<kind>_vat_<code>`, for instance
`purchase_vat_RC = "113304"`. A counterparty that WinBooks knows is named by
`counterparty_<VAT number> = "<its code>"`.
"""

import hashlib
import re
from collections.abc import Mapping

from connectors.file_names import plain
from mailbot.domain.booking import BookingLine, BookingProposal
from mailbot.domain.identifiers import read_enterprise_number
from mailbot.domain.people import Dossier, JournalKind

#: mailbot's VAT codes that an option can translate
_VAT_CODES = ("S21", "S12", "S9", "S6", "S0", "E", "RC")
_KINDS = (JournalKind.PURCHASE, JournalKind.SALES)
VAT_OPTIONS = tuple(f"{kind.value}_vat_{code}" for kind in _KINDS for code in _VAT_CODES)
COUNTERPARTY_OPTION = re.compile(r"counterparty_[A-Z]{2}[0-9A-Z+*]{2,13}")

_SALES = {"S0": "211100", "E": "211100", "S6": "211200", "S12": "211300", "S21": "211400"}
_SALES_REVERSE_CHARGE = "212000"
_RATE_DIGITS = {0: "1", 6: "2", 12: "3", 21: "4"}
_LONGEST_CODE = 10
#: prefixes of VAT numbers in the European Union; XI is Northern Ireland, for goods
_EU = re.compile(
    "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"
)


def is_vat_code(text: str) -> bool:
    """Whether `text` can be a code of CODEVAT."""
    return re.fullmatch(r"\d{6}", text) is not None


def is_counterparty_code(text: str) -> bool:
    """Whether `text` can be the third code of a counterparty."""
    return re.fullmatch(r"[A-Za-z0-9._-]{1,10}", text) is not None


def find_vat_code(line: BookingLine, booking: BookingProposal, dossier: Dossier) -> str | None:
    """Return WinBooks' VAT code for a line, None where only the office can know it."""
    option = dossier.export.options.get(f"{booking.kind.value}_vat_{line.vat_code}")
    if option:
        return option
    if booking.kind is JournalKind.SALES:
        return _sales_code(line, booking, dossier)
    return _purchase_code(line, booking, dossier)


def find_counterparty_code(booking: BookingProposal, options: Mapping[str, str]) -> str | None:
    """Return the code under which WinBooks knows the counterparty, None if it must be made."""
    return options.get(f"counterparty_{booking.counterparty_vat}")


def make_counterparty_code(booking: BookingProposal) -> str:
    """Return a code of ten characters that is always the same for the same counterparty.

    A Belgian enterprise number is one; for others it is letters of the name and a short hash.
    """
    vat = booking.counterparty_vat
    number = read_enterprise_number(vat.removeprefix("BE")) if vat.startswith("BE") else None
    if number:
        return number
    folded = booking.counterparty_name.casefold().strip()
    digest = hashlib.sha256((vat or folded).encode()).hexdigest()[:4].upper()
    letters = re.sub(r"[^A-Z0-9]", "", plain(booking.counterparty_name).upper())
    return letters[: _LONGEST_CODE - len(digest)] + digest


def _sales_code(line: BookingLine, booking: BookingProposal, dossier: Dossier) -> str | None:
    if line.vat_code == "RC":
        return _SALES_REVERSE_CHARGE if _is_domestic(booking, dossier) else None
    if line.vat_code == "E" and not _is_domestic(booking, dossier):
        return None  # goods or services, inside or outside the EU: they are different codes
    return _SALES.get(line.vat_code)


def _purchase_code(line: BookingLine, booking: BookingProposal, dossier: Dossier) -> str | None:
    digit = _RATE_DIGITS.get(int(line.vat_rate))
    if digit is None or line.vat_rate % 1:
        return None
    group = _group(line.ledger_account)
    if line.vat_code != "RC":
        return f"11{group}10{digit}"
    if _is_domestic(booking, dossier):
        return f"11{group}30{digit}"
    return f"12{group}10{digit}" if _EU.fullmatch(_country(booking.counterparty_vat)) else None


def _group(ledger_account: str) -> str:
    """Return 1 for goods (class 60), 3 for investments (class 2), 2 for everything else."""
    if ledger_account.startswith("60"):
        return "1"
    return "3" if ledger_account.startswith("2") else "2"


def _is_domestic(booking: BookingProposal, dossier: Dossier) -> bool:
    ours = _country(dossier.vat_number) or "BE"
    return (_country(booking.counterparty_vat) or ours) == ours


def _country(vat_number: str) -> str:
    return vat_number[:2] if vat_number[:2].isalpha() else ""
