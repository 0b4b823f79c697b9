"""The rows that machines share with one another; only storage sees them."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.tables import UtcDateTime


class ExecutorRow(SQLModel, table=True):
    """One worker process, and when it was last heard of."""

    __tablename__ = "executor"
    #: machine and place, e.g. "mail3/1"
    id: str = Field(primary_key=True)
    beat_at: datetime = Field(sa_type=UtcDateTime)


class SharedValueRow(SQLModel, table=True):
    """One value that all machines of an installation must agree on."""

    __tablename__ = "shared_value"
    name: str = Field(primary_key=True)
    value: str
