"""Days on which somebody else stands in for a person, as that person or the operator said."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from mailbot.domain.people import Absence
from storage.remembered import forget
from storage.tables import AbsenceRow, DossierRow


def record_absence(
    session: Session, absence: Absence, *, dossier: str, absence_id: str, at: datetime
) -> None:
    """Keep one absence in a dossier; a later one for the same days stands beside it."""
    session.add(
        AbsenceRow(
            id=absence_id,
            dossier=dossier,
            person=absence.person.lower(),
            stand_in=absence.stand_in.lower(),
            starts_on=absence.starts_on,
            ends_on=absence.ends_on,
            at=at,
        )
    )
    session.flush()
    forget(session)


def end_absences(session: Session, person: str, *, today: date) -> int:
    """End every absence of a person that is not over; return how many there were."""
    rows = session.exec(
        select(AbsenceRow).where(
            AbsenceRow.person == person.lower(), col(AbsenceRow.ends_on) >= today
        )
    ).all()
    for row in rows:
        session.delete(row)
    session.flush()
    forget(session)
    return len(rows)


def absences_in(session: Session, dossier: str) -> tuple[Absence, ...]:
    """Return what was said of absences in a dossier."""
    rows = session.exec(select(AbsenceRow).where(AbsenceRow.dossier == dossier))
    return tuple(_absence(row) for row in rows)


def absences_by_dossier(session: Session, office: str) -> dict[str, tuple[Absence, ...]]:
    """Return what was said of absences in each dossier of an office."""
    theirs = select(DossierRow.code).where(DossierRow.office == office)
    found: dict[str, tuple[Absence, ...]] = {}
    for row in session.exec(select(AbsenceRow).where(col(AbsenceRow.dossier).in_(theirs))):
        found[row.dossier] = (*found.get(row.dossier, ()), _absence(row))
    return found


def _absence(row: AbsenceRow) -> Absence:
    return Absence(
        person=row.person, stand_in=row.stand_in, starts_on=row.starts_on, ends_on=row.ends_on
    )
