"""Finds documents and conversations by their words, newest first (decision 23)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from mailbot.domain.search import (
    ApprovalFilter,
    Hit,
    Phrase,
    SearchQuery,
    Sight,
    Term,
    arrival_mark,
    dossier_mark,
    office_mark,
    reader_mark,
)
from storage.tables.search import POSTGRESQL_WORDS

#: months back from today in which PostgreSQL looks first: it cannot begin at the newest, and of a
#: common word there may be hundreds of thousands; None: everything
_WINDOWS = (1, 12, None)


@dataclass(frozen=True)
class _Syntax:
    """How a database wants a query written; words hold letters and digits only."""

    phrase: Callable[[Phrase], str]
    both: str
    either: str
    statement: str


_SQLITE = _Syntax(
    phrase=lambda words: f'"{" ".join(words)}"',
    both=" AND ",
    either=" OR ",
    # CROSS JOIN: the words first, and from the newest on, so that it ends at the limit
    statement="""
SELECT e.key, e.is_document FROM search_words w
CROSS JOIN search_entry e ON e.number = w.rowid {dossier}
WHERE w.search_words MATCH :query AND {allowed} {among} ORDER BY w.rowid DESC LIMIT :limit
""",
)
_POSTGRESQL = _Syntax(
    phrase=lambda words: f"({' <-> '.join(words)})",
    both=" & ",
    either=" | ",
    # MATERIALIZED: never through all rows from the newest on
    statement=f"""
WITH found AS MATERIALIZED (
  SELECT number, key, is_document, dossier FROM search_entry
  WHERE {POSTGRESQL_WORDS} @@ to_tsquery('simple', :query) {{among}}
)
SELECT e.key, e.is_document FROM found e {{dossier}}
WHERE {{allowed}} ORDER BY e.number DESC LIMIT :limit
""",  # noqa: S608 - a constant
)


#: the documents whose approval stands so
_AMONG = {
    ApprovalFilter.MINE: (
        "SELECT a.document_id FROM approval a WHERE a.state = 'open'"
        " AND (a.approver IN :approvers OR a.escalated_to IN :approvers)"
    ),
    ApprovalFilter.OPEN: "SELECT o.id FROM document o WHERE o.status = 'to_approve'",
    ApprovalFilter.REJECTED: "SELECT o.id FROM document o WHERE o.status = 'rejected'",
    ApprovalFilter.APPROVED: (
        "SELECT a.document_id FROM approval a JOIN document o ON o.id = a.document_id"
        " WHERE a.state = 'approved' AND o.status IN ('to_review', 'to_export', 'exported')"
    ),
}


def find_entries(
    session: Session, query: SearchQuery, sight: Sight, *, limit: int, today: date
) -> Sequence[Hit]:
    """Return what matches every term and may be seen, newest first; no terms match nothing.

    Conversations must still be looked at: their readers may have changed.
    """
    if not query.terms and not (query.approval and sight.office):
        return ()
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    syntax = _SQLITE if is_sqlite else _POSTGRESQL
    found: Sequence[Hit] = ()
    for months in (None,) if is_sqlite else _WINDOWS:
        terms = (*_marks(sight), *_window(today, months), *query.terms)
        found = _find(session, syntax, replace(query, terms=terms), sight, limit=limit)
        if len(found) >= limit:
            break
    return found


def _find(
    session: Session, syntax: _Syntax, query: SearchQuery, sight: Sight, *, limit: int
) -> list[Hit]:
    allowed, values = _allowed(sight)
    among = ""
    if query.approval:
        among = f"AND is_document AND key IN ({_AMONG[query.approval]})"
    if query.approval is ApprovalFilter.MINE:
        values["approvers"] = query.approvers
    dossier = "JOIN dossier d ON d.code = e.dossier" if sight.is_office else ""
    statement = sa.text(syntax.statement.format(dossier=dossier, allowed=allowed, among=among))
    names = (name for name in values if name != "office")
    lists = [sa.bindparam(name, expanding=True, type_=sa.String) for name in names]
    written = syntax.both.join(_written(term, syntax) for term in query.terms)
    rows = session.execute(
        statement.bindparams(*lists), {"query": written, "limit": limit, **values}
    )
    return [Hit(id=row.key, is_document=bool(row.is_document)) for row in rows]


def _written(term: Term, syntax: _Syntax) -> str:
    ways = dict.fromkeys(syntax.phrase(way) for way in term.ways)
    return f"({syntax.either.join(ways)})"


def _allowed(sight: Sight) -> tuple[str, dict[str, object]]:
    """Return the condition that nobody gets round, and its values.

    The marks of a sight make it quick; this makes it right.
    """
    if not sight.office:
        return "1 = 1", {}
    if sight.is_office:
        return "d.office = :office", {"office": sight.office}
    values = {
        "whole": sight.dossiers,
        "asked_in": sight.asked_in,
        "known": (*sight.dossiers, *sight.asked_in),
        "asked": sight.asked,
    }
    was_asked = (
        "EXISTS (SELECT 1 FROM approval a WHERE a.document_id = e.key"
        " AND (a.approver IN :asked OR a.escalated_to IN :asked))"
    )
    allowed = (
        "(e.is_document AND e.dossier IN :whole)"
        f" OR (e.is_document AND e.dossier IN :asked_in AND {was_asked})"
        " OR (NOT e.is_document AND e.dossier IN :known)"
    )
    return f"({allowed})", dict(values)


def _marks(sight: Sight) -> Iterator[Term]:
    """Yield what everything that may be seen holds, so that nothing else is looked at."""
    if not sight.office:
        return
    if sight.is_office:
        yield Term(ways=((office_mark(sight.office),),))
        return
    dossiers = [dossier_mark(code) for code in (*sight.dossiers, *sight.asked_in)]
    yield Term(ways=tuple((mark,) for mark in (*dossiers, reader_mark(sight.reader))))


def _window(today: date, months: int | None) -> Iterator[Term]:
    """Yield that it came in one of the last months."""
    if months is None:
        return
    days = [today]
    for _ in range(months):
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    yield Term(ways=tuple((arrival_mark(day),) for day in days))
