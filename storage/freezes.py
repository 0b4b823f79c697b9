"""People whose authority was ended, beside what the definition says of them.

It survives `mailbot apply`: a definition that is applied again opens nothing.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from storage.remembered import forget, remembered
from storage.tables import FrozenRow


def record_freeze(session: Session, address: str, *, office: str, by: str, at: datetime) -> None:
    """End the authority of an address in an office, or everywhere (office "")."""
    session.merge(FrozenRow(address=address.lower(), office=office, at=at, by=by))
    session.flush()
    forget(session)


def end_freezes(session: Session, address: str) -> int:
    """Give an address its authority back everywhere; return how many freezes there were."""
    rows = session.exec(select(FrozenRow).where(FrozenRow.address == address.lower())).all()
    for row in rows:
        session.delete(row)
    session.flush()
    forget(session)
    return len(rows)


def frozen_addresses(session: Session, office: str) -> frozenset[str]:
    """Return the addresses without authority in an office."""
    query = select(FrozenRow.address).where(col(FrozenRow.office).in_(("", office)))
    return remembered(session, ("frozen", office), lambda: frozenset(session.exec(query)))


def freezes_of(session: Session, address: str) -> tuple[tuple[str, datetime, str], ...]:
    """Return office ("" for all), moment and author of each freeze of an address."""
    rows = session.exec(select(FrozenRow).where(FrozenRow.address == address.lower()))
    return tuple((row.office, row.at, row.by) for row in rows)
