"""What is known of addresses: senders that were judged, who wants no digest."""

from datetime import datetime

from sqlmodel import Session, select

from storage.shared_values import DIRECTORY, note_change
from storage.tables import SenderRow, UnsubscribedRow


def record_verdict(
    session: Session, *, dossier: str, sender: str, verdict: str, by: str, at: datetime
) -> None:
    """Remember "allow" or "block" for a sender of a dossier."""
    row = SenderRow(dossier=dossier, address=sender.lower(), verdict=verdict, by=by, at=at)
    session.merge(row)
    note_change(session, DIRECTORY)


def find_verdict(session: Session, dossier: str, sender: str) -> str | None:
    """Return "allow" or "block" if the dossier's admin judged this sender."""
    row = session.get(SenderRow, (dossier, sender.lower()))
    return row.verdict if row else None


def judged_senders(session: Session) -> dict[str, dict[str, str]]:
    """Return, per dossier, the senders that its admin judged: "allow" or "block"."""
    found: dict[str, dict[str, str]] = {}
    for row in session.exec(select(SenderRow)):
        found.setdefault(row.dossier, {})[row.address] = row.verdict
    return found


def forget_verdict(session: Session, dossier: str, sender: str) -> None:
    """Forget what was said about a sender: the next document is asked about again."""
    row = session.get(SenderRow, (dossier, sender.lower()))
    if row is not None:
        session.delete(row)
        session.flush()
        note_change(session, DIRECTORY)


def record_unsubscribed(session: Session, address: str, *, at: datetime) -> None:
    """Send this person no daily digest any more."""
    session.merge(UnsubscribedRow(address=address.lower(), at=at))


def is_unsubscribed(session: Session, address: str) -> bool:
    """Whether this person wants no daily digest."""
    return session.get(UnsubscribedRow, address.lower()) is not None
