"""A payment on its way from basket to bank, and the one table of its statuses.

All amounts are in euro, in cents (SEPA credit transfer).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.approval import ApprovalState
from mailbot.domain.errors import Refused
from mailbot.domain.money import total


class PaymentStatus(StrEnum):
    """Where a payment stands."""

    #: in the basket (betaalmand)
    PREPARED = "prepared"
    #: in the basket; somebody was asked to approve it
    TO_APPROVE = "to_approve"
    #: in the basket; everybody who had to has approved this version
    APPROVED = "approved"
    #: in a pain.001 file that was handed out
    IN_FILE = "in_file"
    #: an EPC QR code was handed out for it
    QR_MADE = "qr_made"
    #: somebody says that it was paid without us
    DECLARED = "declared"
    #: seen on a bank statement
    PAID = "paid"
    #: the bank refused it, or somebody says that it was never paid: the invoice is open again
    NOT_PAID = "not_paid"
    #: one who had to approve it refused
    REFUSED = "refused"
    CANCELLED = "cancelled"


IN_BASKET = frozenset({PaymentStatus.PREPARED, PaymentStatus.TO_APPROVE, PaymentStatus.APPROVED})
#: money may have left
HANDED_OUT = frozenset({PaymentStatus.IN_FILE, PaymentStatus.QR_MADE, PaymentStatus.DECLARED})
#: these take nothing of what an invoice may still be paid
WITHOUT_EFFECT = frozenset(
    {PaymentStatus.NOT_PAID, PaymentStatus.REFUSED, PaymentStatus.CANCELLED}
)

#: the only changes there are
ALLOWED_CHANGES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PREPARED: frozenset(
        {
            PaymentStatus.TO_APPROVE,
            PaymentStatus.APPROVED,
            PaymentStatus.IN_FILE,
            PaymentStatus.CANCELLED,
        }
    ),
    PaymentStatus.TO_APPROVE: frozenset(
        {
            PaymentStatus.PREPARED,
            PaymentStatus.APPROVED,
            PaymentStatus.REFUSED,
            PaymentStatus.CANCELLED,
        }
    ),
    PaymentStatus.APPROVED: frozenset(
        {PaymentStatus.PREPARED, PaymentStatus.IN_FILE, PaymentStatus.CANCELLED}
    ),
    PaymentStatus.IN_FILE: frozenset({PaymentStatus.PAID, PaymentStatus.NOT_PAID}),
    PaymentStatus.QR_MADE: frozenset({PaymentStatus.PAID, PaymentStatus.NOT_PAID}),
    PaymentStatus.DECLARED: frozenset({PaymentStatus.PAID, PaymentStatus.NOT_PAID}),
    # the bank gave it back later
    PaymentStatus.PAID: frozenset({PaymentStatus.NOT_PAID}),
    PaymentStatus.NOT_PAID: frozenset(),
    PaymentStatus.REFUSED: frozenset(),
    PaymentStatus.CANCELLED: frozenset(),
}


class PaymentMethod(StrEnum):
    """How money leaves."""

    #: a line of a pain.001 file
    SEPA = "sepa"
    #: scanned with a bank's app (EPC069-12)
    QR = "qr"
    #: paid without us
    ELSEWHERE = "elsewhere"


class CommunicationKind(StrEnum):
    """What is told to the creditor (CF-PAY-08)."""

    NONE = "none"
    FREE = "free"
    #: Belgian structured communication, 12 digits
    OGM = "ogm"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One payment of one dossier; answers and approvals are bound to its version."""

    id: str
    dossier: str
    #: "" for one that somebody typed (CF-PAY-28)
    document_id: str = ""
    #: version of the document that it was prepared from
    document_version: int = 0
    status: PaymentStatus = PaymentStatus.PREPARED
    method: PaymentMethod = PaymentMethod.SEPA
    version: int = 1
    amount: Decimal
    creditor_name: str
    #: without blanks, "" when it was paid without us
    creditor_iban: str = ""
    creditor_bic: str = ""
    communication_kind: CommunicationKind = CommunicationKind.NONE
    #: 12 digits of an OGM, or text of at most 140 characters
    communication: str = ""
    #: IBAN of the account of the dossier that it leaves from
    debit_iban: str = ""
    #: None: as soon as the file is made; a past one becomes the actual day then (CF-PAY-34)
    execution_date: date | None = None
    #: e-mail address
    prepared_by: str
    prepared_at: datetime
    #: the document was not booked yet when it was prepared (CF-PAY-15)
    is_unbooked: bool = False
    #: who prepared it was frozen since: it stays in the basket until somebody else takes it over
    waits_since_freeze: bool = False
    #: somebody said `wacht`: it stays in the basket, whatever is executed, until `vrij`
    on_hold: bool = False
    #: name of the payment rule that was chosen, "" for the one that fits (CF-PAPP-07)
    rule: str = ""
    #: id of the file that it is in
    file_id: str = ""
    #: the day that the bank booked it, or that somebody named
    paid_on: date | None = None
    #: why it was refused or not paid, as a person or the bank said
    reason: str = ""

    @property
    def counts(self) -> bool:
        """Whether it takes a part of what its invoice may still be paid."""
        return self.status not in WITHOUT_EFFECT


@dataclass(frozen=True, kw_only=True)
class PaymentApproval:
    """One approver's part in one payment rule for one version of a payment."""

    payment_id: str
    rule: str
    approver: str
    version: int
    state: ApprovalState = ApprovalState.OPEN
    decided_at: datetime | None = None
    #: the mail or form that decided
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentFile:
    """One pain.001 file: one account, one execution date; kept for ever (CF-PAY-35)."""

    id: str
    dossier: str
    #: 1, 2, 3 … in its dossier: what people type
    number: int
    debit_iban: str
    execution_date: date
    #: "pain.001.001.03" or "pain.001.001.09"
    format: str
    count: int
    total: Decimal
    #: of the file in the blob store, which is its control hash, too
    sha256: str
    payment_ids: tuple[str, ...]
    created_at: datetime
    created_by: str


def moved(payment: Payment, to: PaymentStatus, **changes: object) -> Payment:
    """Return `payment` in status `to`: the one place where a payment's status changes.

    Raises Refused("payment_status_forbids") when the table above has no such change.
    """
    if to not in ALLOWED_CHANGES[payment.status]:
        raise Refused("payment_status_forbids", {"payment_status": payment.status.value})
    return replace(payment, status=to, **changes)  # type: ignore[arg-type]


def changed(payment: Payment, **changes: object) -> Payment:
    """Return the next version of a payment in the basket: what was approved no longer counts.

    Raises Refused("payment_status_forbids") when it has left the basket.
    """
    if payment.status not in IN_BASKET:
        raise Refused("payment_status_forbids", {"payment_status": payment.status.value})
    changes = {"status": PaymentStatus.PREPARED, **changes, "version": payment.version + 1}
    return replace(payment, **changes)  # type: ignore[arg-type]


def amount_taken(payments: Iterable[Payment]) -> Decimal:
    """Return what the payments of one invoice take of it together."""
    return total(payment.amount for payment in payments if payment.counts)
