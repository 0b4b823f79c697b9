"""What a basket says can be answered is read as just that, in every language."""

from datetime import date

import pytest

from mailbot.compose.answers import OFFERED, numbers
from mailbot.compose.sentences import sentence
from mailbot.domain.command import Command, Context, Verb
from mailbot.domain.mail import LANGUAGES, Language
from mailbot.mail.reply_command import read_answer

SENT_ON = date(2026, 11, 26)
EXPECTED = {
    "basket_execute": Command(verb=Verb.EXECUTE, items=(1, 2, 3)),
    "basket_account": Command(verb=Verb.EXECUTE, items=(1, 2, 3), args={"account": "kbc"}),
    "basket_amount": Command(verb=Verb.PAY, items=(3,), args={"amount": "250.00"}),
    "basket_group": Command(verb=Verb.GROUP, args={"date": "2026-12-15"}),
    "basket_cancel": Command(verb=Verb.CANCEL, items=(3,)),
    "basket_hold": Command(verb=Verb.HOLD, items=(3,)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_offered_is_read(name: str, language: Language) -> None:
    typed = sentence(language, "answers", name, **numbers(3)).partition("|")[0].strip()
    answer = read_answer(
        typed, language=language, context=Context.BASKET, shown_items=3, sent_on=SENT_ON
    )
    assert answer.commands == (EXPECTED[name],), (typed, answer)


def test_all_that_is_offered_is_looked_at() -> None:
    assert set(OFFERED[Context.BASKET]) <= set(EXPECTED)
