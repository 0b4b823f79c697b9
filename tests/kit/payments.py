"""Payments for tests; every name and account is invented."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from connectors.sepa import FORMATS, CreditTransferFile
from mailbot.domain.payment import CommunicationKind, Payment

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
DEBTOR_IBAN = "BE68539007547034"
CREDITOR_IBAN = "NL69INGB0123456789"
OGM = "090933755493"


def a_credit_transfer(number: int = 1, **changes: object) -> Payment:
    """Return a payment of 12.50 to a printer, told with a structured communication."""
    values: dict[str, object] = {
        "id": f"{number:032x}",
        "dossier": "bakkerij",
        "amount": Decimal("12.50"),
        "creditor_name": "Drukkerij Lefèvre & Zonen",
        "creditor_iban": CREDITOR_IBAN,
        "communication_kind": CommunicationKind.OGM,
        "communication": OGM,
        "debit_iban": DEBTOR_IBAN,
        "prepared_by": "els@bakkerij.example",
        "prepared_at": NOW,
    }
    return Payment(**{**values, **changes})  # type: ignore[arg-type]


def a_file(*payments: Payment, **changes: object) -> CreditTransferFile:
    """Return a file of `payments`, which leave the day after `NOW`."""
    values: dict[str, object] = {
        "message_id": "0199aabbccddeeff0011223344556677",
        "created_at": NOW,
        "debtor_name": "Bakkerij De Gouden Aar",
        "debtor_iban": DEBTOR_IBAN,
        "execution_date": date(2026, 11, 27),
        "format": FORMATS[1],
        "payments": payments,
    }
    return CreditTransferFile(**{**values, **changes})  # type: ignore[arg-type]


@st.composite
def credit_transfers(draw: st.DrawFn) -> Payment:
    """Return a payment that a bank takes, however its texts are written."""
    told = draw(
        st.one_of(
            st.just((CommunicationKind.NONE, "")),
            st.text(max_size=300).map(lambda text: (CommunicationKind.FREE, text)),
            st.integers(0, 10**10 - 1).map(
                lambda n: (CommunicationKind.OGM, f"{n:010}{n % 97 or 97:02}")
            ),
        )
    )
    return a_credit_transfer(
        draw(st.integers(0, 2**128 - 1)),
        amount=Decimal(draw(st.integers(1, 99_999_999_999))) / 100,
        creditor_name="A" + draw(st.text(max_size=120)),
        creditor_bic=draw(st.sampled_from(("", "INGBNL2A", "INGBNL2AXXX"))),
        communication_kind=told[0],
        communication=told[1],
    )
