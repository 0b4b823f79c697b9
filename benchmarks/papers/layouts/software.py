"""Layouts of software that is sold from abroad."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import GREY, Sheet, Spot


@layout(
    "software-abroad",
    "train",
    "en",
    trade="it",
    family="vera",
    habits=("flipped", "plain", "rewritten"),
    notation=(("amount", "comma"), ("currency", "symbol glued"), ("minus", "before")),
    scenario=Scenario(
        country="US",
        language="en",
        regimes=("abroad",),
        n_lines=(1, 4),
        ogm=0.0,
        credit=0.05,
        due=("printed",),
        paid=0.4,
        currency="USD",
    ),
)
def software_abroad(sheet: Sheet, face: Face) -> None:
    """Draw a bill in dollars without VAT that is mostly paid by card."""
    paper = face.paper
    sheet.text(40, 60, "Credit note" if paper.is_credit else "Invoice", size=20, bold=True)
    face.show("kind", "supplier_name", "currency")
    labels = (
        ("Invoice number", face.number()),
        ("Date of issue", face.issued()),
        ("Date due", face.due()),
    )
    y = blocks.pairs_bold_labels(sheet, Spot(40, 90, 250), [pair for pair in labels if pair[1]])
    sheet.lines(
        40,
        y + 20,
        [
            face.name_of(paper.supplier),
            paper.supplier.street,
            paper.supplier.town,
            "United States",
            f"billing@{paper.supplier.domain}",
        ],
    )
    lines = [
        "Bill to",
        *blocks.address(face, paper.customer, with_country=True),
        face.vat_of(paper.customer),
    ]
    sheet.lines(300, y + 20, lines)
    verb = "credited" if paper.is_credit else "paid" if paper.is_paid else "due"
    shown = face.total("total_incl") if verb != "due" else face.total("amount_due")
    sheet.text(
        40, y + 130, f"{shown} USD {verb} {face.due() or face.issued()}", size=15, bold=True
    )
    y = tables.line_table(
        sheet,
        face,
        y + 170,
        tables.TableShape(columns=("description", "quantity", "price", "amount"), style="ruled"),
    )
    rows = [
        ("Subtotal", face.total("total_excl"), False),
        ("Total", face.total("total_incl"), False),
    ]
    if paper.is_paid:
        rows.append(("Amount paid", face.money(paper.total_incl), False))
    rows.append(("Amount due", f"{face.total('amount_due')} USD", True))
    tables.totals_list(sheet, Spot(300, y + 6, 255), rows)
    sheet.text(40, 790, f"{paper.numbers.file} - Page 1 of 1", size=7, colour=GREY)


@layout(
    "software-ireland",
    "test",
    "en",
    trade="it",
    habits=("flipped", "plain", "scramble"),
    notation=(("amount", "comma"), ("day", "short")),
    scenario=Scenario(
        country="IE",
        language="en",
        regimes=("intra_service",),
        n_lines=(1, 5),
        ogm=0.0,
        due=("printed", "none"),
        paid=0.3,
    ),
)
def software_ireland(sheet: Sheet, face: Face) -> None:
    """Draw a bill with reverse charge: facts at the right, thin lines, small print."""
    paper = face.paper
    sheet.text(555, 50, face.title(), align="r", size=18, colour=GREY)
    sheet.lines(40, 60, [*blocks.address(face, paper.supplier, with_vat=True), "Ireland"], size=8)
    y = blocks.pairs_right_labels(
        sheet,
        Spot(330, 80, 225),
        face.pairs(("number", "date", "due", "order_no", "customer_vat")),
    )
    sheet.lines(40, 170, ["Billed To:", *blocks.address(face, paper.customer)])
    y = tables.line_table(
        sheet,
        face,
        270,
        tables.TableShape(
            columns=("description", "quantity", "price", "line_rate", "amount"), style="zebra"
        ),
    )
    y = tables.totals_near(sheet, Spot(330, y + 10, 225), tables.total_rows(face, with_rates=True))
    y = sheet.paragraph(40, y + 20, face.legal_note(), 515, size=8)
    if paper.is_paid:
        sheet.text(40, y + 10, face.word("paid"))
    blocks.footer_line(sheet, face, 800)
