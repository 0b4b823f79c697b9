"""Layouts of builders and hauliers."""

from decimal import Decimal

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import GREY, Sheet, Spot

_RED = (0.72, 0.1, 0.12)
_BLUE = (0.1, 0.25, 0.5)


@layout(
    "progress-claim",
    "train",
    "nl",
    trade="construction",
    habits=("plain", "labels-last", "rotate-270"),
    scenario=Scenario(
        regimes=("reverse", "normal"),
        n_lines=(2, 7),
        scale=6,
        ogm=0.6,
        advances=0.5,
        due=("term", "printed"),
        rates=(("6",), ("21",)),
    ),
)
def progress_claim(sheet: Sheet, face: Face) -> None:
    """Draw a claim on works in progress: earlier claims are taken off before the total."""
    paper = face.paper
    sheet.box(0, 0, 16, 842, fill=_RED)
    sheet.text(40, 50, face.name_of(paper.supplier), bold=True, size=15)
    sheet.lines(
        40,
        66,
        [
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
            "Erkenning 04.22.11 kl. 3",
        ],
        size=8,
    )
    sheet.lines(340, 110, blocks.address(face, paper.customer, with_vat=True))
    site = paper.site.town if paper.site else paper.customer.town
    sheet.text(
        40,
        195,
        f"{face.title()} - vorderingsstaat {1 + paper.issued.month % 6}",
        bold=True,
        size=12,
    )
    pairs = [*face.pairs(("number", "date", "due", "file_no")), ("Werf", site)]
    y = blocks.pairs_two_abreast(sheet, Spot(40, 216, 515), pairs)
    earlier = Decimal(12_500 + 250 * paper.issued.day)
    y = tables.line_table(
        sheet,
        face,
        y + 16,
        tables.TableShape(
            columns=("description", "quantity", "unit", "price", "amount"), style="boxed"
        ),
    )
    for label, value in (
        ("Totaal uitgevoerde werken", paper.total_excl + earlier),
        ("Reeds gefactureerd vorige staten", earlier),
    ):
        sheet.text(300, y, label, size=8)
        sheet.text(555, y, face.amount(value), align="r", size=8)
        y += 13
    y = tables.totals_list(sheet, Spot(300, y + 6, 255), tables.total_rows(face, with_rates=True))
    for note in filter(None, (face.legal_note(), face.term())):
        y = sheet.paragraph(40, y + 8, note, 515, size=7.5)
    if not paper.is_credit:
        blocks.pairs_columns(sheet, Spot(40, y + 12, 300), blocks.pay_pairs(face))


@layout(
    "roofer-final",
    "test",
    "fr",
    trade="construction",
    habits=("plain", "words"),
    scenario=Scenario(
        language="fr",
        regimes=("reverse", "normal", "normal"),
        n_lines=(2, 5),
        scale=5,
        ogm=0.5,
        prepaid=0.5,
        financial=0.2,
        due=("term", "printed"),
        rates=(("6",), ("21",), ("6", "21")),
    ),
)
def roofer_final(sheet: Sheet, face: Face) -> None:
    """Draw a final bill: the totals stand at the left under the VAT table."""
    paper = face.paper
    sheet.lines(
        297,
        50,
        [
            face.name_of(paper.supplier),
            f"{paper.supplier.street} - {paper.supplier.town}",
            face.vat_of(paper.supplier),
        ],
        align="c",
    )
    sheet.rule(40, 92, 555, weight=2)
    sheet.lines(330, 130, ["Facturé à", *blocks.address(face, paper.customer, with_vat=True)])
    blocks.pairs_bold_labels(
        sheet, Spot(40, 130, 250), face.pairs(("number", "date", "due", "order_no", "file_no"))
    )
    sheet.text(40, 235, f"{face.title()} - solde du chantier", bold=True)
    y = tables.line_table(
        sheet, face, 260, tables.TableShape(columns=("description", "line_rate", "amount"))
    )
    y = tables.vat_table_columns(sheet, face, Spot(40, y + 14, 300))
    y = tables.totals_dots(sheet, Spot(40, y + 8, 300), tables.total_rows(face, with_rates=False))
    for note in filter(None, (face.legal_note(), face.reduction_note(), face.term())):
        y = sheet.paragraph(40, y + 8, note, 515, size=8)
    if not paper.is_credit:
        sheet.paragraph(40, y + 12, face.pay_sentence(), 515)
    sheet.lines(297, 790, face.account_lines(), align="c", size=7)


@layout(
    "haulier-german",
    "train",
    "de",
    trade="transport",
    habits=("plain", "scramble"),
    scenario=Scenario(
        language="de",
        n_lines=(1, 6),
        ogm=0.4,
        financial=0.25,
        due=("printed", "term"),
        rates=(("21",),),
    ),
)
def haulier_german(sheet: Sheet, face: Face) -> None:
    """Draw a haulier's bill: window at the left, an information block at the right."""
    paper = face.paper
    sheet.text(555, 54, face.name_of(paper.supplier), align="r", bold=True, size=15, colour=_BLUE)
    sheet.text(
        57,
        128,
        f"{paper.supplier.name} · {paper.supplier.street} · {paper.supplier.town}",
        size=6,
        colour=GREY,
    )
    sheet.lines(57, 145, blocks.address(face, paper.customer))
    pairs = face.pairs(
        ("number", "date", "customer_no", "order_no", "delivery_date", "customer_vat")
    )
    blocks.pairs_columns(sheet, Spot(350, 128, 205), pairs)
    sheet.text(57, 265, face.title(), bold=True, size=14)
    y = sheet.paragraph(
        57,
        288,
        f"Für die Transporte im Zeitraum {face.pair('period')[1]} berechnen wir (CMR liegt bei):",
        490,
    )
    y = tables.line_table(
        sheet,
        face,
        y + 14,
        tables.TableShape(columns=("description", "quantity", "price", "amount"), margin=57),
    )
    y = tables.totals_list(sheet, Spot(340, y + 8, 198), tables.total_rows(face, with_rates=True))
    due = face.due()
    closing = (face.reduction_note(), face.term(), f"Zahlbar bis {due} ohne Abzug." if due else "")
    for note in filter(None, closing):
        y = sheet.paragraph(57, y + 10, note, 490)
    if not paper.is_credit:
        sheet.paragraph(57, y + 10, face.pay_sentence(), 490)
    blocks.footer_columns(sheet, face, 785, 57)
