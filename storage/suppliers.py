"""What is learned of counterparties, per office and in it per dossier; never across offices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.identifiers import read_enterprise_number, read_vat_number
from mailbot.domain.learning import SupplierHabits, combined, name_key
from mailbot.domain.values import from_json, to_json
from storage.tables import OfficeRow, SupplierRow

#: the dossier of what holds for a whole office
WHOLE_OFFICE = ""
_NAME = "name:"


@dataclass(frozen=True, kw_only=True)
class KnownSupplier:
    """What is learned of one counterparty, and where that holds."""

    #: code of a dossier, "" for the whole office
    dossier: str
    habits: SupplierHabits
    updated_at: datetime


def find_habits(
    session: Session, office: str, dossier: str, *, vat: str | None, name: str | None
) -> SupplierHabits | None:
    """Return what the office and the dossier know of a counterparty, None if nothing.

    It is found by its VAT number, else by a number or name under which it was read before.
    """
    of_office = find_own_habits(session, office, WHOLE_OFFICE, vat=vat, name=name)
    of_dossier = find_own_habits(session, office, dossier, vat=vat, name=name)
    if of_office and of_dossier and of_office.vat == of_dossier.vat:
        return combined(of_office, of_dossier)
    return of_office or of_dossier


def find_own_habits(
    session: Session, office: str, dossier: str, *, vat: str | None, name: str | None
) -> SupplierHabits | None:
    """Return what is known in exactly this dossier, or in the office (""), None if nothing."""
    row = session.get(SupplierRow, (office, dossier, vat)) if vat else None
    for key in (vat, name_key(name)):
        row = row or (_row_read_as(session, office, dossier, key) if key else None)
    return from_json(SupplierHabits, row.data) if row else None


def record_habits(
    session: Session, office: str, dossier: str, habits: SupplierHabits, *, at: datetime
) -> None:
    """Keep what is known of a counterparty; what was kept while its number was unknown goes."""
    key = habits_key(habits)
    unnumbered = session.get(SupplierRow, (office, dossier, f"{_NAME}{name_key(habits.name)}"))
    if unnumbered and unnumbered.key != key:
        session.delete(unnumbered)
    session.merge(
        SupplierRow(
            office=office,
            dossier=dossier,
            key=key,
            names=f"|{'|'.join(habits.names)}|",
            updated_at=at,
            data=to_json(habits),
        )
    )
    session.flush()


def habits_key(habits: SupplierHabits) -> str:
    """Return what makes a counterparty the same one: its VAT number, else its name."""
    return habits.vat or f"{_NAME}{name_key(habits.name)}"


def suppliers_named(session: Session, office: str, text: str) -> Sequence[KnownSupplier]:
    """Return what is known in an office of whoever has this VAT or enterprise number or name."""
    return [_known(row) for row in _rows_named(session, office, text)]


def suppliers_of(session: Session, office: str) -> Sequence[KnownSupplier]:
    """Return everybody of whom something is known in an office."""
    query = select(SupplierRow).where(SupplierRow.office == office)
    rows = session.exec(query.order_by(SupplierRow.key, SupplierRow.dossier))
    return [_known(row) for row in rows]


def supplier_names(
    session: Session, office: str, dossier: str
) -> list[tuple[str, tuple[str, ...]]]:
    """Return VAT number ("" if unknown) and folded names of everybody whom a dossier booked."""
    rows = session.exec(
        select(SupplierRow.key, SupplierRow.names).where(
            SupplierRow.office == office, SupplierRow.dossier == dossier
        )
    )
    return [
        ("" if key.startswith(_NAME) else key, tuple(filter(None, names.split("|"))))
        for key, names in rows
    ]


def forget_suppliers(session: Session, office: str, text: str) -> Sequence[KnownSupplier]:
    """Delete what `suppliers_named` gives, and return it."""
    rows = _rows_named(session, office, text)
    for row in rows:
        session.delete(row)
    session.flush()
    return [_known(row) for row in rows]


def lock_office(session: Session, code: str) -> None:
    """Wait for everybody else who learns in this office, until the end of the transaction."""
    session.exec(select(OfficeRow.code).where(OfficeRow.code == code).with_for_update())


def _rows_named(session: Session, office: str, text: str) -> Sequence[SupplierRow]:
    enterprise = read_enterprise_number(text)
    keys = {read_vat_number(text), f"BE{enterprise}" if enterprise else None}
    named: list[sa.ColumnElement[bool]] = [col(SupplierRow.key).in_([key for key in keys if key])]
    if key := name_key(text):
        named.append(_has_name(key))
    query = select(SupplierRow).where(SupplierRow.office == office, sa.or_(*named))
    return list(session.exec(query.order_by(SupplierRow.key, SupplierRow.dossier)))


def _row_read_as(session: Session, office: str, dossier: str, key: str) -> SupplierRow | None:
    """Return the one row with this key among its names; two are as good as none."""
    rows = session.exec(
        select(SupplierRow)
        .where(SupplierRow.office == office, SupplierRow.dossier == dossier, _has_name(key))
        .limit(2)
    ).all()
    return rows[0] if len(rows) == 1 else None


def _has_name(key: str) -> sa.ColumnElement[bool]:
    return col(SupplierRow.names).contains(f"|{key}|", autoescape=True)


def _known(row: SupplierRow) -> KnownSupplier:
    habits = from_json(SupplierHabits, row.data)
    return KnownSupplier(dossier=row.dossier, habits=habits, updated_at=row.updated_at)
