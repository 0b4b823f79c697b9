"""`mailbot backup`, `mailbot restore`, and the letters that were held after a restore."""

import json
from pathlib import Path
from typing import Annotated

import typer

from handlers.held_letters import held_letters, release_letters
from handlers.watching import BACKUP
from mailbot.domain.clock import SystemClock
from mailbot.domain.errors import MailbotError
from mailbot.entrypoints.app import open_empty, open_installation
from mailbot.entrypoints.cli.shared import ConfigOption, JsonOption, fail, opened, settings_of
from storage.backup.checking import faults_in
from storage.backup.making import make_backup
from storage.backup.restoring import Restored, restore
from storage.backup.sets import BackupFolder, BackupSet
from storage.watching import record_checkpoint

FolderArgument = Annotated[Path, typer.Argument(help="The folder of the backups.")]


def backup(
    folder: FolderArgument,
    *,
    keep: Annotated[int, typer.Option(min=0, help="Keep so many sets; 0: all.")] = 0,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Leave secrets and settings out.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make none; read the newest whole instead.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy everything that must not be lost, while mailbot runs; only what is new is copied."""
    target = BackupFolder(folder.absolute())
    if verify:
        made = _verify(target)
    else:
        made = _make(target, config, keep=keep, with_secrets=not without_secrets)
    _print_set(made, as_json=as_json)
    if made.missing:
        fail(f"{len(made.missing)} files were lost or damaged before: mailbot audit verify.")


def _make(
    target: BackupFolder, config: Path | None, *, keep: int, with_secrets: bool
) -> BackupSet:
    with opened(config) as context:
        source = open_installation(context, config)
        try:
            made = make_backup(source, target, now=context.now(), with_secrets=with_secrets)
            with context.transaction() as unit:
                record_checkpoint(unit.session, BACKUP, context.now(), made.name)
            if keep:
                target.prune(keep)
        except OSError as error:
            fail(f"The backup is not complete: {error}. The sets of before are as they were.")
        return made


def _verify(source: BackupFolder) -> BackupSet:
    try:
        kept = source.read()
        faults = list(faults_in(kept, source))
    except (MailbotError, OSError) as error:
        fail(str(error))
    for fault in faults:
        print(fault)
    if faults:
        fail(f"The set {kept.name} is damaged: make a new one, and look after the disk.")
    return kept


def restore_backup(
    folder: FolderArgument,
    name: Annotated[str, typer.Option("--set", help="Name of a set; default: the newest.")] = "",
    only_list: Annotated[bool, typer.Option("--list", help="List the sets, no more.")] = False,
    config: ConfigOption = None,
) -> None:
    """Put a backup back into an empty data folder and database, of either kind."""
    source = BackupFolder(folder.absolute())
    if only_list:
        print("\n".join(source.names()))
        return
    try:
        target, jobs = open_empty(settings_of(config))
        restored = restore(source, name, target, jobs, now=SystemClock().now())
    except (MailbotError, OSError, ValueError) as error:
        fail(f"Not restored: {error}")
    _print_restored(restored, target.data)


def _print_set(made: BackupSet, *, as_json: bool) -> None:
    rows = sum(listing.n_rows for listing in made.tables.values())
    facts = {
        "set": made.name,
        "rows": rows,
        "files": made.blobs.n_rows + len(made.files),
        "last_event": made.audit_number,
        "audit_hash": made.audit_hash,
        "missing": list(made.missing),
    }
    if as_json:
        print(json.dumps(facts))
        return
    print(f"{made.name}: {rows} rows, {facts['files']} files")
    print(f"Last event: {made.audit_number} {made.audit_hash}")


def _print_restored(restored: Restored, data: Path) -> None:
    kept = restored.kept
    print(f"Restored as it was at {kept.made_at:%Y-%m-%d %H:%M:%S} UTC, in {data}.")
    print("What came in, was answered or was booked after that is not known here.")
    if restored.n_held:
        print(f"{restored.n_held} letters were on their way and may have left: they are held.")
        print("  mailbot queue release          lists them")
        print("  mailbot queue release --all    sends them, each with its own Message-ID")
    if restored.n_buried:
        print(f"{restored.n_buried} exports were on their way: look in the accounting package;")
        print("  mailbot queue show, and mailbot queue retry KEY for what is not there")
    if not kept.has_secrets:
        print("The set held no secrets: those that lay in the data folder are used.")


def release(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of letters that leave.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    config: ConfigOption = None,
) -> None:
    """Send letters that are held since a restore; without ids, list them."""
    with opened(config) as context:
        with context.database.reading() as session:
            held = held_letters(session)
        if not ids and not everything:
            for letter in held:
                print(f"{letter.id}  {letter.letter:20} {letter.recipient:30} {letter.subject}")
            return
        known = {letter.id for letter in held}
        unknown = set(ids or ()) - known
        if unknown:
            fail(f"No letter is held as {', '.join(sorted(unknown))}; leave ids out for a list.")
        release_letters(context, sorted(known if everything else set(ids or ())))
    print(f"{len(known if everything else set(ids or ()))} letters leave.")
