"""Reads the definition of one office from TOML, or says every mistake with its line.

Keys are the field names of `mailbot.domain.people`: `[office]`, `[[employees]]`, `[[dossiers]]`
with `[[dossiers.journals]]`, `[[dossiers.people]]`, `[[dossiers.approval_rules]]`,
`[dossiers.payments]`, `[[dossiers.debit_accounts]]`, `[[dossiers.payment_rules]]`,
`[[dossiers.suppliers]]` and `[dossiers.export]`; docker/demo.toml is an example of all of it.
"""

import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mailbot.domain.booking import Problem
from mailbot.domain.errors import DefinitionError
from mailbot.domain.identifiers import read_enterprise_number
from mailbot.domain.invoice import DocumentClass
from mailbot.domain.people import (
    ApprovalRule,
    DebitAccount,
    Definition,
    Dossier,
    Employee,
    EmployeeRole,
    Export,
    Journal,
    JournalKind,
    Office,
    PaymentRule,
    Payments,
    Person,
    PersonRole,
    Supplier,
    Validation,
)
from mailbot.domain.treatment import Treatment
from mailbot.rules import definition_fields as fields
from mailbot.rules.definition_checks import Draft, check_draft
from mailbot.rules.definition_fields import Key, Report, read_table, read_tables
from mailbot.rules.toml_lines import Path, find_key_lines

#: the journals that every dossier has where none is named (CF-JRN-01…04)
DEFAULT_JOURNALS = (
    Journal(code="CFAAN", kind=JournalKind.PURCHASE),
    Journal(code="CFVER", kind=JournalKind.SALES),
)

_TOP = {
    "office": Key(lambda raw, _path, _report: raw, is_required=True),
    "employees": Key(lambda raw, _path, _report: raw, is_required=True),
    "dossiers": Key(lambda raw, _path, _report: raw),
}
#: how senders are treated, in an office and in a dossier
_SENDERS = {
    "blacklist": Key(fields.several(fields.sender)),
    "quarantine_list": Key(fields.several(fields.sender)),
    "inbox_list": Key(fields.several(fields.sender)),
    "whitelist": Key(fields.several(fields.sender)),
    "other_senders": Key(fields.choice(Treatment)),
}
_OFFICE = {
    "code": Key(fields.code, is_required=True),
    "name": Key(fields.text, is_required=True),
    "address": Key(fields.email, is_required=True),
    "language": Key(fields.language),
    "time_zone": Key(fields.time_zone),
    **_SENDERS,
    "digest_hour": Key(fields.hour),
    "payments": Key(fields.flag),
    "document_years": Key(fields.years),
}
_SOMEBODY = {
    "email": Key(fields.email, is_required=True),
    "first_name": Key(fields.text, is_required=True),
    "last_name": Key(fields.text, is_required=True),
    "language": Key(fields.language),
    "frozen": Key(fields.flag),
    "limit": Key(fields.amount),
    "stand_in": Key(fields.email),
    "away_from": Key(fields.day),
    "away_until": Key(fields.day),
}
_EMPLOYEE = {**_SOMEBODY, "role": Key(fields.choice(EmployeeRole))}
_PERSON = {**_SOMEBODY, "roles": Key(fields.several(fields.choice(PersonRole)), is_required=True)}
_JOURNAL = {
    "code": Key(fields.journal_code, is_required=True),
    "kind": Key(fields.choice(JournalKind), is_required=True),
    "name": Key(fields.text),
    "credit_notes_only": Key(fields.flag),
}
_RULE = {
    "name": Key(fields.text, is_required=True),
    "suppliers": Key(fields.several(fields.text)),
    "labels": Key(fields.several(fields.text)),
    "amount_from": Key(fields.amount),
    "document_classes": Key(fields.several(fields.choice(DocumentClass))),
    "titles": Key(fields.several(fields.text)),
    "approvers": Key(fields.several(fields.email), is_required=True),
    "mode": Key(fields.one_of("all", "one", "in_order")),
    "catch_all": Key(fields.flag),
    "active": Key(fields.flag),
    "remind_after": Key(fields.working_days),
    "escalate_after": Key(fields.working_days),
    "escalate_to": Key(fields.email),
}
_EXPORT = {
    "connector": Key(fields.text, is_required=True),
    "delivery": Key(fields.one_of("folder", "mail")),
    "target": Key(fields.text),
    "wait_minutes": Key(fields.minutes),
    "options": Key(fields.options),
}
_DEBIT_ACCOUNT = {
    "alias": Key(fields.code, is_required=True),
    "iban": Key(fields.iban, is_required=True),
    "bic": Key(fields.bic),
}
_PAYMENT_RULE = {
    "name": Key(fields.text, is_required=True),
    "approvers": Key(fields.several(fields.email_or_everyone), is_required=True),
    "max_amount": Key(fields.amount),
    "mode": Key(fields.one_of("all", "one")),
    "active": Key(fields.flag),
}
_SUPPLIER = {
    "name": Key(fields.text, is_required=True),
    "vat_number": Key(fields.vat_number),
    "email": Key(fields.email),
    "telephone": Key(fields.text),
    "ibans": Key(fields.several(fields.iban)),
}
_PAYMENTS = {
    "active": Key(fields.flag),
    "approval": Key(fields.flag),
    "office_prepares": Key(fields.flag),
    "office_executes": Key(fields.flag),
    "daily_limit": Key(fields.amount),
    "wait_hours": Key(fields.hours),
    "format": Key(fields.one_of("pain.001.001.03", "pain.001.001.09")),
    "qr_banks": Key(fields.several(fields.text)),
}
#: of each kind of table in a dossier: its keys, and what stands for a value that was reported
_TABLES: dict[str, tuple[type, dict[str, Key], dict[str, Any]]] = {
    "journals": (Journal, _JOURNAL, {"code": "", "kind": JournalKind.MISCELLANEOUS}),
    "people": (Person, _PERSON, {"email": "", "first_name": "", "last_name": ""}),
    "approval_rules": (ApprovalRule, _RULE, {"name": "", "approvers": ()}),
    "debit_accounts": (DebitAccount, _DEBIT_ACCOUNT, {"alias": "", "iban": ""}),
    "payment_rules": (PaymentRule, _PAYMENT_RULE, {"name": "", "approvers": ()}),
    "suppliers": (Supplier, _SUPPLIER, {"name": ""}),
}


