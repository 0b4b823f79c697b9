"""The row of one approver's part; only storage sees it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables import UtcDateTime


class ApprovalRow(SQLModel, table=True):
    """One approver's part in one rule for one document."""

    __tablename__ = "approval"
    __table_args__ = (sa.Index("ix_approval_of_approver", "approver", "state"),)
    document_id: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    approver: str = Field(primary_key=True)
    mode: str
    state: str = Field(index=True)
    version: int
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mail_id: str = ""
    #: who decided in the approver's place; NULL in rows of before it was kept, as all below
    decided_by: str | None = None
    turn: int | None = None
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_to: str | None = Field(default=None, index=True)
