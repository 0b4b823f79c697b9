"""Layouts of wholesalers, shops and printers."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import GREY, WHITE, Sheet, Spot

_RED = (0.72, 0.1, 0.12)
_BLUE = (0.1, 0.25, 0.5)


@layout(
    "trader-germany",
    "test",
    "de",
    trade="shop",
    habits=("scaled", "plain", "labels-last"),
    notation=(("amount", "dot"), ("currency", "symbol last"), ("day", "d.m.Y")),
    scenario=Scenario(
        country="DE",
        language="de",
        regimes=("intra",),
        n_lines=(1, 6),
        ogm=0.0,
        financial=0.4,
        due=("printed", "term"),
    ),
)
def trader_germany(sheet: Sheet, face: Face) -> None:
    """Draw a German trader's bill: Skonto, tax-free supply, bank in the footer."""
    paper = face.paper
    sheet.logo(470, 30, 60, _RED)
    sheet.text(
        57,
        128,
        f"{paper.supplier.full_name}, {paper.supplier.street}, {paper.supplier.town}",
        size=6,
    )
    sheet.lines(57, 145, blocks.address(face, paper.customer, with_country=False))
    sheet.text(57, 200, "Belgien")
    y = blocks.pairs_value_above(
        sheet,
        Spot(57, 250, 480),
        face.pairs(("date", "number", "customer_no", "delivery_date", "customer_vat")),
    )
    sheet.text(57, y + 4, f"{face.title()} Nr. {face.number()}", bold=True, size=12)
    y = tables.line_table(
        sheet,
        face,
        y + 30,
        tables.TableShape(
            columns=("code", "description", "quantity", "price", "amount"), margin=57
        ),
    )
    y = tables.totals_near(sheet, Spot(300, y + 8, 238), tables.total_rows(face, with_rates=True))
    due = face.due()
    for note in filter(
        None,
        (
            face.legal_note(),
            face.reduction_note(),
            face.term(),
            f"Fällig am {due} rein netto" if due else "",
        ),
    ):
        y = sheet.paragraph(57, y + 8, note, 480, size=8)
    blocks.footer_columns(sheet, face, 775, 57)


