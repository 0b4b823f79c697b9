"""Commands for definitions: check a file, apply files, show what was applied."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn, TypedDict

import typer

from connectors.registry import CONNECTORS
from handlers.context import Unit
from handlers.freezing import hand_over
from handlers.payment_switches import find_cut_off, follow_baskets
from handlers.rule_changes import follow_rules
from handlers.stand_ins import put_askings
from mailbot.domain.booking import Problem
from mailbot.domain.document import Status
from mailbot.domain.errors import DefinitionError
from mailbot.domain.events import EventKind
from mailbot.domain.mail import RecipientKind
from mailbot.domain.people import Definition, Employee, Export, Person
from mailbot.domain.values import to_data
from mailbot.entrypoints.app import write_directory
from mailbot.entrypoints.cli.shared import (
    REFUSED,
    ConfigOption,
    JsonOption,
    fail,
    opened,
    settings_of,
)
from mailbot.mail.address import read_recipient
from mailbot.rules.definition import read_definition
from mailbot.rules.definition_checks import find_clashes
from mailbot.rules.definition_text import Difference, compare, write_definition, write_dossier
from storage.definitions import all_definitions, find_definition, find_dossier, save_definition
from storage.documents import documents_in

show_app = typer.Typer(help="What was applied, as text that can be applied.", no_args_is_help=True)

FilesArgument = Annotated[list[Path], typer.Argument(help="Definitions: one office per file.")]
CodeArgument = Annotated[str, typer.Argument(help="The code, or a dossier's enterprise number.")]


class _PersonRow(TypedDict):
    """Somebody, as `show people` prints them."""

    where: str
    email: str
    name: str
    language: str
    roles: list[str]
    frozen: bool


def check(files: FilesArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Find the mistakes in definitions, with line and reason; nothing is applied."""
    settings_of(config)
    for file, definition in _read_all(files, as_json=as_json):
        counts = {
            "employees": len(definition.employees),
            "dossiers": len(definition.dossiers),
            "people": sum(len(dossier.people) for dossier in definition.dossiers),
        }
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        facts = {"file": file, "office": definition.office.code, **counts}
        text = f"{file}: no mistakes; office {definition.office.code}, {told}."
        print(json.dumps(facts) if as_json else text)


