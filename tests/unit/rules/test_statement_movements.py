"""Movements of a statement, each with a key that is its own for ever."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from mailbot.domain.bank import BankStatement, EntryStatus, StatementFile
from mailbot.domain.people import DebitAccount
from mailbot.recognition.statements.any_format import is_statement, read_statements
from mailbot.rules.statement_movements import is_broken, is_of, movements_of
from tests.kit.office import make_dossier
from tests.kit.statements import (
    IBAN,
    OTHER_IBAN,
    a_payment,
    a_statement,
    statements,
    write_camt,
    write_coda,
    write_mt940,
)
from tests.kit.structured_builders import Sample, build_ubl


def keys(statement: BankStatement, dossier: str = "bakkerij", of: str = "s") -> list[str]:
    return [m.key for m in movements_of(statement, dossier=dossier, statement_id=of)]


def test_the_same_statement_has_the_same_keys_and_no_two_movements_share_one() -> None:
    twice = a_statement(a_payment(), a_payment())
    first, second = keys(twice)
    assert first != second
    assert keys(twice, of="another file") == [first, second]
    others = (keys(replace(twice, sequence="018")), keys(twice, dossier="slager"))
    assert not {first, second} & {key for each in others for key in each}


def test_details_stand_in_the_place_of_a_sum_that_they_make() -> None:
    parts = (a_payment("-10.00"), a_payment("-2.50"))
    whole = a_statement(a_payment("-12.50", details=parts))
    amounts = [m.amount for m in movements_of(whole, dossier="d", statement_id="s")]
    assert amounts == [Decimal("-10.00"), Decimal("-2.50")]
    half = a_statement(a_payment("-12.50", details=parts[:1]))
    assert len(set(keys(half))) == 1


def test_what_is_not_booked_is_no_movement_yet() -> None:
    pending = replace(a_payment(), status=EntryStatus.PENDING)
    assert keys(a_statement(pending)) == []


@settings(max_examples=25)
@given(statements())
def test_every_format_says_at_its_beginning_what_it_is(statement: BankStatement) -> None:
    for content in (
        write_coda(statement),
        write_mt940(statement),
        write_mt940(statement, fin=True),
        *(write_camt(statement, message=message) for message in ("052", "053", "054")),
    ):
        assert is_statement(content)
    assert not is_broken(read_statements(write_coda(statement)))


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 0000", build_ubl(Sample()), b"From: a\r\n:20: tot\r\n", b"00000 iets\r\n1 x"],
)
def test_other_files_are_no_statements(content: bytes) -> None:
    assert not is_statement(content)


def test_whose_statement_it_is() -> None:
    dossier = make_dossier(debit_accounts=(DebitAccount(alias="kbc", iban="BE68 5390 0754 7034"),))
    assert is_of(a_statement(), dossier)
    assert not is_of(replace(a_statement(), iban=OTHER_IBAN), dossier)
    assert not is_of(replace(a_statement(), iban=None), make_dossier())
    assert not is_of(replace(a_statement(), currency="USD"), dossier)
    assert IBAN == "BE68539007547034"


def test_a_file_that_does_not_fit_together_is_broken() -> None:
    assert is_broken(StatementFile(format=read_statements(b"x").format))
    assert is_broken(read_statements(write_coda(a_statement(a_payment()))[:-130]))
    wrong = replace(a_statement(a_payment()), closing=a_statement().opening)
    assert is_broken(read_statements(write_coda(wrong)))
