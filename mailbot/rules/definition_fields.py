"""Reads single values of a definition, and says where and why one cannot be right.

A reader returns None for a value that it has reported, so that one pass finds every mistake.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from mailbot.domain.identifiers import read_iban, read_vat_number
from mailbot.domain.mail import LANGUAGES
from mailbot.domain.money import cents
from mailbot.rules.toml_lines import Path

T = TypeVar("T", bound=StrEnum)

_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@(?:[\w](?:[\w-]*[\w])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]")
_DOMAIN = re.compile(r"[@.](?:[\w](?:[\w-]*[\w])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]")
#: stands in the local part of an address, between signs that have a meaning there
_WEEK = 7 * 24 * 60
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_JOURNAL_CODE = re.compile(r"[A-Za-z0-9_]{1,10}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_LONGEST_TEXT = 200


@dataclass
class Report:
    """The mistakes found in one text."""

    source: str
    lines: Mapping[Path, int]
    _found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: Path, sentence: str) -> None:
        """Note a mistake at the key `path`; for a key that is missing, at its table."""
        name = ".".join(str(part) for part in path if isinstance(part, str))
        self._found.append((self._line(path), f"{name}: {sentence}"))

    @property
    def problems(self) -> list[str]:
        """Return "file:line: key: sentence" for each mistake, in the order of the text."""
        ordered = sorted(dict.fromkeys(self._found), key=lambda found: found[0])
        return [f"{self.source}:{line}: {told}" for line, told in ordered]

    def _line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


Reader = Callable[[object, Path, Report], Any]


@dataclass(frozen=True)
class Key:
    """A key of a table: how its value is read, and whether it must be there."""

    read: Reader
    is_required: bool = False


def read_table(raw: object, path: Path, keys: Mapping[str, Key], report: Report) -> dict[str, Any]:
    """Return the values of a table that can be right; report the others."""
    if not isinstance(raw, dict):
        report.add(path, f"must be a table; write [{_header(path)}] on a line of its own")
        return {}
    for name in raw:
        if name not in keys:
            report.add((*path, name), f"there is no such key{did_you_mean(name, keys)}")
    for name, key in keys.items():
        if key.is_required and name not in raw:
            report.add((*path, name), f"is missing; write {name} = …")
    found = {n: key.read(raw[n], (*path, n), report) for n, key in keys.items() if n in raw}
    return {name: value for name, value in found.items() if value is not None}


def read_tables(raw: object, path: Path, report: Report) -> list[tuple[Path, object]]:
    """Return the tables of an array with their paths."""
    if isinstance(raw, list):
        return [((*path, number), table) for number, table in enumerate(raw)]
    report.add(path, f"must be a list of tables; write [[{_header(path)}]] before each")
    return []


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" when something known is spelled alike, else what there is."""
    names = sorted(known)
    close = get_close_matches(name.lower(), names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; write one of {', '.join(names)}" if names else ""


def text(raw: object, path: Path, report: Report) -> str | None:
    """Read one line of text."""
    if not isinstance(raw, str):
        report.add(path, f'is {_shown(raw)}; write a text in quotes, e.g. "…"')
        return None
    value = raw.strip()
    if not value or len(value) > _LONGEST_TEXT or not value.isprintable():
        report.add(path, f"must be one line of 1 to {_LONGEST_TEXT} characters")
        return None
    return value


def code(raw: object, path: Path, report: Report) -> str | None:
    """Read the code of an office or dossier: it stands in addresses and on command lines."""
    wanted = "write letters, digits, dots, hyphens and underscores, at most 64"
    return _matching(raw, path, report, (_CODE, wanted))


def journal_code(raw: object, path: Path, report: Report) -> str | None:
    """Read the code of a journal: it stands in addresses, before a hyphen."""
    return _matching(raw, path, report, (_JOURNAL_CODE, "write at most 10 letters and digits"))


def flag(raw: object, path: Path, report: Report) -> bool | None:
    """Read true or false."""
    if isinstance(raw, bool):
        return raw
    report.add(path, f"is {_shown(raw)}; write true or false, without quotes")
    return None


def minutes(raw: object, path: Path, report: Report) -> int | None:
    """Read a wait in minutes, a week at most."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= _WEEK:
        return raw
    report.add(path, f"is {_shown(raw)}; write minutes from 0 to {_WEEK}, e.g. 15")
    return None


def hours(raw: object, path: Path, report: Report) -> int | None:
    """Read a wait in hours, a week at most."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= _WEEK // 60:
        return raw
    report.add(path, f"is {_shown(raw)}; write hours from 0 to {_WEEK // 60}, e.g. 24")
    return None


def hour(raw: object, path: Path, report: Report) -> int | None:
    """Read an hour of the day."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 23:
        return raw
    report.add(path, f"is {_shown(raw)}; write an hour from 0 to 23, e.g. 7")
    return None


def working_days(raw: object, path: Path, report: Report) -> int | None:
    """Read a number of working days."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 60:
        return raw
    report.add(path, f"is {_shown(raw)}; write working days from 1 to 60, e.g. 2")
    return None


def years(raw: object, path: Path, report: Report) -> int | None:
    """Read for how many years something is kept; 0 for ever."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 100:
        return raw
    report.add(path, f"is {_shown(raw)}; write years from 0 (for ever) to 100, e.g. 10")
    return None


def day(raw: object, path: Path, report: Report) -> date | None:
    """Read a date."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    report.add(path, f"is {_shown(raw)}; write a date without quotes, e.g. 2026-12-24")
    return None


def amount(raw: object, path: Path, report: Report) -> Decimal | None:
    """Read an amount in euro, with a point before the cents."""
    is_number = isinstance(raw, int | Decimal) and not isinstance(raw, bool)
    value = Decimal(str(raw)) if is_number else None
    if value is None or not value.is_finite() or not 0 <= value < 10**12:
        report.add(path, f"is {_shown(raw)}; write an amount without quotes, e.g. 500 or 1210.50")
        return None
    return cents(value)


def email(raw: object, path: Path, report: Report) -> str | None:
    """Read an e-mail address, in lower case."""
    value = text(raw, path, report)
    if value is None:
        return None
    if not _EMAIL.fullmatch(value.lower()):
        report.add(path, f'{value!r} is no e-mail address; write one, e.g. "an@client.example"')
        return None
    return value.lower()


def email_or_everyone(raw: object, path: Path, report: Report) -> str | None:
    """Read an e-mail address, or "*" for everyone."""
    return "*" if raw == "*" else email(raw, path, report)


def iban(raw: object, path: Path, report: Report) -> str | None:
    """Read an IBAN with right check digits, without its blanks."""
    value = text(raw, path, report)
    if value is None:
        return None
    number = read_iban(value)
    if number is None:
        report.add(path, f"{value!r} is no IBAN: its length or check digits are wrong")
    return number


def bic(raw: object, path: Path, report: Report) -> str | None:
    """Read a BIC (ISO 9362) in capitals."""
    value = text(raw, path, report)
    if value is None:
        return None
    number = value.replace(" ", "").upper()
    if not _BIC.fullmatch(number):
        report.add(path, f"{value!r} is no BIC; write 8 or 11 letters and digits, e.g. KREDBEBB")
        return None
    return number


def sender(raw: object, path: Path, report: Report) -> str | None:
    """Read an address, a domain as @domain, or all below it as .domain, in lower case."""
    value = text(raw, path, report)
    if value is None:
        return None
    if not _EMAIL.fullmatch(value.lower()) and not _DOMAIN.fullmatch(value.lower()):
        wanted = 'write an address, "@supplier.example" or, with all below it, ".supplier.example"'
        report.add(path, f"{value!r} is no sender; {wanted}")
        return None
    return value.lower()


def vat_number(raw: object, path: Path, report: Report) -> str | None:
    """Read a VAT number with the prefix of its country and right check digits."""
    value = text(raw, path, report)
    if value is None:
        return None
    number = read_vat_number(value)
    if number is None:
        wanted = "write it with its country, e.g. BE0400000185"
        report.add(path, f"{value!r} is no VAT number: prefix or check digits are wrong; {wanted}")
    return number


def language(raw: object, path: Path, report: Report) -> str | None:
    """Read one of our languages."""
    if isinstance(raw, str) and raw in LANGUAGES:
        return raw
    report.add(path, f"is {_shown(raw)}; write one of {_listed(LANGUAGES)}")
    return None


def time_zone(raw: object, path: Path, report: Report) -> str | None:
    """Read the IANA name of a time zone."""
    value = text(raw, path, report)
    if value is None:
        return None
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        close = get_close_matches(value, available_timezones(), n=1) or ["Europe/Brussels"]
        report.add(path, f"{value!r} is no time zone; write an IANA name, e.g. {close[0]!r}")
        return None
    return value


def choice(kind: type[T]) -> Reader:
    """Return a reader for one of the values of an enumeration."""

    def read(raw: object, path: Path, report: Report) -> T | None:
        names = [member.value for member in kind]
        if isinstance(raw, str) and raw in names:
            return kind(raw)
        hint = did_you_mean(raw, names) if isinstance(raw, str) else f"; write {_listed(names)}"
        report.add(path, f"is {_shown(raw)}{hint}")
        return None

    return read


def one_of(*names: str) -> Reader:
    """Return a reader for one of a few words."""

    def read(raw: object, path: Path, report: Report) -> str | None:
        if isinstance(raw, str) and raw in names:
            return raw
        report.add(path, f"is {_shown(raw)}; write {_listed(names)}")
        return None

    return read


def several(read_one: Reader) -> Reader:
    """Return a reader for a list."""

    def read(raw: object, path: Path, report: Report) -> tuple[Any, ...] | None:
        if not isinstance(raw, list):
            report.add(path, f'is {_shown(raw)}; write a list, e.g. ["…", "…"]')
            return None
        read_values = [read_one(each, (*path, n), report) for n, each in enumerate(raw)]
        values = tuple(dict.fromkeys(value for value in read_values if value is not None))
        return values if values or not raw else None

    return read


def options(raw: object, path: Path, report: Report) -> dict[str, str] | None:
    """Read the options of a connector: names with texts."""
    if not isinstance(raw, dict):
        report.add(path, f"must be a table; write [{_header(path)}] on a line of its own")
        return None
    found = {}
    for name, each in raw.items():
        value = text(each, (*path, name), report)
        if value is not None:
            found[name] = value
    return found


def _matching(
    raw: object, path: Path, report: Report, wanted: tuple[re.Pattern[str], str]
) -> str | None:
    value = text(raw, path, report)
    pattern, sentence = wanted
    if value is not None and not pattern.fullmatch(value):
        report.add(path, f"{value!r} cannot be a code; {sentence}")
        return None
    return value


def _header(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _shown(raw: object) -> str:
    """Return a value as it may stand in TOML, shortened."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, dict | list):
        return "a table" if isinstance(raw, dict) else "a list"
    shown = f'"{raw}"' if isinstance(raw, str) else str(raw)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _listed(names: Iterable[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)
