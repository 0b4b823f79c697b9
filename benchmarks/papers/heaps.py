"""Makes what is not one invoice: other papers, bundles, and invoices with an annex."""

import io
from collections.abc import Iterator, Sequence
from random import Random

import pikepdf

from benchmarks.papers import tables
from benchmarks.papers.collection import Made, find_dossier, invent_dossiers, make_face, make_paper
from benchmarks.papers.layout import Layout
from benchmarks.papers.orders import ORDERS
from benchmarks.papers.others import Other, all_others, draw_other
from benchmarks.papers.paper import Scenario
from benchmarks.papers.parties import Party
from benchmarks.papers.producers import write_pdf
from benchmarks.papers.sheet import Sheet
from benchmarks.papers.trades import speaks, trade_names
from benchmarks.papers.truth import Truth, nothing, write_truth


def make_others(count: int, seed: int, half: str) -> Iterator[Made]:
    """Yield `count` papers that are no invoices, the kinds in turn."""
    dossiers = invent_dossiers(seed)
    others = all_others(half)
    for place in range(count):
        other = others[place % len(others)]
        rng = Random(f"{seed} {other.name} {place // len(others)}")
        yield make_other(rng, other, dossiers, f"o-{place + 1:05}")


def make_other(rng: Random, other: Other, dossiers: tuple[Party, ...], name: str) -> Made:
    """Return one paper that is no invoice."""
    layout = _layout_of(rng, other)
    dossier = find_dossier(rng, dossiers, layout)
    face = make_face(rng, layout, dossier)
    sheet = Sheet(size=rng.choice((8.5, 9.0, 10.0)))
    draw_other(sheet, face, other)
    return Made(
        name=name,
        kind="not-invoice",
        content=write_pdf(sheet, rng.choice(("plain", "words", "scramble")), rng),
        truth=nothing("not_invoice", subtype=other.subtype),
        layout=other.name,
        language=other.language,
        category=other.subtype,
        pages=len(sheet.pages),
        features=(),
        own_vat=dossier.vat,
    )


def _layout_of(rng: Random, other: Other) -> Layout:
    """Return whose words and trade a paper has; it is drawn by `draw_other`."""
    trades = [trade for trade in trade_names() if speaks(trade, other.language)]
    scenario = Scenario(language=other.language, country="BE", credit=0.0, n_lines=(1, 8))
    return Layout(
        name=f"{other.name} words", half=other.half, languages=(other.language,),
        trade=rng.choice(trades), scenario=scenario, draw=lambda _sheet, _face: None,
    )  # fmt: skip


def make_bundles(count: int, seed: int, layouts: Sequence[Layout], *, half: str) -> Iterator[Made]:
    """Yield `count` files of two to four papers, one behind the other."""
    dossiers = invent_dossiers(seed)
    others = all_others(half)
    plain = [layout for layout in layouts if not layout.is_receipt]
    for place in range(count):
        rng = Random(f"{seed} bundle {half} {place}")
        parts = [_part(rng, plain, others, dossiers) for _ in range(rng.choice((2, 2, 3, 4)))]
        yield _bundle(f"b-{place + 1:05}", parts)


def _part(
    rng: Random, layouts: Sequence[Layout], others: Sequence[Other], dossiers: tuple[Party, ...]
) -> Made:
    if rng.random() < 0.2:
        return make_other(rng, rng.choice(others), dossiers, "part")
    layout = rng.choice(layouts)
    return make_paper(rng, layout, find_dossier(rng, dossiers, layout), "part")


def _bundle(name: str, parts: Sequence[Made]) -> Made:
    pages: list[Truth] = []
    for part in parts:
        first = pages[-1]["to"] + 1 if pages else 1
        told = part.truth["document_class"]
        last = first + part.pages - 1
        pages.append({"from": first, "to": last, "document_class": told, "truth": part.truth})
    return Made(
        name=name,
        kind="bundle",
        content=_joined([part.content for part in parts]),
        truth=nothing("bundle", pages=pages),
        layout="bundle",
        language=parts[0].language,
        category="bundle",
        pages=pages[-1]["to"],
        features=(),
        own_vat=parts[0].own_vat,
    )


def _joined(contents: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for content in contents:
            with pikepdf.open(io.BytesIO(content)) as part:
                pdf.add_pages_from(part)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def make_annexed(count: int, seed: int, layouts: Sequence[Layout]) -> Iterator[Made]:
    """Yield `count` invoices, each with a page that details it: one document, not a bundle."""
    dossiers = invent_dossiers(seed)
    drawn = [layout for layout in layouts if not layout.is_receipt]
    for place in range(count):
        layout = drawn[place * 7 % len(drawn)]
        rng = Random(f"{seed} annex {layout.name} {place}")
        yield _annexed(rng, layout, find_dossier(rng, dossiers, layout), f"a-{place + 1:05}")


def _annexed(rng: Random, layout: Layout, dossier: Party, name: str) -> Made:
    face = make_face(rng, layout, dossier)
    sheet = Sheet(family=layout.family, size=layout.size, paper=layout.paper)
    layout.draw(sheet, face)
    sheet.new_page()
    title = face.words.one("annex", face.language).replace("{number}", face.number())
    sheet.text(50, 60, title, bold=True, size=12)
    sheet.text(50, 76, face.paper.supplier.name)
    columns = ("code", "description", "quantity", "unit")
    tables.line_table(sheet, face, 110, tables.TableShape(columns=columns, margin=50))
    habit = rng.choice([habit for habit in layout.habits if habit in ORDERS] or ["plain"])
    return Made(
        name=name,
        kind="pdf",
        content=write_pdf(sheet, habit, rng),
        truth=write_truth(face, sheet.texts(), ["annex"], is_receipt=False),
        layout=layout.name,
        language=layout.languages[0],
        category=layout.trade,
        pages=len(sheet.pages),
        features=("annex",),
        own_vat=dossier.vat,
    )
