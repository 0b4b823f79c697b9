"""Bank accounts of suppliers, and how far each dossier trusts them."""

from sqlmodel import Session, select

from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.values import from_json, to_json
from storage.tables.payments import SupplierAccountRow


def record_account(session: Session, account: SupplierAccount) -> None:
    """Keep what is known of an account."""
    key = (account.dossier, account.supplier, account.iban)
    row = session.get(SupplierAccountRow, key) or SupplierAccountRow(
        dossier=account.dossier, supplier=account.supplier, iban=account.iban, state="", data=""
    )
    row.state = account.state.value
    row.data = to_json(account)
    session.add(row)
    session.flush()


def find_account(
    session: Session, *, dossier: str, supplier: str, iban: str
) -> SupplierAccount | None:
    """Return what is known of an account, None if nothing is."""
    row = session.get(SupplierAccountRow, (dossier, supplier, iban))
    return from_json(SupplierAccount, row.data) if row else None


def find_refused(session: Session, *, dossier: str, iban: str) -> SupplierAccount | None:
    """Return an account that was refused as somebody's, whoever's; None if it never was."""
    rows = select(SupplierAccountRow).where(
        SupplierAccountRow.dossier == dossier,
        SupplierAccountRow.iban == iban,
        SupplierAccountRow.state == AccountState.REFUSED.value,
    )
    row = session.exec(rows.limit(1)).first()
    return from_json(SupplierAccount, row.data) if row else None


def accounts_of(session: Session, *, dossier: str, supplier: str) -> tuple[SupplierAccount, ...]:
    """Return every account of a supplier."""
    rows = select(SupplierAccountRow).where(
        SupplierAccountRow.dossier == dossier, SupplierAccountRow.supplier == supplier
    )
    found = session.exec(rows.order_by(SupplierAccountRow.iban))
    return tuple(from_json(SupplierAccount, row.data) for row in found)
