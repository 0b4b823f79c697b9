"""Every mail that was accepted."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.mail import MailState, StoredMail
from mailbot.domain.values import from_json, to_json
from storage.tables import MailRow

#: letters; an index of PostgreSQL takes no row above 2704 bytes, RFC 5322 no line above 998
_LONGEST_INDEXED = 500
#: mails in one of these were routed: a copy of them is not
_READ = (MailState.READ.value, MailState.IGNORED.value)


def find_delivery(session: Session, delivery_key: str) -> StoredMail | None:
    """Return the mail that this delivery already made."""
    row = session.exec(select(MailRow).where(MailRow.delivery_key == delivery_key)).first()
    return _mail(row) if row else None


def record_mail(session: Session, mail: StoredMail, *, delivery_key: str) -> None:
    """Keep a new mail. The unique delivery key stops a second one."""
    session.add(
        MailRow(
            id=mail.id,
            delivery_key=delivery_key,
            received_at=mail.envelope.received_at,
            envelope_sender=mail.envelope.envelope_sender,
            envelope_recipient=mail.envelope_recipient,
            sha256=mail.sha256,
            state=mail.state.value,
            data=to_json(mail),
        )
    )
    session.flush()


def get_mail(session: Session, mail_id: str) -> StoredMail:
    """Return the mail with this id. Raises KeyError."""
    row = session.get(MailRow, mail_id)
    if row is None:
        raise KeyError(mail_id)
    return _mail(row)


def find_mail(session: Session, name: str) -> StoredMail | None:
    """Return a mail by its id, the id that the sender's server was given, or its Message-ID."""
    row = (
        session.get(MailRow, name)
        or session.exec(
            select(MailRow).where(
                (col(MailRow.message_id) == _message_key(name))
                | col(MailRow.delivery_key).startswith(f"{name}:", autoescape=True)
                | (col(MailRow.sha256) == name)
            )
        ).first()
    )
    return _mail(row) if row else None


def update_mail(session: Session, mail: StoredMail) -> None:
    """Keep what was learnt by reading the mail."""
    row = session.get(MailRow, mail.id)
    if row is None:
        raise KeyError(mail.id)
    row.message_id = _message_key(mail.message_id)
    row.subject, row.sender = mail.subject, mail.sender
    row.dossier, row.state, row.repeat_of = mail.dossier, mail.state.value, mail.repeat_of
    row.data = to_json(mail)
    session.add(row)


def lock_address(session: Session, envelope_recipient: str) -> None:
    """Let mails to one address be routed one after another, so that copies see each other.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        statement = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:address, 0))")
        session.execute(statement, {"address": envelope_recipient})


def find_earlier_copy(session: Session, mail: StoredMail) -> StoredMail | None:
    """Return a mail that was read before with the same Message-ID or bytes to the same address.

    The one that is read first counts, whichever came first: a Message-ID is known only from then
    on. Needs `lock_address`. One mail to two dossiers is two deliveries, so the address counts
    (osTicket#866).
    """
    same = [col(MailRow.sha256) == mail.sha256]
    if mail.message_id:
        same.append(col(MailRow.message_id) == _message_key(mail.message_id))
    here = (
        select(MailRow)
        .where(MailRow.envelope_recipient == mail.envelope_recipient, MailRow.id != mail.id)
        .where(col(MailRow.state).in_(_READ))
        .order_by(MailRow.id)
        .limit(1)
    )
    # one query for each likeness: each has an index of its own, an OR of them has none
    found = [row for each in same for row in session.exec(here.where(each))]
    return _mail(min(found, key=lambda row: row.id)) if found else None


def message_ids(session: Session, mail_ids: Collection[str]) -> dict[str, str]:
    """Return the Message-ID of each of these mails, by id."""
    query = select(MailRow).where(col(MailRow.id).in_(mail_ids))
    return {row.id: _mail(row).message_id for row in session.exec(query)} if mail_ids else {}


def recent_mails(session: Session, limit: int = 50) -> Sequence[StoredMail]:
    """Return the newest mails, newest first."""
    rows = session.exec(select(MailRow).order_by(col(MailRow.id).desc()).limit(limit))
    return [_mail(row) for row in rows]


def _message_key(message_id: str) -> str:
    """Return a Message-ID as the index can hold it: of a very long one, its SHA-256."""
    if len(message_id) <= _LONGEST_INDEXED:
        return message_id
    return hashlib.sha256(message_id.encode()).hexdigest()


def _mail(row: MailRow) -> StoredMail:
    return replace(from_json(StoredMail, row.data), state=MailState(row.state))
