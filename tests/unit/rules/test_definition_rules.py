"""Approval rules in a definition: every key is read, written again and checked."""

from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.errors import DefinitionError
from mailbot.domain.invoice import DocumentClass
from mailbot.domain.people import ApprovalRule
from mailbot.domain.values import from_json
from mailbot.rules.definition import read_definition
from mailbot.rules.definition_text import write_definition

DEMO = Path("docker/demo.toml").read_text()
AN, KARIM = "an.peeters@goudenaar.example", "karim.haddad@goudenaar.example"
MARK = '[[dossiers.approval_rules]]\nname = "al de rest"'
RULE = f"""[[dossiers.approval_rules]]
name = "huur"
document_classes = ["invoice", "credit_note"]
titles = ["huur*"]
amount_from = 10
approvers = ["{AN}"]
mode = "in_order"
"""


def with_rule(lines: str) -> str:
    return DEMO.replace(MARK, f"{RULE}{lines}\n{MARK}")


@pytest.mark.feature("CF-APPR-03", "CF-APPR-11")
def test_every_key_of_a_rule_is_read_and_written_again() -> None:
    given = f'remind_after = 2\nescalate_after = 4\nescalate_to = "{KARIM}"'
    definition = read_definition(with_rule(given), "demo.toml")
    found = next(r for d in definition.dossiers for r in d.approval_rules if r.name == "huur")
    assert found == ApprovalRule(
        name="huur",
        document_classes=(DocumentClass.INVOICE, DocumentClass.CREDIT_NOTE),
        titles=("huur*",),
        amount_from=Decimal(10),
        approvers=(AN,),
        mode="in_order",
        remind_after=2,
        escalate_after=4,
        escalate_to=KARIM,
    )
    assert read_definition(write_definition(definition), "again.toml") == definition


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (f'escalate_after = 4\nescalate_to = "{AN}"', "is an approver of this rule already"),
        (f'escalate_to = "{KARIM}"', "escalate_after: is missing"),
        ('escalate_after = 4\nescalate_to = "eve@elders.example"', "is no person of this dossier"),
        ("remind_after = 0", "write working days from 1 to 60"),
        ('remind_after = "2"', "write working days from 1 to 60"),
    ],
)
def test_what_cannot_be_right_is_said(lines: str, said: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_definition(with_rule(lines), "demo.toml")
    assert said in "\n".join(error.value.problems)


def test_a_rule_that_was_stored_before_these_keys_is_read() -> None:
    stored = '{"name": "oud", "approvers": ["an@b.example"], "mode": "one"}'
    assert from_json(ApprovalRule, stored) == ApprovalRule(
        name="oud", approvers=("an@b.example",), mode="one"
    )
