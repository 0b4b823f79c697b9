"""What was kept long enough goes: some rows at a time, so that nobody waits for it.

Ids begin with their moment, so "older than" is a stretch of the primary key. A document takes with
it every row that names it, also in tables that were added since. Files are swept by
`storage/unnamed_files.py`; the audit log is never cut.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from mailbot.domain.conversation import ConversationState
from mailbot.domain.document import Status
from mailbot.domain.mail import MailState
from mailbot.domain.outbox import OutboxState
from storage.tables import METADATA
from storage.tables.search import SearchEntryRow
from storage.tables.seen import SeenSenderRow
from storage.tables.statements import MovementRow, StatementRow

_TABLES = METADATA.tables
_MAIL, _DOCUMENT, _OUTBOX = _TABLES["mail"], _TABLES["document"], _TABLES["outbox"]
_CONVERSATION, _MESSAGE, _CHANGE = _TABLES["conversation"], _TABLES["message"], _TABLES["change"]
_TOKEN, _CODE, _BROWSER = _TABLES["token"], _TABLES["code"], _TABLES["browser"]
_SEARCH, _SENDER = _TABLES[SearchEntryRow.__tablename__], _TABLES[SeenSenderRow.__tablename__]
_STATEMENT, _MOVEMENT = _TABLES[StatementRow.__tablename__], _TABLES[MovementRow.__tablename__]

#: rows of one transaction: what others may have to wait for
_AT_A_TIME = 200
#: nothing happens to a document in one of these any more
_ENDED = (Status.EXPORTED, Status.REJECTED, Status.SPLIT, Status.DELETED)
_NOTHING_BROUGHT = (MailState.REPEATED, MailState.IGNORED, MailState.INFECTED)
_OUT_OF_THE_HOUSE = (OutboxState.SENT, OutboxState.FAILED)
_YEAR, _MONTH = timedelta(days=365), timedelta(days=30)

#: columns come without types from a table
_Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Before which moment what is old enough; None: it is kept for ever."""

    now: datetime
    #: mails that brought nothing, and letters about no document
    mails_before: datetime | None = None
    #: documents and what belongs to them, by dossier
    documents_before: Mapping[str, datetime | None] = field(default_factory=dict)
    #: those of dossiers that are in no definition any more
    others_before: datetime | None = None
    #: dossiers of which nothing goes
    on_legal_hold: frozenset[str] = frozenset()

    @property
    def newest(self) -> datetime | None:
        """Before which moment documents of any dossier may be old enough."""
        moments = [self.others_before, *self.documents_before.values()]
        return max((moment for moment in moments if moment), default=None)

    def is_old(self, dossier: str, moment: datetime) -> bool:
        """Whether what belongs to this dossier and is of that moment may go."""
        before = self.documents_before.get(dossier, self.others_before)
        return before is not None and moment < before and dossier not in self.on_legal_hold


@dataclass(frozen=True, kw_only=True)
class Step:
    """One look at some rows."""

    #: keys of those that go
    keys: tuple[Any, ...] = ()
    #: the key after which the next look begins; None at the end
    last: Any = None


