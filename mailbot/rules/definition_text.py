"""Writes a definition as the TOML that `read_definition` reads, and tells two of them apart."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mailbot.domain.people import Definition, Dossier, Employee, Payments

#: follows from where a table stands in the text
_IMPLIED = {"office", "absences"}
#: written although it has its default: what people look for in a definition
_ALWAYS = {"language", "validation", "role", "roles", "connector", "delivery", "mode"}
_TABLES = (
    "journals", "people", "approval_rules", "debit_accounts", "payment_rules", "suppliers",
)  # fmt: skip
#: tables of which a dossier has one
_SINGLE = ("payments", "export")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that an apply changes: `+` new, `-` gone, `~` other than it was."""

    sign: str
    #: what it is about, e.g. "dossier bakkerij" or "dossier bakkerij, journal AK"
    subject: str
    field: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """Return the line that people read."""
        if self.sign == "~":
            return f"~ {self.subject}: {self.field}: {self.old or '-'} → {self.new or '-'}"
        return f"{self.sign} {self.subject}"


def write_definition(definition: Definition) -> str:
    """Return the definition as TOML; reading it gives the same definition."""
    parts = [_table("[office]", definition.office)]
    parts += [_table("[[employees]]", employee) for employee in definition.employees]
    parts += [write_dossier(dossier) for dossier in definition.dossiers]
    return "\n".join(parts)


def write_dossier(dossier: Dossier) -> str:
    """Return the part of the TOML that is about one dossier."""
    parts = [_table("[[dossiers]]", dossier, apart=(*_TABLES, *_SINGLE))]
    parts += [
        _table(f"[[dossiers.{name}]]", each) for name in _TABLES for each in getattr(dossier, name)
    ]
    if dossier.payments != Payments():
        parts.append(_table("[dossiers.payments]", dossier.payments))
    parts.append(_table("[dossiers.export]", dossier.export, apart=("options",)))
    if dossier.export.options:
        lines = (f"{_key(k)} = {_value(v)}\n" for k, v in sorted(dossier.export.options.items()))
        parts.append("[dossiers.export.options]\n" + "".join(lines))
    return "\n".join(parts)


def compare(old: Definition | None, new: Definition) -> list[Difference]:
    """Return what `new` changes: first what is new or changed, then what is gone."""
    before = dict(_facts(old)) if old else {}
    after = dict(_facts(new))
    found: list[Difference] = []
    for subject, values in after.items():
        if subject not in before:
            found.append(Difference(sign="+", subject=subject))
        else:
            found += _changes(subject, before[subject], values)
    gone = [Difference(sign="-", subject=subject) for subject in before if subject not in after]
    return found + gone


def _changes(subject: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    names = dict.fromkeys((*new, *old))
    return [
        Difference(sign="~", subject=subject, field=n, old=old.get(n, ""), new=new.get(n, ""))
        for n in names
        if old.get(n, "") != new.get(n, "")
    ]


def _facts(definition: Definition) -> Iterable[tuple[str, dict[str, str]]]:
    """Return everything that has a name of its own, with its values as text."""
    office = definition.office
    yield f"office {office.code}", _values(office)
    for employee in definition.employees:
        yield f"employee {employee.email}", _values(employee)
    for dossier in definition.dossiers:
        yield from _facts_of_dossier(dossier)


#: of each kind of table in a dossier: how one of them is called, and which of its values names it
_NAMES = {
    "journals": ("journal", "code"),
    "people": ("person", "email"),
    "approval_rules": ("approval rule", "name"),
    "debit_accounts": ("debit account", "alias"),
    "payment_rules": ("payment rule", "name"),
    "suppliers": ("supplier", "name"),
}


def _facts_of_dossier(dossier: Dossier) -> Iterable[tuple[str, dict[str, str]]]:
    subject = f"dossier {dossier.code}"
    yield subject, _values(dossier, apart=(*_TABLES, *_SINGLE))
    for table in _TABLES:
        what, name = _NAMES[table]
        for each in getattr(dossier, table):
            yield f"{subject}, {what} {_shown_name(getattr(each, name))}", _values(each)
    yield f"{subject}, payments", _values(dossier.payments)
    export = _values(dossier.export, apart=("options",))
    yield f"{subject}, export", export | {k: _value(v) for k, v in _options(dossier)}


def _shown_name(name: str) -> str:
    """Return a name of several words in quotes."""
    return repr(name) if " " in name else name


def _options(dossier: Dossier) -> Sequence[tuple[str, str]]:
    return sorted(dossier.export.options.items())


def _values(thing: Any, apart: Sequence[str] = ()) -> dict[str, str]:
    return {
        each.name: _value(getattr(thing, each.name))
        for each in fields(thing)
        if each.name not in apart and not _is_implied(thing, each.name)
    }


def _table(header: str, thing: Any, apart: Sequence[str] = ()) -> str:
    """Return a table with its keys in the order of the domain; defaults go without saying."""
    lines = [
        f"{each.name} = {_value(getattr(thing, each.name))}\n"
        for each in fields(thing)
        if each.name not in apart
        and not _is_implied(thing, each.name)
        and (each.name in _ALWAYS or not _is_default(each, getattr(thing, each.name)))
    ]
    return f"{header}\n{''.join(lines)}"


def _is_implied(thing: Any, name: str) -> bool:
    return name in _IMPLIED and isinstance(thing, Employee | Dossier)


def _is_default(each: Any, value: object) -> bool:
    return each.default is not MISSING and value == each.default


def _value(value: object) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | date):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if value is None:
        return ""
    return _quoted(value.value if isinstance(value, StrEnum) else str(value))


def _quoted(text: str) -> str:
    """Return a basic string (TOML 1.0.0): quotes, backslashes and control characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)
