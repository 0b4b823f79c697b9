"""Somebody looks for documents by mail, gets a numbered list, and answers it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from handlers.freezing import freeze
from mailbot.domain.document import Status
from mailbot.domain.people import Person, PersonRole
from mailbot.entrypoints.cli import app
from storage.documents import record_document
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.structured_builders import Sample, build_ubl
from tests.kit.talks import PURCHASE, QUESTIONS, SUPPLIER, Got, Talks, open_talks

BO = "bo@bakkerij.example"
EVE = "eve@slagerij.example"
MEAT = "aankoop-0456123791@in.example"
COMMANDS = "mailbot@in.example"
BAKER = make_dossier(
    approval_rules=needs_approval(),
    people=(*PEOPLE, Person(email=BO, first_name="Bo", last_name="Peeters")),
)
BUTCHER = make_dossier(
    "slager",
    "0456123791",
    name="Slagerij Bos NV",
    people=(Person(email=EVE, first_name="Eve", last_name="Bos", roles=(PersonRole.ADMIN,)),),
)


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Talks]:
    """Give two dossiers with an invoice each; Karim was asked to approve that of the first."""
    with open_talks(tmp_path, make_definition(BAKER, BUTCHER)) as opened:
        opened.invoice()
        sample = Sample(customer_vat="BE0456123791", number="2026-77")
        file = ("2026-77.xml", "application/xml", build_ubl(sample))
        opened.say(SUPPLIER, MEAT, "Voor de koelcel", subject="Werf Zandhoven", files=[file])
        yield opened


def looked_for(talks: Talks, text: str, by: str = MANAGER) -> Got:
    """Let somebody of the office look for something."""
    talks.say(by, COMMANDS, text)
    return talks.got(by, "evonden")


def looked_for_by_answer(talks: Talks, text: str, by: str, answered: Got) -> Got:
    talks.reply(answered, text)
    return talks.got(by, "evonden")


@pytest.mark.feature("CF-MOB-05")
def test_who_approves_finds_what_he_was_asked_and_decides_on_it(talks: Talks) -> None:
    asked = talks.got(APPROVER, "Goedkeuren")
    listed = looked_for_by_answer(talks, "zoek drukkerij", APPROVER, asked)
    assert listed.subject == "Gevonden: drukkerij"
    assert "Bakkerij Peeters BV" in listed.text
    assert "2026-77" not in listed.text, "that is another dossier's"
    nothing = looked_for_by_answer(talks, "zoek 2026-77", APPROVER, listed)
    assert nothing.subject == "Niets gevonden: 2026-77"
    talks.reply(listed, "1 ok")
    assert "gedaan" in talks.got(APPROVER).text
    assert talks.room.documents()[0].status is not Status.TO_APPROVE
    with talks.room.context.transaction() as unit:
        freeze(unit, APPROVER, by=MANAGER)
    talks.forget()
    talks.reply(asked, "zoek drukkerij")
    assert not [mail for mail in talks.inbox if "evonden" in mail.subject]


def test_the_office_finds_all_of_it_by_what_the_mail_said_too(talks: Talks) -> None:
    for text in ("zoek naar 2026-77", "zoek zandhoven koelcel", "zoek slager drukkerij"):
        got = looked_for(talks, text)
        assert "1  Drukkerij Voorbeeld BV, factuur 2026-77" in got.text, text
        assert "Slagerij Bos NV" in got.text, text
        assert "  2  " not in got.text, text
    both = looked_for(talks, "chercher drukkerij")
    assert "  2  Drukkerij" in both.text
    assert "http://127.0.0.1:8080/d/" in both.text, "a page opens the list, as that of the day"
    assert "Zoek met andere of minder woorden" in looked_for(talks, "zoek nergens").text


def test_a_client_finds_what_is_theirs(talks: Talks) -> None:
    talks.say(OWNER, PURCHASE, files=[("leeg.pdf", "application/pdf", b"")])
    receipt = talks.got(OWNER)
    assert "Bakkerij" in looked_for_by_answer(talks, "zoek drukkerij", OWNER, receipt).text
    assert "Niets" in looked_for_by_answer(talks, "zoek zandhoven", OWNER, receipt).subject
    talks.say(BO, PURCHASE, files=[("leeg.pdf", "application/pdf", b"")])
    receipt = talks.got(BO)
    assert "Niets" in looked_for_by_answer(talks, "zoek drukkerij", BO, receipt).subject


def test_a_conversation_is_found_and_answered_in_its_line(talks: Talks) -> None:
    talks.say(OWNER, QUESTIONS, "Hoe zit het met de leasing?", subject="Bestelwagen")
    listed = looked_for(talks, "zoek leasing bestelwagen")
    assert "1  Bestelwagen" in listed.text
    talks.reply(listed, "1 sluit")
    assert talks.conversations()[0].state == "closed"


def test_more_than_fits_is_said(talks: Talks) -> None:
    with talks.room.context.transaction() as unit:
        for number in range(10):
            one = replace(talks.room.documents()[0], id=f"d{number}")
            record_document(unit.session, one)
    listed = looked_for(talks, "zoek drukkerij")
    assert "Er is nog meer" in listed.text
    assert " 10  Drukkerij" in listed.text
    assert "11  " not in listed.text


@pytest.mark.stores("sqlite")
def test_the_operator_finds_everything_and_makes_old_things_findable(
    talks: Talks, tmp_path: Path
) -> None:
    config = tmp_path / "mailbot.toml"
    config.write_text(f'[service]\ndata = "{tmp_path}"\n')

    def printed(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["search", *words, "--config", str(config)])
        assert result.exit_code == code, result.output
        return result.output

    talks.say(OWNER, QUESTIONS, "Hoe zit het met de leasing?", subject="Bestelwagen")
    with talks.room.context.transaction() as unit:
        unit.session.execute(sa.text("DELETE FROM search_entry"))
    assert printed("drukkerij") == ""
    assert "3 documents and conversations" in printed("--rebuild")
    assert "0 documents" in printed("--rebuild")
    assert len(printed("drukkerij", "november", "2026").splitlines()) == 2
    assert "2026-77" in printed("drukkerij", "--dossier", "0456123791")
    assert "Bestelwagen" in printed("leasing")
    for words in (("koelcel", "zandhoven"), ('"voor de koelcel"',)):
        (line,) = printed(*words, "--json").splitlines()
        assert json.loads(line)["invoice_number"] == "2026-77", words
    assert "There is no dossier" in printed("x", "--dossier", "nergens", code=1)
    assert "Say what to look for" in printed(code=1)
