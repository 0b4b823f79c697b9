"""Definitions are read, refused with every mistake by line, written, compared."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.booking import Problem
from mailbot.domain.errors import DefinitionError
from mailbot.domain.people import (
    ApprovalRule,
    Definition,
    Dossier,
    Employee,
    EmployeeRole,
    Export,
    Journal,
    JournalKind,
    Office,
    Person,
    PersonRole,
    Validation,
)
from mailbot.rules.definition import DEFAULT_JOURNALS, read_definition
from mailbot.rules.definition_checks import find_clashes
from mailbot.rules.definition_text import compare, write_definition
from tests.kit.office import make_definition, make_dossier

DEMO = Path(__file__).resolve().parents[3] / "docker" / "demo.toml"

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

[[dossiers]]
code = "bakkerij"
name = "Bakkerij Peeters"
enterprise_number = "0400.000.185"
dossier_manager = "lies@kantoor.example"

[[dossiers.people]]
email = "an@bakkerij.example"
first_name = "An"
last_name = "Peeters"
roles = ["admin"]
"""


def read(text: str, **options: object) -> Definition:
    return read_definition(text, "office.toml", **options)  # type: ignore[arg-type]


def mistakes(text: str, **options: object) -> list[str]:
    with pytest.raises(DefinitionError) as error:
        read(text, **options)
    return error.value.problems


def with_line(after: str, line: str) -> str:
    """Return GOOD with one more line behind the first line that begins with `after`."""
    place = GOOD.index("\n", GOOD.index(after))
    return f"{GOOD[:place]}\n{line}{GOOD[place:]}"


def test_the_shortest_definition_has_sensible_defaults() -> None:
    definition = read(GOOD)
    [dossier] = definition.dossiers
    assert dossier.enterprise_number == "0400000185"
    assert dossier.office == definition.employees[0].office == "kantoor"
    assert (dossier.language, dossier.validation) == ("nl", Validation.OFFICE)
    assert dossier.journals == DEFAULT_JOURNALS
    assert dossier.export == Export(connector="csv")


def test_a_dossier_speaks_the_language_of_its_office_unless_it_says_otherwise() -> None:
    assert read(with_line("address", 'language = "fr"')).dossiers[0].language == "fr"


