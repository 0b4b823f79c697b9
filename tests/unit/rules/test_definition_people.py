"""A definition says what people may decide without more, and who stands in for them."""

import re
from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.errors import DefinitionError
from mailbot.domain.people import Definition
from mailbot.rules.definition import read_definition
from mailbot.rules.definition_text import compare, write_definition

GOOD = """\
[office]
code = "kantoor"
name = "Kantoor Vermeer"
address = "facturen@in.example"

[[employees]]
email = "lies@kantoor.example"
first_name = "Lies"
last_name = "Boekhouder"
role = "admin"
limit = 2500

[[dossiers]]
code = "bakkerij"
name = "Bakkerij Peeters"
enterprise_number = "0400.000.185"
dossier_manager = "lies@kantoor.example"
confirm_from = 5000.50

[[dossiers.people]]
email = "an@bakkerij.example"
first_name = "An"
last_name = "Peeters"
roles = ["admin"]
stand_in = "lies@kantoor.example"
away_from = 2026-12-01
away_until = 2026-12-15
"""


def read(text: str) -> Definition:
    return read_definition(text, "office.toml")


def test_limits_and_days_are_read_and_written_back() -> None:
    definition = read(GOOD)
    (dossier,) = definition.dossiers
    (an,) = dossier.people
    assert dossier.confirm_from == Decimal("5000.50")
    assert definition.employees[0].limit == Decimal("2500.00")
    assert (an.stand_in, an.away_from) == ("lies@kantoor.example", date(2026, 12, 1))
    assert an.away_until == date(2026, 12, 15)
    assert read(write_definition(definition)) == definition
    later = read(GOOD.replace("12-15", "12-16").replace("2500", "100"))
    assert [str(each) for each in compare(definition, later)] == [
        "~ employee lies@kantoor.example: limit: 2500.00 → 100.00",
        "~ dossier bakkerij, person an@bakkerij.example: away_until: 2026-12-15 → 2026-12-16",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('stand_in = "lies@kantoor.example"\n', "", "stand_in: is missing"),
        ('stand_in = "lies@', 'stand_in = "eve@', "eve@kantoor.example is not known here"),
        ('stand_in = "lies@kantoor', 'stand_in = "an@bakkerij', "cannot stand in for oneself"),
        ("2026-12-15", "2026-11-15", "2026-11-15 is before 2026-12-01"),
        ("2026-12-15", '"15/12"', "write a date without quotes"),
        ("2026-12-15", "2026-12-15T10:00:00", "write a date without quotes"),
        ("limit = 2500", 'limit = "veel"', "write an amount without quotes"),
        ("confirm_from = 5000.50", "confirm_from = -1", "write an amount without quotes"),
    ],
)
def test_each_mistake_is_said(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError) as error:
        read(GOOD.replace(old, new))
    assert any(expected in problem for problem in error.value.problems), error.value.problems


@pytest.mark.feature("CF-USR-08")
@pytest.mark.parametrize("roles", ['["full_access"]', '["document_delivery", "full_feedback"]'])
def test_a_client_has_an_admin(roles: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read(GOOD.replace('["admin"]', roles))
    assert any("nobody is admin of the dossier" in problem for problem in error.value.problems)


@pytest.mark.feature("CF-EMP-02")
def test_an_employee_has_a_name_an_address_a_role_and_a_language() -> None:
    text = GOOD.replace('role = "admin"', 'role = "admin"\nlanguage = "de"')
    (lies,) = read(text).employees
    assert (lies.first_name, lies.last_name, lies.email) == (
        "Lies",
        "Boekhouder",
        "lies@kantoor.example",
    )
    assert (lies.role.value, lies.language) == ("admin", "de")
    for key in ("first_name", "last_name", "email"):
        with pytest.raises(DefinitionError) as error:
            read(re.sub(rf"(\[\[employees\]\]\n(?:.*\n)*?){key} = .*\n", r"\1", text, count=1))
        assert any(f"employees.{key}: is missing" in each for each in error.value.problems)
