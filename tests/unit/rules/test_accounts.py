"""Whose account is trusted, what is told of another one, and who may not say that it is right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.compose.accounts import unlike_groups
from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.document import Document
from mailbot.domain.people import Dossier, Supplier
from mailbot.rules.accounts import (
    account_on_file,
    account_warnings,
    find_on_file,
    parties,
    refused,
    trusted,
    trusted_ibans,
)
from tests.kit.letters import DOSSIER, INVOICE, a_document

OURS, OTHER, ABROAD = "BE17123456781212", "BE68539007547034", "LT121000011101001000"
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PRINTER = Supplier(name="Drukkerij Voorbeeld BV", vat_number="BE0456123791", ibans=(OURS,))


def knowing(*suppliers: Supplier) -> Dossier:
    return replace(DOSSIER, suppliers=suppliers)


def an_account(iban: str = OURS, **changes: object) -> SupplierAccount:
    values = {"dossier": "bakkerij", "supplier": "BE0456123791", "iban": iban, "proposed_at": NOW}
    return SupplierAccount(**{**values, **changes})  # type: ignore[arg-type]


def an_invoice(**changes: object) -> Document:
    return a_document(invoice=replace(INVOICE, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "is_trusted"),
    [
        ({}, True),
        ({"supplier_name": "Heel Anders"}, True),
        ({"supplier_vat": None}, True),
        ({"supplier_vat": "BE0712345630"}, False),
        ({"supplier_vat": None, "supplier_name": "Drukkerij Ander BV"}, False),
        ({"iban": OTHER}, False),
        ({"iban": None}, False),
    ],
)
def test_the_definition_makes_an_account_trusted(
    changes: dict[str, object], is_trusted: bool
) -> None:
    found = account_on_file(knowing(PRINTER), an_invoice(**changes), "BE0456123791")
    assert (found is not None and found.is_payable(NOW)) is is_trusted


def test_a_refusal_stands_above_the_definition() -> None:
    assert find_on_file(knowing(PRINTER), INVOICE) == PRINTER
    gone = refused(an_account(), "an@b.example", at=NOW)
    assert trusted_ibans(knowing(PRINTER), INVOICE, [gone]) == set()
    sure = trusted(an_account(OTHER), ("an@b.example",), at=NOW, wait_hours=0)
    assert trusted_ibans(knowing(PRINTER), INVOICE, [gone, sure]) == {OTHER}


@pytest.mark.parametrize(
    ("iban", "state", "sure", "seen", "said"),
    [
        (OURS, None, {OURS}, {OTHER}, []),
        (OURS, None, set(), set(), ["new_iban"]),
        (OURS, None, set(), {OURS}, []),
        (OURS, None, {OTHER}, {OURS}, ["changed_iban"]),
        (OURS, None, set(), {OTHER}, ["changed_iban"]),
        (ABROAD, None, {OURS}, set(), ["changed_iban", "bank_country:LT"]),
        (OURS, AccountState.REFUSED, set(), {OURS}, ["refused_iban"]),
    ],
)
def test_what_is_told(  # noqa: PLR0917 - the columns of the table
    iban: str, state: AccountState | None, sure: set[str], seen: set[str], said: list[str]
) -> None:
    account = an_account(iban, state=state) if state else None
    assert account_warnings(iban, account, sure, seen) == said


def test_parties_have_a_hand_in_it() -> None:
    document = replace(a_document(), delivered_by="AN@b.example", iban_changed_by="lies@k.example")
    account = an_account(proposed_by="karim@b.example")
    assert parties(document, account) == {"an@b.example", "lies@k.example", "karim@b.example"}


def test_a_confirmed_account_can_wait() -> None:
    sure = trusted(an_account(), ("an@b.example",), at=NOW, wait_hours=24)
    assert not sure.is_payable(NOW + timedelta(hours=23))
    assert sure.is_payable(NOW + timedelta(hours=24))


@pytest.mark.parametrize(
    ("number", "known", "groups"),
    [
        ("BE17123456781212", ["BE17123456781212"], ()),
        ("BE17123456781213", ["BE17123456781212", "BE68539007547034"], (4,)),
        ("BE18123456781212", ["BE17123456781212"], (1,)),
        ("BE17123456781212", [], ()),
    ],
)
def test_the_groups_that_differ_are_named(
    number: str, known: list[str], groups: tuple[int, ...]
) -> None:
    assert unlike_groups(number, known) == groups
