"""`mailbot separator`: the sheet that is put between two documents before scanning."""

from pathlib import Path
from typing import Annotated

import typer

from mailbot.compose.separator_sheet import write_separator_sheet


def separator(
    file: Annotated[Path, typer.Argument(help="the PDF to write")] = Path("separator.pdf"),
) -> None:
    """Write a sheet to print and put between documents that are scanned as one file."""
    try:
        file.write_bytes(write_separator_sheet())
    except OSError as error:
        typer.echo(f"{file} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{file}: print it, and put a copy between every two documents.")
