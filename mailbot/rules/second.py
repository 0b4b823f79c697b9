"""Who may be the second pair of eyes: the second person of level 4, and of an approval."""

from collections.abc import Collection, Sequence

from mailbot.domain.people import Dossier, Employee, EmployeeRole, Person

_SUPPORT = EmployeeRole.SUPPORT


def second_people(
    dossier: Dossier, employees: Sequence[Employee], parties: Collection[str]
) -> tuple[Person | Employee, ...]:
    """Return who is asked beside `parties`, the addresses of those who have a hand in it.

    The employee who keeps the dossier; else the admins of the office; else those of the client.
    Who is frozen is never asked.
    """
    manager = dossier.dossier_manager.lower()
    groups: tuple[Sequence[Person | Employee], ...] = (
        [e for e in employees if e.email.lower() == manager and e.role is not _SUPPORT],
        [e for e in employees if e.role is EmployeeRole.ADMIN],
        dossier.admins,
    )
    for group in groups:
        free = tuple(p for p in group if not p.frozen and p.email.lower() not in parties)
        if free:
            return free
    return ()
