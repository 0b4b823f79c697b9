"""Makes a collection of papers in a folder: PDFs, truths and a manifest."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchmarks.papers import layouts
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

#: what is drawn by hand, a module for each trade
TRADES = layouts.__all__
register_mixed()

_FOLDERS = {"bundle": "bundles", "not-invoice": "other"}


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

    @property
    def folder(self) -> Path:
        """Where it lies in a collection."""
        return Path(_FOLDERS.get(self.kind, f"invoices/{self.kind}"))


def invent_dossiers(seed: int) -> tuple[Party, ...]:
    """Return the companies that receive the papers of one seed."""
    rng = Random(f"dossiers {seed}")
    homes = (("BE", "nl"), ("BE", "nl"), ("BE", "fr"), ("BE", "de"), ("NL", "nl"))
    trades = ("Techniek", "Atelier", "Handel")
    return tuple(invent_party(rng, country, language, trades) for country, language in homes)


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
        yield make_paper(rng, layout, find_dossier(rng, dossiers, layout), f"p-{place + 1:05}")


def find_dossier(rng: Random, dossiers: tuple[Party, ...], layout: Layout) -> Party:
    """Return who receives it: Dutch taxes go to the Dutch, others to who speaks the language."""
    if layout.scenario.country == "NL" and "normal" in layout.scenario.regimes:
        return dossiers[4]
    near = [one for one in dossiers[:4] if one.language == layout.languages[0]]
    return rng.choice(near or dossiers[:4])


def make_face(rng: Random, layout: Layout, dossier: Party) -> Face:
    """Return a new paper as the layout shows it."""
    own = Random(f"layout {layout.name}")
    notation = replace(choose_notation(own, layout.languages[0]), **dict(layout.notation))
    words = Vocabulary(own, layout.languages, layout.kind_of_words)
    trade = get_trade(layout.trade, layout.languages[0])
    pattern = notation.number
    paper = invent_paper(rng, layout.scenario, trade, dossier, number_pattern=pattern)
    return Face(paper, words, notation, rng)


def make_paper(rng: Random, layout: Layout, dossier: Party, name: str) -> Made:
    """Return one paper of a layout."""
    face = make_face(rng, layout, dossier)
    sheet = Sheet(family=layout.family, size=layout.size, paper=layout.paper)
    layout.draw(sheet, face)
    habit = rng.choice(layout.habits)
    features = tuple(_features(face.paper, habit, face))
    is_receipt = layout.is_receipt
    return Made(
        name=name,
        kind=_kind(layout, habit),
        content=write_pdf(sheet, habit, rng),
        truth=write_truth(face, sheet.texts(), list(features), is_receipt=is_receipt),
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
        place = made.folder / f"{made.name}.pdf"
        truth = Path("truth") / f"{made.name}.json"
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
