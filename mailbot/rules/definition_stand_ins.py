"""Checks what a definition says of people who are away and of who stands in for them."""

from collections.abc import Sequence

from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.definition_fields import Report, did_you_mean
from mailbot.rules.toml_lines import Path


def check_stand_ins(
    dossier: Dossier, employees: Sequence[Employee], path: Path, report: Report
) -> None:
    """Report stand-ins who are not known in the dossier, and days that end before they begin."""
    people: list[Person | Employee] = [*dossier.people, *employees]
    known = {person.email for person in people if person.email}
    for number, person in enumerate(dossier.people):
        _check(person, known, (*path, "people", number), report)
    for number, employee in enumerate(employees):
        _check(employee, {e.email for e in employees}, ("employees", number), report)


def _check(person: Person | Employee, known: set[str], path: Path, report: Report) -> None:
    at = (*path, "stand_in")
    if person.stand_in and person.stand_in == person.email:
        report.add(at, f"{person.stand_in} cannot stand in for oneself; name somebody else")
    elif person.stand_in and person.stand_in not in known:
        hint = did_you_mean(person.stand_in, known)
        report.add(at, f"{person.stand_in} is not known here{hint}")
    if (person.away_from or person.away_until) and not person.stand_in:
        report.add(at, 'is missing: say who decides then, e.g. stand_in = "karim@client.example"')
    if person.away_from and person.away_until and person.away_until < person.away_from:
        days = f"{person.away_until} is before {person.away_from}"
        report.add((*path, "away_until"), f"{days}; write the last day that the person is away")
