"""Values that all machines of an installation must agree on; they stand in the database."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage.tables.machines import SharedValueRow

#: counts what changes the directory of addresses that intake has as a file
DIRECTORY = "directory"
#: tells the secret of reply tokens from another, without saying it
FINGERPRINT = "reply_tokens"


def agree(session: Session, name: str, value: str) -> bool:
    """Whether every machine has this value; the first one says which it is."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    first = insert(SharedValueRow).values(name=name, value=value)
    session.execute(first.on_conflict_do_nothing())
    return find_value(session, name) == value


def find_value(session: Session, name: str) -> str:
    """Return a value, "" when nobody has said one."""
    query = select(SharedValueRow.value).where(SharedValueRow.name == name)
    return session.exec(query).first() or ""


def note_change(session: Session, name: str) -> None:
    """Count one change of something of which machines keep copies."""
    agree(session, name, "0")
    counted = sa.cast(sa.cast(col(SharedValueRow.value), sa.Integer) + 1, sa.String)
    session.execute(
        sa.update(SharedValueRow).where(col(SharedValueRow.name) == name).values(value=counted)
    )
