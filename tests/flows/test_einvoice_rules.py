"""Stories of e-invoices that break the rules that they say they follow: told, never stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.domain.document import Status
from tests.kit.einvoices import ubl_invoice
from tests.kit.office import MANAGER, make_definition, make_dossier
from tests.kit.story import Story

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
#: says that it follows Peppol BIS, but its sums do not fit and it has no buyer reference
BROKEN = (
    ubl_invoice()
    .replace("<cbc:BuyerReference>K-17</cbc:BuyerReference>", "")
    .replace(">121.00</cbc:TaxInclusiveAmount>", ">122.00</cbc:TaxInclusiveAmount>")
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Story(tmp_path, make_definition(make_dossier())) as told:
        yield told


def review_of(story: Story, xml: str) -> str:
    """Return the text of the review that follows when a supplier mails `xml`."""
    story.say(SUPPLIER, PURCHASE, files=[("factuur.xml", "application/xml", xml.encode())])
    return " ".join(story.expect(MANAGER, "2026-114").text.split())


def test_the_review_names_the_rules_that_an_e_invoice_breaks(story: Story) -> None:
    text = review_of(story, BROKEN)
    assert "Deze e-factuur volgt niet alle regels waarnaar ze verwijst" in text
    assert "BR-CO-15" in text
    assert "PEPPOL-EN16931-R003" in text
    story.expect_document("bakkerij", Status.TO_REVIEW)


def test_nothing_is_said_of_an_e_invoice_that_keeps_its_rules(story: Story) -> None:
    assert "e-factuur" not in review_of(story, ubl_invoice())
