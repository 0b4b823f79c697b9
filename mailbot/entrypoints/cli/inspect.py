"""Commands that look: what is where, why it waits, what happened to it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from handlers.context import Context
from mailbot.domain.clock import local_date
from mailbot.domain.document import Document
from mailbot.domain.events import Event
from mailbot.domain.job import Job
from mailbot.domain.mail import StoredMail
from mailbot.domain.values import to_data
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from storage.approvals import approvals_of
from storage.audit import events_about
from storage.documents import documents_of_mail, find_document, status_counts
from storage.failed_jobs import failed_jobs, find_failure, forget_failure, record_failure
from storage.mails import find_mail, recent_mails
from storage.outbox import entries_about, outbox_counts

mail_app = typer.Typer(help="Mails that were accepted.", no_args_is_help=True)
document_app = typer.Typer(help="Documents.", no_args_is_help=True)
queue_app = typer.Typer(help="Jobs that did not end well.", no_args_is_help=True)


#: what a decision rests on is for auditors: `mailbot audit export`, or --json
_EVIDENCE = frozenset(
    {
        "authentication", "shown", "token", "mail_sha256", "post_sha256", "letter_sha256",
        "document_sha256",
    }
)  # fmt: skip


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how much of everything there is, and what is stuck."""
    with opened(config) as context, context.database.reading() as session:
        facts = {
            "spool": open_spool(context.settings).count(),
            "jobs": context.jobs.counts(),
            "documents": status_counts(session),
            "outbox": outbox_counts(session),
            "failed_jobs": len(failed_jobs(session)),
        }
    if as_json:
        print(json.dumps(facts))
        return
    for name, value in facts.items():
        parts = value.items() if isinstance(value, dict) else (("", value),)
        print(f"{name:12} {', '.join(f'{part} {n}'.strip() for part, n in parts) or '-'}")


@mail_app.command("list")
def list_mails(config: ConfigOption = None) -> None:
    """List the newest mails."""
    with opened(config) as context, context.database.reading() as session:
        for mail in recent_mails(session):
            day = local_date(mail.envelope.received_at, context.settings.service.time_zone)
            print(f"{mail.id}  {day}  {mail.state:9} {mail.sender:30} {mail.subject[:60]}")


@mail_app.command("show")
def show_mail(
    name: Annotated[str, typer.Argument(help="Our id, the id of the 250 answer, or Message-ID.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one mail, what was made of it, and everything that happened to it."""
    with opened(config) as context, context.database.reading() as session:
        mail = find_mail(session, name)
        if mail is None:
            _look_in_spool(context, name)
        else:
            documents = documents_of_mail(session, mail.id)
            events = [*events_about(session, mail.id)]
            for document in documents:
                events += events_about(session, document.id)
            _print_mail(mail, [d.id for d in documents], events, as_json=as_json)


def _look_in_spool(context: Context, name: str) -> None:
    if name in open_spool(context.settings).entries():
        print(f"{name} was accepted and lies in the spool; the database does not have it yet.")
        return
    fail(f"There is no mail {name}; `mailbot mail list` shows the newest.")


def _print_mail(
    mail: StoredMail, documents: list[str], events: list[Event], *, as_json: bool
) -> None:
    if as_json:
        told = [to_data(event) for event in events]
        print(json.dumps({**to_data(mail), "documents": documents, "events": told}))
        return
    print(f"mail      {mail.id} ({mail.state})")
    print(
        f"accepted  {mail.envelope.received_at:%Y-%m-%d %H:%M:%S} UTC by {mail.envelope.channel}"
    )
    print(f"as        {mail.envelope.spool_id}, sha256 {mail.sha256}")
    print(f"from      {mail.sender} (envelope {mail.envelope.envelope_sender or '<>'})")
    print(f"to        {mail.envelope_recipient}")
    print(f"subject   {mail.subject}")
    for document in documents:
        print(f"document  {document}")
    _print_events(events)


@document_app.command("show")
def show_document(
    document_id: str, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show one document, who must act on it, and everything that happened to it."""
    with opened(config) as context, context.database.reading() as session:
        document = find_document(session, document_id, is_locked=False)
        if document is None:
            fail(f"There is no document {document_id}; `mailbot mail show` names them.")
        events = events_about(session, document.id)
        approvals = approvals_of(session, document.id)
        letters = entries_about(session, document.id)
    if as_json:
        told = {"events": [to_data(event) for event in events]}
        print(json.dumps({**to_data(document), **told}))
        return
    _print_document(document)
    for approval in approvals:
        print(f"approval  {approval.rule}: {approval.approver} {approval.state}")
    for letter in letters:
        print(f"letter    {letter.letter} to {letter.recipient}: {letter.state}")
    _print_events(events)


def _print_document(document: Document) -> None:
    print(f"document  {document.id} version {document.version} ({document.status})")
    print(f"dossier   {document.dossier}, {document.kind}")
    print(f"file      {document.original.name}, sha256 {document.original.sha256}")
    for name, value in asdict(document.invoice).items() if document.invoice else ():
        if value not in (None, (), {}) and name != "evidence":
            print(f"  {name:18} {value}")
    for warning in document.warnings:
        print(f"warning   {warning}")


def _print_events(events: Sequence[Event]) -> None:
    for event in events:
        facts = " ".join(f"{k}={v}" for k, v in event.data.items() if k not in _EVIDENCE)
        print(f"  {event.at:%Y-%m-%d %H:%M:%S} {event.kind:20} {event.actor} {facts}")


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
