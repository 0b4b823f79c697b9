"""Who may read on a page what was said about a document."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.desk import open_desk
from handlers.threads import Said, say, talk_about
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document
from storage.definitions import get_dossier
from tests.kit.browser import House, open_house
from tests.kit.office import APPROVER, MANAGER, OWNER, PEOPLE

LIES, KARIM, AN = MANAGER, APPROVER, OWNER


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def tell(house: House, document: Document, text: str, *readers: str, only: str = "") -> None:
    """Let Karim say something about a document to these people."""
    with house.context.transaction() as unit:
        conversation = talk_about(unit, document, (KARIM, *readers))
        said = Said(
            by=PEOPLE[1],
            text=text,
            id=house.context.new_id(),
            only_for=(only,) if only else (),
        )
        say(unit, conversation, said)


def seen(house: House, document: Document, reader: str) -> set[str]:
    """Return what the page of a document shows somebody of what was said."""
    desk = open_desk(house.context, house.letter(document, reader, Shown.REVIEW))
    assert desk is not None
    return {said.text for said in desk.sheets[0].conversation}


@pytest.mark.feature("CF-COM-03")
def test_a_page_shows_what_its_reader_may_read(house: House) -> None:
    document = house.invoice()
    tell(house, document, "met Lies", LIES)
    tell(house, document, "met An en Lies", AN, LIES)
    tell(house, document, "alleen voor An", AN, LIES, only=AN)
    assert seen(house, document, AN) == {"met An en Lies", "alleen voor An"}
    assert seen(house, document, LIES) == {"met Lies", "met An en Lies"}
    assert seen(house, document, KARIM) == {"met Lies", "met An en Lies", "alleen voor An"}


def test_what_is_said_to_people_who_left_reaches_who_keeps_the_dossier(house: House) -> None:
    document = house.invoice()
    with house.context.transaction() as unit:
        dossier = get_dossier(unit.session, document.dossier)
        conversation = talk_about(unit, document, (KARIM, "weg@bakkerij.example"))
        assert dossier.dossier_manager == LIES
        said = Said(by=PEOPLE[1], text="Hallo?", id=house.context.new_id())
        after, people = say(unit, conversation, said)
    assert [person.email for person in people] == [LIES]
    assert LIES in after.readers


def test_the_same_people_go_on_with_the_same_conversation(house: House) -> None:
    document = house.invoice()
    with house.context.transaction() as unit:
        first = talk_about(unit, document, (KARIM, LIES))
        again = talk_about(unit, document, (LIES, KARIM))
        other = talk_about(unit, document, (LIES, KARIM, AN))
    assert first.id == again.id
    assert other.id != first.id
    assert replace(again, id="") == replace(first, id="")
