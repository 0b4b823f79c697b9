"""Layouts of till receipts."""

from benchmarks.papers import tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot

_TILL = (226.0, 620.0)


@layout(
    "till-cafe",
    "train",
    "nl",
    trade="food",
    family="mono",
    size=8.0,
    paper=_TILL,
    is_receipt=True,
    habits=("plain", "scan"),
    notation=(("currency", "none"), ("amount", "plain")),
    scenario=Scenario(
        n_lines=(1, 7),
        credit=0.0,
        ogm=0.0,
        paid=1.0,
        due=("none",),
        rates=(("12",), ("12", "21"), ("6", "12", "21")),
        has_prices_with_vat=True,
    ),
)
def till_cafe(sheet: Sheet, face: Face) -> None:
    """Draw a VAT ticket of a till."""
    paper = face.paper
    middle = sheet.width / 2
    y = sheet.lines(
        middle,
        30,
        [
            face.name_of(paper.supplier),
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
        ],
        align="c",
    )
    sheet.text(middle, y + 8, "BTW KASTICKET", align="c", bold=True)
    y = (
        sheet.lines(
            10, y + 26, [f"Ticket {face.number()}  Tafel 12", f"{face.issued()} 12:41  Kassa 2"]
        )
        + 6
    )
    y = _till_lines(sheet, face, y)
    sheet.text(10, y, face.word("till_total"), bold=True, size=11)
    sheet.text(
        sheet.width - 10, y, f"{face.amount(paper.total_incl)} EUR", align="r", bold=True, size=11
    )
    face.show("total_incl")
    sheet.text(10, y + 14, face.word("till_cash"))
    sheet.text(sheet.width - 10, y + 14, face.amount(paper.total_incl), align="r")
    y = tables.vat_table(sheet, face, Spot(10, y + 34, sheet.width - 20))
    sheet.lines(
        middle,
        y + 10,
        ["FDM: BMC02003171", f"VSC {paper.numbers.contract}", "Dank u en tot ziens"],
        align="c",
    )


def _till_lines(sheet: Sheet, face: Face, y: float) -> float:
    for line in face.paper.lines:
        sheet.text(10, y, f"{face.percent(line.quantity)} x {line.description[:22]}")
        sheet.text(sheet.width - 10, y, face.amount(line.amount), align="r")
        y += 11
    return y + 10


@layout(
    "till-shop",
    "test",
    "fr",
    trade="shop",
    family="mono",
    size=7.5,
    paper=(210.0, 700.0),
    is_receipt=True,
    habits=("plain", "scan"),
    notation=(("currency", "none"),),
    scenario=Scenario(
        language="fr",
        n_lines=(1, 8),
        credit=0.0,
        ogm=0.0,
        paid=1.0,
        due=("none",),
        rates=(("21",), ("6", "21")),
        has_prices_with_vat=True,
    ),
)
def till_shop(sheet: Sheet, face: Face) -> None:
    """Draw a receipt of a shop: the total, what was tendered, the change."""
    paper = face.paper
    sheet.text(sheet.width / 2, 30, paper.supplier.name.upper(), align="c", bold=True, size=12)
    face.show("supplier_name", "total_incl")
    y = (
        sheet.lines(
            10,
            50,
            [
                paper.supplier.street,
                paper.supplier.town,
                face.vat_of(paper.supplier),
                f"Ticket N° {face.number()}",
                f"{face.issued()}  17:08:22",
            ],
        )
        + 8
    )
    y = _till_lines(sheet, face, y)
    tendered = (paper.total_incl // 50 + 1) * 50
    for label, amount in (
        (face.word("till_total"), paper.total_incl),
        ("Espèces", tendered),
        ("Rendu", tendered - paper.total_incl),
    ):
        sheet.text(10, y, label)
        sheet.text(sheet.width - 10, y, f"{face.amount(amount)} €", align="r")
        y += 14
    for row in paper.vat_rows:
        sheet.text(
            10,
            y + 6,
            f"TVA {face.percent(row.rate)}%  HT {face.amount(row.base)}"
            f"  TVA {face.amount(row.amount)}",
        )
        y += 11
    face.show("vat_breakdown")
    sheet.text(10, y + 20, "Conservez ce ticket - échange 14 jours")
