"""Layouts of garages, sellers of used cars and of fuel."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot

_RED = (0.72, 0.1, 0.12)
_BLUE = (0.1, 0.25, 0.5)


@layout(
    "garage-workshop",
    "train",
    "nl",
    trade="garage",
    habits=("scaled", "plain", "words", "double"),
    scenario=Scenario(
        n_lines=(2, 8), ogm=0.3, paid=0.2, due=("printed", "term", "none"), rates=(("21",),)
    ),
)
def garage_workshop(sheet: Sheet, face: Face) -> None:
    """Draw a workshop bill with a strip of facts on the car above the lines."""
    paper = face.paper
    sheet.text(40, 52, face.name_of(paper.supplier), bold=True, size=18, colour=_RED)
    sheet.lines(
        555,
        40,
        [
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
            *face.account_lines(),
        ],
        size=7.5,
        align="r",
    )
    sheet.lines(320, 130, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(40, 140, face.title(), bold=True, size=14)
    blocks.pairs_columns(
        sheet, Spot(40, 160, 230), face.pairs(("number", "date", "due", "customer_no"))
    )
    car = [
        ("Merk", "Volvo V60"),
        ("Nummerplaat", "1-KDF-482"),
        ("Km-stand", f"{paper.numbers.delivery[-5:]} km"),
        ("Chassis", "YV1ZWA8UDK13" + paper.numbers.contract[-5:]),
    ]
    y = blocks.pairs_grid(sheet, Spot(40, 250, 515), car)
    shape = tables.TableShape(
        columns=("code", "description", "quantity", "price", "line_discount", "amount"),
        style="plain",
    )
    y = tables.line_table(sheet, face, y + 10, shape)
    y = tables.totals_heads(sheet, Spot(40, y + 16, 515), tables.total_rows(face, with_rates=True))
    note = face.words.one("paid", face.language) if paper.is_paid else face.term()
    sheet.text(40, y + 10, note)
    if not paper.is_paid and not paper.is_credit and paper.ogm:
        blocks.pairs_strings(sheet, Spot(40, y + 26, 300), face.pairs(("reference",)))
    sheet.paragraph(40, 760, face.words.one("conditions", face.language), 515, size=6.5)


@layout(
    "used-goods-margin",
    "test",
    "nl",
    trade="garage",
    family="serif",
    habits=("plain", "backwards"),
    scenario=Scenario(
        regimes=("margin", "margin", "normal"),
        n_lines=(1, 2),
        scale=4,
        ogm=0.2,
        paid=0.3,
        credit=0.05,
        due=("none", "printed"),
    ),
)
def used_goods_margin(sheet: Sheet, face: Face) -> None:
    """Draw the sale of a used car: one price, no VAT."""
    paper = face.paper
    sheet.text(297, 60, face.name_of(paper.supplier), align="c", size=16, bold=True)
    sheet.text(
        297,
        76,
        " - ".join([paper.supplier.street, paper.supplier.town, face.vat_of(paper.supplier)]),
        align="c",
        size=8,
    )
    sheet.lines(60, 130, ["Verkocht aan", *blocks.address(face, paper.customer)])
    sheet.text(330, 130, f"{face.title()} nr. {face.number()}", bold=True)
    sheet.text(330, 146, f"Datum: {face.issued()}")
    if due := face.due():
        sheet.text(330, 162, f"Te betalen tegen: {due}")
    y = tables.line_table(
        sheet,
        face,
        250,
        tables.TableShape(columns=("description", "amount"), style="plain", margin=60),
    )
    rows = (
        tables.total_rows(face, with_rates=True)
        if paper.regime == "normal"
        else [("Totale prijs", face.total("total_incl"), True)]
    )
    y = tables.totals_list(sheet, Spot(330, y + 20, 205), rows)
    y = sheet.paragraph(60, y + 20, face.legal_note(), 470)
    if paper.is_paid:
        sheet.text(60, y + 16, face.words.one("paid", face.language), bold=True)
    sheet.lines(60, 760, face.account_lines(), size=8)


@layout(
    "fuel-card",
    "train",
    "fr",
    trade="fuel",
    size=7.5,
    habits=("plain", "glyphs", "columns"),
    scenario=Scenario(
        language="fr",
        n_lines=(8, 40),
        ogm=0.8,
        debit=0.5,
        due=("printed",),
        rates=(("21",),),
        has_prices_with_vat=True,
    ),
)
def fuel_card(sheet: Sheet, face: Face) -> None:
    """Draw fuelling by day on several pages; prices hold the VAT."""
    paper = face.paper
    blocks.banner(sheet, paper.supplier.name, 40, _BLUE)
    face.show("supplier_name")
    sheet.lines(340, 80, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(40, 80, f"{face.title()} {face.number()}", bold=True, size=12)
    blocks.pairs_colon_columns(
        sheet, Spot(40, 100, 260), face.pairs(("date", "due", "customer_no", "period"))
    )
    y = 190.0
    sheet.text(
        40,
        y,
        "Date        Carte         Produit                   Litres     Prix/L     Total TVAC",
        bold=True,
    )
    for place, line in enumerate(paper.lines):
        y += 12
        if y > 620:
            sheet.new_page()
            sheet.text(40, 50, f"{face.number()} - suite")
            y = 80
        day = face.day(paper.numbers.period[0].replace(day=1 + place % 27))
        for x, text in ((40, day), (95, f"7002 **** {1000 + place % 3}"), (170, line.description)):
            sheet.text(x, y, text)
        for x, text in (
            (330, face.percent(line.quantity)),
            (390, face.amount(line.price, signed=False)),
            (470, face.amount(line.amount)),
        ):
            sheet.text(x, y, text, align="r")
    y = tables.vat_table(sheet, face, Spot(40, y + 30, 240))
    rows = [
        ("Total HTVA", face.total("total_excl"), False),
        ("TVA", face.total("vat_total"), False),
        ("Total TVAC", face.total("total_incl"), True),
    ]
    y = tables.totals_list(sheet, Spot(330, y - 24, 200), rows)
    if paper.debited:
        sheet.paragraph(40, y + 20, face.debit_sentence(), 515)
    elif not paper.is_credit:
        sheet.paragraph(40, y + 20, face.pay_sentence(), 515)
    blocks.footer_line(sheet, face, 795)
