"""Commands that look: what is where, why it waits, what happened to it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from sqlmodel import Session

from handlers.context import Context
from handlers.tracing import trace_of_document, trace_of_mail
from mailbot.domain.clock import local_date
from mailbot.domain.document import Document
from mailbot.domain.job import Job
from mailbot.domain.mail import StoredMail
from mailbot.domain.values import to_data
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from mailbot.entrypoints.cli.trace_text import print_steps, print_totals, trace_data
from storage.approvals import approvals_of
from storage.audit import events_about
from storage.documents import documents_named, documents_of_mail
from storage.failed_jobs import failed_jobs, find_failure, forget_failure, record_failure
from storage.mails import find_mail, recent_mails
from storage.outbox import entries_about

mail_app = typer.Typer(help="Mails that were accepted.", no_args_is_help=True)
document_app = typer.Typer(help="Documents.", no_args_is_help=True)
queue_app = typer.Typer(help="Jobs that did not end well.", no_args_is_help=True)


NameOption = Annotated[
    str,
    typer.Argument(
        help="Our id, the id of the 250 answer, Message-ID; or id or number of a document."
    ),
]


@mail_app.command("list")
def list_mails(config: ConfigOption = None) -> None:
    """List the newest mails."""
    with opened(config) as context, context.database.reading() as session:
        for mail in recent_mails(session):
            day = local_date(mail.envelope.received_at, context.settings.service.time_zone)
            print(f"{mail.id}  {day}  {mail.state:9} {mail.sender:30} {mail.subject[:60]}")


@mail_app.command("show")
def show_mail(name: NameOption, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show one mail, what was made of it, and every step with how long it took."""
    with opened(config) as context, context.database.reading() as session:
        mail = find_mail(session, name) or _mail_of_document(session, name)
        if mail is None:
            _look_in_spool(context, name)
            return
        documents = documents_of_mail(session, mail.id)
        events = [*events_about(session, mail.id)]
        for document in documents:
            events += events_about(session, document.id)
        taken = trace_of_mail(session, mail)
        now = context.now()
        parts = {each.id: trace_of_document(session, each, now) for each in documents}
    if as_json:
        told = {"documents": list(parts), "events": [to_data(event) for event in events]}
        steps = {"steps": [to_data(step) for step in taken]}
        of_documents = {name: trace_data(part) for name, part in parts.items()}
        print(json.dumps({**to_data(mail), **told, **steps, "steps_of_documents": of_documents}))
        return
    _print_mail(mail)
    print_steps(taken)
    for document_id, part in parts.items():
        print(f"document  {document_id}")
        print_steps(part)
        print_totals(part)


def _mail_of_document(session: Session, name: str) -> StoredMail | None:
    """Return the mail that brought a document, by the id or the number of the document."""
    found = documents_named(session, name)
    return find_mail(session, found[0].mail_id) if len(found) == 1 else None


def _look_in_spool(context: Context, name: str) -> None:
    if name in open_spool(context.settings).entries():
        print(f"{name} was accepted and lies in the spool; the database does not have it yet.")
        return
    fail(f"There is no mail {name}; `mailbot mail list` shows the newest.")


def _print_mail(mail: StoredMail) -> None:
    print(f"mail      {mail.id} ({mail.state})")
    print(
        f"accepted  {mail.envelope.received_at:%Y-%m-%d %H:%M:%S} UTC by {mail.envelope.channel}"
    )
    print(f"as        {mail.envelope.spool_id}, sha256 {mail.sha256}")
    print(f"from      {mail.sender} (envelope {mail.envelope.envelope_sender or '<>'})")
    print(f"to        {mail.envelope_recipient}")
    print(f"subject   {mail.subject}")


@document_app.command("show")
def show_document(
    name: Annotated[str, typer.Argument(help="Id of a document, or the number of an invoice.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one document, who must act on it, and every step with how long it took."""
    with opened(config) as context, context.database.reading() as session:
        document = _one_of(documents_named(session, name), name)
        events = events_about(session, document.id)
        approvals = approvals_of(session, document.id)
        letters = entries_about(session, document.id)
        taken = trace_of_document(session, document, context.now())
    if as_json:
        told = {"events": [to_data(event) for event in events], **trace_data(taken)}
        print(json.dumps({**to_data(document), **told}))
        return
    _print_document(document)
    for approval in approvals:
        print(f"approval  {approval.rule}: {approval.approver} {approval.state}")
    for letter in letters:
        print(f"letter    {letter.letter} to {letter.recipient}: {letter.state}")
    print_steps(taken)
    print_totals(taken)


def _one_of(found: Sequence[Document], name: str) -> Document:
    """Return the document that is meant; a number may be that of several."""
    if len(found) > 1:
        listed = ", ".join(f"{each.id} ({each.dossier})" for each in found)
        fail(f"{name} is the number of several documents: {listed}. Name one by its id.")
    if not found:
        fail(f"There is no document {name}; `mailbot mail show` names them.")
    return found[0]


def _print_document(document: Document) -> None:
    print(f"document  {document.id} version {document.version} ({document.status})")
    print(f"dossier   {document.dossier}, {document.kind}")
    print(f"file      {document.original.name}, sha256 {document.original.sha256}")
    for name, value in asdict(document.invoice).items() if document.invoice else ():
        if value not in (None, (), {}) and name != "evidence":
            print(f"  {name:18} {value}")
    for warning in document.warnings:
        print(f"warning   {warning}")


@queue_app.command("show")
def show_queue(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show jobs that wait for another try or were buried."""
    with opened(config) as context, context.database.reading() as session:
        for failed in failed_jobs(session):
            if as_json:
                print(json.dumps(to_data(failed)))
            else:
                told = f"tries {failed.tries}  {_in_one_line(failed.reason)}"
                print(f"{failed.state:7} {failed.job.key}  {told}")


def _in_one_line(reason: str) -> str:
    """Return the first line of a sentence; of a trace the last, which says what went wrong."""
    lines = reason.strip().splitlines() or [""]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


@queue_app.command("retry")
def retry(key: str, config: ConfigOption = None) -> None:
    """Run a failed job again, now."""
    with opened(config) as context, context.transaction() as unit:
        failed = find_failure(unit.session, key)
        if failed is None:
            fail(f"There is no failed job {key}; `mailbot queue show` lists them.")
        again = f"{key}~again-{context.new_id()}"
        job = Job(key=again, kind=failed.job.kind, ids=failed.job.ids)
        context.jobs.put(unit.session, job)
        forget_failure(unit.session, key)
    print(f"{key} runs again.")


@queue_app.command("bury")
def bury(key: str, config: ConfigOption = None) -> None:
    """Give a failed job up; its mail and document stay."""
    with opened(config) as context, context.transaction() as unit:
        failed = find_failure(unit.session, key)
        if failed is None:
            fail(f"There is no failed job {key}; `mailbot queue show` lists them.")
        record_failure(unit.session, failed.buried())
    print(f"{key} is buried.")
