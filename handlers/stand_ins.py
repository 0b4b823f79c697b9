"""Somebody stands in for somebody else: who may decide in whose place; shared by handlers."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handlers.context import Unit
from mailbot.domain.clock import local_date
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Absence, Definition, Dossier
from mailbot.rules.standins import absences_of, places_of, stand_ins_of
from storage.absences import record_absence
from storage.definitions import get_office


def places(session: Session, dossier: Dossier, email: str, now: datetime) -> frozenset[str]:
    """Return in whose place a person may decide in a dossier at this moment."""
    office, employees = get_office(session, dossier.office)
    today = local_date(now, office.time_zone)
    return places_of(email, absences_of(dossier, employees), today)


def stand_ins(session: Session, dossier: Dossier, email: str, now: datetime) -> Sequence[str]:
    """Return who is asked beside a person at this moment."""
    office, employees = get_office(session, dossier.office)
    today = local_date(now, office.time_zone)
    return stand_ins_of(email, absences_of(dossier, employees), today)


def let_stand_in(unit: Unit, dossier: Dossier, absence: Absence, *, by: str) -> None:
    """Keep an absence, and ask the stand-in about what waits when it begins."""
    absence_id = unit.context.new_id()
    now = unit.context.now()
    record_absence(unit.session, absence, dossier=dossier.code, absence_id=absence_id, at=now)
    facts = {"stand_in": absence.stand_in, "dossier": dossier.code}
    days = {"from": absence.starts_on.isoformat(), "until": absence.ends_on.isoformat()}
    unit.note(EventKind.STAND_IN_NAMED, absence.person, by, **facts, **days)
    put_asking(unit, dossier, absence, key=absence_id)


def put_askings(unit: Unit, definition: Definition) -> None:
    """Put the jobs that ask the stand-ins whom a definition names; the same again is a no-op."""
    for dossier in definition.dossiers:
        for absence in absences_of(dossier, definition.employees):
            days = f"{absence.starts_on}:{absence.ends_on}"
            key = f"{dossier.code}:{absence.person}:{absence.stand_in}:{days}"
            put_asking(unit, dossier, absence, key=key)


def put_asking(unit: Unit, dossier: Dossier, absence: Absence, *, key: str) -> None:
    """Put the job that asks the stand-in, at the first minute of the first day."""
    office, _employees = get_office(unit.session, dossier.office)
    today = local_date(unit.context.now(), office.time_zone)
    first = max(absence.starts_on, today)
    begins = datetime.combine(first, time(0, 1), ZoneInfo(office.time_zone))
    delay = max(0.0, (begins - unit.context.now()).total_seconds())
    ids = {"person": absence.person.lower(), "dossier": dossier.code}
    unit.put(JobKind.STANDING_IN, key=f"standing-in:{key}", delay=delay, **ids)
