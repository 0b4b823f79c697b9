"""Says what a mail showed of its one document, so that an answer may repeat it."""

from sqlmodel import Session

from mailbot.domain.token import Token
from mailbot.mail.repeated import NOTHING_SHOWN, ShownFacts
from storage.documents import find_document


def shown_facts(session: Session, token: Token) -> ShownFacts:
    """Return total, number and names as the mail of `token` showed them.

    Nothing when it showed a list, or when the document has changed since: then a repeated amount
    is a doubt, and what holds now is shown.
    """
    if len(token.items) != 1:
        return NOTHING_SHOWN
    item = token.items[0]
    document = find_document(session, item.document_id)
    if document is None or document.version != item.version or document.invoice is None:
        return NOTHING_SHOWN
    invoice = document.invoice
    total = f"{invoice.total_incl:.2f}" if invoice.total_incl is not None else ""
    known = (invoice.supplier_name, invoice.customer_name)
    return ShownFacts(
        totals=frozenset(filter(None, (total,))),
        numbers=frozenset(filter(None, (invoice.invoice_number,))),
        names=frozenset(filter(None, known)),
    )
