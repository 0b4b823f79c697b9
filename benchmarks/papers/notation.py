"""Writes amounts, dates, accounts and numbers in the ways in which companies write them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november"
    " december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
_SHORT_MONTHS = {
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}

AMOUNTS = {
    "nl": ("dot", "dot", "dot", "plain", "space", "point"),
    "fr": ("space", "dot", "plain", "point", "nbsp"),
    "de": ("dot", "dot", "plain"),
    "en": ("comma", "comma", "point"),
}
CURRENCIES = ("symbol first", "symbol glued", "symbol last", "code first", "code last", "none")
DATES = {
    "nl": ("d/m/Y", "d/m/Y", "d-m-Y", "d.m.Y", "Y-m-d", "words", "short", "d/m/y", "loose"),
    "fr": ("d/m/Y", "d/m/Y", "d.m.Y", "words", "d-m-Y", "d/m/y", "short", "loose"),
    "de": ("d.m.Y", "d.m.Y", "words", "d/m/Y", "d.m.y"),
    "en": ("d/m/Y", "words", "month first", "short", "Y-m-d"),
}
VATS = ("dotted", "dotted", "compact", "spaced", "glued dots", "digits")
IBANS = ("fours", "fours", "fours", "compact", "dashes")
OGMS = ("plus", "plus", "stars", "wide", "slashes", "digits", "spaces")
MINUSES = ("before", "before", "after", "apart", "none", "none")
NUMBERS = (
    "{y}{n:05}", "{y}-{n:04}",
    "{yy:02}/{n:04}", "F{y}{n:04}", "VF{yy:02}{m:02}-{n:03}",
    "{big:07}",
    "{y}.{n:04}", "INV-{a}-{n:04}", "{n:03}/{y}", "VK1 {big:06}",
    "{y} {n:05}", "FA{yy:02}{big:07}",
    "{yy:02}V{n:05}", "9{big:09}", "{n}-{yy:02}", "{n}", "V1/{yy:02}/{n:05}",
    "{y}/{m:02}/{n:03}",
    "FAC-{y}-{n:04}", "R{yy:02}{n:04}", "{yy:02}{m:02}{n:04}", "{a}{big:06}",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Notation:
    """The ways of one layout."""

    language: str
    amount: str
    currency: str
    day: str
    vat: str
    iban: str
    ogm: str
    minus: str
    number: str


def choose_notation(rng: Random, language: str) -> Notation:
    """Return the ways of a layout in `language`."""
    return Notation(
        language=language,
        amount=rng.choice(AMOUNTS[language]),
        currency=rng.choice(CURRENCIES),
        day=rng.choice(DATES[language]),
        vat=rng.choice(VATS),
        iban=rng.choice(IBANS),
        ogm=rng.choice(OGMS),
        minus=rng.choice(MINUSES),
        number=rng.choice(NUMBERS),
    )


def write_amount(value: Decimal, way: str, minus: str = "before") -> str:
    """Return an amount with two decimals; `minus` says where the sign of a negative one stands."""
    text = _digits(abs(value), way)
    if value >= 0:
        return text
    return {"after": f"{text}-", "apart": f"- {text}"}.get(minus, f"-{text}")


def _digits(value: Decimal, way: str) -> str:
    if way == "dash" and value == value.to_integral():
        return f"{value:,.0f}".replace(",", ".") + ",-"
    english = f"{value:,.2f}"
    marks = {
        "dot": (".", ","), "dash": (".", ","), "space": (" ", ","), "nbsp": ("\u00a0", ","),
        "plain": ("", ","), "point": ("", "."), "comma": (",", "."),
    }[way]  # fmt: skip
    return english.replace(",", "\0").replace(".", marks[1]).replace("\0", marks[0])


def write_money(text: str, currency: str, way: str) -> str:
    """Return a written amount with its currency."""
    symbol = _SYMBOLS[currency]
    return {
        "symbol first": f"{symbol} {text}", "symbol glued": f"{symbol}{text}",
        "symbol last": f"{text} {symbol}", "code first": f"{currency} {text}",
        "code last": f"{text} {currency}", "none": text,
    }[way]  # fmt: skip


def write_date(day: date, way: str, language: str) -> str:
    """Return a date."""
    month = _MONTHS[language].split()[day.month - 1]
    short = _SHORT_MONTHS[language].split()[day.month - 1]
    dot = "." if language == "de" else ""
    return {
        "words": f"{day.day}{dot} {month} {day.year}",
        "short": f"{day.day:02} {short} {day.year}",
        "month first": f"{month} {day.day}, {day.year}",
        "loose": f"{day.day}/{day.month}/{day.year}",
    }.get(way) or day.strftime("".join(f"%{c}" if c.isalpha() else c for c in way))


def write_vat(vat: str, way: str) -> str:
    """Return a VAT number; only Belgian and Dutch ones are grouped."""
    country, rest = vat[:2], vat[2:]
    if country == "NL" and way in ("dotted", "glued dots"):
        return f"NL{rest[:4]}.{rest[4:6]}.{rest[6:9]}.{rest[9:]}"
    if country != "BE":
        return vat if way != "spaced" else f"{country} {rest}"
    dots = f"{rest[:4]}.{rest[4:7]}.{rest[7:]}"
    return {
        "dotted": f"BE {dots}", "glued dots": f"BE{dots}", "compact": vat, "digits": f"BE {rest}",
        "spaced": f"BE {dots.replace('.', ' ')}",
    }[way]  # fmt: skip


def write_iban(iban: str, way: str) -> str:
    """Return an IBAN."""
    fours = [iban[i : i + 4] for i in range(0, len(iban), 4)]
    return {"fours": " ".join(fours), "dashes": "-".join(fours)}.get(way, iban)


def write_ogm(ogm: str, way: str) -> str:
    """Return a structured communication."""
    parts = (ogm[:3], ogm[3:7], ogm[7:])
    slashed = "/".join(parts)
    return {
        "plus": f"+++{slashed}+++", "stars": f"***{slashed}***",
        "wide": f"+++ {' / '.join(parts)} +++", "slashes": slashed, "digits": ogm,
        "spaces": f"+++{' '.join(parts)}+++",
    }[way]  # fmt: skip
