"""What a dossier knows of the account that a document names; shared by handlers.

Nothing but `trust` here, and a dossier's definition, makes an account trusted.
"""

from collections.abc import Collection

from sqlmodel import Session

from handlers.context import MAILBOT, Unit
from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Dossier, JournalKind
from mailbot.rules.accounts import account_on_file, refused, trusted, trusted_ibans
from storage.accounts import accounts_of, find_account, record_account
from storage.documents import supplier_key


def account_of(session: Session, dossier: Dossier, document: Document) -> SupplierAccount | None:
    """Return what is known of the account that a document names, None if nothing is.

    What somebody refused stays refused, also when the definition names it.
    """
    iban, key = iban_of(document), supplier_key(document)
    if not iban or not key:
        return None
    known = find_account(session, dossier=dossier.code, supplier=key, iban=iban)
    if known is not None and known.state is AccountState.REFUSED:
        return known
    return account_on_file(dossier, document, key) or known


def trusted_accounts(session: Session, dossier: Dossier, document: Document) -> set[str]:
    """Return every trusted account of the supplier of a document."""
    if document.invoice is None:
        return set()
    known = accounts_of(session, dossier=dossier.code, supplier=supplier_key(document))
    return trusted_ibans(dossier, document.invoice, known)


def iban_of(document: Document) -> str:
    """Return the account that a document names, "" when it names none."""
    return (document.invoice.iban or "") if document.invoice else ""


def pays(dossier: Dossier, document: Document) -> bool:
    """Whether this document may ever be paid by us: a purchase of a dossier that pays."""
    return dossier.payments.active and document.kind is JournalKind.PURCHASE


def note_account(
    unit: Unit, dossier: Dossier, document: Document, *, by: str
) -> SupplierAccount | None:
    """Remember the account that a document names, as a proposal of who brought it.

    Returns what is known of it now, None where the document names no account or no supplier.
    """
    iban, key = iban_of(document), supplier_key(document)
    known = account_of(unit.session, dossier, document)
    if known is not None or not iban or not key:
        return known
    proposed = SupplierAccount(
        dossier=dossier.code,
        supplier=key,
        iban=iban,
        document_id=document.id,
        proposed_by=by.lower(),
        proposed_at=unit.context.now(),
    )
    record_account(unit.session, proposed)
    _note(unit, EventKind.ACCOUNT_PROPOSED, proposed, document, by=by)
    return proposed


def ask_about_account(unit: Unit, dossier: Dossier, document: Document) -> None:
    """Put the job that asks whether the account on a document is right, where nobody said so yet.

    That is when the document is past the inbox: approving it and finding out go on side by side,
    and who only delivers documents makes nobody get mails.
    """
    if not pays(dossier, document) or document.status in _NOT_YET or not iban_of(document):
        return
    account = account_of(unit.session, dossier, document)
    if account is None or account.state is AccountState.PROPOSED:
        key = f"{document.id}:{iban_of(document)}"
        unit.put(JobKind.CONFIRM_ACCOUNT, key=key, document=document.id)


#: nobody has let these in, or sent them to the office
_NOT_YET = frozenset({Status.RECEIVED, Status.QUARANTINED, Status.INBOX})


def trust(
    unit: Unit, dossier: Dossier, document: Document, *, by: str, people: Collection[str]
) -> SupplierAccount:
    """Trust the account that a document names because these people, no parties to it, said so."""
    account = note_account(unit, dossier, document, by=document.delivered_by)
    if account is None:
        raise KeyError(document.id)
    hours = dossier.payments.wait_hours
    sure = trusted(account, people, at=unit.context.now(), wait_hours=hours)
    record_account(unit.session, sure)
    _note(unit, EventKind.ACCOUNT_TRUSTED, sure, document, by=by)
    return sure


def refuse(unit: Unit, dossier: Dossier, document: Document, *, by: str) -> SupplierAccount:
    """Refuse the account that a document names: nothing is paid to it any more."""
    account = note_account(unit, dossier, document, by=document.delivered_by)
    if account is None:
        raise KeyError(document.id)
    gone = refused(account, by, at=unit.context.now())
    record_account(unit.session, gone)
    _note(unit, EventKind.ACCOUNT_REFUSED, gone, document, by=by)
    return gone


def _note(
    unit: Unit, kind: EventKind, account: SupplierAccount, document: Document, *, by: str
) -> None:
    facts = {
        "supplier": account.supplier,
        "iban": account.iban,
        "people": ", ".join(account.decided_by),
    }
    unit.note(kind, document.id, by or MAILBOT, **unit.cause, **facts)