def apply(files: FilesArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Make definitions hold: all of them or, when one has a mistake, none."""
    named = _read_all(files, as_json=as_json)
    with opened(config) as context:
        with context.transaction() as unit:
            changes = [
                (file, difference)
                for file, definition in _in_order(unit, named, as_json=as_json)
                for difference in _store(unit, definition)
            ]
        write_directory(context)
    for file, difference in changes:
        print(_written(file, difference, as_json=as_json))
    if not as_json:
        count = len(changes)
        print("Nothing to change." if not count else f"Applied: {count} differences.")


@show_app.command("office")
def show_office(
    code: CodeArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show an office with everything that belongs to it."""
    with opened(config) as context, context.database.reading() as session:
        definition = find_definition(session, code, is_as_written=True)
        if definition is None:
            known = [each.office.code for each in all_definitions(session)]
            fail(f"There is no office {code!r}; there are: {_listed(known)}.")
    text = write_definition(definition).rstrip()
    print(json.dumps(to_data(definition)) if as_json else text)


@show_app.command("dossier")
def show_dossier(
    code: CodeArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show a dossier: its addresses, journals, people, rules and export."""
    with opened(config) as context, context.database.reading() as session:
        dossier = find_dossier(session, code)
        if dossier is None:
            known = [d.code for each in all_definitions(session) for d in each.dossiers]
            fail(f"There is no dossier {code!r}; there are: {_listed(known)}.")
    print(json.dumps(to_data(dossier)) if as_json else write_dossier(dossier).rstrip())


@show_app.command("people")
def show_people(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show who works at the offices and who belongs to the dossiers, with their roles."""
    with opened(config) as context, context.database.reading() as session:
        definitions = all_definitions(session)
    for row in _people(definitions):
        if as_json:
            print(json.dumps(row))
        else:
            frozen = "  frozen" if row["frozen"] else ""
            where = f"{row['where']:28} {row['email']:36} {row['language']}"
            print(f"{where}  {', '.join(row['roles'])}{frozen}")


def _people(definitions: Iterable[Definition]) -> Iterable[_PersonRow]:
    for definition in definitions:
        for employee in definition.employees:
            where = f"office {definition.office.code}"
            yield _person_row(where, employee, [employee.role.value])
        for dossier in definition.dossiers:
            for person in dossier.people:
                roles = [role.value for role in person.roles]
                yield _person_row(f"dossier {dossier.code}", person, roles)


def _person_row(where: str, person: Person | Employee, roles: list[str]) -> _PersonRow:
    return {
        "where": where,
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "roles": roles,
        "frozen": person.frozen,
    }


def _read_all(files: Sequence[Path], *, as_json: bool) -> list[tuple[str, Definition]]:
    """Return every definition, or end the command with every mistake in all of them."""
    named, problems = [], []
    for file in files:
        try:
            named.append((str(file), _read(file)))
        except DefinitionError as error:
            problems += error.problems
    problems = problems or find_clashes(named)
    if problems:
        _refuse(problems, as_json=as_json)
    return named


def read_file(file: Path) -> Definition:
    """Return the definition in one file, or end the command with its mistakes."""
    return _read_all([file], as_json=False)[0][1]


def _read(file: Path) -> Definition:
    """Read one file. Raises DefinitionError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DefinitionError([f"{file}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        told = "the text: is not UTF-8; save it as UTF-8"
        raise DefinitionError([f"{file}:{line}: {told}"]) from error
    return read_definition(
        text, str(file), check_export=_check_export, is_dossier_address=_is_dossier_address
    )


def _check_export(export: Export) -> list[Problem]:
    connector = CONNECTORS.get(export.connector)
    if connector is None:
        names = ", ".join(CONNECTORS)
        return [Problem(field="connector", reason="unknown_connector", value=names)]
    return connector.check(export.options)


def _is_dossier_address(code: str) -> bool:
    """Whether mail to <code>@ reaches the dossier: `verkoop-zuid` would be sales of `zuid`."""
    read = read_recipient(f"{code}@dossier.localhost")
    is_plain = read.kind is RecipientKind.DELIVER and not read.document_kind
    return is_plain and read.dossier == code.lower()


def _in_order(
    unit: Unit, named: list[tuple[str, Definition]], *, as_json: bool
) -> list[tuple[str, Definition]]:
    """Return the definitions if the database can hold them beside what it has; else end."""
    stored = {each.office.code: each for each in all_definitions(unit.session)}
    given = {definition.office.code for _file, definition in named}
    others = [("the database", each) for code, each in stored.items() if code not in given]
    problems = find_clashes([*others, *named])
    kept = {d.code for _file, definition in named for d in definition.dossiers}
    for file, definition in named:
        old = stored.get(definition.office.code)
        gone = [d.code for d in old.dossiers if d.code not in kept] if old else []
        problems += [
            f"{file}: dossier {code!r} has documents and cannot go; write active = false instead"
            for code in gone
            if documents_in(unit.session, [code], Status)
        ]
        if old is not None:
            problems += [f"{file}: {each}" for each in find_cut_off(unit, old, definition)]
    if problems:
        _refuse(problems, as_json=as_json)
    return named


def _store(unit: Unit, definition: Definition) -> list[Difference]:
    """Make one definition hold, with an audit event, if it changes anything."""
    code = definition.office.code
    before = find_definition(unit.session, code, is_as_written=True)
    differences = compare(before, definition)
    if differences:
        save_definition(unit.session, definition)
        now = find_definition(unit.session, code)
        if before is not None and now is not None:
            follow_rules(unit, before, now)
            hand_over(unit, now)
            put_askings(unit, now)
            follow_baskets(unit, now)
        told = "\n".join(map(str, differences))
        unit.note(EventKind.DEFINITION_APPLIED, code, differences=told)
    return differences


def _written(file: str, difference: Difference, *, as_json: bool) -> str:
    return json.dumps({"file": file, **asdict(difference)}) if as_json else str(difference)


def _refuse(problems: Sequence[str], *, as_json: bool) -> NoReturn:
    """End the command: nothing was applied, and here is why."""
    if as_json:
        for problem in problems:
            print(json.dumps({"problem": problem}))
        raise typer.Exit(REFUSED)
    count = "one mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    fail("\n".join([*problems, f"Nothing was applied: {count}."]))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none yet; `mailbot apply FILE.toml` makes them"