Find = Callable[[Session, Limits, Any], Step]
Remove = Callable[[Session, Sequence[Any]], None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of thing that is kept for a time."""

    #: as the audit log and people know it
    name: str
    #: looks after a key, at first None
    find: Find
    remove: Remove


def _of_old_dossiers(table: sa.Table, moment: sa.Column[Any], *conditions: _Condition) -> Find:
    """Return how to find what is old for its own dossier, among what is old for any."""

    def find(session: Session, limits: Limits, after: Any) -> Step:
        if limits.newest is None:
            return Step()
        query = sa.select(table.c.id, table.c.dossier, moment).where(*conditions)
        found = session.execute(_stretch(query, table, after, limits.newest)).all()
        old = [row_id for row_id, dossier, at in found if limits.is_old(dossier, at)]
        return _step(old, [row_id for row_id, _dossier, _at in found])

    return find


def _of_no_document(table: sa.Table, *conditions: _Condition) -> Find:
    """Return how to find what no document needs."""

    def find(session: Session, limits: Limits, after: Any) -> Step:
        if limits.mails_before is None:
            return Step()
        is_free = table.c.dossier.not_in(limits.on_legal_hold)
        query = sa.select(table.c.id).where(is_free, *conditions)
        found = session.execute(_stretch(query, table, after, limits.mails_before)).scalars().all()
        return _step(found, found)

    return find


def _expired(moment: sa.Column[Any], remembered: timedelta) -> Find:
    """Return how to find rows whose moment is so long ago; no date stands in their keys."""
    keys = _keys_of(moment.table)

    def find(session: Session, limits: Limits, after: Any) -> Step:
        query = sa.select(*keys).where(moment < limits.now - remembered)
        if after is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*after))
        found = session.execute(query.order_by(*keys).limit(_AT_A_TIME)).all()
        old = [tuple(key) for key in found]
        return _step(old, old)

    return find


def _find_changes(session: Session, limits: Limits, after: Any) -> Step:
    """Find what nobody takes back any more; numbers grow with time, so a look is short."""
    number, at = _CHANGE.c.number, _CHANGE.c.at
    query = sa.select(number, at).where(number > (after or 0)).order_by(number)
    found = session.execute(query.limit(_AT_A_TIME)).all()
    old = [(key,) for key, moment in found if moment < limits.now - _YEAR]
    return _step(old, [key for key, _moment in found]) if old else Step()


def _stretch(query: Any, table: sa.Table, after: Any, before: datetime) -> Any:
    """Return a query for some rows after a key whose ids were made before a moment (UUIDv7)."""
    end = f"{int(before.timestamp() * 1000):012x}"
    key = table.c.id
    return query.where(key > (after or ""), key < end).order_by(key).limit(_AT_A_TIME)


def _step(keys: Sequence[Any], looked_at: Sequence[Any]) -> Step:
    is_end = len(looked_at) < _AT_A_TIME
    return Step(keys=tuple(keys), last=None if is_end else looked_at[-1])


def _remove_documents(session: Session, ids: Sequence[str]) -> None:
    talks = sa.select(_CONVERSATION.c.id).where(_CONVERSATION.c.document_id.in_(ids))
    _delete(session, _SEARCH.c.key, list(session.execute(talks).scalars()))
    _delete(session, _MESSAGE.c.conversation_id, talks)
    for table in METADATA.sorted_tables:
        # a movement belongs to its statement: without its key the same one would count again
        if "document_id" in table.columns and table is not _MOVEMENT:
            _delete(session, table.c.document_id, ids)
    _delete(session, _SEARCH.c.key, ids)
    _delete(session, _DOCUMENT.c.id, ids)


def _remove_conversations(session: Session, ids: Sequence[str]) -> None:
    _delete(session, _MESSAGE.c.conversation_id, ids)
    _delete(session, _SEARCH.c.key, ids)
    _delete(session, _CONVERSATION.c.id, ids)


def _remove_statements(session: Session, ids: Sequence[str]) -> None:
    _delete(session, _MOVEMENT.c.statement_id, ids)
    _delete(session, _STATEMENT.c.id, ids)


def _remove_mails(session: Session, ids: Sequence[str]) -> None:
    _delete(session, _MAIL.c.id, ids)


def _remove_letters(session: Session, ids: Sequence[str]) -> None:
    _delete(session, _OUTBOX.c.id, ids)


def _remove(table: sa.Table) -> Remove:
    def remove(session: Session, keys: Sequence[tuple[Any, ...]]) -> None:
        session.execute(sa.delete(table).where(sa.tuple_(*_keys_of(table)).in_(keys)))

    return remove


def _delete(session: Session, column: sa.Column[Any], values: Any) -> None:
    session.execute(sa.delete(column.table).where(column.in_(values)))


def _keys_of(table: Any) -> list[sa.Column[Any]]:
    return list(table.primary_key.columns)


_IS_OVER = (
    _CONVERSATION.c.document_id == "",
    _CONVERSATION.c.state != ConversationState.OPEN.value,
)
#: the mail of a document or a message stays as long as these do
_BROUGHT_NOTHING = tuple(
    ~sa.exists().where(table.c.mail_id == _MAIL.c.id)
    for table in (_DOCUMENT, _MESSAGE, _STATEMENT)
)

#: in this order: a mail goes after the document that it brought
RULES: tuple[Rule, ...] = (
    Rule(
        name="documents",
        find=_of_old_dossiers(
            _DOCUMENT, _DOCUMENT.c.received_at, _DOCUMENT.c.status.in_([s.value for s in _ENDED])
        ),
        remove=_remove_documents,
    ),
    Rule(
        name="conversations",
        find=_of_old_dossiers(_CONVERSATION, _CONVERSATION.c.last_at, *_IS_OVER),
        remove=_remove_conversations,
    ),
    Rule(
        name="statements",
        find=_of_old_dossiers(_STATEMENT, _STATEMENT.c.at),
        remove=_remove_statements,
    ),
    Rule(
        name="answers",
        find=_of_old_dossiers(
            _MAIL, _MAIL.c.received_at, _MAIL.c.state == MailState.READ.value, *_BROUGHT_NOTHING
        ),
        remove=_remove_mails,
    ),
    Rule(
        name="mails",
        find=_of_no_document(
            _MAIL, _MAIL.c.state.in_([s.value for s in _NOTHING_BROUGHT]), *_BROUGHT_NOTHING
        ),
        remove=_remove_mails,
    ),
    Rule(
        name="letters",
        find=_of_no_document(
            _OUTBOX,
            _OUTBOX.c.state.in_([s.value for s in _OUT_OF_THE_HOUSE]),
            _OUTBOX.c.document_id == "",
        ),
        remove=_remove_letters,
    ),
    Rule(name="changes", find=_find_changes, remove=_remove(_CHANGE)),
    Rule(name="tokens", find=_expired(_TOKEN.c.expires_at, _YEAR), remove=_remove(_TOKEN)),
    Rule(name="codes", find=_expired(_CODE.c.expires_at, _MONTH), remove=_remove(_CODE)),
    Rule(name="browsers", find=_expired(_BROWSER.c.expires_at, _MONTH), remove=_remove(_BROWSER)),
    Rule(name="senders", find=_expired(_SENDER.c.last_at, 3 * _YEAR), remove=_remove(_SENDER)),
)
