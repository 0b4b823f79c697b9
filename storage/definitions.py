"""Offices, dossiers and people, as `mailbot apply` wrote them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.directory import Directory, DossierEntry, sender_lists
from mailbot.domain.people import Definition, Dossier, Employee, Office, Person
from mailbot.domain.values import from_data, from_json, to_data, to_json
from storage.absences import absences_by_dossier, absences_in
from storage.freezes import frozen_addresses
from storage.remembered import forget, remembered
from storage.shared_values import DIRECTORY, note_change
from storage.tables import DossierRow, OfficeRow
from storage.tables.known import DossierPersonRow

P = TypeVar("P", Person, Employee)

#: dossiers that are remembered as they were read, some 10 kB each
_READ = 1000


def find_definition(
    session: Session, office: str, *, is_as_written: bool = False
) -> Definition | None:
    """Return everything that belongs to the office with this code.

    Who was frozen since is frozen in it, unless it is wanted as `mailbot apply` wrote it.
    """
    row = session.get(OfficeRow, office)
    if row is None:
        return None
    definition = _definition(session, row)
    if is_as_written:
        return definition
    frozen, absences = frozen_addresses(session, office), absences_by_dossier(session, office)
    return replace(
        definition,
        employees=_with_freezes(definition.employees, frozen),
        dossiers=tuple(
            replace(d, people=_with_freezes(d.people, frozen), absences=absences.get(d.code, ()))
            for d in definition.dossiers
        ),
    )


def all_definitions(session: Session) -> tuple[Definition, ...]:
    """Return every office with everything that belongs to it."""
    rows = session.exec(select(OfficeRow).order_by(OfficeRow.code))
    return tuple(_definition(session, row) for row in rows)


def save_definition(session: Session, definition: Definition) -> None:
    """Make the database say what `definition` says; dossiers that it no longer has are removed.

    A dossier with another number is removed first, too: two may have changed numbers.
    """
    office = definition.office
    data = {"office": to_data(office), "employees": [to_data(e) for e in definition.employees]}
    session.merge(OfficeRow(code=office.code, data=json.dumps(data)))
    numbers = {dossier.code: dossier.enterprise_number for dossier in definition.dossiers}
    for row in session.exec(select(DossierRow).where(DossierRow.office == office.code)):
        if row.enterprise_number != numbers.get(row.code):
            session.delete(row)
    session.flush()
    for dossier in definition.dossiers:
        session.merge(
            DossierRow(
                code=dossier.code,
                office=office.code,
                enterprise_number=dossier.enterprise_number,
                data=to_json(dossier),
            )
        )
    session.flush()
    _save_people(session, definition)
    note_change(session, DIRECTORY)
    forget(session)


def _save_people(session: Session, definition: Definition) -> None:
    """Make the table of who is known where say what a definition says."""
    wanted = {(p.email.lower(), d.code) for d in definition.dossiers for p in d.people}
    theirs = select(DossierRow.code).where(DossierRow.office == definition.office.code)
    rows = session.exec(select(DossierPersonRow).where(col(DossierPersonRow.dossier).in_(theirs)))
    for row in rows.all():
        if (row.email, row.dossier) not in wanted:
            session.delete(row)
        wanted.discard((row.email, row.dossier))
    session.add_all(DossierPersonRow(email=email, dossier=code) for email, code in wanted)
    session.flush()


def dossiers_of(session: Session, email: str) -> Sequence[Dossier]:
    """Return the dossiers that know somebody of a client, by code."""
    rows = session.exec(
        select(DossierRow)
        .join(DossierPersonRow, col(DossierPersonRow.dossier) == col(DossierRow.code))
        .where(DossierPersonRow.email == email.lower())
        .order_by(DossierRow.code)
    )
    return [_dossier(session, row) for row in rows]


def find_dossier(session: Session, name: str) -> Dossier | None:
    """Return the dossier with this code or enterprise number (any case)."""
    return remembered(session, ("named", name.lower()), lambda: _find(session, name.lower()))


def _find(session: Session, wanted: str) -> Dossier | None:
    row = session.exec(select(DossierRow).where(DossierRow.enterprise_number == wanted)).first()
    if row is None:
        by_code = select(DossierRow).where(sa.func.lower(DossierRow.code) == wanted)
        row = session.exec(by_code.order_by(DossierRow.code)).first()
    return _dossier(session, row) if row else None


def get_dossier(session: Session, code: str) -> Dossier:
    """Return the dossier with this code. Raises KeyError."""
    return remembered(session, ("dossier", code), lambda: _get(session, code))


def _get(session: Session, code: str) -> Dossier:
    row = session.get(DossierRow, code)
    if row is None:
        raise KeyError(code)
    return _dossier(session, row)


def lock_dossier(session: Session, code: str) -> None:
    """Wait for everybody else who does something to this dossier that must happen in turn.

    Holds until the end of the transaction; on SQLite transactions are in turn anyway.
    """
    session.exec(select(DossierRow.code).where(DossierRow.code == code).with_for_update())
    forget(session)


def get_office(session: Session, code: str) -> tuple[Office, tuple[Employee, ...]]:
    """Return the office with this code and its employees. Raises KeyError."""
    return remembered(session, ("office", code), lambda: _get_office(session, code))


def _get_office(session: Session, code: str) -> tuple[Office, tuple[Employee, ...]]:
    row = session.get(OfficeRow, code)
    if row is None:
        raise KeyError(code)
    office, employees = _office(row)
    return office, _with_freezes(employees, frozen_addresses(session, code))


def is_office_address(session: Session, address: str) -> bool:
    """Whether an office writes its mails from this address."""
    wanted = address.lower()
    # no more of it is read: there may be hundreds of offices
    rows = (json.loads(data) for data in session.exec(select(OfficeRow.data)))
    return any(row["office"]["address"].lower() == wanted for row in rows)


def first_office(session: Session) -> tuple[Office, tuple[Employee, ...]] | None:
    """Return the office that answers for the whole installation: the first by code."""
    row = session.exec(select(OfficeRow).order_by(OfficeRow.code)).first()
    return _office(row) if row else None


@lru_cache(maxsize=_READ)
def _read(data: str) -> Dossier:
    """Return what a row says; the same few hundred are asked for all day, and none is changed."""
    return from_json(Dossier, data)


def _dossier(session: Session, row: DossierRow) -> Dossier:
    dossier = _read(row.data)
    people = _with_freezes(dossier.people, frozen_addresses(session, dossier.office))
    return replace(dossier, people=people, absences=absences_in(session, dossier.code))


def _with_freezes(people: tuple[P, ...], frozen: frozenset[str]) -> tuple[P, ...]:
    """Return the people, of whom those are frozen that were frozen by hand or by themselves."""
    return tuple(replace(p, frozen=p.frozen or p.email.lower() in frozen) for p in people)


def make_directory(
    definitions: Sequence[Definition],
    domains: Iterable[str],
    judged: Mapping[str, Mapping[str, str]],
) -> Directory:
    """Return what intake must know of all this to answer RCPT without a database.

    `judged` gives, per dossier, what its admin said of senders: "allow" or "block".
    """
    return Directory(
        domains=tuple(domain.lower() for domain in domains),
        dossiers=tuple(
            _entry(d, dossier, judged.get(dossier.code, {}))
            for d in definitions
            for dossier in d.dossiers
        ),
        offices=tuple(d.office.address.lower() for d in definitions),
        blacklist=tuple(sender.lower() for d in definitions for sender in d.office.blacklist),
    )


def _entry(definition: Definition, dossier: Dossier, judged: Mapping[str, str]) -> DossierEntry:
    return DossierEntry(
        code=dossier.code,
        office=dossier.office,
        enterprise_number=dossier.enterprise_number,
        active=dossier.active,
        language=dossier.language,
        journals=tuple(journal.code.lower() for journal in dossier.journals),
        senders=sender_lists(
            definition.office,
            dossier,
            definition.employees,
            allowed=[sender for sender, verdict in judged.items() if verdict == "allow"],
            blocked=[sender for sender, verdict in judged.items() if verdict == "block"],
        ),
    )


def _definition(session: Session, row: OfficeRow) -> Definition:
    office, employees = _office(row)
    dossiers = session.exec(
        select(DossierRow).where(DossierRow.office == row.code).order_by(DossierRow.code)
    )
    return Definition(
        office=office,
        employees=employees,
        dossiers=tuple(_read(d.data) for d in dossiers),
    )


def _office(row: OfficeRow) -> tuple[Office, tuple[Employee, ...]]:
    data = json.loads(row.data)
    employees = tuple(from_data(Employee, employee) for employee in data["employees"])
    return from_data(Office, data["office"]), employees
