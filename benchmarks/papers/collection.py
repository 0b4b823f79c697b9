"""Makes a collection of papers in a folder: PDFs, truths and a manifest."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchmarks.papers.face import Face, Vocabulary
from benchmarks.papers.inventing import invent_paper
from benchmarks.papers.layout import LAYOUTS, Layout
from benchmarks.papers.mixed import register_mixed
from benchmarks.papers.notation import choose_notation
from benchmarks.papers.paper import Paper
from benchmarks.papers.parties import Party, invent_party
from benchmarks.papers.producers import write_pdf
from benchmarks.papers.sheet import Sheet
from benchmarks.papers.trades import get_trade
from benchmarks.papers.truth import Truth, write_truth

register_mixed()


@dataclass(frozen=True, kw_only=True)
class Made:
    """One file of a collection."""

    name: str
    kind: str
    content: bytes
    truth: Truth
    layout: str
    language: str
    category: str
    pages: int
    features: tuple[str, ...]
    #: of the company for whose dossier it is
    own_vat: str


def invent_dossiers(seed: int) -> tuple[Party, ...]:
    """Return the companies that receive the papers of one seed."""
    rng = Random(f"dossiers {seed}")
    homes = (("BE", "nl"), ("BE", "nl"), ("BE", "fr"), ("BE", "de"), ("NL", "nl"))
    return tuple(
        invent_party(rng, *home, trades=("Techniek", "Atelier", "Handel")) for home in homes
    )


def chosen_layouts(half: str, names: Sequence[str] = ()) -> list[Layout]:
    """Return the layouts of a half ("train", "test", "all"), or of those the named ones."""
    return [
        layout
        for layout in LAYOUTS.values()
        if half in ("all", layout.half) and (not names or layout.name in names)
    ]


def make_papers(count: int, seed: int, layouts: Sequence[Layout]) -> Iterator[Made]:
    """Yield `count` papers, the layouts in turn; the same seed makes the same bytes."""
    dossiers = invent_dossiers(seed)
    for place in range(count):
        layout = layouts[place % len(layouts)]
        rng = Random(f"{seed} {layout.name} {place // len(layouts)}")
        yield make_paper(rng, layout, _dossier(rng, dossiers, layout), f"{place + 1:05}")


def _dossier(rng: Random, dossiers: tuple[Party, ...], layout: Layout) -> Party:
    """Return who receives it: German letters go to who speaks German, Dutch taxes to the Dutch."""
    if layout.scenario.country == "NL" and "normal" in layout.scenario.regimes:
        return dossiers[4]
    near = [one for one in dossiers[:4] if one.language == layout.languages[0]]
    return rng.choice(near or dossiers[:4])


def make_paper(rng: Random, layout: Layout, dossier: Party, name: str) -> Made:
    """Return one paper of a layout."""
    own = Random(f"layout {layout.name}")
    notation = replace(choose_notation(own, layout.languages[0]), **dict(layout.notation))
    words = Vocabulary(own, layout.languages, is_held_out=layout.half == "test")
    trade = get_trade(layout.trade, layout.languages[0])
    paper = invent_paper(rng, layout.scenario, trade, dossier, number_pattern=notation.number)
    face = Face(paper, words, notation, rng)
    sheet = Sheet(family=layout.family, size=layout.size, paper=layout.paper)
    layout.draw(sheet, face)
    habit = rng.choice(layout.habits)
    features = tuple(_features(paper, habit, face))
    content = write_pdf(sheet, habit, rng)
    return Made(
        name=name,
        kind=_kind(layout, habit),
        content=content,
        truth=write_truth(face, sheet.texts(), list(features), is_receipt=layout.is_receipt),
        layout=layout.name,
        language=layout.languages[0],
        category=layout.trade,
        pages=len(sheet.pages),
        features=features,
        own_vat=dossier.vat,
    )


def _kind(layout: Layout, habit: str) -> str:
    if habit != "scan":
        return "pdf"
    return "receipt-scan" if layout.is_receipt else "scan"


def _features(paper: Paper, habit: str, face: Face) -> Iterator[str]:
    if habit != "plain":
        yield habit
    facts = {
        "credit": paper.is_credit, "sale": paper.is_sale, "qr": face.code is not None,
        "debit": bool(paper.debited), "old-account": bool(paper.old_account),
        "prepaid": paper.prepaid is not None, paper.regime: paper.regime != "normal",
        "discount": paper.reduction is not None,
    }  # fmt: skip
    yield from (name for name, holds in facts.items() if holds)


def write_collection(folder: Path, papers: Iterator[Made]) -> int:
    """Write papers, truths and manifest below `folder`; return how many."""
    lines = []
    for made in papers:
        place = Path("invoices") / made.kind / f"p-{made.name}.pdf"
        truth = Path("truth") / f"p-{made.name}.json"
        for path, content in ((place, made.content), (truth, _json(made.truth).encode())):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        lines.append(json.dumps(_entry(made, place, truth), ensure_ascii=False))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _json(truth: Truth) -> str:
    return json.dumps(truth, ensure_ascii=False, indent=1) + "\n"


def _entry(made: Made, place: Path, truth: Path) -> Truth:
    visible = made.truth["visible"]
    return {
        "path": str(place), "truth": str(truth), "source": "generated", "licence": "CC0-1.0",
        "pages": made.pages, "kind": made.kind, "layout": made.layout, "language": made.language,
        "category": made.category, "features": list(made.features), "own_vat": made.own_vat,
        "visible": sum(visible.values()), "fields": len(visible),
    }  # fmt: skip
