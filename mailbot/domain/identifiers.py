"""Numbers with check digits, and our own ids.

Sources: Belgian KBO/BCE (enterprise number), VIES (VAT), ISO 13616 (IBAN), ISO 9362 (BIC),
Febelfin (structured communication, OGM/VCS: remainder mod 97, 0 becomes 97), RFC 9562 (UUIDv7).
"""

import re
import secrets
from datetime import UTC, datetime
from uuid import UUID

from stdnum import iban as stdnum_iban
from stdnum import vatin
from stdnum.be import iban as be_iban
from stdnum.be import vat as be_vat
from stdnum.exceptions import ValidationError

_OGM_BASE = 97


def new_id(now: datetime) -> str:
    """Return a new id that sorts by time (UUIDv7, RFC 9562 §5.7), as 32 hex digits."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value).hex


def moment_of_id(made: str) -> datetime | None:
    """Return when `new_id` made this id, None for an id of another kind."""
    if not re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{19}", made):
        return None
    return datetime.fromtimestamp(int(made[:12], 16) / 1000, UTC)


def read_enterprise_number(text: str) -> str | None:
    """Return a Belgian enterprise number as 10 digits, None if its check digits are wrong."""
    digits = re.sub(r"\D", "", text).zfill(10)
    return digits if be_vat.is_valid(digits) else None


def read_vat_number(text: str) -> str | None:
    """Return a VAT number with country prefix and without spaces, None if it cannot be one."""
    compact = re.sub(r"[^0-9A-Z+*]", "", text.upper())
    try:
        return str(vatin.validate(compact))
    except ValidationError:
        return None


def read_iban(text: str) -> str | None:
    """Return an IBAN without spaces, None if its check digits or length are wrong."""
    compact = re.sub(r"\s", "", text).upper()
    # check_country=False: stdnum's table of Belgian banks refuses valid new accounts.
    return compact if stdnum_iban.is_valid(compact, check_country=False) else None


def read_ogm(text: str) -> str | None:
    """Return a Belgian structured communication as 12 digits, None if its remainder is wrong."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 12:
        return None
    remainder = int(digits[:10]) % _OGM_BASE or _OGM_BASE
    return digits if remainder == int(digits[10:]) else None


def write_ogm(digits: str) -> str:
    """Return 12 digits as people know them: +++123/4567/89002+++."""
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def write_iban(iban: str) -> str:
    """Return an IBAN in groups of four."""
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))


def bank_of(iban: str) -> tuple[str, str]:
    """Return the BIC and the name of the bank of a Belgian IBAN; "" for what is not known.

    Source: the National Bank's list of protocol numbers, as python-stdnum has it.
    """
    try:
        known = be_iban.info(iban) if iban.startswith("BE") else {}
    except ValidationError:
        return "", ""
    bic = re.sub(r"\s", "", str(known.get("bic") or ""))
    return bic if len(bic) in {8, 11} else "", str(known.get("bank") or "")