@pytest.mark.parametrize(
    ("after", "line", "expected"),
    [
        ("address", 'langage = "nl"', "5: office.langage: there is no such key; did you mean"),
        ("address", "digest_hour = 24", "5: office.digest_hour: is 24; write an hour"),
        ("address", "digest_hour = true", "5: office.digest_hour: is true; write an hour"),
        ("address", "document_years = -1", "5: office.document_years: is -1; write years"),
        ("address", 'language = "be"', '5: office.language: is "be"; write one of "nl"'),
        ("address", 'time_zone = "Europe/Brusel"', "5: office.time_zone: 'Europe/Brusel' is no"),
        ("address", 'time_zone = "../etc"', "5: office.time_zone: '../etc' is no time zone"),
        ("address", 'blacklist = ["spam"]', "5: office.blacklist: 'spam' is no sender"),
        ("address", 'blacklist = ["@b.example"]\nwhitelist = ["@b.example"]', "also in blacklist"),
        ("address", 'blacklist = [".bakkerij.example"]', "would refuse an@bakkerij.example"),
        ("address", 'other_senders = "forwrd"', "did you mean 'forward'?"),
        ('code = "bak', 'other_senders = "forward"', "forwards nothing; name the kinds"),
        (
            'code = "bak',
            'use_whitelist = true\nother_senders = "inbox"',
            "use_whitelist = true means quarantine",
        ),
        ("address", 'blacklist = "a@b.example"', '5: office.blacklist: is "a@b.example"; write'),
        ('code = "bak', "active = 1", "14: dossiers.active: is 1; write true or false"),
        ('code = "bak', 'validation = "klant"', '14: dossiers.validation: is "klant"; write one'),
        ('code = "bak', 'auto_forward = ["buy"]', '14: dossiers.auto_forward: is "buy"'),
        ('code = "bak', 'vat_number = "0400000185"', "14: dossiers.vat_number: '0400000185' is"),
        ('code = "bak', 'vat_number = "BE0400000186"', "check digits are wrong"),
        ('code = "bak', "people = 3", "no TOML"),
        ('code = "bak', "journals = 3", "14: dossiers.journals: must be a list of tables"),
        ('code = "bak', 'journals = ["AK"]', "14: dossiers.journals: must be a table"),
        ('code = "bak', 'export = "csv"', "14: dossiers.export: must be a table"),
        ('code = "bak', "export = {}", "14: dossiers.export.connector: is missing"),
        ('code = "bak', 'approval_rules = [{name = "x"}]', "approvers: is missing"),
        ("roles", "frozen = true", "18: dossiers.people: nobody is admin of the dossier"),
    ],
)
def test_one_mistake_is_named_with_its_line(after: str, line: str, expected: str) -> None:
    found = mistakes(with_line(after, line))
    assert any(expected in problem for problem in found), found
    assert all(re.match(r"office\.toml:\d+: \S.*: \S", problem) for problem in found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"0400.000.185"', '"0400.000.186"', "15: dossiers.enterprise_number: the check digits"),
        ('"0400.000.185"', '"12345678"', "is no Belgian enterprise number"),
        ('"0400.000.185"', '"none"', "is no Belgian enterprise number"),
        ('"0400.000.185"', "400000185", "15: dossiers.enterprise_number: is 400000185; write a"),
        ('"0400.000.185"', "0400000185", "15: the text: is no TOML"),
        ('"lies@kantoor.example"\n\n', '"liesje"\n\n', "'liesje' is no e-mail address"),
        ('"lies@kantoor.example"\n\n', '"lis@kantoor.example"\n\n', "did you mean 'lies@kan"),
        ('role = "admin"', 'role = "support"', "employees: nobody is admin"),
        ('role = "admin"', 'role = "admin"\nfrozen = true', "is frozen; name somebody"),
        ('roles = ["admin"]', 'roles = ["full_access"]', "nobody is admin of the dossier"),
        ('roles = ["admin"]', "roles = []", "dossiers.people.roles: is empty"),
        ('code = "bakkerij"', 'code = "bak kerij"', "13: dossiers.code: 'bak kerij' cannot be"),
        ('code = "bakkerij"', 'code = ""', "13: dossiers.code: must be one line"),
        ('name = "Kantoor Vermeer"', 'name = "a\\u0007b"', "3: office.name: must be one line"),
        ("[office]\n", "[offices]\n", "1: office: is missing; write office"),
        ('code = "kantoor"\n', "", "1: office.code: is missing; write code = …"),
        ('code = "kantoor"', 'code = "kantoor', "2: the text: is no TOML: Illegal character"),
        ("[office]", "[office", "1: the text: is no TOML"),
    ],
)
def test_another_mistake_is_named_with_its_line(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = mistakes(GOOD.replace(old, new, 1))
    assert any(expected in problem for problem in found), found


def test_every_mistake_is_named_in_the_order_of_the_text() -> None:
    text = GOOD.replace("facturen@in.example", "facturen").replace("185", "186")
    text = text.replace('["admin"]', '["amdin"]').replace('"Lies"', "1")
    found = mistakes(text)
    lines = [int(problem.split(":")[1]) for problem in found]
    assert lines == sorted(lines)
    assert {4, 8, 15, 22} <= set(lines)


def test_text_that_ends_too_early_has_the_last_line() -> None:
    assert mistakes('[office]\nname = """\nx\n')[0].startswith("office.toml:3: the text: is no")


def test_text_that_is_nested_too_deeply_is_refused() -> None:
    assert "nested too deeply" in mistakes("a = " + "[" * 100_000)[0]


def test_the_same_thing_twice_is_named_where_it_repeats() -> None:
    text = GOOD + GOOD[GOOD.index("[[dossiers]]") :]
    assert [p.split(": ", 2)[:2] for p in mistakes(text)] == [
        ["office.toml:24", "dossiers.code"],
        ["office.toml:26", "dossiers.enterprise_number"],
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('[[dossiers.people]]\nemail = "AN@bakkerij.example"', "another person 'an@bakkerij"),
        ('[[dossiers.journals]]\ncode = "A-K"\nkind = "purchase"', "'A-K' cannot be a code"),
        ('[[dossiers.journals]]\ncode = "AK"\nkind = "aankoop"', 'is "aankoop"; write one of'),
        (
            "".join(
                f'[[dossiers.journals]]\ncode = "{c}"\nkind = "sales"\n' for c in ("AK", "ak")
            ),
            "28: dossiers.journals.code: there is another journal 'ak'",
        ),
    ],
)
def test_tables_of_a_dossier_are_checked(table: str, expected: str) -> None:
    found = mistakes(f"{GOOD}\n{table}\n")
    assert any(expected in problem for problem in found), found


RULE = """
[[dossiers.approval_rules]]
name = "alles"
approvers = ["{}"]
amount_from = {}
"""


@pytest.mark.feature("CF-APPR-03", "CF-APPR-06", "CF-APPR-07")
@pytest.mark.parametrize("approver", ["an@bakkerij.example", "Lies@Kantoor.example"])
def test_people_of_the_dossier_and_employees_can_approve(approver: str) -> None:
    [rule] = read(GOOD + RULE.format(approver, "500.50")).dossiers[0].approval_rules
    assert rule.approvers == (approver.lower(),)
    assert rule.amount_from == Decimal("500.50")


