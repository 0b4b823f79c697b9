"""Conversations at the command line: who waits for whom, what was said, one with many dossiers."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from handlers.batches import Problem, problems_of, recipients_of, send_batch, text_for
from handlers.context import Unit
from handlers.correspondence import dossier_manager
from handlers.threads import close
from mailbot.domain.conversation import Batch, Conversation, ConversationState, Message
from mailbot.domain.events import EventKind
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.conversation_text import (
    Chosen,
    TextError,
    batch_of,
    read_texts,
)
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened
from storage.conversations import (
    conversations_in,
    find_batch,
    find_conversation,
    messages_in,
    record_batch,
)
from storage.definitions import all_definitions, find_dossier, get_dossier
from storage.outbox import find_entry_for

conversation_app = typer.Typer(
    help="Who waits for an answer, what was said, and writing to many dossiers at once.",
    no_args_is_help=True,
)

IdArgument = Annotated[
    str, typer.Argument(help="Id of the conversation, or its last eight signs.")
]
#: who acts at the command line
_OPERATOR = "operator"

#: why a batch cannot go out
_WHY = {
    "no_text": "There is no text; give --text-file a file with one.",
    "no_dossiers": "No dossier is meant; give --dossiers, --status or --all.",
    "unknown_variables": "No such variable: {names}; see docs/operations.md for those there are.",
    "unknown_dossiers": "No such dossier: {names}; `mailbot show dossier` names them.",
    "nobody": "Nobody to write to in {names}; add people with `mailbot apply`.",
}


@conversation_app.command("list")
def list_conversations(
    dossier: Annotated[str, typer.Option(help="Only of this dossier.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Answered and closed ones, too.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List conversations, those in which somebody must answer first in time."""
    states = tuple(ConversationState) if every else (ConversationState.OPEN,)
    with opened(config) as context, context.database.reading() as session:
        if dossier and find_dossier(session, dossier) is None:
            fail(f"There is no dossier {dossier}; `mailbot apply` makes one.")
        known = [d.code for each in all_definitions(session) for d in each.dossiers]
        found = conversations_in(session, [dossier] if dossier else known, states)
    for each in found:
        print(json.dumps(to_data(each)) if as_json else _line(each))


