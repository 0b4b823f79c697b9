"""A review says which values are known from earlier documents, and why the lines are these."""

from dataclasses import replace

import pytest

from mailbot.compose.requests import write_review_request
from mailbot.domain.document import Document
from mailbot.domain.mail import LANGUAGES, Language
from tests.kit.letters import BOOKING, INVOICE, a_document, a_letterhead, a_view, certain

LEARNED = {
    "nl": "2026-114 ★★★ (geleerd, 2\N{MULTIPLICATION SIGN} bevestigd)",
    "fr": "2026-114 ★★★ (appris, confirmé 2 fois)",
    "en": "2026-114 ★★★ (learned, confirmed 2\N{MULTIPLICATION SIGN})",
    "de": "2026-114 ★★★ (gelernt, 2-mal bestätigt)",
}
LIKE_EARLIER = {
    "nl": "Zoals de vorige 3 boekingen van Drukkerij Voorbeeld BV.",
    "fr": "Comme les 3 écritures précédentes de Drukkerij Voorbeeld BV.",
    "en": "Like the previous 3 bookings of Drukkerij Voorbeeld BV.",
    "de": "Wie die letzten 3 Buchungen von Drukkerij Voorbeeld BV.",
}


def learned_document() -> Document:
    invoice = certain(INVOICE)
    known = replace(invoice.evidence["invoice_number"], learned=2)
    invoice = replace(invoice, evidence={**invoice.evidence, "invoice_number": known})
    return a_document(invoice=invoice, booking=replace(BOOKING, like_earlier=3))


def words_of(document: Document, language: Language) -> str:
    letter = write_review_request(a_letterhead(language), a_view(document))
    return " ".join(letter.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_learned_is_said(language: Language) -> None:
    text = words_of(learned_document(), language)
    assert LEARNED[language] in text
    assert LIKE_EARLIER[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_learned_is_not_said_to_be(language: Language) -> None:
    text = words_of(a_document(), language)
    assert LEARNED[language].partition("(")[2].partition(",")[0] not in text
    assert LIKE_EARLIER[language] not in text
