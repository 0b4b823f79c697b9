"""An account that nobody has confirmed came with a document that may be paid: ask, once."""

from functools import partial

from handlers.account_decisions import settlers
from handlers.accounts import iban_of, note_account, pays, trusted_accounts
from handlers.asking import Showing, show, view_of
from handlers.context import Context, Unit
from handlers.correspondence import Post, post
from mailbot.compose.accounts import (
    AccountQuestion,
    write_account_request,
    write_own_account_request,
)
from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.job import Job
from mailbot.domain.letter import Reader
from mailbot.domain.people import Dossier
from mailbot.rules.accounts import find_on_file
from storage.definitions import get_dossier, get_office
from storage.documents import find_document, look_alikes, supplier_key

#: of a dossier's own bookings, so many accounts stand in the mail
_MOST_KNOWN = 4


def handle(context: Context, job: Job) -> None:
    """Ask those who may settle it, and the supplier's contact on file, about one account.

    One account of one supplier is asked about once, whatever documents name it.
    """
    with context.transaction() as unit:
        document = find_document(unit.session, job.ids["document"])
        dossier = get_dossier(unit.session, document.dossier) if document else None
        if document is None or dossier is None or not pays(dossier, document):
            return
        account = note_account(unit, dossier, document, by=document.delivered_by)
        if account is not None and account.state is AccountState.PROPOSED:
            _ask(unit, dossier, document, account)


def _ask(unit: Unit, dossier: Dossier, document: Document, account: SupplierAccount) -> None:
    question = _question(unit, dossier, document)
    key = f"account:{dossier.code}:{account.supplier}:{account.iban}"
    for person in settlers(unit, dossier, document):
        asking = Showing(
            to=person,
            key=key,
            shown=Shown.ACCOUNT,
            write=partial(write_account_request, question=question),
        )
        show(unit, document, dossier, asking)
    if question.contact:
        _ask_contact(unit, dossier, document, question, key=f"{key}:contact")


def _question(unit: Unit, dossier: Dossier, document: Document) -> AccountQuestion:
    on_file = find_on_file(dossier, document.invoice) if document.invoice else None
    known = trusted_accounts(unit.session, dossier, document) or _booked(unit, document)
    return AccountQuestion(
        iban=iban_of(document),
        known=tuple(sorted(known - {iban_of(document)}))[:_MOST_KNOWN],
        telephone=on_file.telephone if on_file else "",
        contact=on_file.email if on_file else "",
    )


def _booked(unit: Unit, document: Document) -> set[str]:
    """Return the accounts of the supplier's booked documents."""
    return {
        iban_of(other)
        for other in look_alikes(unit.session, document)
        if other.status is Status.EXPORTED
        and supplier_key(other) == supplier_key(document)
        and iban_of(other)
    }


def _ask_contact(
    unit: Unit, dossier: Dossier, document: Document, question: AccountQuestion, *, key: str
) -> None:
    """Write to the address that somebody wrote down for the supplier; never to one of a mail."""
    office, _employees = get_office(unit.session, dossier.office)
    view = view_of(unit, document, dossier)
    letter = Post(
        key=key,
        reader=Reader(
            email=question.contact.lower(),
            first_name="",
            name="",
            language=dossier.language,
            time_zone=office.time_zone,
        ),
        office=office,
        shown=Shown.ACCOUNT,
        dossier=dossier.code,
        documents=[document],
        subject=question.iban,
        write=lambda head: write_own_account_request(head, view, question=question),
    )
    post(unit, letter)
