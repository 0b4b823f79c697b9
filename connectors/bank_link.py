"""What a direct link to a bank is: it takes a file of payments over and says what became of it.

None is built: people upload the file at their bank, or scan a QR code. Both links below say what
their contracts ask for, and refuse with a sentence; whoever builds one implements `BankLink` and
adds it to `LINKS`. Sources: Ibanity's client for Java (commit 9057d34) and Postman collections.

A link never signs: money leaves when a person signs at the bank. The lock on an invoice is ours: a
payment is handed over from the status IN_FILE, as a file is, and so never twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from mailbot.domain.errors import UnsupportedFeature
from mailbot.domain.payment import Payment, PaymentFile


class HandOverStatus(StrEnum):
    """What a bank says of a file that it took over."""

    #: a person must sign at the bank
    TO_SIGN = "to_sign"
    SIGNED = "signed"
    EXECUTED = "executed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class LinkCapabilities:
    """What a link can do."""

    #: takes the pain.001 file itself; else payments one by one, as JSON
    takes_file: bool
    #: several payments are signed at once
    bulk: bool
    #: the versions of the file that it takes, () when it takes none
    formats: tuple[str, ...] = ()
    #: statements and movements can be fetched
    statements: bool = True
    #: what must be agreed and set before it can be used, for the operator
    needs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """A file that a bank took over."""

    #: the bank's id of it: what `status` asks for
    reference: str
    status: HandOverStatus
    #: where the person signs, "" when the bank shows it by itself
    sign_url: str = ""
    at: datetime
    #: what the bank said, when it refused
    reason: str = ""


class BankLink(Protocol):
    """A direct link to a bank."""

    @property
    def name(self) -> str:
        """The name that `via` of `voer uit` uses."""
        ...

    @property
    def capabilities(self) -> LinkCapabilities:
        """What it can do."""
        ...

    def hand_over(
        self, file: PaymentFile, content: bytes, payments: Sequence[Payment]
    ) -> HandOver:
        """Give a file to the bank; the same file again gives the same hand-over (its id is a key).

        Raises UnsupportedFeature, Temporary when the bank does not answer.
        """
        ...

    def status(self, reference: str) -> HandOver:
        """Return what became of a file. Raises as `hand_over`."""
        ...


@dataclass(frozen=True, kw_only=True)
class UnbuiltLink:
    """A link that nobody has built yet: what it would take, and a sentence."""

    name: str
    capabilities: LinkCapabilities

    def hand_over(
        self, file: PaymentFile, content: bytes, payments: Sequence[Payment]
    ) -> HandOver:
        """Raise UnsupportedFeature."""
        raise self._refusal(
            f"file {file.number} of {len(payments)} payments, {len(content)} bytes"
        )

    def status(self, reference: str) -> HandOver:
        """Raise UnsupportedFeature."""
        raise self._refusal(reference)

    def _refusal(self, what: str) -> UnsupportedFeature:
        return UnsupportedFeature(
            f"{self.name} is not linked, {what} was not handed over: upload the file at the bank"
        )


_IBANITY = (
    "a contract with Isabel Group (Ibanity) and a client certificate for every call (mTLS)",
    "an OAuth2 client; its refresh token, renewed at each use, kept sealed",
)

#: https://api.ibanity.com/ponto-connect: POST /accounts/{id}/payments or /bulk-payments, signed at
#: links.redirect; a payment has amount, currency, creditorName, creditorAccountReference (IBAN),
#: creditorAgent, remittanceInformation with its type, requestedExecutionDate and endToEndId
PONTO = UnbuiltLink(
    name="ponto",
    capabilities=LinkCapabilities(
        takes_file=False,
        bulk=True,
        needs=(
            *_IBANITY,
            "the client's consent to payments (scope pi) and accounts (ai), with PKCE",
            "HTTP signatures of requests (Digest, Signature)",
        ),
    ),
)

#: https://api.ibanity.com/isabel-connect: POST /bulk-payment-initiation-requests, whose body is
#: the file; GET /account-reports brings CODA and CAMT files
ISABEL = UnbuiltLink(
    name="isabel",
    capabilities=LinkCapabilities(
        takes_file=True,
        bulk=True,
        formats=("pain.001.001.03",),
        needs=(*_IBANITY, "the client's Isabel 6 subscription and signing card"),
    ),
)

LINKS: Mapping[str, BankLink] = MappingProxyType({link.name: link for link in (PONTO, ISABEL)})


def find_link(name: str) -> BankLink:
    """Return a link. Raises UnsupportedFeature for a name that there is not."""
    if name not in LINKS:
        raise UnsupportedFeature(f"{name} is no bank link; there are {', '.join(LINKS)}")
    return LINKS[name]
