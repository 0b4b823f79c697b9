"""How far the account on an invoice is trusted, and who may say that it is the supplier's.

A document never makes an account trusted: the dossier's definition does, or people who are no
party to it (mail.md §7).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.document import Document
from mailbot.domain.invoice import Invoice
from mailbot.domain.learning import name_key
from mailbot.domain.people import Dossier, Supplier


def find_on_file(dossier: Dossier, invoice: Invoice) -> Supplier | None:
    """Return the supplier of an invoice as somebody wrote it down, None when nobody did.

    By its VAT number; by its name only where one of both numbers is not known.
    """
    vat, name = invoice.supplier_vat or "", name_key(invoice.supplier_name)
    for supplier in dossier.suppliers:
        if vat and supplier.vat_number == vat:
            return supplier
    return next((s for s in dossier.suppliers if _has_name(s, vat, name)), None)


def _has_name(supplier: Supplier, vat: str, name: str) -> bool:
    is_numbered_otherwise = bool(vat and supplier.vat_number)
    return bool(name) and name_key(supplier.name) == name and not is_numbered_otherwise


def account_on_file(
    dossier: Dossier, document: Document, supplier_key: str
) -> SupplierAccount | None:
    """Return the account of an invoice, trusted, when the dossier's definition names it."""
    invoice = document.invoice
    on_file = find_on_file(dossier, invoice) if invoice else None
    if invoice is None or on_file is None or invoice.iban not in on_file.ibans:
        return None
    return SupplierAccount(
        dossier=dossier.code,
        supplier=supplier_key,
        iban=invoice.iban,
        state=AccountState.TRUSTED,
        proposed_at=document.received_at,
    )


def trusted_ibans(
    dossier: Dossier, invoice: Invoice, known: Sequence[SupplierAccount]
) -> set[str]:
    """Return every account that is trusted of the supplier of an invoice."""
    on_file = find_on_file(dossier, invoice)
    refused = {account.iban for account in known if account.state is AccountState.REFUSED}
    confirmed = {account.iban for account in known if account.state is AccountState.TRUSTED}
    return (confirmed | set(on_file.ibans if on_file else ())) - refused


def account_warnings(
    iban: str, account: SupplierAccount | None, trusted: Collection[str], seen: Collection[str]
) -> list[str]:
    """Return what stands on top of every mail about an invoice with this account.

    `account` is what is known of it, `trusted` the supplier's trusted accounts, `seen` those of
    its invoices that were booked.
    """
    earlier = set(trusted) or set(seen)
    if account is not None and account.state is AccountState.REFUSED:
        return ["refused_iban"]
    if iban in trusted or (iban in earlier and not trusted):
        return []
    if not earlier:
        return ["new_iban"]
    return ["changed_iban", *_other_country(iban, earlier)]


def _other_country(iban: str, earlier: Collection[str]) -> list[str]:
    """Tell of a bank in another country than all those before."""
    countries = sorted({one[:2] for one in earlier})
    return [] if iban[:2] in countries else [f"bank_country:{iban[:2]}"]


def parties(document: Document, account: SupplierAccount | None) -> frozenset[str]:
    """Return the addresses of whoever may not say that the account on a document is right.

    Who delivered the document, changed its account, or brought that account first.
    """
    brought = account.proposed_by if account else ""
    found = (document.delivered_by, document.iban_changed_by, brought)
    return frozenset(address.lower() for address in found if address)


def trusted(
    account: SupplierAccount, by: Collection[str], *, at: datetime, wait_hours: int
) -> SupplierAccount:
    """Return the account trusted because these people said so; it is paid to after the wait."""
    return replace(
        account,
        state=AccountState.TRUSTED,
        decided_by=tuple(by),
        decided_at=at,
        payable_from=at + timedelta(hours=wait_hours) if wait_hours else None,
    )


def refused(account: SupplierAccount, by: str, *, at: datetime) -> SupplierAccount:
    """Return the account refused: nothing is paid to it, whatever was said before."""
    return replace(
        account, state=AccountState.REFUSED, decided_by=(by,), decided_at=at, payable_from=None
    )
