"""What somebody may find when they look for it: no more than they may see today."""

from mailbot.domain.document import Document, Status
from mailbot.domain.people import Definition, Dossier, Employee, Person, PersonRole
from mailbot.domain.search import Sight

#: who may look into the archive of a dossier (CF-USR-02, -03, -05, -06)
_SEES_ALL = frozenset(
    {
        PersonRole.ADMIN,
        PersonRole.FULL_ACCESS,
        PersonRole.DOCUMENT_PROCESSING_ARCHIVE,
        PersonRole.FULL_FEEDBACK,
    }
)
#: the client's people see these when the document has come through
_NOT_YET = frozenset({Status.QUARANTINED, Status.INBOX, Status.UNREADABLE})


def sight_of(email: str, definition: Definition, places: frozenset[str] = frozenset()) -> Sight:
    """Return what the person with this address may find in an office.

    Its employees find everything; of a client, who may look into the archive, the whole dossier;
    others what they, or those in whose `places` they stand today, were asked to approve.
    """
    office, reader = definition.office.code, email.lower()
    if any(e.email.lower() == reader for e in definition.employees):
        return Sight(office=office, reader=reader, is_office=True)
    theirs = [(each, find_own(each, reader)) for each in definition.dossiers]
    known = [(dossier.code, person) for dossier, person in theirs if person and not person.frozen]
    return Sight(
        office=office,
        reader=reader,
        dossiers=tuple(code for code, person in known if sees_dossier(person)),
        asked_in=tuple(code for code, person in known if not sees_dossier(person)),
        asked=(reader, *sorted(places)),
    )


def find_own(dossier: Dossier, email: str) -> Person | None:
    """Return the person of a client with this address."""
    return next((p for p in dossier.people if p.email.lower() == email), None)


def sees_dossier(person: Person | Employee) -> bool:
    """Whether somebody may look into the whole dossier, or only at what they are asked."""
    return isinstance(person, Employee) or bool(_SEES_ALL & set(person.roles))


def is_shown(document: Document, person: Person | Employee) -> bool:
    """Whether a document of a dossier that somebody sees has come so far that they see it."""
    if isinstance(person, Employee) or PersonRole.ADMIN in person.roles:
        return True
    return document.status not in _NOT_YET
