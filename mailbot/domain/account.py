"""Bank accounts of suppliers, and how far a dossier trusts them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccountState(StrEnum):
    """How far an account is trusted; a document never makes it more than PROPOSED."""

    PROPOSED = "proposed"
    TRUSTED = "trusted"
    #: somebody said that it is not the supplier's
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class SupplierAccount:
    """One account of one supplier in one dossier."""

    dossier: str
    #: `storage.documents.supplier_key`: its VAT number, else its name folded
    supplier: str
    iban: str
    state: AccountState = AccountState.PROPOSED
    #: the document that first brought it, "" when a definition or a person did
    document_id: str = ""
    #: e-mail address of who delivered or typed it: never the one who confirms it
    proposed_by: str = ""
    proposed_at: datetime
    #: e-mail addresses of the people who confirmed or refused it
    decided_by: tuple[str, ...] = ()
    decided_at: datetime | None = None
    #: nothing is paid to it before (Payments.wait_hours)
    payable_from: datetime | None = None

    def is_payable(self, now: datetime) -> bool:
        """Whether money may go there now."""
        is_waiting = self.payable_from is not None and now < self.payable_from
        return self.state is AccountState.TRUSTED and not is_waiting