@pytest.mark.parametrize(
    ("approver", "amount", "expected"),
    [
        ("ann@bakkerij.example", "1", "26: dossiers.approval_rules.approvers: ann@bakkerij"),
        ("ann@bakkerij.example", "1", "did you mean 'an@bakkerij.example'?"),
        ("an@bakkerij.example", '"500"', '27: dossiers.approval_rules.amount_from: is "500"'),
        ("an@bakkerij.example", "-1", "amount_from: is -1; write an amount"),
        ("an@bakkerij.example", "nan", "amount_from: is NaN; write an amount"),
        ("an@bakkerij.example", "inf", "write an amount"),
        ("an@bakkerij.example", "true", "amount_from: is true; write an amount"),
    ],
)
def test_rules_that_cannot_work(approver: str, amount: str, expected: str) -> None:
    found = mistakes(GOOD + RULE.format(approver, amount))
    assert any(expected in problem for problem in found), found


def test_a_frozen_person_cannot_approve() -> None:
    frozen = 'email = "an@bakkerij.example"\nfrozen = true'
    text = GOOD.replace('email = "an@bakkerij.example"', frozen)
    found = mistakes(text + RULE.format("an@bakkerij.example", 1))
    assert any("is frozen and cannot approve" in problem for problem in found)


EXPORT = """
[dossiers.export]
connector = "winboks"
delivery = "{}"
target = "{}"
[dossiers.export.options]
colour = "red"
"""


def test_what_the_connector_says_is_told_at_its_line() -> None:
    def check(export: Export) -> list[Problem]:
        assert export.options == {"colour": "red"}
        return [
            Problem(field="connector", reason="unknown_connector", value="csv, winbooks"),
            Problem(field="colour", reason="unknown_option", value="color, size"),
            Problem(field="colour", reason="bad_option", value="a paint"),
        ]

    found = mistakes(GOOD + EXPORT.format("folder", "bakkerij"), check_export=check)
    place = "dossiers.export"
    assert [problem.removeprefix("office.toml:") for problem in found] == [
        f"25: {place}.connector: there is no connector 'winboks'; did you mean 'winbooks'?",
        f"29: {place}.options.colour: winboks has no such option; did you mean 'color'?",
        f"29: {place}.options.colour: 'red' is not right; write a paint",
    ]


@pytest.mark.parametrize(
    ("delivery", "target", "expected"),
    [
        ("mail", "bakkerij", "27: dossiers.export.target: 'bakkerij' is no e-mail address"),
        ("folder", "../elsewhere", "27: dossiers.export.target: '../elsewhere' leads elsewhere"),
        ("folder", "a\\\\..\\\\b", "leads elsewhere"),
        ("pigeon", "x", '26: dossiers.export.delivery: is "pigeon"; write "folder" or "mail"'),
    ],
)
def test_where_bookings_go(delivery: str, target: str, expected: str) -> None:
    found = mistakes(GOOD + EXPORT.format(delivery, target))
    assert any(expected in problem for problem in found), found


def test_a_code_must_be_an_address_of_its_own() -> None:
    found = mistakes(GOOD, is_dossier_address=lambda code: code != "bakkerij")
    assert "13: dossiers.code: mail to bakkerij@ means something else" in found[0]


@pytest.mark.parametrize(
    ("number", "vat", "expected"),
    [
        ("12345678", "NL123456782B90", "12345678"),
        ("BE0400.000.185", "BE0400000185", "0400000185"),
        ("0400 000 185", "BE0400000185", "0400000185"),
    ],
)
def test_enterprise_numbers_are_kept_as_digits(number: str, vat: str, expected: str) -> None:
    text = GOOD.replace("0400.000.185", number)
    text = text.replace('code = "bakkerij"', f'code = "bakkerij"\nvat_number = "{vat}"')
    assert read(text).dossiers[0].enterprise_number == expected


def test_the_demo_office_is_read_and_shows_everything() -> None:
    definition = read_definition(DEMO.read_text(encoding="utf-8"), "demo.toml")
    assert "0400000185" in [dossier.enterprise_number for dossier in definition.dossiers]
    assert {d.export.connector for d in definition.dossiers} == {"ubl", "csv", "winbooks"}
    people = [person for dossier in definition.dossiers for person in dossier.people]
    assert {person.language for person in people} == {"nl", "fr", "en", "de"}
    assert compare(definition, definition) == []


def test_offices_side_by_side_do_not_share_names() -> None:
    one = make_definition(make_dossier("a"))
    two = replace(one, office=replace(one.office, code="ander"))
    assert find_clashes([("one.toml", one)]) == []
    found = find_clashes([("one.toml", one), ("two.toml", two)])
    assert found == [
        "two.toml: dossier 'a' is also in one.toml; each stands in one place",
        "two.toml: dossier '0400000185' is also in one.toml; each stands in one place",
    ]


