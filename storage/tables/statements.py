"""The rows of bank statements and their movements; only storage sees them."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables import UtcDateTime


class StatementRow(SQLModel, table=True):
    """One file of statements that a mail brought to a dossier."""

    __tablename__ = "bank_statement"
    __table_args__ = (sa.Index("ix_bank_statement_of_dossier", "dossier", "id"),)
    id: str = Field(primary_key=True)
    dossier: str
    mail_id: str = Field(index=True)
    sha256: str = Field(index=True)
    state: str
    at: datetime = Field(sa_type=UtcDateTime)
    data: str = Field(sa_type=sa.Text)


class MovementRow(SQLModel, table=True):
    """One movement; its key makes the same one of the same statement a no-op."""

    __tablename__ = "bank_movement"
    __table_args__ = (sa.Index("ix_bank_movement_of_dossier", "dossier", "state", "entry_date"),)
    key: str = Field(primary_key=True)
    dossier: str
    statement_id: str = Field(index=True)
    iban: str
    state: str
    entry_date: date
    amount: Decimal = Field(max_digits=16, decimal_places=2)
    document_id: str = Field(default="", index=True)
    data: str = Field(sa_type=sa.Text)
