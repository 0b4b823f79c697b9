"""`mailbot validate`: whether e-invoices keep the rules of what they say they follow."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mailbot.entrypoints.cli.records import OutOption, RootOption, places_of, write_record
from mailbot.recognition.validation import validate
from mailbot.recognition.validation_engine import RuleEngine, shared_engine
from mailbot.recognition.validation_profile import PROFILES
from mailbot.recognition.validation_verdict import Broken, Verdict, own_rule

#: bytes; a larger file is not even opened
MAX_FILE = 128 * 1024 * 1024

ProfileName = StrEnum("ProfileName", [(name, name) for name in PROFILES])  # type: ignore[misc]


def validate_files(
    files: Annotated[
        list[Path], typer.Argument(help="UBL or CII files, PDFs with one inside", exists=True)
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
    profile: Annotated[
        ProfileName | None,
        typer.Option(help="measure by this [default: what each file says it follows]"),
    ] = None,
    out: OutOption = None,
    root: RootOption = None,
) -> None:
    """Check e-invoices against the rules of EN 16931, Peppol BIS 3, NLCIUS or Factur-X."""
    places = places_of(files, root) if out else {}
    engine = shared_engine()
    for path in files:
        verdict = read_verdict(path, engine, profile.value if profile else "")
        line = json.dumps({"path": str(path), **to_record(verdict)}, ensure_ascii=False)
        if out:
            write_record(out / places[path], line)
        if as_json or not out:
            typer.echo(line if as_json else in_words(path, verdict))


def read_verdict(path: Path, engine: RuleEngine, profile: str) -> Verdict:
    """Return the verdict on a file; one that cannot be opened is no invoice."""
    try:
        if path.stat().st_size > MAX_FILE:
            return Verdict(unchecked="TOO-LARGE")
        content = path.read_bytes()
    except OSError:
        return Verdict(broken=(own_rule("NOT-AN-INVOICE"),))
    return validate(content, path.name, engine, profile=profile)


def to_record(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as JSON types; `valid` is false, too, for what could not be checked."""
    return {
        "syntax": verdict.syntax,
        "profile": verdict.profile,
        "valid": verdict.is_valid,
        "checked": not verdict.unchecked,
        "rules": list(verdict.rules),
        "warnings": list(verdict.warnings),
        "reasons": verdict.reasons,
    }


def in_words(path: Path, verdict: Verdict) -> str:
    """Return a verdict for people: one line, and one for each rule below it."""
    measure = f" ({verdict.profile}, {verdict.syntax})" if verdict.profile else ""
    lines = [f"{path}: {_said(verdict)}{measure}"]
    if verdict.unchecked:
        lines.append(f"  {verdict.reasons[verdict.unchecked]}")
    return "\n".join([*lines, *map(_line, verdict.broken)])


def _said(verdict: Verdict) -> str:
    if verdict.rules:
        return "not valid"
    return "could not be checked" if verdict.unchecked else "valid"


def _line(one: Broken) -> str:
    return f"  {'error' if one.is_fatal else 'warning'} {one.rule}: {one.sentence}"
