"""Checks what the parts of a definition say of one another."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mailbot.domain.booking import Problem
from mailbot.domain.people import (
    ApprovalRule,
    Definition,
    Dossier,
    Employee,
    EmployeeRole,
    Export,
    Office,
)
from mailbot.rules.definition_fields import Report, did_you_mean, email
from mailbot.rules.definition_senders import check_dossier_senders, check_office_senders
from mailbot.rules.definition_stand_ins import check_stand_ins
from mailbot.rules.toml_lines import Path


@dataclass(frozen=True)
class Draft:
    """A definition as far as it could be read, with the path of each part."""

    office: Office
    employees: Sequence[tuple[Path, Employee]]
    dossiers: Sequence[tuple[Path, Dossier]]


def check_draft(
    draft: Draft,
    report: Report,
    check_export: Callable[[Export], list[Problem]],
    is_dossier_address: Callable[[str], bool],
) -> None:
    """Report every contradiction."""
    _check_employees(draft, report)
    _check_unique_dossiers(draft, report, is_dossier_address)
    employees = [employee for _path, employee in draft.employees]
    check_office_senders(draft.office, employees, [d for _path, d in draft.dossiers], report)
    for path, dossier in draft.dossiers:
        check_dossier_senders(dossier, path, report)
        _check_manager(draft, dossier, path, report)
        _check_people(dossier, path, report)
        _check_journals(dossier, path, report)
        _check_rules(draft, dossier, path, report)
        check_stand_ins(dossier, [e for _path, e in draft.employees], path, report)
        _check_export(dossier.export, (*path, "export"), report, check_export)


def find_clashes(definitions: Sequence[tuple[str, Definition]]) -> list[str]:
    """Return what offices that stand side by side cannot both have: codes, numbers, addresses.

    `definitions` come with the name of the file, or other place, that each was read from.
    """
    seen: dict[str, str] = {}
    problems = []
    for source, definition in definitions:
        taken = [f"office {definition.office.code!r}".casefold()]
        for dossier in definition.dossiers:
            names = dict.fromkeys((dossier.code.casefold(), dossier.enterprise_number))
            taken += [f"dossier {name!r}" for name in names]
        problems += [
            f"{source}: {what} is also in {seen[what]}; each stands in one place"
            for what in taken
            if what in seen
        ]
        seen |= dict.fromkeys(taken, source)
    return problems


def _check_employees(draft: Draft, report: Report) -> None:
    emails = [((*path, "email"), employee.email) for path, employee in draft.employees]
    _report_repeats(emails, "employee", report)
    admins = [e for _p, e in draft.employees if e.role is EmployeeRole.ADMIN and not e.frozen]
    if draft.employees and not admins:
        wanted = 'give one of them role = "admin": mail to postmaster@ reaches them'
        report.add(("employees",), f"nobody is admin; {wanted}")


def _check_unique_dossiers(
    draft: Draft, report: Report, is_dossier_address: Callable[[str], bool]
) -> None:
    numbers = [((*p, "enterprise_number"), d.enterprise_number) for p, d in draft.dossiers]
    codes = [((*p, "code"), d.code.casefold()) for p, d in draft.dossiers]
    _report_repeats(codes, "dossier", report)
    _report_repeats(numbers, "enterprise number", report)
    for path, dossier in draft.dossiers:
        others = {d.enterprise_number for p, d in draft.dossiers if p != path}
        if dossier.code and dossier.code in others:
            report.add((*path, "code"), f"{dossier.code!r} is the number of another dossier")
        elif dossier.code and not is_dossier_address(dossier.code):
            wanted = "choose one that begins otherwise"
            report.add((*path, "code"), f"mail to {dossier.code}@ means something else; {wanted}")


def _check_manager(draft: Draft, dossier: Dossier, path: Path, report: Report) -> None:
    manager = dossier.dossier_manager
    employees = {e.email: e for _path, e in draft.employees}
    if not manager:
        return
    if manager not in employees:
        hint = did_you_mean(manager, employees)
        report.add((*path, "dossier_manager"), f"{manager} is no employee of the office{hint}")
    elif employees[manager].frozen:
        report.add((*path, "dossier_manager"), f"{manager} is frozen; name somebody who works")


def _check_people(dossier: Dossier, path: Path, report: Report) -> None:
    emails = [((*path, "people", n, "email"), p.email) for n, p in enumerate(dossier.people)]
    _report_repeats(emails, "person", report)
    for number, person in enumerate(dossier.people):
        if not person.roles and person.email:
            report.add((*path, "people", number, "roles"), 'is empty; write e.g. ["admin"]')
    if not any(not admin.frozen for admin in dossier.admins):
        wanted = 'give one of the client\'s people roles = ["admin"] (CF-USR-08)'
        report.add((*path, "people"), f"nobody is admin of the dossier; {wanted}")


def _check_journals(dossier: Dossier, path: Path, report: Report) -> None:
    codes = [
        ((*path, "journals", n, "code"), journal.code.casefold())
        for n, journal in enumerate(dossier.journals)
    ]
    _report_repeats(codes, "journal", report)


def _check_rules(draft: Draft, dossier: Dossier, path: Path, report: Report) -> None:
    rules = [((*path, "approval_rules", n), r) for n, r in enumerate(dossier.approval_rules)]
    _report_repeats(
        [((*at, "name"), rule.name.casefold()) for at, rule in rules], "approval rule", report
    )
    frozen = {e.email: e.frozen for _path, e in draft.employees}
    frozen |= {person.email: person.frozen for person in dossier.people}
    for at, rule in rules:
        _check_approvers(rule, (*at, "approvers"), frozen, report)
        _check_escalation(rule, at, frozen, report)


def _check_approvers(
    rule: ApprovalRule, path: Path, frozen: dict[str, bool], report: Report
) -> None:
    """Check that the approvers of a rule are known; `frozen` says of each whether they may act."""
    if not rule.approvers and rule.name:
        report.add(path, f"the rule {rule.name!r} names nobody; write at least one address")
    for number, approver in enumerate(rule.approvers):
        if approver not in frozen:
            known = [address for address in frozen if address]
            hint = did_you_mean(approver, known)
            why = "is neither a person of this dossier nor an employee"
            report.add((*path, number), f"{approver} {why}{hint}")
        elif frozen[approver]:
            report.add((*path, number), f"{approver} is frozen and cannot approve")


def _check_escalation(
    rule: ApprovalRule, path: Path, frozen: dict[str, bool], report: Report
) -> None:
    """Check who may decide when nobody answers in time."""
    at, who = (*path, "escalate_to"), rule.escalate_to
    if who and rule.escalate_after is None:
        wanted = "write how many working days an approver has, e.g. escalate_after = 4"
        report.add((*path, "escalate_after"), f"is missing; {wanted}")
    if who in rule.approvers:
        report.add(at, f"{who} is an approver of this rule already; name somebody else")
    elif who and frozen.get(who, True):
        known = [address for address, is_frozen in frozen.items() if address and not is_frozen]
        why = "is no person of this dossier or employee who may decide"
        report.add(at, f"{who} {why}{did_you_mean(who, known)}")


def _check_export(
    export: Export,
    path: Path,
    report: Report,
    check_export: Callable[[Export], list[Problem]],
) -> None:
    for problem in check_export(export):
        at = (*path, "connector") if problem.field == "connector" else path
        if problem.field in export.options:
            at = (*path, "options", problem.field)
        report.add(at, _told(problem, export))
    if export.delivery == "mail" and export.target:
        email(export.target, (*path, "target"), report)
    if export.delivery == "folder" and not _is_safe_folder(export.target):
        wanted = "write a folder below the folder of exports, or an absolute one"
        report.add((*path, "target"), f"{export.target!r} leads elsewhere; {wanted}")


def _told(problem: Problem, export: Export) -> str:
    names = problem.value.split(", ")
    if problem.reason == "unknown_connector":
        return f"there is no connector {export.connector!r}{did_you_mean(export.connector, names)}"
    if problem.reason == "unknown_option":
        hint = did_you_mean(problem.field, names)
        return f"{export.connector} has no such option{hint}"
    return f"{export.options.get(problem.field, '')!r} is not right; write {problem.value}"


def _is_safe_folder(target: str) -> bool:
    return ".." not in target.replace("\\", "/").split("/") and "\0" not in target


def _report_repeats(named: Iterable[tuple[Path, str]], what: str, report: Report) -> None:
    """Report a name that stands there twice, at its second place."""
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            report.add(path, f"there is another {what} {name!r}; each stands there once")
        if name:
            seen.add(name)
