"""Whether a bundle is split by itself, what stays whole, and the pages that a person names."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.errors import Refused
from mailbot.domain.invoice import (
    DocumentClass,
    Evidence,
    Invoice,
    Recognition,
    RecognitionStatus,
    Source,
)
from mailbot.rules.splitting import decide_split, kept_whole, read_ranges

NUMBERED = Invoice(invoice_number="2026-114", total_incl=Decimal(12))
CREDIT = Invoice(document_class=DocumentClass.CREDIT_NOTE, total_incl=Decimal(3))
REMINDER = Invoice(document_class=DocumentClass.NOT_INVOICE)
BARE = Invoice()


def bundle(*parts: Invoice, sure: float = 0.93, warnings: tuple[str, ...] = ()) -> Recognition:
    evidence = {"document_class": Evidence(confidence=sure, source=Source.COMPUTED)}
    whole = Invoice(document_class=DocumentClass.BUNDLE, pages=len(parts), evidence=evidence)
    numbered = tuple((n, n, part) for n, part in enumerate(parts, start=1))
    return Recognition(
        invoice=whole, status=RecognitionStatus.NOK, warnings=warnings, parts=numbered
    )


@pytest.mark.parametrize(
    ("read", "is_split"),
    [
        (bundle(NUMBERED, CREDIT), True),
        (bundle(NUMBERED, REMINDER, NUMBERED), True),
        (bundle(NUMBERED, REMINDER), False),
        (bundle(REMINDER, REMINDER), False),
        (bundle(NUMBERED, BARE), False),
        (bundle(NUMBERED, NUMBERED, sure=0.6), False),
        (bundle(BARE, REMINDER, sure=0.98), True),
        (Recognition(invoice=NUMBERED, status=RecognitionStatus.OK), False),
    ],
)
def test_only_a_sure_bundle_of_readable_invoices_is_split(
    read: Recognition, *, is_split: bool
) -> None:
    expected = tuple((first, last) for first, last, _ in read.parts) if is_split else ()
    assert decide_split(read) == expected


def test_the_one_invoice_among_other_papers_is_what_is_booked() -> None:
    whole = kept_whole(bundle(REMINDER, NUMBERED))
    assert whole.invoice.invoice_number == "2026-114"
    assert whole.invoice.pages == 2
    assert whole.warnings == ("holds_other_papers",)


def test_of_several_invoices_none_is_chosen() -> None:
    whole = kept_whole(bundle(NUMBERED, NUMBERED, sure=0.6, warnings=("bundle_in_doubt",)))
    assert whole.invoice.document_class is DocumentClass.BUNDLE
    assert whole.warnings == ("bundle_in_doubt",)


def test_papers_without_an_invoice_are_none() -> None:
    whole = kept_whole(bundle(REMINDER, REMINDER, warnings=("bundle_in_doubt",)))
    assert whole.invoice.document_class is DocumentClass.NOT_INVOICE
    assert whole.warnings == ()


def test_one_document_is_left_as_it_is() -> None:
    read = Recognition(invoice=NUMBERED, status=RecognitionStatus.OK)
    assert kept_whole(read) is read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-2,3-", ((1, 2), (3, 5))),
        ("1-2,3", ((1, 2), (3, 5))),
        ("1, 2, 3, 4, 5", ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5))),
        ("1 t/m 3 en 4-5", ((1, 3), (4, 5))),
        ("1 à 2 et 3 à 5", ((1, 2), (3, 5))),
        ("1 bis 4; 5", ((1, 4), (5, 5))),
    ],
)
def test_pages_that_a_person_names(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert read_ranges(text, 5) == expected


@pytest.mark.parametrize("text", ["", "x", "1-5", "2-5", "1-2,4-5", "1-3,3-5", "1-2,3-9", "0,1-5"])
def test_pages_that_leave_something_out_are_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_ranges(text, 5)
    assert refused.value.values == {"field": "pages", "value": text}


@given(st.text("0123456789-, ;entmà", max_size=20), st.integers(1, 30))
def test_named_pages_cover_the_file_or_are_refused(text: str, n_pages: int) -> None:
    try:
        ranges = read_ranges(text, n_pages)
    except Refused:
        return
    covered = [page for first, last in ranges for page in range(first, last + 1)]
    assert covered == list(range(1, n_pages + 1))
