"""What a paper is: what is booked is told from reminders, offers, orders, statements, terms."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.invoice import DocumentClass
from mailbot.recognition.candidates import find_candidates
from mailbot.recognition.document_class import PaperKind, decide_paper_kind, is_credited
from mailbot.recognition.layout import build_layout
from mailbot.recognition.totals import decide_totals
from mailbot.recognition.vocabulary import WORDS
from tests.kit.pages import page_of

PAPERS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("papers.toml").read_text(encoding="utf-8")
)["paper"]


def paper_kind(text: str) -> PaperKind:
    layout = build_layout([page_of(text)])
    totals = decide_totals(layout, find_candidates(layout))
    return decide_paper_kind(
        layout, is_negative=is_credited(totals), has_total=totals.total_incl is not None
    )


@pytest.mark.parametrize(
    "paper", PAPERS, ids=[f"{n}-{p.get('kind', p['is'])}" for n, p in enumerate(PAPERS)]
)
def test_a_paper_is_what_it_says(paper: dict[str, Any]) -> None:
    kind = paper_kind(paper["text"])
    assert kind.document_class == DocumentClass(paper["is"])
    if "kind" in paper:
        assert kind.name == paper["kind"]


def test_a_heading_is_believed_more_than_an_amount_alone() -> None:
    named = paper_kind("# Factuur\nFactuurnummer 12\nTotaal 5,00")
    unnamed = paper_kind("Brood\nTotaal 5,00")
    assert named.document_class is unnamed.document_class is DocumentClass.INVOICE
    assert named.confidence > unnamed.confidence


def test_the_cell_that_says_it_is_kept() -> None:
    kind = paper_kind("Drukkerij Inkt\n# Creditnota 2026-4\nTotaal 12,00")
    assert kind.cell is not None
    assert kind.cell.text == "Creditnota 2026-4"


def test_what_no_word_names_is_unknown() -> None:
    assert paper_kind("Beste\nTot morgen").name == "unknown"
    assert paper_kind("").document_class is DocumentClass.NOT_INVOICE


def test_every_kind_of_the_other_tables_is_a_kind_of_paper() -> None:
    for table in ("paper_endings", "paper_codes", "paper_phrases"):
        assert set(WORDS[table]) <= set(WORDS["paper"])


@given(st.text(max_size=400))
def test_any_text_is_some_kind(text: str) -> None:
    kind = paper_kind(text)
    assert 0.0 <= kind.confidence <= 1.0
