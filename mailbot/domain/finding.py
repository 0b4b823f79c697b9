"""What `mailbot doctor` finds: one thing that is well, doubtful or wrong, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    #: it works, or cannot be known; somebody should look
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor."""

    #: what was looked at, e.g. "MX"
    about: str
    health: Health
    said: str
    #: what to do next, "" when nothing is to be done
    advice: str = ""


def ok(about: str, said: str) -> Finding:
    """Return what is well."""
    return Finding(about=about, health=Health.OK, said=said)


def warning(about: str, said: str, advice: str) -> Finding:
    """Return what somebody should look at."""
    return Finding(about=about, health=Health.WARNING, said=said, advice=advice)


def wrong(about: str, said: str, advice: str) -> Finding:
    """Return what does not work."""
    return Finding(about=about, health=Health.WRONG, said=said, advice=advice)
