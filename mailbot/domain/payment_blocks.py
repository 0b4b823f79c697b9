"""Which warnings keep a document from being paid, and what a person says to settle each."""

from dataclasses import replace

from mailbot.domain.document import Document

#: it may be an invoice that is here already: settled by `geen dubbel`
DUPLICATES = frozenset(
    {
        "duplicate_message",
        "duplicate_file",
        "duplicate_invoice",
        "duplicate_spelling",
        "duplicate_communication",
        "duplicate_amount",
        "credited",
        "billed_again",
    }
)
#: about the account alone: settled by `rekening klopt`
ACCOUNT = frozenset(
    {
        "new_iban",
        "changed_iban",
        "refused_iban",
        "account_by_habit",
        "bank_country",
        "lookalike_supplier",
    }
)
#: what XML, page, QR code and known values say otherwise: settled by a person who types the field
SETTLED_BY_FIELD: dict[str, frozenset[str]] = {
    "iban": frozenset({"xml_differs_iban", "qr_iban_differs", "iban_check_digits"}),
    "total_incl": frozenset({"xml_differs_total", "qr_total_differs"}),
    "supplier_vat": frozenset({"xml_differs_vat"}),
    "invoice_number": frozenset({"xml_differs_number"}),
}
#: nothing is paid of a document with one of these. Those of `ACCOUNT` are not among them: how far
#: an account is trusted is asked at the moment of paying (handlers/accounts.py), for it changes
BLOCKS_PAYING = DUPLICATES.union(*SETTLED_BY_FIELD.values())


def blocking_warnings(document: Document) -> tuple[str, ...]:
    """Return the warnings of a document that keep it from being paid, as they stand on it."""
    return tuple(warning for warning in document.warnings if name_of(warning) in BLOCKS_PAYING)


def name_of(warning: str) -> str:
    """Return the id of a warning; what stands behind its colon is named in its sentence."""
    return warning.partition(":")[0]


def without(document: Document, settled: frozenset[str]) -> Document:
    """Return the document without these warnings: a person settled them."""
    kept = tuple(warning for warning in document.warnings if name_of(warning) not in settled)
    return replace(document, warnings=kept)
