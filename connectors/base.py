"""What every connector is: from a booking to the files that an accounting package reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from mailbot.domain.booking import BookingProposal, ExportFile, Problem
from mailbot.domain.invoice import Invoice
from mailbot.domain.people import Dossier


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """One booking with everything that travels with it."""

    booking: BookingProposal
    invoice: Invoice
    dossier: Dossier
    #: the file as it came in
    original: ExportFile
    #: what people look at: the PDF of a UBL, else the original
    visual: ExportFile


class Connector(Protocol):
    """One accounting package or file format; see docs/adding_a_connector.md."""

    #: name in a dossier's `export.connector`
    name: str

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with a dossier's export options."""
        ...

    def export(self, job: ExportJob) -> tuple[ExportFile, ...] | list[Problem]:
        """Return the files of one booking, or the fields that a person must mend.

        The same job always gives the same files: a second export is the same export. Raises
        UnsupportedFeature for what the package cannot do.
        """
        ...


def file_stem(booking: BookingProposal) -> str:
    """Return a name that people can read and that no other booking has."""
    words = (booking.counterparty_name, booking.invoice_number)
    readable = "_".join(_safe(word) for word in words)
    return f"{booking.issue_date:%Y-%m-%d}_{readable}_{_safe(booking.key)[-10:]}"


def travelling_file(job: ExportJob) -> ExportFile:
    """Return the document that people look at, named like its booking."""
    suffix = PurePath(job.visual.name).suffix.lower()
    safe = suffix if re.fullmatch(r"[.][a-z0-9]{1,5}", suffix) else ".bin"
    name = f"{file_stem(job.booking)}{safe}"
    return ExportFile(name=name, media_type=job.visual.media_type, content=job.visual.content)


def unknown_options(options: Mapping[str, str], known: frozenset[str]) -> list[Problem]:
    """Return a problem for every option that the connector does not have."""
    return [
        Problem(field=name, reason="unknown_option", value=value)
        for name, value in options.items()
        if name not in known
    ]


def _safe(text: str) -> str:
    """Keep letters and digits: no path, no shell, no surprise on a Windows share."""
    return re.sub(r"[^\w]+", "-", text, flags=re.ASCII).strip("-")[:40] or "x"
