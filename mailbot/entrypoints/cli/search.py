"""Finds documents and conversations by their words, and makes old ones findable."""

import json
from typing import Annotated, Any

import typer
from sqlmodel import Session

from handlers.context import Context
from handlers.reindexing import make_findable
from mailbot.domain.clock import local_date
from mailbot.domain.document import Document
from mailbot.domain.search import Hit, SearchQuery, Sight, Term, dossier_mark
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from mailbot.mail.search_words import read_search
from storage.conversations import find_conversation
from storage.definitions import find_dossier
from storage.documents import find_document
from storage.search import find_entries

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(help='Words, "words in a row", a number, an amount, a day or a month.'),
]
DossierOption = Annotated[str, typer.Option("--dossier", help="Only this dossier.")]
LimitOption = Annotated[int, typer.Option("--limit", help="How many at most.", min=1)]
RebuildOption = Annotated[
    bool,
    typer.Option("--rebuild", help="Make findable what came before an upgrade; reads each file."),
]


def search(  # noqa: PLR0917 - the options of the command
    words: WordsArgument = None,
    dossier: DossierOption = "",
    limit: LimitOption = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    rebuild: RebuildOption = False,
) -> None:
    """Find documents and conversations by their words, the newest first."""
    with opened(config) as context:
        if rebuild:
            _rebuild(context)
            return
        query = read_search(" ".join(words or []))
        if not query.terms:
            fail('Say what to look for, e.g. `mailbot search drukkerij "maart 2026"`.')
        with context.database.reading() as session:
            _search(context, session, query, dossier, limit=limit, as_json=as_json)


def _rebuild(context: Context) -> None:
    count = 0
    for count, _id in enumerate(make_findable(context), start=1):
        if count % 100 == 0:
            print(f"{count} done")
    print(f"{count} documents and conversations can be found that could not before.")


def _search(
    context: Context,
    session: Session,
    query: SearchQuery,
    dossier: str,
    *,
    limit: int,
    as_json: bool,
) -> None:
    found = find_dossier(session, dossier) if dossier else None
    if dossier and found is None:
        fail(f"There is no dossier {dossier}; `mailbot show dossier` lists them.")
    terms = (Term(ways=((dossier_mark(found.code),),)),) if found else ()
    asked = SearchQuery(text=query.text, terms=(*terms, *query.terms))
    today = local_date(context.now(), context.settings.service.time_zone)
    for hit in find_entries(session, asked, Sight(), limit=limit, today=today):
        record = _record(session, hit)
        print(json.dumps(record) if as_json else _told(record))


def _record(session: Session, hit: Hit) -> dict[str, Any]:
    """Return what is printed of something that was found; nothing of it is secret to operators."""
    document = find_document(session, hit.id, is_locked=False) if hit.is_document else None
    if document is not None:
        return _document(document)
    talk = find_conversation(session, hit.id, is_locked=False)
    return {
        "conversation": hit.id,
        "dossier": talk.dossier if talk else "",
        "day": talk.last_at.date().isoformat() if talk else "",
        "status": talk.state.value if talk else "",
        "what": talk.subject if talk else "",
    }


def _document(document: Document) -> dict[str, Any]:
    invoice = to_data(document.invoice) if document.invoice else {}
    names = ("supplier_name", "customer_name", "invoice_number", "invoice_date", "total_incl")
    return {
        "document": document.id,
        "dossier": document.dossier,
        "day": document.received_at.date().isoformat(),
        "status": document.status.value,
        "what": document.title,
        **{name: invoice.get(name) for name in names},
    }


def _told(record: dict[str, Any]) -> str:
    known = (record.get(name) for name in ("supplier_name", "invoice_number", "total_incl"))
    what = ", ".join(str(each) for each in known if each) or record["what"]
    id_ = record.get("document") or f"conversation {record['conversation']}"
    return f"{id_}  {record['day']}  {record['status']:12} {record['dossier']:16} {what}"