def _tables_of(name: str) -> fields.Reader:
    """Return a reader for the tables of a dossier; what is wrong in one is left empty."""
    kind, keys, required = _TABLES[name]

    def read(raw: object, path: Path, report: Report) -> tuple[Any, ...]:
        return tuple(
            kind(**{**required, **read_table(table, at, keys, report)})
            for at, table in read_tables(raw, path, report)
        )

    return read


def _export(raw: object, path: Path, report: Report) -> Export | None:
    values = read_table(raw, path, _EXPORT, report)
    return Export(**values) if "connector" in values else None


def _payments(raw: object, path: Path, report: Report) -> Payments:
    return Payments(**read_table(raw, path, _PAYMENTS, report))


_DOSSIER = {
    "code": Key(fields.code, is_required=True),
    "name": Key(fields.text, is_required=True),
    "enterprise_number": Key(fields.text, is_required=True),
    "vat_number": Key(fields.vat_number),
    "language": Key(fields.language),
    "active": Key(fields.flag),
    "dossier_manager": Key(fields.email, is_required=True),
    "validation": Key(fields.choice(Validation)),
    "auto_forward": Key(fields.several(fields.choice(JournalKind))),
    **_SENDERS,
    "use_whitelist": Key(fields.flag),
    "journals": Key(_tables_of("journals")),
    "people": Key(_tables_of("people"), is_required=True),
    "approval_rules": Key(_tables_of("approval_rules")),
    "payments": Key(_payments),
    "debit_accounts": Key(_tables_of("debit_accounts")),
    "payment_rules": Key(_tables_of("payment_rules")),
    "suppliers": Key(_tables_of("suppliers")),
    "confirm_from": Key(fields.amount),
    "legal_hold": Key(fields.flag),
    "export": Key(_export),
}


