"""An answer may repeat what the mail showed: the same amount approves, another is asked back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from handlers.shown_facts import shown_facts
from mailbot.domain.command import Answer, Context, Doubt, Verb
from mailbot.domain.document import revised
from mailbot.mail.repeated import NOTHING_SHOWN, ShownFacts
from mailbot.mail.reply_command import read_answer
from storage.documents import record_document
from tests.kit.browser import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def read(text: str, shown: ShownFacts) -> Answer:
    return read_answer(
        text,
        language="nl",
        context=Context.APPROVAL,
        shown_items=0,
        sent_on=date(2026, 11, 3),
        shown=shown,
    )


def facts(house: House, token: str) -> ShownFacts:
    with house.context.database.reading() as session:
        return shown_facts(session, house.token(token))


def test_the_amount_and_the_number_that_were_shown_may_be_repeated(house: House) -> None:
    document = house.invoice()
    shown = facts(house, house.letter(document))
    assert document.invoice is not None
    assert document.invoice.total_incl is not None
    total = f"{document.invoice.total_incl:.2f}".replace(".", ",")
    for text in (f"Akkoord voor € {total}", f"Factuur 2026-114, {total} euro: goedgekeurd"):
        assert [c.verb for c in read(text, shown).commands] == [Verb.APPROVE], text


def test_another_amount_or_number_is_asked_back(house: House) -> None:
    shown = facts(house, house.letter(house.invoice()))
    assert read("Goedgekeurd. Totaal 1.000,00 euro", shown).doubt == Doubt.AMOUNT
    assert read("Factuur 2026-115 is goedgekeurd", shown).doubt


def test_what_changed_since_was_not_shown(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    with house.context.transaction() as unit:
        record_document(unit.session, revised(document))
    assert facts(house, token) == NOTHING_SHOWN


def test_a_list_shows_many_amounts_and_none_may_be_repeated(house: House) -> None:
    documents = [house.invoice(), house.invoice(number="2026-115")]
    assert facts(house, house.digest(documents)) == NOTHING_SHOWN
