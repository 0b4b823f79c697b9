"""Where a document goes next: one ordered table, read top to bottom."""

from collections.abc import Sequence

from mailbot.domain.approval import Approval
from mailbot.domain.document import Document, Status
from mailbot.domain.invoice import MANDATORY_FIELDS, Source
from mailbot.domain.people import Dossier, JournalKind, PersonRole, Validation
from mailbot.rules.approval import holding_rules, is_complete
from mailbot.rules.corrections import changed_fields

#: below this a value is shown to a reviewer before anybody is asked to approve it
SURE = 0.8

#: what an approver decides on; when one of these changes, approvals are asked again
MATERIAL_FIELDS = frozenset(
    {
        "document_class",
        "supplier_name",
        "supplier_vat",
        "total_incl",
        "amount_due",
        "currency",
        "iban",
        # it says whose debt is paid
        "payment_reference",
    }
)

_REVIEW_ROLES = frozenset(
    {
        PersonRole.ADMIN,
        PersonRole.FULL_ACCESS,
        PersonRole.DOCUMENT_PROCESSING,
        PersonRole.DOCUMENT_PROCESSING_ARCHIVE,
    }
)


def next_status(document: Document, dossier: Dossier, approvals: Sequence[Approval]) -> Status:
    """Return where the document must stand now.

    Nobody is asked to approve numbers that nobody is sure of, and nothing is booked that was not
    validated by those whom the dossier names.
    """
    if not document.welcome:
        return Status.QUARANTINED
    if not document.sent:
        return Status.INBOX
    if waits_for_reading(document):
        return Status.TO_REVIEW
    if not is_complete(holding_rules(document, dossier, approvals), approvals):
        return Status.TO_APPROVE
    if not is_validated(document, dossier, approvals):
        return Status.TO_REVIEW
    return Status.TO_EXPORT


def mandatory_fields(document: Document) -> tuple[str, ...]:
    """Return what must be known of this document: on a sale the other side is the customer."""
    if document.kind is not JournalKind.SALES:
        return MANDATORY_FIELDS
    return tuple("customer_name" if n == "supplier_name" else n for n in MANDATORY_FIELDS)


def missing_fields(document: Document) -> tuple[str, ...]:
    """Return the mandatory fields that are not known, in the order they are asked."""
    invoice, needed = document.invoice, mandatory_fields(document)
    return tuple(n for n in needed if invoice is None or getattr(invoice, n) in (None, ""))


def is_doubtful(document: Document) -> bool:
    """Whether a mandatory value is missing or not sure enough to ask for an approval."""
    invoice = document.invoice
    if invoice is None or missing_fields(document):
        return True
    return any(invoice.confidence(name) < SURE for name in mandatory_fields(document))


def waits_for_reading(document: Document) -> bool:
    """Whether nobody is sure of the values and nobody has looked: no rule can be judged yet."""
    return is_doubtful(document) and not document.reviewed_by


def is_material(before: Document, after: Document) -> bool:
    """Whether a document changed in what an approver decides on: approvals are asked again."""
    if before.kind is not after.kind:
        return True
    return bool(changed_fields(before, after) & MATERIAL_FIELDS)


def is_validated(document: Document, dossier: Dossier, approvals: Sequence[Approval]) -> bool:
    """Whether those who must look at the booking proposal have (CF-VAL-02…04)."""
    wanted = dossier.validation
    if wanted is Validation.CLIENT:
        return bool(document.reviewed_by) or _approved_by_client(document, dossier, approvals)
    clients = {person.email.lower() for person in dossier.people}
    office = any(email not in clients for email in document.reviewed_by)
    client = any(email in clients for email in document.reviewed_by)
    is_for_both = wanted is Validation.HYBRID and bool(_client_reviewers(dossier))
    return office and (client or not is_for_both)


def reviewers(document: Document, dossier: Dossier) -> tuple[str, ...]:
    """Return who is asked to review now: the client's people, or the office's dossier manager.

    Where nobody of the client may review, the dossier manager does.
    """
    clients = _client_reviewers(dossier)
    manager = (dossier.dossier_manager.lower(),)
    seen_by_client = any(email in clients for email in document.reviewed_by)
    match dossier.validation:
        case Validation.OFFICE:
            return manager
        case Validation.HYBRID:
            return manager if seen_by_client else clients or manager
        case Validation.CLIENT:
            return clients or manager


def _client_reviewers(dossier: Dossier) -> tuple[str, ...]:
    """Return the people of the client who may review; a frozen person has no authority."""
    return tuple(
        person.email.lower()
        for person in dossier.people
        if not person.frozen and _REVIEW_ROLES & set(person.roles)
    )


def _approved_by_client(
    document: Document, dossier: Dossier, approvals: Sequence[Approval]
) -> bool:
    """Whether an approval counts as validation: a client saw complete, certain values."""
    clients = {person.email.lower() for person in dossier.people}
    seen = any(a.approver in clients and a.decided_at for a in approvals)
    return seen and not is_doubtful(document)


def is_structured(document: Document) -> bool:
    """Whether the total was read from an e-invoice, not from a page."""
    evidence = document.invoice.evidence.get("total_incl") if document.invoice else None
    return evidence is not None and evidence.source in (Source.UBL, Source.CII)
