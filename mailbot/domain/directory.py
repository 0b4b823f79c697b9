"""What intake must know to answer RCPT without a database.

A small snapshot, written by `mailbot apply` as one JSON file in the data folder, so that mail is
accepted while the database is down.
"""

from dataclasses import dataclass

from mailbot.domain.mail import Language


@dataclass(frozen=True, kw_only=True)
class DossierEntry:
    """A dossier as far as its addresses go."""

    code: str
    office: str
    enterprise_number: str
    active: bool
    language: Language
    #: codes of its journals, lower case
    journals: tuple[str, ...] = ()
    #: senders that its admin answered `blokkeren` about
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Every address that exists, and every sender that is refused."""

    #: domains that are ours, lower case
    domains: tuple[str, ...]
    dossiers: tuple[DossierEntry, ...] = ()
    #: addresses or @domains, lower case
    blacklist: tuple[str, ...] = ()

    def find_dossier(self, name: str) -> DossierEntry | None:
        """Return the dossier with this code or enterprise number (any case), or None."""
        wanted = name.lower()
        return next(
            (d for d in self.dossiers if wanted in (d.code.lower(), d.enterprise_number)), None
        )


@dataclass(frozen=True, kw_only=True)
class SmtpAnswer:
    """A reply of our server: code, enhanced status code (RFC 3463) and one sentence."""

    code: int
    status: str
    text: str

    @property
    def is_accepted(self) -> bool:
        """Whether the code is a 2xx."""
        return self.code // 100 == 2

    def __str__(self) -> str:
        """Return the line as it goes over the wire."""
        return f"{self.code} {self.status} {self.text}"
