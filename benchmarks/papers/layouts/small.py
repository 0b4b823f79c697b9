"""Layouts of small traders: small paper, names in pictures, stamps, foreign money."""

from reportlab.lib.pagesizes import A5

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Colour, Sheet, Spot

_INK: Colour = (0.75, 0.1, 0.1)


@layout(
    "small-paper",
    "train",
    "fr",
    trade="construction",
    paper=A5,
    size=7.5,
    habits=("plain", "soft-hyphens"),
    scenario=Scenario(
        language="fr",
        n_lines=(1, 4),
        ogm=0.2,
        credit=0.05,
        is_person=True,
        rounding=0.3,
        due=("none", "term", "printed"),
        rates=(("6",), ("21",), ("6", "21")),
    ),
)
def small_paper(sheet: Sheet, face: Face) -> None:
    """Draw half a sheet with narrow margins: everything close together."""
    paper = face.paper
    sheet.lines(14, 22, blocks.address(face, paper.supplier, with_vat=True))
    sheet.text(14, 70, f"{face.word('phone')} {paper.supplier.phone}")
    sheet.lines(230, 60, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(14, 110, f"{face.title()}  {face.number()}  -  {face.issued()}", bold=True, size=10)
    shape = tables.TableShape(
        columns=("quantity", "description", "price", "amount"), margin=14, padding=0.5
    )
    y = tables.line_table(sheet, face, 134, shape)
    y = tables.totals_dots(sheet, Spot(200, y + 6, 206), tables.total_rows(face, with_rates=True))
    due = face.due()
    due_note = f"{face.word('due')} : {due}" if due else ""
    for note in filter(None, (face.term(), due_note)):
        y = sheet.paragraph(14, y + 6, note, 390)
    sheet.lines(14, 560, face.account_lines(), size=7)


@layout(
    "small-florist",
    "test",
    "nl",
    trade="shop",
    paper=A5,
    size=7.5,
    family="vera",
    habits=("plain", "ligatures"),
    scenario=Scenario(
        n_lines=(1, 5),
        ogm=0.0,
        credit=0.0,
        paid=0.4,
        rounding=0.3,
        due=("none", "term"),
        rates=(("6",), ("6", "21")),
    ),
)
def small_florist(sheet: Sheet, face: Face) -> None:
    """Draw half a sheet: a large sum in a frame, all else small."""
    paper = face.paper
    sheet.text(210, 30, face.name_of(paper.supplier), align="c", bold=True, size=12)
    line = f"{paper.supplier.street}, {paper.supplier.town}, {face.vat_of(paper.supplier)}"
    sheet.text(210, 44, line, align="c", size=sheet.fitting(line, 390, most=7))
    sheet.lines(20, 76, blocks.address(face, paper.customer))
    pairs = face.pairs(("number", "date"))
    blocks.pairs_right_labels(sheet, Spot(220, 76, 180), pairs)
    sheet.text(20, 130, face.title(), bold=True, size=11)
    shape = tables.TableShape(columns=("description", "line_rate", "amount"), margin=20)
    y = tables.line_table(sheet, face, 150, shape)
    y = tables.totals_big(sheet, Spot(180, y + 6, 210), tables.total_rows(face, with_rates=True))
    note = face.words.one("paid", face.language) if paper.is_paid else face.term()
    sheet.text(20, y + 8, note)
    sheet.lines(20, 570, face.account_lines(), size=6.5)


@layout(
    "name-in-picture",
    "train",
    "nl",
    trade="print",
    habits=("plain", "columns"),
    scenario=Scenario(n_lines=(1, 5), ogm=0.5, old_account=0.2, due=("printed", "term")),
)
def name_in_picture(sheet: Sheet, face: Face) -> None:
    """Draw a logo that holds the name; in letters only the VAT number and the account stand."""
    paper = face.paper
    sheet.picture_of_text(40, 24, paper.supplier.name, 9)
    lines = [paper.supplier.street, paper.supplier.town, face.vat_of(paper.supplier)]
    sheet.lines(40, 86, [*lines, *face.account_lines()[:1]], size=7.5)
    sheet.lines(330, 110, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(40, 185, face.title(), bold=True, size=15)
    names = ("number", "date", "due", "order_no")
    y = blocks.pairs_columns(sheet, Spot(40, 210, 250), face.pairs(names))
    shape = tables.TableShape(columns=("description", "quantity", "price", "amount"))
    y = tables.line_table(sheet, face, y + 20, shape)
    y = tables.totals_list(sheet, Spot(330, y + 8, 225), tables.total_rows(face, with_rates=True))
    sheet.text(40, y + 8, face.term())
    if not paper.is_credit:
        sheet.paragraph(40, y + 26, face.pay_sentence(), 515)


@layout(
    "letters-in-picture",
    "test",
    "fr",
    trade="it",
    habits=("plain", "backwards"),
    scenario=Scenario(language="fr", n_lines=(1, 5), ogm=0.5, due=("printed", "none")),
)
def letters_in_picture(sheet: Sheet, face: Face) -> None:
    """Draw a logo at the right that holds the name; the foot says the rest."""
    paper = face.paper
    sheet.picture_of_text(330, 20, paper.supplier.name, 9)
    sheet.lines(40, 60, blocks.address(face, paper.customer, with_vat=True))
    names = ("number", "date", "due", "customer_no", "file_no")
    y = blocks.pairs_header_row(sheet, Spot(40, 150, 515), face.pairs(names))
    sheet.text(40, y, face.title(), bold=True, size=14)
    shape = tables.TableShape(columns=("description", "line_rate", "amount"), style="zebra")
    y = tables.line_table(sheet, face, y + 24, shape)
    y = tables.totals_heads(sheet, Spot(40, y + 8, 515), tables.total_rows(face, with_rates=True))
    if not paper.is_credit:
        sheet.paragraph(40, y + 14, face.pay_sentence(), 515)
    parts = [paper.supplier.street, paper.supplier.town, face.vat_of(paper.supplier)]
    sheet.text(297, 790, " - ".join([*parts, *face.account_lines()[:1]]), align="c", size=7)


@layout(
    "stamped-paid",
    "train",
    "nl",
    trade="food",
    habits=("plain", "words", "ocr-layer"),
    scenario=Scenario(
        n_lines=(1, 8),
        ogm=0.2,
        credit=0.0,
        paid=0.6,
        deposit=0.3,
        rounding=0.2,
        due=("term", "none"),
        rates=(("6",), ("6", "21")),
    ),
)
def stamped_paid(sheet: Sheet, face: Face) -> None:
    """Draw a bill of a grocer over which a stamp says whether it was paid."""
    paper = face.paper
    sheet.box(30, 30, 535, 60)
    sheet.text(40, 54, face.name_of(paper.supplier), bold=True, size=14)
    line = f"{paper.supplier.street}, {paper.supplier.town} - {face.vat_of(paper.supplier)}"
    sheet.text(40, 72, line, size=8)
    sheet.lines(340, 120, blocks.address(face, paper.customer))
    pairs = face.pairs(("number", "date", "customer_no"))
    y = blocks.pairs_bold_labels(sheet, Spot(40, 120, 250), pairs)
    sheet.text(40, y + 20, face.title(), size=13)
    shape = tables.TableShape(
        columns=("quantity", "description", "price", "line_rate", "amount"), style="boxed"
    )
    y = tables.line_table(sheet, face, y + 50, shape)
    tables.vat_table(sheet, face, Spot(40, y + 8, 250))
    rows = tables.total_rows(face, with_rates=False)
    y = tables.totals_list(sheet, Spot(340, y + 8, 215), rows)
    if paper.is_paid:
        sheet.stamp(440, y - 30, face.word("paid_stamp"), _INK)
    sheet.text(40, y + 30, face.term())
    sheet.lines(40, 790, face.account_lines(), size=7)


@layout(
    "pounds",
    "train",
    "en",
    trade="consulting",
    habits=("plain", "rewritten"),
    notation=(("amount", "comma"), ("currency", "symbol glued")),
    scenario=Scenario(
        country="GB",
        language="en",
        regimes=("intra_service",),
        n_lines=(1, 4),
        ogm=0.0,
        due=("printed", "term"),
        currency="GBP",
    ),
)
def pounds(sheet: Sheet, face: Face) -> None:
    """Draw an adviser's bill in pounds."""
    paper = face.paper
    sheet.text(40, 50, face.name_of(paper.supplier), size=14)
    contact = blocks.contact_lines(face, paper.supplier)
    sheet.lines(40, 66, [paper.supplier.street, paper.supplier.town, *contact], size=8)
    sheet.text(555, 50, face.title(), align="r", size=16, bold=True)
    names = ("number", "date", "due", "your_ref")
    blocks.pairs_apart(sheet, Spot(370, 76, 185), face.pairs(names))
    lines = ["To:", *blocks.address(face, paper.customer, with_vat=True, with_country=True)]
    sheet.lines(40, 160, lines)
    shape = tables.TableShape(columns=("description", "quantity", "price", "amount"))
    y = tables.line_table(sheet, face, 260, shape)
    y = tables.totals_list(sheet, Spot(360, y + 8, 195), tables.total_rows(face, with_rates=True))
    for note in filter(None, (face.legal_note(), face.term())):
        y = sheet.paragraph(40, y + 8, note, 515, size=8)
    sheet.text(40, y + 16, face.vat_of(paper.supplier), size=8)
    sheet.lines(40, y + 30, face.account_lines(), size=8)


@layout(
    "francs",
    "test",
    "de",
    trade="consulting",
    habits=("plain", "words"),
    notation=(("amount", "dot"), ("currency", "code first")),
    scenario=Scenario(
        country="LU",
        language="de",
        regimes=("intra_service",),
        n_lines=(1, 4),
        ogm=0.0,
        due=("printed", "term"),
        currency="CHF",
    ),
)
def francs(sheet: Sheet, face: Face) -> None:
    """Draw an engineer's bill in Swiss francs, sent from Luxembourg."""
    paper = face.paper
    sheet.lines(40, 50, blocks.address(face, paper.supplier, with_vat=True, with_country=True))
    sheet.lines(330, 120, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(40, 200, f"{face.title()} {face.number()} vom {face.issued()}", bold=True, size=12)
    names = ("due", "file_no", "period")
    y = blocks.pairs_strings(sheet, Spot(40, 222, 300), face.pairs(names))
    shape = tables.TableShape(columns=("description", "quantity", "price", "amount"))
    y = tables.line_table(sheet, face, y + 20, shape)
    y = tables.totals_dots(sheet, Spot(300, y + 8, 255), tables.total_rows(face, with_rates=True))
    for note in filter(None, (face.legal_note(), face.term())):
        y = sheet.paragraph(40, y + 8, note, 515, size=8)
    sheet.lines(40, y + 16, face.account_lines(), size=8)
