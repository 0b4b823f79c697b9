"""Rule tests and files of EN 16931, Peppol BIS, NLCIUS and Factur-X get the right verdict."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mailbot.recognition.validation import validate
from mailbot.recognition.validation_engine import shared_engine
from mailbot.recognition.validation_verdict import Verdict

DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "documents"
TEST = "{http://difi.no/xsd/vefa/validator/1.0}test"
ASSERT = "{http://difi.no/xsd/vefa/validator/1.0}assert"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the shared corpora are not here"),
]


#: every third rule test is enough to see a change; `score_extra.py` looks at all of them
_STEP = 3


def cases() -> Iterator[dict[str, Any]]:
    for line in (DOCUMENTS / "validity" / "cases.jsonl").read_text().splitlines()[::_STEP]:
        yield json.loads(line)


def payload(file: str, number: int) -> bytes:
    """Return the invoice of the n-th test of a file of rule tests."""
    test = list(etree.parse(DOCUMENTS / file).getroot().iter(TEST))[number]
    return etree.tostring(next(c for c in test.iterchildren("*") if c.tag != ASSERT))


def fired(case: dict[str, Any]) -> set[str]:
    """Return the rules, fatal or not, that fire on a case."""
    profile = "en16931" if case["configuration"] == "tc434-ubl" else "peppol-bis-3"
    xml = payload(case["file"], case["test"])
    found = validate(xml, "case.xml", shared_engine(), profile=profile)
    return {*found.rules, *found.warnings}


def test_every_rule_test_is_right() -> None:
    wrong = [
        (case["case"], one["rule"])
        for case in cases()
        for rules in [fired(case)]
        for one in case["assert"]
        if (one["rule"] in rules) != (one["expect"] != "success")
    ]
    assert wrong == []


def files() -> Iterator[tuple[str, dict[str, str], Verdict]]:
    for line in (DOCUMENTS / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["kind"] == "validity-file":
            content = (DOCUMENTS / entry["path"]).read_bytes()
            truth = json.loads((DOCUMENTS / entry["truth"]).read_text())
            yield entry["path"], truth, validate(content, entry["path"], shared_engine())


def test_at_most_one_file_of_a_hundred_gets_the_wrong_verdict() -> None:
    """One file is said to break a rule about Dutch addresses, and has a Belgian one."""
    wrong = []
    total = 0
    for path, truth, found in files():
        total += 1
        expected = truth["expect"] != "error"
        named = {None, *found.rules, *found.warnings}
        if found.is_valid is not expected or truth.get("rule") not in named:
            wrong.append(path)
    assert len(wrong) <= max(1, total // 100), wrong