@conversation_app.command("show")
def show_conversation(
    name: IdArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show what was said, to whom it went, and who has answered."""
    with opened(config) as context, context.transaction() as unit:
        found = _find(unit, name)
        messages = messages_in(unit.session, found.id)
        if as_json:
            said = [{**to_data(m), "sent": _sent(unit, found, m)} for m in messages]
            print(json.dumps({**to_data(found), "messages": said}))
        else:
            print("\n".join(_told(unit, found, messages)))


@conversation_app.command("close")
def close_conversation(name: IdArgument, config: ConfigOption = None) -> None:
    """End a conversation in the name of who keeps the dossier; writing opens it again."""
    with opened(config) as context, context.transaction() as unit:
        found = _find(unit, name)
        if found.state is ConversationState.CLOSED:
            fail(f"{name} is closed already.")
        dossier = get_dossier(unit.session, found.dossier)
        close(unit, found, dossier_manager(unit.session, dossier))
        unit.note(EventKind.COMMAND_DONE, found.id, _OPERATOR, verb="close")
    print(f"{found.mark}: closed.")


@conversation_app.command("start")
def start_conversations(  # noqa: PLR0913, PLR0917 -- typer: one parameter per option
    chosen: Annotated[str, typer.Option("--dossiers", help="Codes with commas between.")] = "",
    status: Annotated[
        str,
        typer.Option(
            help="missing_documents, open_conversations, or dossiers with documents that are"
            " inbox, to_approve, unreadable, quarantined or export_failed."
        ),
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Every active dossier.")] = False,
    subject: Annotated[str, typer.Option(help="Subject, when the text file gives none.")] = "",
    text_file: Annotated[
        str, typer.Option("--text-file", help="Text, or TOML with subject and text per language.")
    ] = "",
    office: Annotated[str, typer.Option(help="Code of the office; default the only one.")] = "",
    by: Annotated[str, typer.Option(help="In whose name; default the office's admin.")] = "",
    batch_id: Annotated[
        str,
        typer.Option("--batch", help="The same id is sent once; default made of the contents."),
    ] = "",
    check: Annotated[bool, typer.Option("--check", help="Only show what would go out.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a conversation with each of several dossiers; names are filled into the text.

    The running service sends them. The same batch again sends nothing.
    """
    wanted = Chosen(
        dossiers=chosen, status=status, every=every, office=office, by=by, batch=batch_id
    )
    with opened(config) as context, context.transaction() as unit:
        batch = _batch(unit, wanted, text_file, subject)
        state = "preview" if check else _send(unit, batch)
        _tell(unit, batch, state=state, as_json=as_json)


def _batch(unit: Unit, chosen: Chosen, text_file: str, subject: str) -> Batch:
    """Return what is to go out, or end the command with a sentence for each mistake."""
    try:
        batch = batch_of(unit, chosen, read_texts(text_file, subject))
    except TextError as error:
        fail(str(error))
    if problems := problems_of(unit, batch):
        fail("\n".join(_why(problem) for problem in problems))
    return batch


def _send(unit: Unit, batch: Batch) -> str:
    """Put a batch on its way unless it was; return which of the two."""
    known = find_batch(unit.session, batch.id)
    if known is not None and known.is_sent:
        return "sent before"
    record_batch(unit.session, batch)
    send_batch(unit, batch.id)
    return "sent"


def _tell(unit: Unit, batch: Batch, *, state: str, as_json: bool) -> None:
    for code in batch.dossiers:
        dossier = get_dossier(unit.session, code)
        subject, text = text_for(unit, batch, dossier)
        to = [person.email.lower() for person in recipients_of(dossier)]
        if as_json:
            facts = {"batch": batch.id, "dossier": code, "to": to, "state": state}
            print(json.dumps({**facts, "subject": subject, "text": text}))
        else:
            print(f"{code}: {', '.join(to)}: {subject}")
    if not as_json:
        _subject, sample = text_for(unit, batch, get_dossier(unit.session, batch.dossiers[0]))
        print(f"\n{sample}\n\nbatch {batch.id}: {len(batch.dossiers)} dossiers, {state}")


def _why(problem: Problem) -> str:
    return _WHY[problem.id].format(names=", ".join(problem.names))


def _find(unit: Unit, name: str) -> Conversation:
    """Return the conversation with this id or mark, or end the command with a sentence."""
    found = find_conversation(unit.session, name)
    if found is None:
        known = [d.code for each in all_definitions(unit.session) for d in each.dossiers]
        every = conversations_in(unit.session, known, tuple(ConversationState))
        marked = [each for each in every if each.mark == name.lower()]
        found = find_conversation(unit.session, marked[0].id) if len(marked) == 1 else None
    if found is None:
        fail(f"There is no conversation {name}; `mailbot conversation list --all` names them.")
    return found


def _line(conversation: Conversation) -> str:
    about = conversation.subject or f"document {conversation.document_id}"
    waits = ", ".join(conversation.waits_for)
    state = f"waits for {waits}" if waits else conversation.state.value
    last = f"{conversation.last_at:%Y-%m-%d}"
    return f"{conversation.mark}  {last}  {conversation.dossier:16}  {state:32}  {about}"


def _told(unit: Unit, found: Conversation, messages: Sequence[Message]) -> Iterator[str]:
    yield f"conversation  {found.id}, {found.state.value}"
    yield f"about         {found.subject or f'document {found.document_id}'}, {found.dossier}"
    if found.remind_at:
        yield f"reminder      {found.remind_at:%Y-%m-%d %H:%M}, {found.reminded} before"
    for each in found.participants:
        wrote = f"wrote {each.answered_at:%Y-%m-%d %H:%M}" if each.answered_at else "wrote nothing"
        seen = f", seen {each.seen_at:%Y-%m-%d %H:%M}" if each.seen_at else ""
        waits = ", must answer" if each.email in found.waits_for else ""
        yield f"reads along   {each.email}: {wrote}{seen}{waits}"
    for message in messages:
        private = f", only for {', '.join(message.only_for)}" if message.only_for else ""
        yield f"\n{message.at:%Y-%m-%d %H:%M}  {message.author}{private}"
        yield from (f"  {line}" for line in message.text.splitlines())
        yield from (f"  file {file.name}" for file in message.files)
        yield from (f"  → {to}: {state}" for to, state in _sent(unit, found, message).items())


def _sent(unit: Unit, conversation: Conversation, message: Message) -> dict[str, str]:
    """Return of each reader how far the mail with a message has come (queued, sent, failed)."""
    keys = {email: f"message:{message.id}:{email}" for email in conversation.readers}
    found = {email: find_entry_for(unit.session, key) for email, key in keys.items()}
    return {email: entry.state.value for email, entry in found.items() if entry}
