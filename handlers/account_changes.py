"""What follows for a supplier's account when a person types a field of a document."""

from dataclasses import replace

from handlers.account_decisions import seconded_by
from handlers.accounts import ask_about_account, note_account, pays, trust, trusted_accounts
from handlers.acting import Act
from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.document import Document
from mailbot.domain.invoice import Source
from mailbot.domain.payment_blocks import ACCOUNT, SETTLED_BY_FIELD, without
from mailbot.rules.accounts import account_warnings


def settle_typed(act: Act, document: Document, *, is_new_account: bool) -> Document:
    """Return the document without the doubts that typing a field settles.

    An account that one person typed and another confirmed is trusted: that was level 4. Where the
    code of an authenticator app stood for the other, it is only proposed.
    """
    evidence = document.invoice.evidence if document.invoice else {}
    for name, settled in SETTLED_BY_FIELD.items():
        if name in evidence and evidence[name].source is Source.PERSON:
            document = without(document, settled)
    if not is_new_account or not pays(act.dossier, document):
        return document
    return _with_account(act, without(document, ACCOUNT))


def _with_account(act: Act, document: Document) -> Document:
    account = note_account(act.unit, act.dossier, document, by=act.email)
    if account is None:
        return document
    second = seconded_by(act.unit)
    if account.state is AccountState.PROPOSED and _is_free(second, document, account):
        account = trust(act.unit, act.dossier, document, by=act.email, people=(act.email, second))
    ask_about_account(act.unit, act.dossier, document)
    trusted = trusted_accounts(act.unit.session, act.dossier, document)
    found = account_warnings(account.iban, account, trusted, ())
    return replace(document, warnings=(*found, *document.warnings))


def _is_free(second: str, document: Document, account: SupplierAccount) -> bool:
    """Whether the second person brought neither the document nor the account before."""
    return bool(second) and second not in (document.delivered_by.lower(), account.proposed_by)