@layout(
    "wholesale-pages",
    "train",
    "nl/fr",
    trade="food",
    size=7.5,
    habits=("plain", "columns", "scanned-back"),
    scenario=Scenario(
        n_lines=(30, 90),
        ogm=0.7,
        deposit=0.7,
        financial=0.3,
        due=("printed", "term"),
        rates=(("6", "21"), ("6", "12", "21")),
    ),
)
def wholesale_pages(sheet: Sheet, face: Face) -> None:
    """Draw many pages with carried sums, then a strip of totals, then conditions."""
    paper = face.paper

    def head() -> None:
        sheet.text(30, 40, face.name_of(paper.supplier), bold=True, size=13)
        sheet.text(
            30,
            54,
            f"{paper.supplier.street} - {paper.supplier.town} - {face.vat_of(paper.supplier)}",
            size=7,
        )
        page = face.words.one("page", face.language).replace("{p}", str(len(sheet.pages)))
        sheet.text(565, 40, page.replace("{n}", "9"), align="r")
        pairs = face.pairs(("number", "date", "customer_no", "delivery_no"))
        blocks.pairs_grid(sheet, Spot(30, 86, 535), pairs)

    head()
    sheet.lines(340, 135, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(30, 140, face.title(), bold=True, size=13)
    shape = tables.TableShape(
        columns=("code", "description", "quantity", "price", "line_rate", "amount"),
        margin=30,
        bottom=740,
        top=140,
        has_carry=True,
    )
    y = tables.line_table(sheet, face, 210, shape, on_new_page=head)
    if y > 600:
        sheet.new_page()
        head()
        y = 150
    y = tables.vat_table(sheet, face, Spot(30, y + 10, 280), with_gross=True)
    y = tables.totals_boxes(
        sheet, Spot(30, y + 20, 535), tables.total_rows(face, with_rates=False)
    )
    due = face.due()
    due_note = f"{face.word('due')}: {due}" if due else ""
    for note in filter(None, (face.reduction_note(), face.term(), due_note)):
        y = sheet.paragraph(30, y + 8, note, 535, size=8)
    if not paper.is_credit:
        blocks.pairs_inline(sheet, Spot(30, y + 12, 535), blocks.pay_pairs(face))
    blocks.back_page(sheet, face, 30)


@layout(
    "butcher-weekly",
    "test",
    "nl",
    trade="food",
    habits=("plain", "double"),
    scenario=Scenario(
        n_lines=(5, 25),
        ogm=0.3,
        deposit=0.3,
        commercial=0.3,
        due=("term", "none", "printed"),
        rates=(("6",), ("6", "21")),
    ),
)
def butcher_weekly(sheet: Sheet, face: Face) -> None:
    """Draw a weekly bill: customer in a box at the left, totals as strings, bank in the head."""
    paper = face.paper
    sheet.text(555, 46, face.name_of(paper.supplier), align="r", bold=True, size=14)
    sheet.lines(
        555,
        62,
        [
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
            *face.account_lines(),
        ],
        align="r",
        size=7,
    )
    sheet.box(40, 110, 230, 76)
    sheet.lines(48, 126, blocks.address(face, paper.customer, with_vat=True))
    y = blocks.pairs_header_row(
        sheet, Spot(40, 220, 515), face.pairs(("number", "customer_no", "date", "due"))
    )
    sheet.text(555, 190, face.title(), align="r", bold=True, size=16)
    shape = tables.TableShape(
        columns=("quantity", "unit", "description", "price", "line_rate", "amount"),
        style="zebra",
        bottom=620,
    )
    y = tables.line_table(sheet, face, y + 6, shape)
    y = tables.totals_strings(
        sheet, Spot(360, y + 10, 195), tables.total_rows(face, with_rates=True)
    )
    y = tables.vat_sentence(sheet, face, Spot(40, y + 8, 515))
    sheet.text(40, y + 10, face.term())
    if paper.ogm and not paper.is_credit:
        sheet.text(40, y + 26, " ".join(face.pair("reference")))


@layout(
    "shop-with-vat",
    "train",
    "nl",
    trade="shop",
    family="vera",
    size=8.5,
    habits=("scaled", "plain", "words"),
    notation=(("amount", "dash"), ("currency", "symbol first")),
    scenario=Scenario(
        country="NL",
        n_lines=(1, 5),
        ogm=0.0,
        paid=0.5,
        credit=0.1,
        due=("none", "printed"),
        rates=(("21",), ("9", "21")),
        has_prices_with_vat=True,
    ),
)
def shop_with_vat(sheet: Sheet, face: Face) -> None:
    """Draw a web shop's bill: prices with VAT, the VAT is told inside the total."""
    paper = face.paper
    sheet.text(40, 54, paper.supplier.name.lower(), bold=True, size=20, colour=_BLUE)
    face.show("supplier_name")
    sheet.text(40, 110, face.title(), size=16)
    sheet.lines(40, 140, blocks.address(face, paper.customer))
    blocks.pairs_colon_columns(
        sheet, Spot(330, 140, 225), face.pairs(("number", "date", "order_no", "due"))
    )
    y = tables.line_table(
        sheet,
        face,
        240,
        tables.TableShape(
            columns=("description", "quantity", "price", "amount"),
            style="plain",
            has_currency=True,
        ),
    )
    sheet.rule(330, y, 555)
    sheet.text(330, y + 16, "Totaal", bold=True, size=12)
    sheet.text(555, y + 16, face.total("total_incl"), align="r", bold=True, size=12)
    y += 32
    for row in paper.vat_rows:
        sheet.text(330, y, f"Waarvan {face.percent(row.rate)}% btw", colour=GREY)
        sheet.text(555, y, face.money(row.amount), align="r", colour=GREY)
        y += 13
    if len(paper.vat_rows) == 1:
        face.show("vat_total")
    if paper.is_paid:
        sheet.text(40, y + 20, "Betaald met iDEAL. Je hoeft niets meer te doen!")
    elif not paper.is_credit:
        sheet.paragraph(40, y + 20, face.pay_sentence(), 515)
    line = blocks.legal_line(face, paper.supplier, " | ")
    sheet.text(297, 800, line, align="c", size=sheet.fitting(line, 540, most=7))


@layout(
    "printer-stock",
    "test",
    "fr/nl",
    trade="print",
    habits=("plain", "form-xobject"),
    scenario=Scenario(
        language="fr",
        n_lines=(1, 6),
        ogm=0.6,
        sale=0.0,
        old_account=0.4,
        qr=0.4,
        due=("printed",),
        rates=(("21",), ("6", "21")),
    ),
)
def printer_stock(sheet: Sheet, face: Face) -> None:
    """Draw a printer's bill on coloured stock: white labels, an old account in a note."""
    paper = face.paper
    sheet.box(0, 0, 150, 842, fill=(0.93, 0.93, 0.88))
    sheet.lines(
        16,
        60,
        [
            face.name_of(paper.supplier),
            paper.supplier.street,
            paper.supplier.town,
            "",
            *blocks.contact_lines(face, paper.supplier),
            "",
            face.vat_of(paper.supplier),
        ],
        size=7.5,
    )
    sheet.lines(
        16,
        560,
        [part for line in face.account_lines() for part in line.split(f" {face.word('bic')} ")],
        size=6.5,
    )
    sheet.box(170, 40, 385, 26, fill=_RED)
    sheet.text(180, 58, f"{face.title()}   {face.number()}", colour=WHITE, bold=True, size=13)
    sheet.lines(330, 100, blocks.address(face, paper.customer, with_vat=True))
    y = blocks.pairs_stacked(sheet, Spot(170, 100, 150), face.pairs(("date", "due", "order_no")))
    y = tables.line_table(
        sheet,
        face,
        max(y, 190) + 20,
        tables.TableShape(
            columns=("description", "quantity", "amount"), margin=170, style="plain"
        ),
    )
    y = tables.totals_list(sheet, Spot(170, y + 10, 250), tables.total_rows(face, with_rates=True))
    if paper.old_account:
        text = face.words.one("old_account", face.language)
        y = sheet.paragraph(170, y + 10, text.replace("{iban}", paper.old_account), 250, size=7.5)
    if not paper.is_credit:
        blocks.payment_code(sheet, face, Spot(470, y, 84))
        sheet.paragraph(170, y + 16, face.pay_sentence(), 280)
