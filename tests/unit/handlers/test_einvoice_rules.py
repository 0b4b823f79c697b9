"""One warning names the rules that an e-invoice breaks; what cannot be checked goes without."""

import pytest
from structlog.testing import capture_logs

from handlers.einvoice_rules import with_broken_rules
from mailbot.compose.facts import warnings
from mailbot.domain.mail import Language
from mailbot.recognition import validation_engine
from mailbot.recognition.pipeline import recognise
from mailbot.recognition.validation_engine import RuleEngine
from tests.kit.einvoices import cii_invoice, hybrid_pdf, ubl_invoice
from tests.kit.letters import a_document, a_letterhead
from tests.kit.sandboxes import a_sandbox
from tests.kit.structured_builders import build_pdf, build_ubl


def warnings_about(content: bytes, name: str = "factuur.xml") -> list[str]:
    read = with_broken_rules(a_sandbox(), recognise(content, name), content, name)
    return [warning for warning in read.warnings if warning.startswith("breaks_rules")]


def test_the_warning_names_the_rules() -> None:
    wrong = ubl_invoice().replace("<cbc:BuyerReference>K-17</cbc:BuyerReference>", "")
    assert warnings_about(wrong.encode()) == ["breaks_rules:PEPPOL-EN16931-R003"]


def test_no_more_than_a_few_rules_are_named() -> None:
    wrong = ubl_invoice().replace("<cbc:", "<cbc:X").replace("/cbc:", "/cbc:X")
    wrong = wrong.replace("XCustomizationID", "CustomizationID").replace("XID", "ID")
    (warning,) = warnings_about(wrong.encode())
    assert warning.count(",") == 5
    assert warning.endswith(",…")


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_the_warning_is_a_sentence_in_every_language(language: Language) -> None:
    document = a_document(warnings=("breaks_rules:BR-CO-15,NL-R-002",))
    (said,) = warnings(document, a_letterhead(language))
    assert "(BR-CO-15, NL-R-002)" in said
    assert "breaks_rules" not in said


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ubl_invoice().encode(), "factuur.xml"),
        # an invoice that claims to follow nothing breaks nothing
        (build_ubl(), "factuur.xml"),
        # how a PDF carries its invoice is nothing that an approver needs to know
        (hybrid_pdf(cii_invoice(), has_intent=False), "factuur.pdf"),
        (build_pdf(["Factuur 2026-114"]), "factuur.pdf"),
    ],
)
def test_there_is_no_warning_without_a_broken_rule(content: bytes, name: str) -> None:
    assert warnings_about(content, name) == []


def test_what_cannot_be_checked_in_time_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = RuleEngine(wall_time=0.0)
    monkeypatch.setattr(validation_engine, "shared_engine", lambda _wall_time: engine)
    try:
        with capture_logs() as logs:
            assert warnings_about(ubl_invoice().encode()) == []
    finally:
        engine.close()
    assert [(line["event"], line["why"]) for line in logs] == [("einvoice_unchecked", "TOO-SLOW")]
