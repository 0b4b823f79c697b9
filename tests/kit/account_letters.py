"""Writes one of every letter about a supplier's account."""

from collections.abc import Callable

from mailbot.compose.accounts import (
    AccountQuestion,
    write_account_answer,
    write_account_request,
    write_own_account_request,
)
from mailbot.compose.render import Letterhead
from mailbot.domain.letter import Letter
from tests.kit.letters import a_document, a_view

_ASKED = AccountQuestion(
    iban="BE17123456781212",
    known=("BE68539007547034",),
    telephone="+32 3 555 01 23",
    contact="boekhouding@drukkerij.example",
)
_VIEW = a_view(a_document(warnings=("changed_iban", "bank_country:LT")))

ACCOUNT_LETTERS: dict[str, Callable[[Letterhead], Letter]] = {
    "account": lambda head: write_account_request(head, _VIEW, question=_ASKED),
    "account_of_nobody_on_file": lambda head: write_account_request(
        head, a_view(), question=AccountQuestion(iban="BE17123456781212")
    ),
    "own_account": lambda head: write_own_account_request(head, _VIEW, question=_ASKED),
    "account_denied": lambda head: write_account_answer(
        head,
        _VIEW,
        said="account_denied",
        account=_ASKED.iban,
        by=_ASKED.contact,
        is_refused=True,
        quoted="Dat is niet onze rekening!\nRekening klopt niet",
        n_stopped=1,
    ),
    "account_affirmed": lambda head: write_account_answer(
        head,
        _VIEW,
        said="account_affirmed",
        account=_ASKED.iban,
        by=_ASKED.contact,
        is_refused=False,
        quoted="Rekening klopt",
    ),
}
