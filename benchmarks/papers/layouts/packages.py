"""Layouts of accounting packages."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot


@layout(
    "package-standard",
    "train",
    "nl",
    trade="staffing",
    habits=("flipped", "plain", "words", "rewritten"),
    size=8.5,
    scenario=Scenario(
        n_lines=(1, 9),
        ogm=0.8,
        sale=0.25,
        commercial=0.15,
        due=("printed", "printed", "term"),
        rates=(("21",), ("6", "21"), ("6",)),
    ),
)
def package_standard(sheet: Sheet, face: Face) -> None:
    """Draw the standard print of an accounting package: grid of facts, VAT left of totals."""
    paper = face.paper
    sheet.text(36, 50, face.name_of(paper.supplier), bold=True, size=13)
    sheet.lines(
        36,
        65,
        [paper.supplier.street, paper.supplier.town, *blocks.contact_lines(face, paper.supplier)],
        size=7.5,
    )
    sheet.lines(345, 130, blocks.address(face, paper.customer))
    sheet.text(36, 215, face.title(), bold=True, size=15)
    names = ("number", "date", "due", "customer_no", "customer_vat", "your_ref")
    y = blocks.pairs_grid(sheet, Spot(36, 245, 523), face.pairs(names))
    y = tables.line_table(
        sheet,
        face,
        y + 8,
        tables.TableShape(
            columns=(
                "code",
                "description",
                "quantity",
                "price",
                "line_discount",
                "line_rate",
                "amount",
            ),
            margin=36,
            style="boxed",
            bottom=560,
            has_carry=True,
        ),
    )
    y = max(y, 600.0)
    tables.vat_table(sheet, face, Spot(36, y, 250))
    tables.totals_list(sheet, Spot(350, y, 209), tables.total_rows(face, with_rates=False))
    for note in filter(None, (face.legal_note(), face.term())):
        sheet.paragraph(36, y + 66, note, 300, size=7)
    if not paper.is_credit:
        blocks.pairs_strings(sheet, Spot(36, 715, 300), blocks.pay_pairs(face))
    blocks.footer_line(sheet, face, 785)


@layout(
    "package-small",
    "test",
    "nl",
    trade="it",
    habits=("plain", "rewritten", "no-tounicode"),
    family="vera",
    size=8.0,
    scenario=Scenario(
        n_lines=(1, 7),
        ogm=0.7,
        sale=0.25,
        prepaid=0.2,
        financial=0.15,
        due=("printed", "term"),
        rates=(("21",), ("21", "6")),
    ),
)
def package_small(sheet: Sheet, face: Face) -> None:
    """Draw the print of an online package: light, facts above the lines, a strip below."""
    paper = face.paper
    sheet.logo(36, 30, 40, (0.2, 0.6, 0.5))
    sheet.lines(
        555,
        44,
        [
            face.name_of(paper.supplier),
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
        ],
        align="r",
        size=7.5,
    )
    sheet.lines(36, 120, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(36, 205, f"{face.title()}", size=17)
    y = blocks.pairs_value_above(
        sheet, Spot(36, 235, 523), face.pairs(("number", "date", "due", "your_ref", "contact"))
    )
    y = tables.line_table(
        sheet,
        face,
        y + 6,
        tables.TableShape(
            columns=("description", "quantity", "price", "line_rate", "amount"), margin=36
        ),
    )
    y = tables.totals_list(sheet, Spot(320, y + 8, 239), tables.total_rows(face, with_rates=True))
    for note in filter(None, (face.reduction_note(), face.term())):
        y = sheet.paragraph(36, y + 8, note, 523)
    if not paper.is_credit:
        sheet.paragraph(36, y + 14, face.pay_sentence(), 523)
    blocks.footer_line(sheet, face, 790)
