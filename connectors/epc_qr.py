"""Writes EPC QR codes: a bank's app scans one and has the payment filled in (EPC069-12).

Version 002 of the code: the BIC may be missing (EEA). Twelve elements, one a line, empty ones at
the end left out; at most 331 bytes; QR error correction M; at most QR version 13.

A Belgian structured communication (OGM) goes into the element of the structured reference (AT-05),
as its 12 digits, and the free text stays empty: either one or the other, says EPC069-12. The
standard lets the structured reference be an ISO 11649 one but does not ask for it, and a Belgian
app that finds an OGM in the free text sends it as free text, so that the supplier's books do not
match it (letspeppol issue 274, mended the same way in its pull request 286; Odoo's
`account_qr_code_sepa` and Dolibarr pull request 38880 use the same element). The 12 digits without
signs are what ISO 20022 messages carry for it (SCOR, issuer BBA).
"""

import io

import segno

from mailbot.domain.errors import Permanent
from mailbot.domain.identifiers import read_iban
from mailbot.domain.payment import CommunicationKind, Payment
from mailbot.domain.payment_checks import check_amount
from mailbot.domain.sepa_text import sepa_text

_NAME, _TEXT = 70, 140
_MOST_BYTES = 331
_MOST_VERSION = 13
#: modules of white around a code (ISO/IEC 18004)
_QUIET_ZONE = 4
#: a phone of 360 px shows it whole
_WIDTH = 320


def epc_text(payment: Payment) -> str:
    """Return what the code of a payment says, in the letters of the SEPA.

    Raises Permanent for an amount, an account or a name that no code can carry.
    """
    check_amount(payment.amount)
    name = sepa_text(payment.creditor_name, _NAME)
    iban = read_iban(payment.creditor_iban)
    if not name or iban is None:
        raise Permanent(f"payment {payment.id} has no creditor or no valid account: no QR code")
    structured, free = _communication(payment)
    elements = (
        "BCD", "002", "1", "SCT", payment.creditor_bic, name, iban, f"EUR{payment.amount:.2f}",
        "", structured, free,
    )  # fmt: skip
    return "\n".join(elements).rstrip("\n")


def _communication(payment: Payment) -> tuple[str, str]:
    """Return the structured reference and the free text: one of them is empty."""
    match payment.communication_kind:
        case CommunicationKind.OGM:
            return payment.communication, ""
        case CommunicationKind.FREE:
            return "", sepa_text(payment.communication, _TEXT)
        case CommunicationKind.NONE:
            return "", ""


def epc_png(text: str) -> bytes:
    """Return a code as PNG, with the white around it that readers need."""
    content = text.encode()
    if len(content) > _MOST_BYTES:
        raise Permanent(f"an EPC QR code has at most {_MOST_BYTES} bytes, this one {len(content)}")
    code = segno.make_qr(content, error="m", boost_error=False)
    if int(code.version) > _MOST_VERSION:
        raise Permanent(f"an EPC QR code has at most version {_MOST_VERSION}")
    modules = code.symbol_size(border=_QUIET_ZONE)[0]
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=_WIDTH // int(modules), border=_QUIET_ZONE)
    return picture.getvalue()
