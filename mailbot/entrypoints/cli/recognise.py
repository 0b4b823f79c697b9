"""`mailbot recognise`: what would be read from documents, without keeping anything."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Annotated

import typer

from mailbot.domain.errors import Temporary
from mailbot.entrypoints.cli.recognition_json import to_record
from mailbot.entrypoints.cli.records import OutOption, RootOption, places_of, write_record
from mailbot.recognition.pipeline import recognise, unreadable

#: OCR wants a core for itself
_PROCESSES = 2

Record = dict[str, object]


def recognise_files(  # noqa: PLR0917 - typer calls it by name
    files: Annotated[list[Path], typer.Argument(help="PDF, XML or image files", exists=True)],
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
    password: Annotated[
        list[str] | None, typer.Option(help="tried on encrypted PDFs; may be repeated")
    ] = None,
    own_vat: Annotated[str, typer.Option(help="VAT number of the dossier")] = "",
    out: OutOption = None,
    root: RootOption = None,
) -> None:
    """Say what would be read from documents."""
    places = places_of(files, root) if out else {}
    try:
        for path, record in _read_all(files, tuple(password or ()), own_vat):
            line = json.dumps({"path": str(path), **record}, ensure_ascii=False)
            if out:
                write_record(out / places[path], line)
            if as_json or not out:
                typer.echo(line if as_json else _sentence(path, record))
    except Temporary as error:  # OCR is not installed
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def read_record(path: Path, passwords: tuple[str, ...], own_vat: str) -> Record:
    """Return what is in one file as JSON types; one that cannot be opened is unreadable."""
    try:
        content = path.read_bytes()
    except OSError:
        return to_record(unreadable("unreadable"))
    return to_record(recognise(content, path.name, passwords=passwords, own_vat=own_vat))


def _read_all(
    files: Sequence[Path], passwords: tuple[str, ...], own_vat: str
) -> Iterator[tuple[Path, Record]]:
    """Yield the record of each file in order, read by two processes."""
    if len(files) == 1:
        yield files[0], read_record(files[0], passwords, own_vat)
        return
    with ProcessPoolExecutor(_PROCESSES) as pool:
        waiting = {path: pool.submit(read_record, path, passwords, own_vat) for path in files}
        for path, future in waiting.items():
            yield path, _result(future, path, passwords, own_vat)


def _result(
    future: Future[Record], path: Path, passwords: tuple[str, ...], own_vat: str
) -> Record:
    """Return the result of `future`; when the pool died, the file is read once more, alone."""
    try:
        return future.result()
    except BrokenProcessPool:
        with ProcessPoolExecutor(1) as alone:
            try:
                return alone.submit(read_record, path, passwords, own_vat).result()
            except BrokenProcessPool:
                return to_record(unreadable("unreadable"))


def _sentence(path: Path, record: Record) -> str:
    """Return one line for people."""
    if record["unreadable"] or record["password_required"]:
        return f"{path}: {record['unreadable'] or 'a password is needed: --password'}"
    shown = ("document_class", "supplier_name", "invoice_number", "invoice_date")
    amount = f"{record['total_incl'] or '?'} {record['currency'] or ''}"
    return f"{path}: {', '.join(str(record[name] or '?') for name in shown)}, {amount}"
