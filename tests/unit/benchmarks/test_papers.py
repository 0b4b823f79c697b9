"""Made papers: their numbers are valid, their sums add up, and what the truth calls visible is."""

import json
import re
from decimal import Decimal
from pathlib import Path
from random import Random

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban
from stdnum.be import vat as be_vat
from stdnum.de import vat as de_vat
from stdnum.fr import tva as fr_tva
from stdnum.gb import vat as gb_vat
from stdnum.ie import vat as ie_vat
from stdnum.lu import tva as lu_tva
from stdnum.nl import btw as nl_btw

from benchmarks.papers.collection import (
    Made,
    chosen_layouts,
    find_dossier,
    invent_dossiers,
    make_face,
    make_papers,
    write_collection,
)
from benchmarks.papers.face import Face
from benchmarks.papers.heaps import make_annexed, make_bundles, make_others
from benchmarks.papers.identifiers import BANKS, invent_account, invent_ogm, invent_vat
from benchmarks.papers.layout import LAYOUTS
from benchmarks.papers.notation import AMOUNTS, write_amount
from benchmarks.papers.orders import ORDERS
from benchmarks.papers.producers import PUTS, TREATMENTS
from benchmarks.papers.sheet import Sheet

SEED = 20
#: their letters are not in the text of the page
UNREADABLE = {"scan", "no-tounicode"}
VALID = {
    "BE": be_vat, "NL": nl_btw, "FR": fr_tva, "DE": de_vat, "LU": lu_tva, "IE": ie_vat,
    "GB": gb_vat,
}  # fmt: skip

seeds = st.integers(0, 2**32)


def letters(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.casefold())


def drawn(name: str, seed: int) -> tuple[Face, Sheet]:
    layout = LAYOUTS[name]
    rng = Random(f"{seed} {name}")
    face = make_face(rng, layout, find_dossier(rng, invent_dossiers(seed), layout))
    sheet = Sheet(family=layout.family, size=layout.size, paper=layout.paper)
    layout.draw(sheet, face)
    return face, sheet


@given(seeds, st.sampled_from(sorted(VALID)))
def test_vat_numbers_have_valid_check_digits(seed: int, country: str) -> None:
    assert VALID[country].is_valid(invent_vat(Random(seed), country))


@given(seeds, st.sampled_from(sorted(BANKS)))
def test_accounts_have_valid_check_digits(seed: int, country: str) -> None:
    account, bic = invent_account(Random(seed), country)
    assert iban.is_valid(account, check_country=False)
    assert bic[4:6] == country


@given(seeds)
def test_structured_communications_have_valid_check_digits(seed: int) -> None:
    ogm = invent_ogm(Random(seed))
    assert len(ogm) == 12
    assert int(ogm[10:]) == (int(ogm[:10]) % 97 or 97)


@given(st.decimals("-99999", "99999", places=2), st.sampled_from(sorted(AMOUNTS)))
def test_an_amount_keeps_its_digits(amount: Decimal, language: str) -> None:
    for way in AMOUNTS[language]:
        digits = "".join(c for c in write_amount(amount, way) if c.isdigit())
        assert digits.lstrip("0") == f"{abs(amount):.2f}".replace(".", "").lstrip("0")


@settings(max_examples=120, deadline=None)
@given(seeds, st.sampled_from(sorted(LAYOUTS)))
def test_the_sums_of_a_paper_add_up(seed: int, name: str) -> None:
    layout = LAYOUTS[name]
    rng = Random(seed)
    paper = make_face(rng, layout, find_dossier(rng, invent_dossiers(seed), layout)).paper
    goods = sum(line.amount for line in paper.lines)
    assert goods == (paper.total_incl if paper.has_prices_with_vat else paper.goods)
    bases = sum(row.base for row in paper.vat_rows)
    reduction = paper.reduction
    if reduction and reduction.type == "commercial":
        assert paper.goods - reduction.amount == paper.total_excl == bases
    elif reduction and bases != paper.total_excl:
        assert bases + reduction.amount == paper.total_excl
    else:
        assert bases == paper.total_excl
    for row in paper.vat_rows:
        assert abs(row.base * row.rate / 100 - row.amount) < Decimal("0.01")
    due = paper.total_incl - (paper.prepaid or 0) + (paper.rounding or 0)
    assert paper.amount_due == due
    assert abs(paper.rounding or 0) <= Decimal("0.02")
    assert paper.total_incl == paper.total_excl + sum(row.amount for row in paper.vat_rows)


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_layout_prints_what_it_says_it_shows(name: str) -> None:
    for seed in range(3):
        face, sheet = drawn(name, seed)
        printed = " ".join(sheet.texts()).casefold()
        wanted = {field: text.casefold() for field, text in written_values(face).items()}
        missing = {field for field in face.shown & wanted.keys() if wanted[field] not in printed}
        assert not missing, (seed, {field: wanted[field] for field in missing})


