"""The rows of payments, their approvals and files, and of accounts; only storage sees them."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables import UtcDateTime


class PaymentRow(SQLModel, table=True):
    """One payment."""

    __tablename__ = "payment"
    __table_args__ = (sa.Index("ix_payment_of_dossier", "dossier", "status", "id"),)
    id: str = Field(primary_key=True)
    dossier: str
    document_id: str = Field(default="", index=True)
    status: str
    version: int
    amount: Decimal = Field(max_digits=16, decimal_places=2)
    creditor_iban: str = Field(default="", index=True)
    file_id: str = Field(default="", index=True)
    execution_date: date | None = None
    data: str = Field(sa_type=sa.Text)


class PaymentApprovalRow(SQLModel, table=True):
    """One approver's part in one payment."""

    __tablename__ = "payment_approval"
    __table_args__ = (sa.Index("ix_payment_approval_of_approver", "approver", "state"),)
    payment_id: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    approver: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    state: str
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: str = ""


class PaymentFileRow(SQLModel, table=True):
    """One file for the bank."""

    __tablename__ = "payment_file"
    __table_args__ = (sa.UniqueConstraint("dossier", "number", name="uq_payment_file_number"),)
    id: str = Field(primary_key=True)
    dossier: str
    number: int
    sha256: str = Field(index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    data: str = Field(sa_type=sa.Text)


class SupplierAccountRow(SQLModel, table=True):
    """One account of one supplier in one dossier."""

    __tablename__ = "supplier_account"
    dossier: str = Field(primary_key=True)
    supplier: str = Field(primary_key=True)
    iban: str = Field(primary_key=True)
    state: str
    data: str = Field(sa_type=sa.Text)
