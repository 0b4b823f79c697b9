"""Real bank statements of many banks: what proves itself by its balances is read right."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mailbot.domain.bank import BankStatement, ProblemKind
from mailbot.recognition.statements.any_format import read_statements

DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "documents"
KINDS = {"coda", "camt", "mt940"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the shared corpora are not here"),
]


def _entries() -> list[tuple[str, dict[str, Any]]]:
    lines = (DOCUMENTS / "manifest.jsonl").read_text().splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["kind"] in KINDS]
    return [(e["path"], json.loads((DOCUMENTS / e["truth"]).read_text())) for e in entries]


def _amounts(truth: dict[str, Any]) -> list[Decimal]:
    return [Decimal(t["amount"]) for t in truth["transactions"]]


def _plain(text: str | None) -> str:
    return "".join(filter(str.isalnum, text or ""))


def _is_right(truth: dict[str, Any], read: BankStatement) -> bool:
    balances = [b and b.amount for b in (read.opening, read.closing)]
    return (
        _plain(truth["account"]) == _plain(read.account)
        and truth["currency"] in {None, read.currency}
        and [Decimal(truth[name]) for name in ("opening", "closing")] == balances
        and _amounts(truth) == [t.amount for t in read.transactions]
    )


def test_every_balanced_statement_is_right_and_said_to_be_balanced() -> None:
    wrong, seen = [], 0
    for path, truth in _entries():
        read = read_statements((DOCUMENTS / path).read_bytes())
        assert len(read.statements) == len(truth["statements"])
        for wanted, statement in zip(truth["statements"], read.statements, strict=False):
            if wanted["checks"]["balance"]:
                seen += 1
                if not (_is_right(wanted, statement) and statement.is_balanced):
                    wrong.append(path)
    assert seen > 50
    assert wrong == []


def test_what_does_not_add_up_is_told() -> None:
    for path, truth in _entries():
        read = read_statements((DOCUMENTS / path).read_bytes())
        for wanted, statement in zip(truth["statements"], read.statements, strict=False):
            if wanted["checks"]["balance"] is False:
                kinds = {problem.kind for problem in statement.problems}
                assert ProblemKind.BALANCE_DIFFERS in kinds, path
