"""Commands about the audit log: is it whole, and what proves a decision."""

from pathlib import Path
from typing import Annotated

import typer

from handlers.audit_evidence import evidence_of
from mailbot.entrypoints.cli.shared import ConfigOption, fail, opened
from storage.audit import broken_links, last_event
from storage.audit_witnesses import unwitnessed

audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)


@audit_app.command("verify")
def verify(config: ConfigOption = None) -> None:
    """Check the hash chain, every stored file, and that nothing is kept that no event tells of."""
    with opened(config) as context:
        with context.database.reading() as session:
            faults = [f"audit event {n} does not fit its hash" for n in broken_links(session)]
            faults += unwitnessed(session)
            last = last_event(session)
        faults += [f"file {sha256} is not what it was" for sha256 in context.blobs.verify()]
    for fault in faults:
        print(fault)
    if faults:
        fail(f"{len(faults)} things are not what they were; nothing was changed.")
    print("Every event and every file is what it was.")
    if last:
        print(f"Last event: {last.number} {last.hash}")


@audit_app.command("export")
def export(
    name: Annotated[str, typer.Argument(help="Id of a document, or number of an event about it.")],
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("evidence.zip"),
    config: ConfigOption = None,
) -> None:
    """Write what the decisions about a document rest on to one file that checks itself."""
    with opened(config) as context:
        content = evidence_of(context, name)
    if content is None:
        fail(f"There is no document {name}; `mailbot mail show` names them.")
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}. Name another file with --out.")
    print(f"{out}: unpack it and run `python3 check.py`.")