def test_every_difference_is_one_line() -> None:
    old = make_definition(make_dossier("bakkerij"))
    [dossier] = old.dossiers
    changed = replace(
        dossier,
        validation=Validation.HYBRID,
        journals=dossier.journals[:1],
        people=(*dossier.people, Person(email="x@y.example", first_name="X", last_name="Y")),
        export=Export(connector="csv", target="elders", options={"decimal": "point"}),
    )
    new = replace(old, dossiers=(changed,))
    assert [str(d) for d in compare(old, new)] == [
        '~ dossier bakkerij: validation: "office" → "hybrid"',
        "+ dossier bakkerij, person x@y.example",
        f'~ dossier bakkerij, export: target: "{dossier.export.target}" → "elders"',
        '~ dossier bakkerij, export: decimal: - → "point"',
        "- dossier bakkerij, journal VK",
    ]
    assert {d.sign for d in compare(None, new)} == {"+"}


#: anything printable, also quotes, backslashes and letters of every script
SIGNS = st.characters(exclude_categories=("C", "Z"), codec="utf-8")
LINE = st.text(SIGNS, min_size=1, max_size=12) | st.sampled_from(["a b", '"', "\\", "'''", "#"])
EMAIL = st.from_regex(r"[a-z0-9]{1,8}@[a-z]{1,8}\.example", fullmatch=True)
LANGUAGE = st.sampled_from(["nl", "fr", "en", "de"])
CODE = st.from_regex(r"[A-Za-z0-9]{1,10}", fullmatch=True)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Return an office that any definition could define."""
    code = draw(CODE)
    emails = draw(st.lists(EMAIL, min_size=3, max_size=3, unique=True))
    somebody = {"first_name": draw(LINE), "last_name": draw(LINE), "language": draw(LANGUAGE)}
    admin = Employee(office=code, email=emails[0], role=EmployeeRole.ADMIN, **somebody)  # type: ignore[arg-type]
    roles = (PersonRole.ADMIN, draw(st.sampled_from(PersonRole)))
    person = Person(email=emails[1], roles=tuple(dict.fromkeys(roles)), **somebody)  # type: ignore[arg-type]
    rule = ApprovalRule(
        name=draw(LINE),
        suppliers=tuple(draw(st.lists(LINE, max_size=2, unique=True))),
        amount_from=draw(st.none() | st.decimals(0, 99999, places=2)),
        approvers=(emails[1], emails[0]),
        mode=draw(st.sampled_from(["all", "one"])),
        catch_all=draw(st.booleans()),
    )
    journals = draw(st.lists(CODE, min_size=1, max_size=3, unique_by=str.casefold))
    dossier = Dossier(
        code=draw(CODE),
        office=code,
        name=draw(LINE),
        enterprise_number="0400000185",
        active=draw(st.booleans()),
        dossier_manager=emails[0],
        language=draw(LANGUAGE),
        validation=draw(st.sampled_from(Validation)),
        auto_forward=tuple(draw(st.lists(st.sampled_from(JournalKind), unique=True))),
        whitelist=tuple(draw(st.lists(EMAIL, max_size=2, unique=True))),
        legal_hold=draw(st.booleans()),
        journals=tuple(
            Journal(code=name, kind=draw(st.sampled_from(JournalKind)), name=draw(LINE))
            for name in journals
        ),
        people=(person,),
        approval_rules=(rule,),
        export=Export(connector="csv", options=draw(st.dictionaries(LINE, LINE, max_size=3))),
    )
    office = Office(
        code=code,
        name=draw(LINE),
        address=emails[2],
        digest_hour=draw(st.sampled_from([0, 7, 23])),
        document_years=draw(st.sampled_from([None, 0, 10])),
    )
    return Definition(office=office, employees=(admin,), dossiers=(dossier,))


@given(definitions())
def test_what_is_shown_can_be_applied_again(definition: Definition) -> None:
    again = read(write_definition(definition))
    assert again == definition
    assert compare(definition, again) == []


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_lines(text: str) -> None:
    try:
        read(text)
    except DefinitionError as error:
        assert error.problems
        assert all(re.match(r"office\.toml:\d+: ", problem) for problem in error.problems)


SNIPPETS = st.sampled_from(
    (
        *("[office]", "[[dossiers]]", "[[employees]]", "[[dossiers.people]]", "[dossiers.export]"),
        *('code = "a"', "code = 1", "people = [1]", "roles = [1]", "export = []", "dossiers = 2"),
        *('enterprise_number = "0"', "options = 1", "employees = {}", "[[office]]"),
        "journals = [[]]",
    )
)


@given(st.lists(SNIPPETS, max_size=12).map("\n".join))
def test_any_wrong_shape_is_refused_with_lines(text: str) -> None:
    assert all(re.match(r"office\.toml:\d+: ", problem) for problem in mistakes(text))
