"""The rows of what is wrong, and of how far checks have come; only storage sees them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.tables import UtcDateTime


class TroubleRow(SQLModel, table=True):
    """One thing that is wrong, and what was told of it."""

    __tablename__ = "trouble"
    key: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    over_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    data: str = Field(sa_type=sa.Text)


class CheckpointRow(SQLModel, table=True):
    """How far something has come that goes on in pieces, or when it was last done."""

    __tablename__ = "checkpoint"
    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    data: str = Field(sa_type=sa.Text)
