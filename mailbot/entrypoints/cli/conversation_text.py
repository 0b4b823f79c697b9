"""Reads what `mailbot conversation start` is given: a text, and which dossiers get it."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from handlers.batches import find_named_dossier, select_dossiers
from handlers.context import Unit
from mailbot.domain.conversation import Batch
from mailbot.domain.mail import LANGUAGES
from mailbot.domain.people import Definition, EmployeeRole
from storage.definitions import all_definitions

Texts = dict[str, tuple[str, str]]


class TextError(Exception):
    """What was given is not enough, or wrong; the message says what to give."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which dossiers get it, and in whose name; each as it was typed."""

    dossiers: str = ""
    status: str = ""
    every: bool = False
    office: str = ""
    by: str = ""
    batch: str = ""


def read_texts(file: str, subject: str) -> Texts:
    """Return subject and text per language; "" is the language of a plain text. Raises TextError.

    A file that ends in .toml has a table per language with `subject` and `text`.
    """
    if not file:
        raise TextError("There is no text; give --text-file a file with one.")
    try:
        content = Path(file).read_text("utf-8")
        given = tomllib.loads(content) if file.lower().endswith(".toml") else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TextError(f"{file}: {error}") from error
    if given is None:
        if not subject.strip():
            raise TextError("There is no subject; give --subject one.")
        return {"": (subject.strip(), content.strip())}
    texts = {name: _one(file, name, table, subject) for name, table in given.items()}
    if not texts:
        raise TextError(f"{file}: write a table per language, e.g. [nl]")
    return texts


def batch_of(unit: Unit, chosen: Chosen, texts: Texts) -> Batch:
    """Return the batch that was asked for. Raises TextError."""
    definition = _definition(unit, chosen.office)
    dossiers = _dossiers(unit, definition, chosen)
    contents = json.dumps([definition.office.code, dossiers, texts], sort_keys=True)
    return Batch(
        id=chosen.batch or hashlib.sha256(contents.encode()).hexdigest()[:32],
        office=definition.office.code,
        by=_author(definition, chosen.by),
        at=unit.context.now(),
        dossiers=dossiers,
        texts=texts,
    )


def _one(file: str, name: str, table: object, subject: str) -> tuple[str, str]:
    if name not in LANGUAGES or not isinstance(table, dict):
        raise TextError(f"{file}: {name}: write a table [nl], [fr], [en] or [de]")
    topic, text = table.get("subject", subject), table.get("text", "")
    if not isinstance(topic, str) or not isinstance(text, str) or not topic or not text:
        raise TextError(f'{file}: [{name}]: write subject = "…" and text = """…"""')
    return topic.strip(), text.strip()


def _definition(unit: Unit, office: str) -> Definition:
    known = [d for d in all_definitions(unit.session) if office in ("", d.office.code)]
    if len(known) != 1:
        codes = ", ".join(d.office.code for d in all_definitions(unit.session))
        raise TextError(f"Which office? Give --office one of: {codes or 'none is applied yet'}")
    return known[0]


def _dossiers(unit: Unit, definition: Definition, chosen: Chosen) -> tuple[str, ...]:
    ways = [bool(chosen.dossiers), bool(chosen.status), chosen.every]
    if sum(ways) != 1:
        raise TextError("Which dossiers? Give one of --dossiers, --status and --all.")
    if chosen.dossiers:
        names = (name.strip() for name in chosen.dossiers.split(",") if name.strip())
        return tuple(dict.fromkeys(find_named_dossier(definition, name) for name in names))
    try:
        found = select_dossiers(unit, definition, "all" if chosen.every else chosen.status)
    except ValueError as error:
        raise TextError(f"--status {chosen.status}: there is no such status") from error
    return tuple(dossier.code for dossier in found)


def _author(definition: Definition, email: str) -> str:
    """Return the address of who writes: this employee, else the office's admin."""
    employees = [e for e in definition.employees if not e.frozen]
    wanted = [e for e in employees if e.email.lower() == email.lower()]
    admins = [e for e in employees if e.role is EmployeeRole.ADMIN]
    found = wanted if email else admins or employees
    if not found:
        raise TextError(f"{email or definition.office.code}: no such employee; give --by another")
    return found[0].email.lower()
