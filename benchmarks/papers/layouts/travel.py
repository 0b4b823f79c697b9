"""Layouts of hotels: nights, a tax without VAT, days of arrival and departure."""

from datetime import timedelta

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot


def _stay(face: Face) -> list[tuple[str, str]]:
    """Return arrival and departure, which are no dates of the invoice."""
    last = face.paper.issued - timedelta(days=1)
    first = last - timedelta(days=1 + face.rng.randint(1, 4))
    words = {
        "nl": ("Aankomst", "Vertrek", "Kamer"),
        "fr": ("Arrivée", "Départ", "Chambre"),
        "en": ("Arrival", "Departure", "Room"),
    }[face.language]
    room = str(face.rng.randint(101, 612))
    return list(zip(words, (face.day(first), face.day(last), room), strict=True))


@layout(
    "hotel-folio",
    "train",
    "en",
    trade="hotel",
    habits=("plain", "words", "twice"),
    notation=(("amount", "point"), ("day", "d/m/Y")),
    scenario=Scenario(
        language="en",
        n_lines=(2, 7),
        ogm=0.0,
        credit=0.05,
        prepaid=0.3,
        paid=0.5,
        deposit=0.8,
        due=("none", "term"),
        rates=(("12", "21"), ("12",), ("6", "21")),
    ),
)
def hotel_folio(sheet: Sheet, face: Face) -> None:
    """Draw a folio: the guest at the left, the stay at the right, the balance at the foot."""
    paper = face.paper
    sheet.text(297, 50, face.name_of(paper.supplier), align="c", bold=True, size=16)
    line = f"{paper.supplier.street}, {paper.supplier.town} - {face.vat_of(paper.supplier)}"
    sheet.text(297, 66, line, align="c", size=8)
    sheet.lines(40, 110, ["Guest: Mr. P. Adams", *blocks.address(face, paper.customer)])
    pairs = [*_stay(face), *face.pairs(("number", "date", "customer_vat"))]
    blocks.pairs_colon_columns(sheet, Spot(350, 110, 205), pairs)
    sheet.text(40, 230, face.title(), bold=True, size=13)
    shape = tables.TableShape(columns=("description", "quantity", "price", "amount"))
    y = tables.line_table(sheet, face, 256, shape)
    y = tables.vat_table(sheet, face, Spot(40, y + 10, 280), with_gross=True)
    rows = tables.total_rows(face, with_rates=False)
    y = tables.totals_near(sheet, Spot(330, y + 10, 225), rows)
    note = face.words.one("paid", face.language) if paper.is_paid else face.term()
    sheet.text(40, y + 14, note)
    blocks.footer_line(sheet, face, 795)


@layout(
    "hotel-bill",
    "test",
    "nl/fr",
    trade="hotel",
    habits=("plain", "labels-last"),
    family="serif",
    scenario=Scenario(
        n_lines=(1, 6),
        ogm=0.2,
        credit=0.0,
        paid=0.4,
        deposit=0.6,
        due=("none", "printed"),
        rates=(("12", "21"), ("12",)),
    ),
)
def hotel_bill(sheet: Sheet, face: Face) -> None:
    """Draw a bill with the stay in a grid and prices below it."""
    paper = face.paper
    sheet.lines(50, 60, blocks.address(face, paper.supplier, with_vat=True))
    sheet.lines(330, 60, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(297, 170, f"{face.title()} {face.number()}", align="c", bold=True, size=14)
    y = blocks.pairs_grid(sheet, Spot(50, 205, 495), [*_stay(face), *face.pairs(("date", "due"))])
    shape = tables.TableShape(columns=("description", "line_rate", "amount"), margin=50)
    y = tables.line_table(sheet, face, y + 10, shape)
    y = tables.totals_boxes(sheet, Spot(50, y + 14, 495), tables.total_rows(face, with_rates=True))
    if paper.is_paid:
        sheet.text(50, y + 10, face.words.one("paid", face.language))
    elif not paper.is_credit:
        sheet.paragraph(50, y + 10, face.pay_sentence(), 495)
    blocks.footer_line(sheet, face, 790)
