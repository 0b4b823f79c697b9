"""Layouts of what comes every month: rent, leasing, temporary work, social secretariats."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.notation import write_iban
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot

_TEAL = (0.0, 0.42, 0.45)
_PLUM = (0.4, 0.1, 0.35)


@layout(
    "rent-note",
    "train",
    "fr",
    trade="rent",
    habits=("plain", "labels-last"),
    scenario=Scenario(
        language="fr",
        regimes=("exempt", "normal"),
        n_lines=(1, 3),
        ogm=0.8,
        credit=0.05,
        due=("printed", "term"),
    ),
)
def rent_note(sheet: Sheet, face: Face) -> None:
    """Draw a notice of rent with a table of three columns and a box for the payment."""
    paper = face.paper
    sheet.text(555, 50, face.name_of(paper.supplier), align="r", bold=True, size=12)
    sheet.lines(
        555,
        66,
        [paper.supplier.street, paper.supplier.town, face.vat_of(paper.supplier)],
        align="r",
        size=8,
    )
    sheet.text(40, 130, f"{face.title()} - LOYER ET CHARGES", bold=True, size=12)
    y = blocks.pairs_grid(
        sheet, Spot(40, 165, 515), face.pairs(("number", "date", "due", "contract_no", "period"))
    )
    sheet.lines(40, y + 20, ["Locataire :", *blocks.address(face, paper.customer)])
    y = tables.line_table(
        sheet, face, y + 110, tables.TableShape(columns=("description", "amount"), style="boxed")
    )
    rows = tables.total_rows(face, with_rates=paper.regime == "normal")
    y = tables.totals_near(sheet, Spot(300, y + 10, 255), rows)
    for note in filter(None, (face.legal_note(), face.term())):
        y = sheet.paragraph(40, y + 8, note, 515, size=8)
    if not paper.is_credit:
        sheet.box(40, y + 10, 300, 52)
        blocks.pairs_colon_columns(sheet, Spot(48, y + 26, 280), blocks.pay_pairs(face))


@layout(
    "leasing-debit",
    "test",
    "nl",
    trade="rent",
    habits=("plain", "rotate-90"),
    scenario=Scenario(n_lines=(1, 4), ogm=0.2, debit=0.9, due=("printed",), rates=(("21",),)),
)
def leasing_debit(sheet: Sheet, face: Face) -> None:
    """Draw a lease bill whose amount is debited from the customer's account."""
    paper = face.paper
    sheet.logo(500, 24, 44, _PLUM)
    sheet.lines(40, 40, blocks.address(face, paper.supplier), size=8)
    sheet.lines(60, 140, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(330, 140, f"{face.title()} {face.number()}", bold=True, size=12)
    blocks.pairs_columns(
        sheet, Spot(330, 158, 220), face.pairs(("date", "due", "contract_no", "customer_no"))
    )
    if paper.debited:
        pairs = [
            ("Incassant-ID", "BE69ZZZ" + paper.supplier.vat[2:]),
            ("Mandaat", paper.numbers.contract),
        ]
        blocks.pairs_columns(
            sheet,
            Spot(330, 215, 220),
            [*pairs, ("Uw rekening", write_iban(paper.debited, "fours"))],
        )
    y = tables.line_table(
        sheet, face, 290, tables.TableShape(columns=("description", "quantity", "price", "amount"))
    )
    y = tables.totals_boxes(sheet, Spot(40, y + 16, 515), tables.total_rows(face, with_rates=True))
    if paper.debited:
        sheet.paragraph(40, y + 20, face.debit_sentence(), 515)
    blocks.footer_line(sheet, face, 790)


@layout(
    "temp-work",
    "train",
    "nl",
    trade="staffing",
    size=8.0,
    habits=("plain", "columns", "glyphs"),
    scenario=Scenario(
        regimes=("normal", "reverse"),
        n_lines=(3, 18),
        ogm=0.9,
        due=("printed", "term"),
        rates=(("21",),),
    ),
)
def temp_work(sheet: Sheet, face: Face) -> None:
    """Draw hours per worker and a strip of totals at the foot of the page."""
    paper = face.paper
    sheet.text(40, 46, face.name_of(paper.supplier), bold=True, size=14)
    sheet.lines(
        40,
        62,
        [paper.supplier.street, paper.supplier.town, *blocks.contact_lines(face, paper.supplier)],
        size=7,
    )
    sheet.lines(350, 110, blocks.address(face, paper.customer))
    pairs = face.pairs(("number", "date", "due", "customer_no", "customer_vat", "order_no"))
    y = blocks.pairs_header_row(sheet, Spot(40, 210, 515), pairs)
    sheet.text(
        40, y, f"{face.title()} prestaties week {paper.issued.isocalendar().week}", bold=True
    )
    shape = tables.TableShape(
        columns=("code", "description", "quantity", "price", "line_rate", "amount"),
        style="zebra",
        bottom=600,
        has_carry=True,
    )
    tables.line_table(sheet, face, y + 26, shape)
    tables.totals_boxes(sheet, Spot(40, 700, 515), tables.total_rows(face, with_rates=True))
    for note in filter(None, (face.legal_note(), face.term())):
        sheet.paragraph(40, 655, note, 515, size=6.5)
    if not paper.is_credit:
        blocks.pairs_inline(sheet, Spot(40, 742, 515), blocks.pay_pairs(face))
    blocks.footer_line(sheet, face, 795)


@layout(
    "social-secretariat",
    "test",
    "fr",
    trade="staffing",
    habits=("plain", "double"),
    scenario=Scenario(
        language="fr", n_lines=(2, 6), ogm=0.9, due=("printed",), rates=(("21",), ("0", "21"))
    ),
)
def social_secretariat(sheet: Sheet, face: Face) -> None:
    """Draw a note with untaxed contributions, its facts in two columns of pairs."""
    paper = face.paper
    sheet.text(40, 50, face.name_of(paper.supplier), bold=True, size=13, colour=_TEAL)
    sheet.lines(330, 100, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(40, 180, f"{face.title()} N° {face.number()} DU {face.issued()}", bold=True)
    y = blocks.pairs_two_abreast(
        sheet,
        Spot(40, 206, 515),
        face.pairs(("customer_no", "period", "contact", "file_no", "due")),
    )
    y = tables.line_table(
        sheet,
        face,
        y + 20,
        tables.TableShape(columns=("code", "description", "line_rate", "amount")),
    )
    y = tables.vat_table(sheet, face, Spot(40, y + 8, 300), with_gross=True)
    y = tables.totals_big(sheet, Spot(330, y + 10, 225), tables.total_rows(face, with_rates=False))
    if not paper.is_credit:
        blocks.slip(sheet, face, 640)
    blocks.footer_line(sheet, face, 790)