def written_values(face: Face) -> dict[str, str]:
    """Return field -> how the layout writes its value."""
    paper = face.paper
    amounts = ("total_incl", "total_excl", "amount_due", "vat_total")
    return {
        "invoice_number": paper.number,
        "invoice_date": face.day(paper.issued),
        "supplier_name": paper.supplier.name,
        "bic": paper.bic,
        **{name: face.amount(getattr(paper, name)) for name in amounts},
        **({"due_date": face.day(paper.due)} if paper.due else {}),
    }


def test_what_is_visible_stands_in_the_text_of_the_pdf(papers: list[Made]) -> None:
    missing = []
    for made in papers:
        if UNREADABLE & set(made.features) or made.layout == "form-fields":
            continue
        printed = letters(text_of(made.content))
        for field in ("invoice_number", "iban", "bic", "payment_reference", "supplier_vat"):
            value = made.truth[field]
            wanted = letters(value[2:] if value and field == "supplier_vat" else value or "")
            if made.truth["visible"].get(field) and wanted not in printed:
                missing.append((made.name, made.layout, made.features, field, value))
    assert not missing


def text_of(content: bytes) -> str:
    document = pdfium.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.fixture(scope="module")
def papers() -> list[Made]:
    layouts = chosen_layouts("all")
    return list(make_papers(len(layouts), SEED, layouts))


def test_the_same_seed_makes_the_same_bytes(papers: list[Made]) -> None:
    layouts = chosen_layouts("all")
    again = make_papers(len(layouts), SEED, layouts)
    for made, other in zip(papers, again, strict=True):
        assert made == other, made.layout


def test_no_layout_is_in_both_halves() -> None:
    train, test = ({layout.name for layout in chosen_layouts(h)} for h in ("train", "test"))
    assert not train & test
    assert min(len(train), len(test)) >= 40


def test_every_way_of_writing_a_pdf_is_used() -> None:
    used = {habit for layout in LAYOUTS.values() for habit in layout.habits}
    assert used == {*ORDERS, *PUTS, *TREATMENTS}


def test_the_parts_of_a_bundle_cover_its_pages() -> None:
    for made in make_bundles(4, SEED, chosen_layouts("train"), half="train"):
        document = pdfium.PdfDocument(made.content)
        ends = [0, *(part["to"] for part in made.truth["pages"])]
        assert [part["from"] for part in made.truth["pages"]] == [end + 1 for end in ends[:-1]]
        assert len(document) == made.pages == ends[-1]
        document.close()


def test_an_annex_says_to_which_invoice_it_belongs() -> None:
    for made in make_annexed(4, SEED, chosen_layouts("train")):
        document = pdfium.PdfDocument(made.content)
        last = document[len(document) - 1].get_textpage().get_text_range()
        assert letters(made.truth["invoice_number"]) in letters(last)
        document.close()


def test_a_collection_lists_its_files_and_truths(tmp_path: Path) -> None:
    others = list(make_others(6, SEED, "train"))
    invoices = list(make_papers(2, SEED, chosen_layouts("train")))
    assert write_collection(tmp_path, iter([*others, *invoices])) == 8
    lines = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        entry = json.loads(line)
        assert (tmp_path / entry["path"]).read_bytes().startswith(b"%PDF")
        truth = json.loads((tmp_path / entry["truth"]).read_text(encoding="utf-8"))
        is_invoice = entry["kind"] != "not-invoice"
        assert (truth["document_class"] != "not_invoice") == is_invoice
        assert bool(truth["invoice_number"]) == is_invoice
