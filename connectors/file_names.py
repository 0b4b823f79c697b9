"""Names of exported files: people can read them, every file system takes them.

The same booking has the same name each time, so that a second export of it never doubles.
"""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from mailbot.domain.booking import BookingProposal, ExportFile

_LONGEST_PART = 40
_KEY_DIGITS = 8
_SUFFIXES = {
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
}
#: letters that have no plain letter inside (NFKD leaves them whole)
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L"}
)


def plain(text: str) -> str:
    """Return `text` in ASCII: é becomes e, what has no such letter is left out."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return decomposed.encode("ascii", errors="ignore").decode()


def booking_stem(booking: BookingProposal) -> str:
    """Return date, counterparty, number and a short key: the name without its suffix."""
    key = hashlib.sha256(booking.key.encode()).hexdigest()[:_KEY_DIGITS]
    parts = (booking.issue_date.isoformat(), booking.counterparty_name, booking.invoice_number)
    return "_".join([*(p for p in map(_part, parts) if p), key])


def booking_name(booking: BookingProposal, suffix: str) -> str:
    """Return the file name of a booking, e.g. 2026-11-13_Drukkerij_2026-114_1a2b3c4d.xml."""
    return booking_stem(booking) + suffix


def renamed(file: ExportFile, booking: BookingProposal, ending: str = "") -> ExportFile:
    """Return `file` under the name of its booking; `ending` tells it from another of that type."""
    known = _SUFFIXES.get(file.media_type)
    suffix = known or _clean_suffix(file.name)
    name = booking_name(booking, ending + suffix)
    return ExportFile(name=name, media_type=file.media_type, content=file.content)


def _part(text: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain(text)).strip("-")
    return words[:_LONGEST_PART].strip("-")


def _clean_suffix(name: str) -> str:
    suffix = PurePosixPath(plain(name)).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ".bin"
