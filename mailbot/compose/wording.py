"""Writes amounts, dates and lists as the reader's language does."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from mailbot.domain.mail import Language

_LOCALES: dict[Language, str] = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB", "de": "de_DE"}
_DATES: dict[Language, tuple[str, str]] = {
    "nl": ("dd/MM", "dd/MM/yyyy"),
    "fr": ("dd/MM", "dd/MM/yyyy"),
    "en": ("dd/MM", "dd/MM/yyyy"),
    "de": ("dd.MM.", "dd.MM.yyyy"),
}
#: from this far away a day and a month alone could be taken for the wrong year
_NEAR = timedelta(days=180)

NO_BREAK_SPACE = "\u00a0"
_NO_BREAK_SPACES = str.maketrans({NO_BREAK_SPACE: " ", "\u202f": " "})


def money(amount: Decimal, currency: str | None, language: Language) -> str:
    """Return an amount with its currency: € 605,00 (no-break spaces inside)."""
    if not currency:
        return str(format_decimal(amount, format="#,##0.00", locale=_LOCALES[language]))
    return str(format_currency(amount, currency, locale=_LOCALES[language]))


def plain_amount(amount: Decimal, language: Language) -> str:
    """Return an amount as a person types it in an answer: 1210,00 (no grouping)."""
    return str(format_decimal(amount, format="0.00", locale=_LOCALES[language]))


def percent(rate: Decimal, language: Language) -> str:
    """Return a rate that is given in percent: 21 %."""
    number = format_decimal(rate, format="0.##", locale=_LOCALES[language])
    return f"{number}{NO_BREAK_SPACE}%"


def day(when: date, language: Language) -> str:
    """Return a date with its year: 13/12/2026."""
    return str(format_date(when, _DATES[language][1], locale=_LOCALES[language]))


def near_day(when: date, today: date, language: Language) -> str:
    """Return a date without its year when that is clear from `today`: 13/12."""
    if abs(when - today) >= _NEAR:
        return day(when, language)
    return str(format_date(when, _DATES[language][0], locale=_LOCALES[language]))


def moment(at: datetime, language: Language, time_zone: str) -> str:
    """Return a moment as the reader writes it: 20/11/2026 14:05."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{day(local.date(), language)} {clock_time(at, time_zone)}"


def clock_time(at: datetime, time_zone: str) -> str:
    """Return the time of day of a moment: 14:05."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%H:%M}"


def listed(words: Sequence[str], language: Language) -> str:
    """Return words as a list in a sentence: An, Karim en Sofie."""
    return str(format_list(list(words), locale=_LOCALES[language])) if words else ""


def upper_first(text: str) -> str:
    """Return text that begins a sentence; the rest keeps its capitals (German nouns)."""
    return text[:1].upper() + text[1:]


def unbroken(text: str) -> str:
    """Return text that may not be broken over two lines."""
    return text.replace(" ", NO_BREAK_SPACE)


def with_plain_spaces(text: str) -> str:
    """Return text with ordinary spaces only, for plain text and subjects."""
    return text.translate(_NO_BREAK_SPACES)


def one_line(text: str) -> str:
    """Return text from outside as one harmless line.

    Line ends and control characters become a space; characters that are not seen or that turn the
    direction of writing (Unicode category Cf, as in CVE-2021-42574) are left out; lone surrogates,
    which cannot be sent, become U+FFFD.
    """
    kept = (_harmless(character) for character in text)
    return " ".join(word for word in "".join(kept).split(" ") if word)


def shortened(text: str, length: int) -> str:
    """Return at most `length` characters of a text, with an ellipsis where some were left out."""
    clean = one_line(text)
    return clean if len(clean) <= length else clean[: length - 1].rstrip() + "…"


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cf":
        return ""
    return "\ufffd" if category == "Cs" else character
