"""Finds files that no row names any more, sets them aside, and deletes them a month later.

A file may be put, and be named only later: what is not named now is not proof. So a file is first
set aside, where it is still found by who needs it. If a later sweep finds it named it comes back,
else it goes then. Which rows name files is not a list that somebody must keep up: whatever looks
like the name of a file, in any column of any table, counts.

The audit log is kept for ever and names nearly every file, so its events count only while the
mail, document or letter that they are about is kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from storage.backup.tables import rows_in, tables_in
from storage.blobs import Blobs
from storage.name_filter import NameFilter
from storage.tables import AuditRow

_NAME = re.compile(r"[0-9a-f]{64}")
#: an id of ours (UUIDv7): other subjects are people, offices and codes, whose events count always
_ID = re.compile(r"[0-9a-f]{12}7[0-9a-f]{19}")
_AT_A_TIME = 1000


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What one sweep did."""

    set_aside: int
    brought_back: int
    deleted: int


def named_files(session: Session) -> NameFilter:
    """Return the names of all files that some row names. Reads every row once."""
    known = NameFilter()
    for table in tables_in(session):
        if table.name != AuditRow.__tablename__:
            for row in rows_in(session, table):
                _add(known, row)
    for row in _events_that_count(session):
        _add(known, row)
    return known


def sweep(blobs: Blobs, known: NameFilter) -> Swept:
    """Delete what was set aside before and is still not named; set aside what is not named now."""
    brought_back = deleted = set_aside = 0
    for sha256 in blobs.names_aside():
        if known.knows(sha256):
            blobs.bring_back(sha256)
            brought_back += 1
        else:
            blobs.forget(sha256)
            deleted += 1
    for sha256 in blobs.names():
        if not known.knows(sha256):
            blobs.set_aside(sha256)
            set_aside += 1
    return Swept(set_aside=set_aside, brought_back=brought_back, deleted=deleted)


def _add(known: NameFilter, row: Sequence[Any]) -> None:
    for value in row:
        if isinstance(value, str):
            for name in _NAME.findall(value):
                known.add(name)


def _events_that_count(session: Session) -> Iterator[tuple[str]]:
    """Yield what events say of files, but for those about something that is not kept any more."""
    query = sa.select(col(AuditRow.subject), col(AuditRow.data)).order_by(col(AuditRow.number))
    rows = iter(session.execute(query, execution_options={"yield_per": _AT_A_TIME}))
    while batch := list(islice(rows, _AT_A_TIME)):
        kept = _kept(session, {subject for subject, _data in batch if _ID.fullmatch(subject)})
        for subject, data in batch:
            if subject in kept or not _ID.fullmatch(subject):
                yield (data,)


def _kept(session: Session, ids: set[str]) -> set[str]:
    """Return which of these ids some row still has."""
    kept: set[str] = set()
    for table in tables_in(session):
        if "id" in table.primary_key.columns:
            key = table.columns["id"]
            kept |= set(session.execute(sa.select(key).where(key.in_(ids))).scalars())
    return kept
