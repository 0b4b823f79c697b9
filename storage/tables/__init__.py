"""The rows; only storage sees them.

Domain values stand whole in the `data` column; the other columns are keys, statuses and what is
searched for. `table=True` classes do not validate, so rows never leave storage.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = SQLModel.metadata
METADATA.naming_convention = NAMING


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; SQLite forgets the zone, so it is kept in UTC and given back aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; keep the rest in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back, aware."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def _moment(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


def _text(**options: Any) -> Any:
    return Field(sa_type=sa.Text, **options)


class OfficeRow(SQLModel, table=True):
    """An office with its employees, as `mailbot apply` wrote it."""

    __tablename__ = "office"
    code: str = Field(primary_key=True)
    data: str = _text()


class DossierRow(SQLModel, table=True):
    """A dossier, as `mailbot apply` wrote it."""

    __tablename__ = "dossier"
    #: found in any case: by ix_dossier_code_lower (migration 0014)
    code: str = Field(primary_key=True)
    office: str = Field(index=True)
    enterprise_number: str = Field(unique=True)
    data: str = _text()


class MailRow(SQLModel, table=True):
    """One mail for one of our addresses."""

    __tablename__ = "mail"
    __table_args__ = (
        sa.Index("ix_mail_of_bytes", "sha256", "envelope_recipient"),
        sa.Index("ix_mail_of_message", "message_id", "envelope_recipient"),
    )
    id: str = Field(primary_key=True)
    delivery_key: str = Field(unique=True)
    received_at: datetime = _moment(index=True)
    envelope_sender: str
    envelope_recipient: str = Field(index=True)
    message_id: str = ""
    subject: str = _text(default="")
    sender: str = ""
    dossier: str = Field(default="", index=True)
    sha256: str
    state: str = Field(index=True)
    repeat_of: str = ""
    data: str = _text()


class DocumentRow(SQLModel, table=True):
    """One document."""

    __tablename__ = "document"
    __table_args__ = (
        sa.Index("ix_document_worklist", "dossier", "status", "id"),
        sa.Index("ix_document_of_supplier", "dossier", "supplier_key", "id"),
        sa.Index("ix_document_of_number", "dossier", "number_key", "id"),
    )
    id: str = Field(primary_key=True)
    dossier: str
    kind: str
    status: str = Field(index=True)
    version: int
    mail_id: str = Field(index=True)
    received_at: datetime = _moment()
    sha256: str = Field(index=True)
    supplier_key: str = ""
    number_key: str = ""
    issue_date: date | None = None
    total_incl: Decimal | None = Field(default=None, max_digits=16, decimal_places=2)
    on_hold: bool = Field(default=False, index=True)
    data: str = _text()


class TokenRow(SQLModel, table=True):
    """What an answer to one mail of ours may do; the token itself is kept only as its hash."""

    __tablename__ = "token"
    hash: str = Field(primary_key=True)
    created_at: datetime = _moment()
    expires_at: datetime = _moment(index=True)
    spent_at: datetime | None = _moment(default=None)
    person: str = Field(index=True)
    outbox_id: str = Field(index=True)
    data: str = _text()


#: of the millions of mails that have left, the sender must not see one
_IS_WAITING = sa.text("state IN ('queued', 'deferred')")


class OutboxRow(SQLModel, table=True):
    """One mail of ours to one person."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index(
            "ix_outbox_waiting", "id", postgresql_where=_IS_WAITING, sqlite_where=_IS_WAITING
        ),
        sa.Index("ix_outbox_answers", "recipient", "created_at"),
    )
    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    state: str = Field(index=True)
    not_before: datetime = _moment()
    created_at: datetime = _moment()
    sent_at: datetime | None = _moment(default=None)
    tries: int = 0
    recipient: str
    envelope_sender: str = Field(index=True)
    message_id: str = Field(index=True)
    subject: str = _text()
    letter: str
    #: it answers a mail of its reader
    is_answer: bool | None = None
    document_id: str = Field(default="", index=True)
    dossier: str = ""
    sha256: str
    last_answer: str = _text(default="")


class MessageRow(SQLModel, table=True):
    """One message in the conversation about a document, or with the office."""

    __tablename__ = "message"
    id: str = Field(primary_key=True)
    dossier: str = Field(index=True)
    document_id: str = Field(default="", index=True)
    at: datetime = _moment()
    author: str
    recipient: str = ""
    text: str = _text()
    mail_id: str = ""
    conversation_id: str | None = Field(default=None, index=True)
    #: addresses with a space between, None: everybody in the conversation
    only_for: str | None = _text(default=None)
    #: as JSON
    files: str | None = _text(default=None)


class ConversationRow(SQLModel, table=True):
    """One conversation."""

    __tablename__ = "conversation"
    __table_args__ = (sa.Index("ix_conversation_of_dossier", "dossier", "state"),)
    id: str = Field(primary_key=True)
    #: its end, as it stands in mails
    mark: str = Field(index=True)
    dossier: str
    document_id: str = Field(default="", index=True)
    state: str = Field(index=True)
    batch: str = Field(default="", index=True)
    last_at: datetime = _moment()
    remind_at: datetime | None = _moment(default=None, index=True)
    data: str = _text()


