"""Addresses that mail of ours came back from."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from mailbot.domain.reach import Reach
from storage.tables import AddressRow


def find_reach(session: Session, address: str) -> Reach | None:
    """Return what came back from this address, None when nothing did."""
    row = session.get(AddressRow, address.lower())
    return _reach(row) if row else None


def record_reach(session: Session, reach: Reach) -> None:
    """Keep what is known of an address now."""
    values = {**vars(reach), "address": reach.address.lower()}
    session.merge(AddressRow(**values))


def forget_reach(session: Session, address: str) -> bool:
    """Write to this address again, as if nothing had come back; whether something had."""
    row = session.get(AddressRow, address.lower())
    if row is None:
        return False
    session.delete(row)
    return True


def unreachable_addresses(session: Session) -> Sequence[Reach]:
    """Return every address that is not written to any more."""
    query = select(AddressRow).where(col(AddressRow.given_up_at).is_not(None))
    return [_reach(row) for row in session.exec(query.order_by(AddressRow.address))]


def _reach(row: AddressRow) -> Reach:
    return Reach(
        address=row.address,
        n_refused=row.n_refused or 0,
        n_passing=row.n_passing or 0,
        failed_at=row.failed_at,
        diagnostic=row.diagnostic,
        given_up_at=row.given_up_at,
    )
