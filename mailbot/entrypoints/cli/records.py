"""Writes one JSON file per file that was read, for every command that has --out and --root."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

OutOption = Annotated[
    Path | None, typer.Option(help="write one JSON file per document below this folder")
]
RootOption = Annotated[
    Path | None,
    typer.Option(help="paths below --out are relative to this folder [default: current]"),
]


def write_record(file: Path, line: str) -> None:
    """Write `line` to `file`, making its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(line + "\n", encoding="utf-8")


def places_of(files: Sequence[Path], root: Path | None) -> dict[Path, Path]:
    """Return where below --out each record goes: the file's path below `root`, ending in .json.

    A file that is not below it ends the command with a sentence.
    """
    base = (root or _base_folder(files)).absolute()
    places = {path: Path(os.path.relpath(path.absolute(), base)) for path in files}
    outside = next((path for path, place in places.items() if ".." in place.parts), None)
    if outside:
        typer.echo(f"{outside} is not below {base}: give its folder as --root.", err=True)
        raise typer.Exit(1)
    stems = Counter(place.with_suffix("") for place in places.values())
    # invoice.pdf and invoice.xml side by side keep their suffix: invoice.pdf.json
    return {
        path: place.with_suffix(".json")
        if stems[place.with_suffix("")] == 1
        else Path(f"{place}.json")
        for path, place in places.items()
    }


def _base_folder(files: Sequence[Path]) -> Path:
    """Return the current folder when every file is below it, else their common parent."""
    here = Path.cwd()
    parents = [path.absolute().parent for path in files]
    if all(parent.is_relative_to(here) for parent in parents):
        return here
    return Path(os.path.commonpath(parents))
