"""Checks what a definition says of senders: nobody in two lists, nobody of the house refused."""

from collections.abc import Iterable, Sequence

from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.domain.treatment import Treatment
from mailbot.rules.definition_fields import Report
from mailbot.rules.toml_lines import Path
from mailbot.rules.welcome import is_listed

_LISTS = ("blacklist", "quarantine_list", "inbox_list", "whitelist")


def check_office_senders(
    office: Office, employees: Sequence[Employee], dossiers: Sequence[Dossier], report: Report
) -> None:
    """Report what the office says of senders and cannot mean."""
    _check_lists(office, ("office",), report)
    known: list[Person | Employee] = [*employees]
    known += [person for dossier in dossiers for person in dossier.people]
    _check_own_people(office.blacklist, ("office", "blacklist"), known, report)


def check_dossier_senders(dossier: Dossier, path: Path, report: Report) -> None:
    """Report what a dossier says of senders and cannot mean."""
    _check_lists(dossier, path, report)
    _check_own_people(dossier.blacklist, (*path, "blacklist"), dossier.people, report)
    others, at = dossier.other_senders, (*path, "other_senders")
    if dossier.use_whitelist and others not in (None, Treatment.QUARANTINE):
        wanted = "use_whitelist = true means quarantine; leave one of them out"
        report.add(at, f'is "{others}"; {wanted}')
    if others is Treatment.FORWARD and not dossier.auto_forward:
        report.add(at, 'forwards nothing; name the kinds, e.g. auto_forward = ["purchase"]')


def _check_lists(owner: Office | Dossier, path: Path, report: Report) -> None:
    seen: dict[str, str] = {}
    for name in _LISTS:
        for number, entry in enumerate(getattr(owner, name)):
            if entry in seen:
                report.add((*path, name, number), f"{entry} is also in {seen[entry]}; choose one")
            seen.setdefault(entry, name)


def _check_own_people(
    blacklist: Sequence[str], path: Path, people: Iterable[Person | Employee], report: Report
) -> None:
    """Report who would be refused though we write to them: they could not answer."""
    for number, entry in enumerate(blacklist):
        for person in people:
            if person.email and is_listed((entry,), person.email):
                who = f"{person.email}, whose answers we wait for"
                report.add((*path, number), f"{entry} would refuse {who}")
