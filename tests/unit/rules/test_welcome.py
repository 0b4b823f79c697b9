"""Whose documents are welcome, and whose go straight to the office."""

from itertools import product

import pytest

from mailbot.domain.people import JournalKind
from mailbot.rules.welcome import is_auto_forwarded, is_listed, is_welcome
from tests.kit.office import make_dossier

SUPPLIER = "Facturen@Drukkerij.example"
LISTED, OTHER = ("@drukkerij.example",), ("@bekend.example",)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((), False),
        (("facturen@drukkerij.example",), True),
        (("FACTUREN@DRUKKERIJ.EXAMPLE",), True),
        (("@drukkerij.example",), True),
        (("drukkerij.example",), False),
        (("@example",), False),
        (("@elders.example", "@Drukkerij.Example"), True),
        (("@sub.drukkerij.example",), False),
        (("uren@drukkerij.example",), False),
    ],
)
def test_a_list_names_addresses_or_whole_domains(entries: tuple[str, ...], expected: bool) -> None:
    assert is_listed(entries, SUPPLIER) is expected


def test_a_domain_does_not_list_its_neighbours() -> None:
    assert not is_listed(("@kerij.example",), SUPPLIER)
    assert not is_listed(("@drukkerij.example",), "a@drukkerij.example.evil.example")


@pytest.mark.feature("CF-IN-15", "CF-IN-16")
@pytest.mark.parametrize(
    ("uses", "whitelist", "verdict", "is_person", "expected"),
    [
        (False, (), None, False, True),
        (False, OTHER, None, False, True),
        (True, OTHER, None, False, False),
        (True, (), None, False, False),
        (True, LISTED, None, False, True),
        (True, OTHER, None, True, True),
        (True, OTHER, "allow", False, True),
        (True, LISTED, "block", False, False),
        (False, (), "block", False, False),
        (False, (), "block", True, False),
    ],
)
def test_who_is_welcome(
    uses: bool, whitelist: tuple[str, ...], verdict: str | None, *, is_person: bool, expected: bool
) -> None:
    dossier = make_dossier(use_whitelist=uses, whitelist=whitelist)
    assert is_welcome(dossier, SUPPLIER, verdict=verdict, is_person=is_person) is expected


@pytest.mark.feature("CF-IN-13", "CF-IN-16")
@pytest.mark.parametrize(
    ("whitelist", "verdict", "is_person", "expected"),
    [
        ((), None, False, True),
        (LISTED, None, False, True),
        (OTHER, None, False, False),
        (OTHER, None, True, True),
        (OTHER, "allow", False, True),
    ],
)
def test_who_skips_the_inbox(
    whitelist: tuple[str, ...], verdict: str | None, is_person: bool, expected: bool
) -> None:
    dossier = make_dossier(whitelist=whitelist)
    found = is_auto_forwarded(
        dossier, JournalKind.PURCHASE, SUPPLIER, verdict=verdict, is_person=is_person
    )
    assert found is expected


@pytest.mark.parametrize(("verdict", "is_person"), list(product([None, "allow"], [True, False])))
def test_a_kind_that_is_not_forwarded_never_skips_the_inbox(
    verdict: str | None, is_person: bool
) -> None:
    dossier = make_dossier(auto_forward=(JournalKind.PURCHASE,))
    kind = JournalKind.SALES
    assert not is_auto_forwarded(dossier, kind, SUPPLIER, verdict=verdict, is_person=is_person)
