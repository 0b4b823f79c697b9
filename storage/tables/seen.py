"""The row of senders that an office has seen; only storage sees it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables import UtcDateTime


class SeenSenderRow(SQLModel, table=True):
    """One address under one display name, as seen by one office."""

    __tablename__ = "sender_seen"
    __table_args__ = (
        sa.Index("ix_sender_seen_name", "office", "name"),
        sa.Index("ix_sender_seen_domain", "office", "domain", "proved"),
        sa.Index("ix_sender_seen_last", "last_at"),
    )
    office: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    #: display name, folded
    name: str = Field(primary_key=True)
    #: what the address was registered under, in ASCII
    domain: str
    mails: int
    proved: int
    #: the mail that was the first one: the documents that it brought meet a new sender
    first_mail: str
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
