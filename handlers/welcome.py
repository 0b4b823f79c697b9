"""How a document is treated by its sender alone; shared by handlers."""

from dataclasses import dataclass

from sqlmodel import Session

from mailbot.domain.directory import sender_lists
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, JournalKind
from mailbot.domain.treatment import Treatment
from mailbot.rules.welcome import find_treatment, is_forged, is_forwarded, treat_sender
from storage.definitions import get_office
from storage.people import find_verdict


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """What the lists say of a sender, and whether his mail may be no mail of his."""

    treatment: Treatment
    #: a list speaks for the sender, and his domain says that the mail is not from there
    is_forged: bool
    #: a list refuses this very sender, and not everybody whom it does not name
    is_blocked: bool

    @property
    def is_welcome(self) -> bool:
        """Whether the document needs no word of the dossier's admin.

        Who is refused at the door may have come in before he was; what is in is never dropped.
        """
        return self.treatment in (Treatment.FORWARD, Treatment.INBOX)

    def is_forwarded(self, dossier: Dossier, kind: JournalKind) -> bool:
        """Whether a document of this kind skips the client's inbox."""
        return is_forwarded(dossier, kind, self.treatment)


def judge_welcome(session: Session, dossier: Dossier, mail: StoredMail) -> Welcome:
    """Return how documents of the sender of `mail` are treated in `dossier`."""
    verdict = find_verdict(session, dossier.code, mail.sender)
    office, employees = get_office(session, dossier.office)
    judged = (mail.sender.lower(),)
    lists = sender_lists(
        office,
        dossier,
        employees,
        allowed=judged if verdict == "allow" else (),
        blocked=judged if verdict == "block" else (),
    )
    forged = is_forged(mail.envelope.authentication)
    by_name = find_treatment(lists, mail.sender)
    return Welcome(
        treatment=treat_sender(lists, mail.sender, is_forged=forged),
        is_forged=forged and by_name in (Treatment.FORWARD, Treatment.INBOX),
        is_blocked=by_name is Treatment.REJECT,
    )
