"""`check`, `apply` and `show`: everything or nothing, and every mistake in one go."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mailbot.domain.directory import Directory
from mailbot.domain.document import Document, Status
from mailbot.domain.values import from_json
from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.cli import definition as commands
from mailbot.rules.definition import read_definition
from mailbot.settings import Settings
from storage.audit import events_about
from storage.definitions import all_definitions
from storage.documents import record_document
from tests.kit.letters import a_document

DEMO = Path(__file__).resolve().parents[3] / "docker" / "demo.toml"


class Desk:
    """A command line with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.config = folder / "mailbot.toml"
        self.config.write_text(f'[service]\ndata = "{self.data}"\ndomain = "in.example"\n')
        self.definition = folder / "office.toml"
        self.definition.write_text(DEMO.read_text(encoding="utf-8"), encoding="utf-8")
        self._app = typer.Typer()
        self._app.command("apply")(commands.apply)
        self._app.command("check")(commands.check)
        self._app.add_typer(commands.show_app, name="show")
        self.settings = Settings(service={"data": self.data, "domain": "in.example"})  # type: ignore[arg-type]

    def run(self, *words: str, code: int = 0) -> tuple[list[str], str]:
        """Run a command; return the lines it printed, and what it said was wrong."""
        arguments = [*words, "--config", str(self.config)]
        result = CliRunner().invoke(self._app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout.splitlines(), result.stderr

    def change(self, old: str, new: str) -> None:
        text = self.definition.read_text(encoding="utf-8")
        assert old in text
        self.definition.write_text(text.replace(old, new, 1), encoding="utf-8")

    def apply(self, *more: str, code: int = 0) -> tuple[list[str], str]:
        return self.run("apply", str(self.definition), *more, code=code)

    def applied(self) -> Sequence[object]:
        context = open_context(self.settings)
        try:
            with context.database.reading() as session:
                return all_definitions(session)
        finally:
            close_context(context)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_demo_office_has_no_mistakes(desk: Desk) -> None:
    lines, _ = desk.run("check", str(DEMO))
    assert lines == [f"{DEMO}: no mistakes; office verlinden, 4 employees, 3 dossiers, 7 people."]


def test_apply_tells_what_it_does_and_a_second_time_nothing(desk: Desk) -> None:
    first, _ = desk.apply()
    assert "+ office verlinden" in first
    assert "+ dossier bakkerij, person an.peeters@goudenaar.example" in first
    assert desk.apply()[0] == ["Nothing to change."]


def test_apply_shows_the_difference(desk: Desk) -> None:
    desk.apply()
    desk.change('validation = "client"', 'validation = "hybrid"')
    lines, _ = desk.apply()
    assert lines == [
        '~ dossier bakkerij: validation: "client" → "hybrid"',
        "Applied: 1 differences.",
    ]


def test_intake_knows_the_addresses_at_once(desk: Desk) -> None:
    desk.apply()
    directory = from_json(Directory, (desk.data / "directory.json").read_text(encoding="utf-8"))
    assert directory.domains == ("in.example",)
    assert directory.find_dossier("0400000185") == directory.find_dossier("BAKKERIJ")
    assert directory.blacklist == ("@goedkope-toners.example",)


def test_every_change_is_in_the_audit_log_once(desk: Desk) -> None:
    desk.apply()
    desk.apply()
    context = open_context(desk.settings)
    with context.database.reading() as session:
        [event] = events_about(session, "verlinden")
    close_context(context)
    assert "+ dossier bakkerij" in event.data["differences"]


def test_one_mistake_in_one_file_and_nothing_is_applied(desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    text = DEMO.read_text(encoding="utf-8").replace('role = "admin"', 'role = "boss"')
    wrong.write_text(text.replace('"verlinden"', '"ander"'), encoding="utf-8")
    lines, said = desk.apply(str(wrong), code=1)
    assert lines == []
    assert 'employees.role: is "boss"' in said
    assert "Nothing was applied: 2 mistakes." in said
    assert desk.applied() == ()


def test_two_files_do_not_share_a_dossier(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    text = DEMO.read_text(encoding="utf-8")
    other.write_text(text.replace('code = "verlinden"', 'code = "ander"'), encoding="utf-8")
    _, said = desk.apply(str(other), code=1)
    assert f"dossier 'bakkerij' is also in {desk.definition}" in said
    assert desk.applied() == ()


def test_nor_does_a_file_with_what_was_applied_before(desk: Desk) -> None:
    desk.apply()
    desk.change('code = "verlinden"', 'code = "ander"')
    _, said = desk.apply(code=1)
    assert "dossier 'bakkerij' is also in the database" in said


def test_a_dossier_with_documents_cannot_go(desk: Desk) -> None:
    desk.apply()
    context = open_context(desk.settings)
    document: Document = a_document(dossier="grachtenhuis", status=Status.EXPORTED)
    with context.database.transaction() as session:
        record_document(session, document)
    close_context(context)
    before = desk.applied()
    text = desk.definition.read_text(encoding="utf-8")
    desk.definition.write_text(text[: text.index("# Outside Belgium")], encoding="utf-8")
    _, said = desk.apply(code=1)
    assert "dossier 'grachtenhuis' has documents and cannot go; write active = false" in said
    assert desk.applied() == before


def test_a_dossier_without_documents_can_go(desk: Desk) -> None:
    desk.apply()
    text = desk.definition.read_text(encoding="utf-8")
    desk.definition.write_text(text[: text.index("# Outside Belgium")], encoding="utf-8")
    assert "- dossier grachtenhuis" in desk.apply()[0]
    assert desk.run("show", "dossier", "grachtenhuis", code=1)[1].startswith("There is no")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file"),
        (b'[office]\nname = "\xe9"\n', ":2: the text: is not UTF-8"),
        (b"", ":1: office: is missing"),
    ],
)
def test_files_that_cannot_be_read(
    desk: Desk, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)
    assert expected in desk.run("check", str(file), code=1)[1]


def test_a_byte_order_mark_does_no_harm(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "bom.toml"
    file.write_bytes(b"\xef\xbb\xbf" + DEMO.read_bytes())
    desk.run("check", str(file))


@pytest.mark.parametrize(
    ("code", "is_fine"),
    [("verkoop-zuid", False), ("mailbot", False), ("zuid-2", True), ("be0400000284", False)],
)
def test_codes_that_would_mean_another_address(desk: Desk, code: str, is_fine: bool) -> None:
    desk.change('code = "bakkerij"', f'code = "{code}"')
    desk.run("check", str(desk.definition), code=0 if is_fine else 1)


def test_options_are_checked_by_the_connector(desk: Desk) -> None:
    desk.change('purchase_vat_S21 = "112104"', 'purchase_vat_S22 = "112104"')
    _, said = desk.run("check", str(desk.definition), code=1)
    assert "winbooks has no such option; did you mean 'purchase_vat_S21'?" in said
    desk.change('connector = "ubl"', 'connector = "horus"')
    assert "there is no connector 'horus'" in desk.run("check", str(desk.definition), code=1)[1]


def test_show_office_can_be_applied_again(desk: Desk) -> None:
    desk.apply()
    lines, _ = desk.run("show", "office", "verlinden")
    desk.definition.write_text("\n".join(lines), encoding="utf-8")
    assert desk.apply()[0] == ["Nothing to change."]


@pytest.mark.parametrize("name", ["atelier-lumiere", "ATELIER-LUMIERE", "0712345630"])
def test_show_dossier_takes_code_or_number(desk: Desk, name: str) -> None:
    desk.apply()
    lines, _ = desk.run("show", "dossier", name)
    assert 'code = "atelier-lumiere"' in lines
    office = DEMO.read_text(encoding="utf-8").split("# Invoices for")[0]
    assert read_definition(office + "\n".join(lines), "shown").dossiers[0].use_whitelist


def test_show_people(desk: Desk) -> None:
    desk.apply()
    lines, _ = desk.run("show", "people")
    assert len(lines) == 11
    assert any("claire.dubois@lumiere.example" in line and "full_access" in line for line in lines)


def test_machines_read_json_lines(desk: Desk, tmp_path: Path) -> None:
    [checked] = [json.loads(line) for line in desk.run("check", str(DEMO), "--json")[0]]
    assert checked["dossiers"] == 3
    applied = [json.loads(line) for line in desk.apply("--json")[0]]
    assert applied[0]["sign"] == "+"
    [shown] = desk.run("show", "dossier", "bakkerij", "--json")[0]
    assert json.loads(shown)["enterprise_number"] == "0400000185"
    people = [json.loads(line) for line in desk.run("show", "people", "--json")[0]]
    assert people[0]["roles"] == ["admin"]
    [office] = desk.run("show", "office", "verlinden", "--json")[0]
    assert len(json.loads(office)["dossiers"]) == 3
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[office]\n")
    problems = [json.loads(p) for p in desk.run("check", str(wrong), "--json", code=1)[0]]
    assert {"problem"} == set(problems[0])


def test_what_is_not_there_is_said_with_what_is(desk: Desk) -> None:
    assert "none yet; `mailbot apply" in desk.run("show", "office", "x", code=1)[1]
    desk.apply()
    assert "there are: verlinden." in desk.run("show", "office", "x", code=1)[1]
