"""What intake must know to answer RCPT without a database.

A small snapshot, written by `mailbot apply` as one JSON file in the data folder, so that mail is
accepted while the database is down.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mailbot.domain.mail import Language
from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.domain.treatment import SenderLists, Treatment


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
    #: None in a file that an older version wrote
    senders: SenderLists | None = None


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Every address that exists, and every sender that is refused."""

    #: domains that are ours, lower case
    domains: tuple[str, ...]
    dossiers: tuple[DossierEntry, ...] = ()
    #: From of what offices send, lower case: people write there, too
    offices: tuple[str, ...] = ()
    #: what offices refuse at addresses that belong to no dossier
    blacklist: tuple[str, ...] = ()

    def find_dossier(self, name: str) -> DossierEntry | None:
        """Return the dossier with this code or enterprise number (any case), or None."""
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> Mapping[str, DossierEntry]:
        """Every dossier by its code and its number; of two with one name the first counts."""
        found: dict[str, DossierEntry] = {}
        for dossier in self.dossiers:
            found.setdefault(dossier.code.lower(), dossier)
            found.setdefault(dossier.enterprise_number, dossier)
        return found


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


def sender_lists(
    office: Office,
    dossier: Dossier,
    employees: Iterable[Employee],
    *,
    allowed: Iterable[str] = (),
    blocked: Iterable[str] = (),
) -> SenderLists:
    """Return every list that counts for `dossier`.

    `allowed` and `blocked` are the addresses that its admin answered about; who is allowed waits
    no more. Who works there or here is known, unless frozen.
    """
    known: list[Person | Employee] = [*dossier.people, *employees]
    allowed = tuple(allowed)
    asked = (*office.quarantine_list, *dossier.quarantine_list)
    return SenderLists(
        forward=(
            *office.whitelist,
            *dossier.whitelist,
            *allowed,
            *(p.email for p in known if not p.frozen),
        ),
        inbox=(*office.inbox_list, *dossier.inbox_list),
        quarantine=tuple(entry for entry in asked if entry.lower() not in allowed),
        reject=(*office.blacklist, *dossier.blacklist, *blocked),
        others=_treatment_of_others(office, dossier),
    )


def _treatment_of_others(office: Office, dossier: Dossier) -> Treatment:
    if dossier.other_senders is not None:
        return dossier.other_senders
    if dossier.use_whitelist:
        return Treatment.QUARANTINE
    if office.other_senders is not None:
        return office.other_senders
    # a whitelist limits what is forwarded, not what is accepted (CF-IN-16)
    return Treatment.INBOX if dossier.whitelist else Treatment.FORWARD