class BatchRow(SQLModel, table=True):
    """What an office writes to several dossiers at once."""

    __tablename__ = "batch"
    id: str = Field(primary_key=True)
    office: str = Field(index=True)
    at: datetime = _moment()
    data: str = _text()


class AuditRow(SQLModel, table=True):
    """One thing that happened, chained to the one before by its hash."""

    __tablename__ = "audit"
    number: int | None = Field(default=None, primary_key=True)
    at: datetime = _moment()
    event: str = Field(index=True)
    actor: str
    subject: str = Field(index=True)
    data: str = _text()
    previous_hash: str
    #: "" in rows of before it was kept
    content_hash: str = Field(default="", sa_column_kwargs={"server_default": ""})
    hash: str


class ChangeRow(SQLModel, table=True):
    """How a document was before a command of a person."""

    __tablename__ = "change"
    number: int | None = Field(default=None, primary_key=True)
    document_id: str = Field(index=True)
    at: datetime = _moment()
    undone_at: datetime | None = _moment(default=None)
    data: str = _text()


class SenderRow(SQLModel, table=True):
    """What the admin of a dossier said about a sender."""

    __tablename__ = "sender"
    dossier: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    verdict: str
    by: str
    at: datetime = _moment()


class AddressRow(SQLModel, table=True):
    """An address of a person that mail could not reach."""

    __tablename__ = "address"
    address: str = Field(primary_key=True)
    failed_at: datetime = _moment()
    diagnostic: str = _text()
    n_refused: int | None = None
    n_passing: int | None = None
    given_up_at: datetime | None = _moment(default=None)


class UnsubscribedRow(SQLModel, table=True):
    """Somebody who wants no daily digest."""

    __tablename__ = "unsubscribed"
    address: str = Field(primary_key=True)
    at: datetime = _moment()


class ExportRow(SQLModel, table=True):
    """One booking that left; its key makes a second export the same booking."""

    __tablename__ = "export"
    key: str = Field(primary_key=True)
    document_id: str = Field(index=True)
    connector: str
    at: datetime = _moment()
    data: str = _text()


class PasswordRow(SQLModel, table=True):
    """A password that opens files of one sender, sealed."""

    __tablename__ = "password"
    dossier: str = Field(primary_key=True)
    sender: str = Field(primary_key=True)
    #: tells passwords apart without saying them
    mark: str = Field(primary_key=True)
    at: datetime = _moment()
    sealed: str = _text()


class CodeRow(SQLModel, table=True):
    """A one-time code; only its mark is kept."""

    __tablename__ = "code"
    id: str = Field(primary_key=True)
    purpose: str
    #: what it is bound to: the hash of a token, or an address
    subject: str = Field(index=True)
    person: str = Field(index=True)
    mark: str
    created_at: datetime = _moment()
    expires_at: datetime = _moment(index=True)
    tries: int = 0
    spent_at: datetime | None = _moment(default=None)


class AuthenticatorRow(SQLModel, table=True):
    """The authenticator app of a person; its key is sealed."""

    __tablename__ = "authenticator"
    person: str = Field(primary_key=True)
    created_at: datetime = _moment()
    confirmed_at: datetime | None = _moment(default=None)
    #: the key that counts, "" while the first is being set up
    sealed: str = _text(default="")
    #: the key that is being set up
    pending: str = _text(default="")
    #: the newest time step whose code was taken
    last_step: int = 0
    tries: int = 0
    tried_at: datetime | None = _moment(default=None)


class FrozenRow(SQLModel, table=True):
    """Somebody whose authority was ended, whatever the definition says."""

    __tablename__ = "frozen"
    address: str = Field(primary_key=True)
    #: code of the office where it holds, "" for all
    office: str = Field(primary_key=True)
    at: datetime = _moment()
    by: str


class AbsenceRow(SQLModel, table=True):
    """Days on which somebody else stands in for a person, as that person said."""

    __tablename__ = "absence"
    id: str = Field(primary_key=True)
    dossier: str = Field(index=True)
    person: str
    stand_in: str
    starts_on: date
    ends_on: date
    at: datetime = _moment()


class BrowserRow(SQLModel, table=True):
    """A browser that proved whose it is; its id is kept only as its hash."""

    __tablename__ = "browser"
    hash: str = Field(primary_key=True)
    person: str = Field(index=True)
    created_at: datetime = _moment()
    expires_at: datetime = _moment(index=True)


class SupplierRow(SQLModel, table=True):
    """What is learned of one counterparty in one office (dossier "") or in one of its dossiers."""

    __tablename__ = "supplier"
    office: str = Field(primary_key=True)
    dossier: str = Field(primary_key=True)
    #: its VAT number, else "name:" and its name, folded
    key: str = Field(primary_key=True)
    #: every other key by which it is found, between bars
    names: str = _text()
    updated_at: datetime = _moment()
    data: str = _text()


class FailedJobRow(SQLModel, table=True):
    """A job that did not end well: waiting for its next try, or buried."""

    __tablename__ = "failed_job"
    key: str = Field(primary_key=True)
    kind: str = Field(index=True)
    state: str = Field(index=True)
    tries: int
    at: datetime = _moment()
    reason: str = _text()
    data: str = _text()
