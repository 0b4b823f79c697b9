"""Layouts of telecom and energy companies."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot

_TEAL = (0.0, 0.42, 0.45)
_PLUM = (0.4, 0.1, 0.35)


@layout(
    "telecom-two-pages",
    "train",
    "nl/fr",
    trade="telecom",
    habits=("plain", "form-xobject"),
    scenario=Scenario(
        n_lines=(3, 9), ogm=1.0, debit=0.3, qr=0.3, due=("printed",), rates=(("21",),)
    ),
)
def telecom_two_pages(sheet: Sheet, face: Face) -> None:
    """Draw a summary with a large amount in front, the lines on the next page."""
    paper = face.paper
    blocks.banner(sheet, paper.supplier.name, 60, _TEAL)
    face.show("supplier_name")
    sheet.lines(330, 110, blocks.address(face, paper.customer))
    pairs = face.pairs(("customer_no", "number", "date", "contract_no"))
    blocks.pairs_strings(sheet, Spot(40, 110, 240), pairs)
    sheet.text(
        40,
        200,
        f"{face.title()} {face.word('period').lower()} {face.pair('period')[1]}",
        bold=True,
    )
    face.show("kind")
    sheet.box(40, 220, 515, 58, fill=(0.9, 0.96, 0.96))
    sheet.text(54, 242, face.word("due_amount"), size=11)
    sheet.text(54, 264, face.total("amount_due"), size=18, bold=True)
    if due := face.due():
        sheet.text(340, 242, face.word("due"), size=11)
        sheet.text(340, 264, due, size=14, bold=True)
    rows = tables.total_rows(face, with_rates=True)
    y = tables.totals_list(sheet, Spot(40, 310, 515), rows)
    if paper.debited:
        sheet.paragraph(40, y + 20, face.debit_sentence(), 515)
    elif not paper.is_credit:
        blocks.payment_code(sheet, face, Spot(470, y + 10, 80))
        blocks.slip(sheet, face, 640)
    blocks.footer_line(sheet, face, 790)
    sheet.new_page()
    sheet.text(40, 60, f"{face.word('file_no')} {paper.numbers.file} - {face.number()}", size=8)
    tables.line_table(
        sheet, face, 90, tables.TableShape(columns=("description", "quantity", "price", "amount"))
    )


@layout(
    "telecom-columns",
    "test",
    "fr",
    trade="telecom",
    habits=("plain", "columns"),
    scenario=Scenario(
        language="fr", n_lines=(2, 7), ogm=0.9, debit=0.4, due=("printed",), rates=(("21",),)
    ),
)
def telecom_columns(sheet: Sheet, face: Face) -> None:
    """Draw a narrow column of facts at the right of a letter."""
    paper = face.paper
    sheet.logo(40, 30, 36, _PLUM)
    sheet.text(84, 54, face.name_of(paper.supplier), bold=True, size=12)
    sheet.lines(60, 140, blocks.address(face, paper.customer))
    pairs = face.pairs(("date", "number", "customer_no", "contract_no", "due", "customer_vat"))
    sheet.box(400, 100, 160, 250, fill=(0.95, 0.93, 0.96))
    y = blocks.pairs_stacked(sheet, Spot(410, 118, 140), pairs)
    sheet.text(410, y, "Montant à payer" if not paper.is_credit else "Montant crédité", size=7)
    sheet.text(410, y + 16, face.total("amount_due"), size=13, bold=True)
    sheet.paragraph(
        60, 226, f"Votre {face.title().lower()} du {face.issued()}", 320, size=13, bold=True
    )
    sheet.paragraph(60, 272, "Chère cliente, cher client, voici le détail de vos services.", 320)
    shape = tables.TableShape(columns=("description", "amount"), margin=60, style="plain")
    y = tables.line_table(sheet, face, 380, shape)
    y = tables.totals_list(sheet, Spot(300, y + 10, 235), tables.total_rows(face, with_rates=True))
    if paper.debited:
        sheet.paragraph(60, y + 24, face.debit_sentence(), 470)
    elif not paper.is_credit:
        sheet.paragraph(60, y + 24, face.pay_sentence(), 470)
    blocks.footer_columns(sheet, face, 785, 60)


@layout(
    "energy-instalment",
    "train",
    "nl",
    trade="energy",
    family="vera",
    habits=("plain", "ocr-layer"),
    scenario=Scenario(
        n_lines=(1, 1), ogm=1.0, qr=0.6, credit=0.0, due=("printed",), rates=(("6",), ("21",))
    ),
)
def energy_instalment(sheet: Sheet, face: Face) -> None:
    """Draw an instalment: one amount, a meter and a slip."""
    paper = face.paper
    sheet.text(40, 54, paper.supplier.name, size=18, bold=True, colour=_TEAL)
    face.show("supplier_name", "kind")
    sheet.lines(330, 120, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(40, 210, f"Tussentijdse factuur nr. {face.number()}", size=13, bold=True)
    sheet.text(40, 228, f"opgemaakt op {face.issued()}")
    if due := face.due():
        sheet.text(40, 242, f"gelieve te betalen vóór {due}")
    sheet.text(40, 272, f"EAN 5414488{paper.numbers.customer:0>11}"[:22])
    sheet.text(
        40,
        286,
        f"Meter 1SAG{paper.numbers.delivery} - {face.word('period')}: {face.pair('period')[1]}",
    )
    sheet.text(40, 320, f"Voorschot {paper.lines[0].description.lower()}")
    sheet.text(555, 320, face.amount(paper.total_excl), align="r")
    face.show("total_excl", "vat_total", "vat_breakdown")
    row = paper.vat_rows[0]
    sheet.text(40, 336, f"btw {face.percent(row.rate)}%")
    sheet.text(555, 336, face.amount(row.amount), align="r")
    sheet.text(40, 358, "Uw voorschot bedraagt", bold=True)
    sheet.text(555, 358, face.total("total_incl"), align="r", bold=True)
    blocks.payment_code(sheet, face, Spot(40, 400, 90))
    sheet.paragraph(150, 420, face.pay_sentence(), 400)
    blocks.slip(sheet, face, 600)
    blocks.footer_line(sheet, face, 780)


@layout(
    "energy-final",
    "test",
    "nl",
    trade="energy",
    habits=("plain", "words"),
    scenario=Scenario(
        n_lines=(4, 7), ogm=0.9, prepaid=0.9, qr=0.3, due=("printed",), rates=(("6",), ("21", "6"))
    ),
)
def energy_final(sheet: Sheet, face: Face) -> None:
    """Draw a yearly bill from which instalments are taken."""
    paper = face.paper
    blocks.banner(sheet, f"{paper.supplier.name}  |  jaarafrekening", 46, (0.9, 0.5, 0.1))
    face.show("supplier_name", "kind")
    sheet.lines(40, 90, blocks.address(face, paper.customer))
    y = blocks.pairs_apart(
        sheet, Spot(330, 90, 220), face.pairs(("number", "date", "due", "customer_no", "period"))
    )
    sheet.text(40, y + 40, "Afrekening elektriciteit en gas", bold=True, size=12)
    sheet.paragraph(
        40, y + 58, f"Verbruik van {paper.numbers.delivery} kWh (index 48 211 - 51 907)", 500
    )
    y = tables.line_table(
        sheet,
        face,
        y + 90,
        tables.TableShape(columns=("description", "line_rate", "amount"), style="plain"),
    )
    y = tables.vat_table(sheet, face, Spot(40, y + 8, 260))
    y = tables.totals_dots(sheet, Spot(40, y + 10, 515), tables.total_rows(face, with_rates=False))
    blocks.payment_code(sheet, face, Spot(470, y + 6, 80))
    if not paper.is_credit:
        sheet.paragraph(40, y + 20, face.pay_sentence(), 400)
    blocks.footer_line(sheet, face, 790)
