"""What every connector is: it turns a booking into the files of one accounting package.

How files travel (folder, mail) is not its business; see `connectors.delivery`. What is wrong with
a booking is a `Problem` that names the field a person can mend; what a package cannot do at all
raises `UnsupportedFeature` with a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mailbot.domain.booking import BookingProposal, ExportFile, Problem
from mailbot.domain.errors import UnsupportedFeature
from mailbot.domain.invoice import Invoice
from mailbot.domain.ledger import LEDGER_ACCOUNTS, is_ledger_account
from mailbot.domain.money import ZERO, total
from mailbot.domain.people import Dossier, JournalKind

#: what is asked of an option that names a ledger account
ACCOUNT_WANTED = 'a ledger account of 3 to 10 digits, e.g. "604000"'


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """One booking with everything that leaves with it."""

    booking: BookingProposal
    invoice: Invoice
    dossier: Dossier
    #: the file as it came in
    original: ExportFile
    #: the PDF that people look at, None when that is the original or there is none
    visual: ExportFile | None = None

    @property
    def pdf(self) -> ExportFile | None:
        """The document as PDF, if there is one."""
        candidates = (self.visual, self.original)
        return next((f for f in candidates if f and f.media_type == "application/pdf"), None)

    @property
    def options(self) -> Mapping[str, str]:
        """The connector's options in the definition of the dossier."""
        return self.dossier.export.options


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """The files that a connector made, or why it could not."""

    files: tuple[ExportFile, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: name of the folder that the files need for themselves, because their names are fixed
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an accounting package can be told."""

    kinds: frozenset[JournalKind] = frozenset({JournalKind.PURCHASE, JournalKind.SALES})
    foreign_currency: bool = True
    read_back: bool = False


class Connector(Protocol):
    """One accounting package."""

    @property
    def name(self) -> str:
        """The name that definitions use."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the package can be told."""
        ...

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with the options of a definition.

        `reason` is "unknown_option" (value: the names there are) or "bad_option" (value: what is
        asked for).
        """
        ...

    def export(self, job: ExportJob) -> ExportResult:
        """Return the files for one booking: the same booking gives the same names and bytes.

        Raises UnsupportedFeature.
        """
        ...


def check_accounts(options: Mapping[str, str], *more: str) -> list[Problem]:
    """Check the options that every connector has; `more` are names this one has besides."""
    known = (*LEDGER_ACCOUNTS, *more)
    problems = [
        Problem(field=name, reason="unknown_option", value=", ".join(known))
        for name in options
        if name not in known
    ]
    problems += [
        Problem(field=name, reason="bad_option", value=ACCOUNT_WANTED)
        for name, value in options.items()
        if name in LEDGER_ACCOUNTS and not is_ledger_account(value)
    ]
    return problems


def find_problems(job: ExportJob, capabilities: Capabilities) -> list[Problem]:
    """Return what must be mended before any package can take the booking.

    Raises UnsupportedFeature for a kind of journal that the package is not told about.
    """
    booking = job.booking
    if booking.kind not in capabilities.kinds:
        raise UnsupportedFeature(
            f"{job.dossier.export.connector} takes no {booking.kind.value} bookings"
        )
    needed = {
        "journal": booking.journal,
        "invoice_number": booking.invoice_number,
        "supplier": booking.counterparty_name,
        "account": booking.lines,
    }
    problems = [
        Problem(field=_counterparty_field(job, name), reason="missing_field")
        for name, value in needed.items()
        if not value
    ]
    if booking.currency != "EUR" and not capabilities.foreign_currency:
        problems.append(
            Problem(field="currency", reason="unsupported_currency", value=booking.currency)
        )
    return problems + _find_imbalance(booking)


def _counterparty_field(job: ExportJob, name: str) -> str:
    is_sale = job.booking.kind is JournalKind.SALES
    return "customer" if name == "supplier" and is_sale else name


def _find_imbalance(booking: BookingProposal) -> list[Problem]:
    """Compare the lines, with the VAT that the supplier charges, with the total."""
    parts = total((booking.total_excl, booking.vat_total, -booking.total_incl))
    if not booking.lines or parts == ZERO:
        return []
    return [Problem(field="total", reason="does_not_balance", value=str(booking.total_incl))]