def read_definition(
    text: str,
    source: str,
    *,
    check_export: Callable[[Export], list[Problem]] = lambda _export: [],
    is_dossier_address: Callable[[str], bool] = lambda _code: True,
) -> Definition:
    """Return the office that `text` defines.

    `source` names the text in messages. `check_export` tells what a connector thinks of its
    options, `is_dossier_address` whether mail to `<code>@` reaches a dossier of that code.
    Raises DefinitionError with every problem as "file:line: key: sentence".
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError([_syntax_problem(str(error), text, source)]) from error
    except RecursionError as error:
        raise DefinitionError([f"{source}:1: the text: is nested too deeply"]) from error
    report = Report(source, find_key_lines(text))
    draft = _draft(raw, report)
    check_draft(draft, report, check_export, is_dossier_address)
    if report.problems:
        raise DefinitionError(report.problems)
    return Definition(
        office=draft.office,
        employees=tuple(employee for _path, employee in draft.employees),
        dossiers=tuple(dossier for _path, dossier in draft.dossiers),
    )


def _draft(raw: dict[str, Any], report: Report) -> Draft:
    """Read what can be read; what cannot is reported and left empty."""
    top = read_table(raw, (), _TOP, report)
    read = read_table(top["office"], ("office",), _OFFICE, report) if "office" in top else {}
    required = {"code": "", "name": "", "address": ""}
    office = Office(**{**required, **read})
    employees = read_tables(top.get("employees", []), ("employees",), report)
    dossiers = read_tables(top.get("dossiers", []), ("dossiers",), report)
    return Draft(
        office=office,
        employees=[(path, _employee(table, path, report, office)) for path, table in employees],
        dossiers=[(path, _dossier(table, path, report, office)) for path, table in dossiers],
    )


def _employee(raw: object, path: Path, report: Report, office: Office) -> Employee:
    values = read_table(raw, path, _EMPLOYEE, report)
    required = {"email": "", "first_name": "", "last_name": "", "office": office.code}
    return Employee(**{**required, **values})


def _dossier(raw: object, path: Path, report: Report, office: Office) -> Dossier:
    values = read_table(raw, path, _DOSSIER, report)
    required = {"code": "", "name": "", "dossier_manager": "", "office": office.code}
    number = _enterprise_number(values, (*path, "enterprise_number"), report)
    defaults = {"journals": DEFAULT_JOURNALS, "language": office.language}
    return Dossier(**{**required, **defaults, **values, "enterprise_number": number})


def _enterprise_number(values: dict[str, Any], path: Path, report: Report) -> str:
    """Return the digits of the number; Belgian ones have check digits."""
    text = values.get("enterprise_number", "")
    if not text:
        return ""
    country = str(values.get("vat_number", "BE"))[:2]
    digits = re.sub(r"[^0-9]", "", text)
    if country != "BE":
        if not re.fullmatch(r"[0-9. ]+", text) or not 6 <= len(digits) <= 14:
            report.add(path, f"{text!r} must be 6 to 14 digits, e.g. the KvK number 12345678")
        return digits
    number = read_enterprise_number(digits) if re.fullmatch(r"(BE)?[0-9. ]+", text) else None
    if number is None:
        report.add(path, _wrong_number(text, digits))
    return number or ""


def _wrong_number(text: str, digits: str) -> str:
    if len(digits) in (9, 10):
        return f"the check digits of {text!r} are wrong; copy the ten digits from the KBO/BCE"
    abroad = "outside Belgium also write vat_number with its country"
    return f"{text!r} is no Belgian enterprise number; write its ten digits ({abroad})"


def _syntax_problem(message: str, text: str, source: str) -> str:
    """Return what tomllib says, with the line in front."""
    place = re.search(r"at line (\d+), column (\d+)", message)
    line = int(place[1]) if place else max(1, text.count("\n") + (not text.endswith("\n")))
    said = re.sub(r" \(at .*\)$", "", message)
    column = f" (column {place[2]})" if place else " (the end of the file)"
    return f"{source}:{line}: the text: is no TOML: {said}{column}"
