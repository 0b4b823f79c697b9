"""Draws papers that are no invoices, with the numbers, totals and accounts that mislead."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.papers import blocks, tables
from benchmarks.papers.composition import Composition, compose
from benchmarks.papers.face import Face
from benchmarks.papers.mixed import draw_customer, draw_head
from benchmarks.papers.sheet import Sheet, Spot

_FILE = Path(__file__).with_name("others.toml")


@cache
def _kinds() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Other:
    """One kind of paper in one language, as a half of the layouts prints it."""

    subtype: str
    language: str
    half: str
    composition: Composition

    @property
    def name(self) -> str:
        """The layout's name."""
        return f"other-{self.subtype}-{self.language}-{self.half}"

    def word(self, key: str, rng: Random) -> str:
        """Return a sentence or a title; the halves have different ones."""
        words = _kinds()[self.subtype][self.language][key]
        own = words[0::2] if self.half == "train" else words[1::2]
        return str(rng.choice(own or words))


def all_others(half: str) -> list[Other]:
    """Return the papers of a half ("train", "test", "all")."""
    halves = ("train", "test") if half == "all" else (half,)
    return [
        Other(subtype, language, own, compose(Random(f"{subtype} {language} {own}")))
        for subtype, kind in _kinds().items()
        for language in kind
        if language != "shows"
        for own in halves
    ]


def draw_other(sheet: Sheet, face: Face, other: Other) -> None:
    """Draw a paper that is no invoice."""
    plan, rng = other.composition, face.rng
    draw_head(sheet, face, plan)
    y = draw_customer(sheet, face, plan)
    sheet.text(plan.margin, y + 16, other.word("titles", rng), bold=True, size=15)
    pairs = [(other.word("number", rng), face.paper.numbers.order), face.pair("date")]
    pairs += face.pairs(("customer_no", "your_ref", "contact"))
    y = blocks.NARROW["columns"](sheet, Spot(plan.margin, y + 44, 260), pairs) + 12
    inner = sheet.width - 2 * plan.margin
    day = face.day(face.paper.issued + timedelta(days=rng.randint(-30, 30)))
    y = sheet.paragraph(plan.margin, y, other.word("intro", rng).replace("{date}", day), inner)
    for part in _kinds()[other.subtype]["shows"]:
        y = _PARTS[part](sheet, face, other, y + 14)
    sheet.paragraph(plan.margin, y + 14, other.word("closing", rng), inner)
    blocks.footer_line(sheet, face, sheet.height - 44)


def _lines(sheet: Sheet, face: Face, other: Other, y: float) -> float:
    shape = other.composition.table
    if other.subtype in ("delivery_note", "timesheet"):
        shape = tables.TableShape(
            columns=("code", "description", "quantity", "unit"), margin=shape.margin
        )
    return tables.line_table(sheet, face, y, shape)


def _totals(sheet: Sheet, face: Face, other: Other, y: float) -> float:
    margin = other.composition.margin
    if y > sheet.height - 200:
        sheet.new_page()
        y = 80
    spot = Spot(sheet.width - margin - 220, y, 220)
    return tables.totals_list(sheet, spot, tables.total_rows(face, with_rates=True))


def _account(sheet: Sheet, face: Face, other: Other, y: float) -> float:
    spot = Spot(other.composition.margin, y, 300)
    return blocks.pairs_strings(sheet, spot, face.pairs(("iban", "bic", "reference")))


def _invoices(sheet: Sheet, face: Face, other: Other, y: float) -> float:
    """Write a table of open invoices; the first is the paper's own number and total."""
    margin, rng = other.composition.margin, face.rng
    heads = (face.word("number"), face.word("date"), face.word("due"), face.word("due_amount"))
    rows = [
        (
            face.number(),
            face.issued(),
            face.day(face.paper.issued + timedelta(days=30)),
            face.total("amount_due"),
        )
    ]
    for _ in range(rng.randint(0, 5)):
        day = face.paper.issued - timedelta(days=rng.randint(1, 90))
        amount = face.money(face.paper.total_incl * rng.randint(1, 9) / 10)
        rows.append((f"{day.year}{rng.randint(100, 999)}", face.day(day), face.day(day), amount))
    share = (sheet.width - 2 * margin) / 4
    for cells in (heads, *rows):
        for place, text in enumerate(cells):
            sheet.text(
                margin + (place + 1) * share, y, text, align="r", size=sheet.fitting(text, share)
            )
        y += sheet.step * 1.2
    return y


def _amounts(sheet: Sheet, face: Face, other: Other, y: float) -> float:
    words = _kinds()[other.subtype][other.language]["amounts"]
    for place, label in enumerate(words):
        sheet.text(other.composition.margin, y, label)
        sheet.text(
            sheet.width - 60, y, face.amount(face.paper.total_excl / (place + 1)), align="r"
        )
        y += sheet.step * 1.3
    return y


def _text(sheet: Sheet, face: Face, other: Other, y: float) -> float:
    margin = other.composition.margin
    for place in range(5):
        clause = face.words.one(f"clause_{place}", face.language)
        y = sheet.paragraph(margin, y, f"{place + 1}. {clause}", sheet.width - 2 * margin) + 6
    return y


_PARTS = {
    "lines": _lines, "totals": _totals, "account": _account, "invoices": _invoices,
    "amounts": _amounts, "text": _text,
}  # fmt: skip
