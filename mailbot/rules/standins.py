"""Who stands in for whom on a day; it begins and ends by itself."""

from collections.abc import Sequence
from datetime import date

from mailbot.domain.people import Absence, Dossier, Employee, Person


def absences_of(dossier: Dossier, employees: Sequence[Employee]) -> tuple[Absence, ...]:
    """Return every absence that counts in a dossier: of the definition, and as people said.

    Nobody stands in for somebody who is frozen, or who is not known any more.
    """
    known: list[Person | Employee] = [*dossier.people, *employees]
    free = {person.email.lower() for person in known if not person.frozen}
    defined = [
        Absence(
            person=person.email,
            stand_in=person.stand_in,
            starts_on=person.away_from or date.min,
            ends_on=person.away_until or date.max,
        )
        for person in known
        if person.stand_in
    ]
    found = [each for each in (*defined, *dossier.absences) if each.person.lower() in free]
    return tuple(each for each in found if each.stand_in.lower() in free)


def stand_ins_of(email: str, absences: Sequence[Absence], today: date) -> tuple[str, ...]:
    """Return who is asked beside a person today."""
    return tuple(
        dict.fromkeys(
            each.stand_in.lower()
            for each in absences
            if each.person.lower() == email.lower() and each.starts_on <= today <= each.ends_on
        )
    )


def places_of(email: str, absences: Sequence[Absence], today: date) -> frozenset[str]:
    """Return in whose place a person may decide today: never in that of a stand-in's absent."""
    return frozenset(
        each.person.lower()
        for each in absences
        if each.stand_in.lower() == email.lower() and each.starts_on <= today <= each.ends_on
    )
