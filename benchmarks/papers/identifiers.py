"""Invents VAT numbers, bank accounts and structured communications with valid check digits."""

from random import Random

#: country -> bank codes as they begin a BBAN, and the bank's BIC
BANKS: dict[str, tuple[tuple[str, str], ...]] = {
    "BE": (
        ("001", "GEBABEBB"), ("143", "GEBABEBB"), ("230", "GEBABEBB"), ("310", "BBRUBEBB"),
        ("363", "BBRUBEBB"), ("390", "BBRUBEBB"), ("733", "KREDBEBB"), ("736", "KREDBEBB"),
        ("403", "KREDBEBB"), ("068", "GKCCBEBB"), ("063", "GKCCBEBB"), ("979", "ARSPBE22"),
        ("523", "TRIOBEBB"), ("751", "AXABBE22"), ("103", "NICABEBB"), ("000", "BPOTBEB1"),
        ("967", "TRWIBEB1"), ("642", "BBVABEBB"),
    ),
    "NL": (
        ("INGB", "INGBNL2A"), ("RABO", "RABONL2U"), ("ABNA", "ABNANL2A"), ("KNAB", "KNABNL2H"),
        ("TRIO", "TRIONL2U"), ("BUNQ", "BUNQNL2A"), ("SNSB", "SNSBNL2A"), ("ASNB", "ASNBNL21"),
    ),
    "FR": (("30004", "BNPAFRPP"), ("30003", "SOGEFRPP"), ("10278", "CMCIFR2A")),
    "DE": (("37040044", "COBADEFF"), ("39050000", "AACSDE33"), ("30070010", "DEUTDEDD")),
    "LU": (("001", "BCEELULL"), ("003", "BGLLLULL"), ("002", "BILLLULL")),
    "IE": (("AIBK931152", "AIBKIE2D"), ("BOFI900017", "BOFIIE2D")),
    "GB": (("BARC200415", "BARCGB22"), ("NWBK601331", "NWBKGB2L")),
}  # fmt: skip


def invent_vat(rng: Random, country: str) -> str:
    """Return a VAT number of `country` without separators; "" where there is none (US)."""
    made = {"BE": _be_vat, "NL": _nl_vat, "FR": _fr_vat, "DE": _de_vat, "LU": _lu_vat}
    make = made.get(country)
    if make is not None:
        return make(rng)
    if country == "IE":
        return _ie_vat(rng)
    return _gb_vat(rng) if country == "GB" else ""


def _be_vat(rng: Random) -> str:
    base = rng.choice((rng.randint(2_000_000, 8_999_999), rng.randint(10_000_000, 10_299_999)))
    return f"BE{base:08d}{97 - base % 97:02d}"


def _nl_vat(rng: Random) -> str:
    while True:
        digits = [8, *(rng.randint(0, 9) for _ in range(7))]
        check = sum((9 - place) * digit for place, digit in enumerate(digits)) % 11
        if check < 10:
            return f"NL{''.join(map(str, digits))}{check}B0{rng.randint(1, 3)}"


def _fr_vat(rng: Random) -> str:
    siren = with_luhn(f"{rng.randint(30_000_000, 89_999_999)}")
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def with_luhn(digits: str) -> str:
    """Return `digits` and their Luhn check digit (ISO/IEC 7812-1)."""
    doubled = [int(c) * (2 - place % 2) for place, c in enumerate(reversed(digits))]
    return digits + str(-sum(n // 10 + n % 10 for n in doubled) % 10)


def _de_vat(rng: Random) -> str:
    digits = str(rng.randint(10_000_000, 99_999_999))
    product = 10  # ISO/IEC 7064, MOD 11,10
    for c in digits:
        product = ((int(c) + product) % 10 or 10) * 2 % 11
    return f"DE{digits}{(11 - product) % 10}"


def _lu_vat(rng: Random) -> str:
    base = rng.randint(100_000, 399_999)
    return f"LU{base}{base % 89:02d}"


def _ie_vat(rng: Random) -> str:
    digits = str(rng.randint(1_000_000, 9_999_999))
    total = sum((8 - place) * int(c) for place, c in enumerate(digits))
    suffix = rng.choice(("", "H"))
    total += 9 * 8 if suffix else 0
    return f"IE{digits}{'WABCDEFGHIJKLMNOPQRSTUV'[total % 23]}{suffix}"


def _gb_vat(rng: Random) -> str:
    digits = str(rng.randint(1_000_000, 9_999_999))
    total = sum((8 - place) * int(c) for place, c in enumerate(digits))
    return f"GB{digits}{97 - total % 97:02d}"


def invent_account(rng: Random, country: str) -> tuple[str, str]:
    """Return an IBAN without spaces (ISO 13616) and the BIC of its bank."""
    bank, bic = rng.choice(BANKS[country])
    bban = _bban(rng, country, bank)
    return f"{country}{_iban_check(country, bban):02d}{bban}", bic


def _bban(rng: Random, country: str, bank: str) -> str:
    if country == "BE":
        base = int(bank + _digits(rng, 7))
        return f"{base:010d}{base % 97 or 97:02d}"
    if country == "FR":
        branch, account = _digits(rng, 5), _digits(rng, 11)
        key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
        return f"{bank}{branch}{account}{key:02d}"
    length = {"NL": 10, "DE": 10, "LU": 13, "IE": 8, "GB": 8}[country]
    return bank + _digits(rng, length)


def _iban_check(country: str, bban: str) -> int:
    return 98 - int("".join(str(int(c, 36)) for c in f"{bban}{country}00")) % 97


def _digits(rng: Random, count: int) -> str:
    return "".join(str(rng.randint(0, 9)) for _ in range(count))


def invent_ogm(rng: Random) -> str:
    """Return a Belgian structured communication as 12 digits."""
    base = rng.randint(1, 9_999_999_999)
    return f"{base:010d}{base % 97 or 97:02d}"
