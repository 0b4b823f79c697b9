"""Layouts of lawyers, notaries, doctors, insurers and towns."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.notation import write_ogm
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet, Spot


@layout(
    "lawyer-letter",
    "train",
    "fr",
    trade="law",
    family="serif",
    size=11.0,
    habits=("plain", "backwards", "ocr-layer"),
    scenario=Scenario(
        language="fr",
        n_lines=(1, 3),
        ogm=0.4,
        credit=0.0,
        due=("term", "none", "printed"),
        rates=(("21",),),
        prepaid=0.25,
    ),
)
def lawyer_letter(sheet: Sheet, face: Face) -> None:
    """Draw a letter: its totals stand in sentences only."""
    paper = face.paper
    sheet.text(
        297, 60, face.name_of(paper.supplier).upper(), size=13, bold=True, align="c", spacing=2
    )
    sheet.text(297, 76, "AVOCATS AU BARREAU", size=8, align="c", spacing=1)
    sheet.lines(320, 130, blocks.address(face, paper.customer))
    town = paper.supplier.town.split(" ", 1)[1]
    sheet.text(60, 210, f"{town}, le {face.issued()}")
    sheet.lines(
        60,
        240,
        [
            f"N/réf. : {paper.numbers.file}",
            f"V/réf. : {paper.numbers.your_ref}",
            f"ÉTAT DE FRAIS ET HONORAIRES N° {face.number()}",
        ],
    )
    face.show("kind", "total_excl", "vat_total", "vat_breakdown")
    row = paper.vat_rows[0]
    text = (
        "Maîtres, Messieurs, je vous prie de bien vouloir trouver ci-après le décompte de mes"
        f" prestations : {', '.join(line.description.lower() for line in paper.lines)}."
        f" Ces honoraires s'élèvent à {face.total('total_excl')} hors TVA, augmentés de"
        f" {face.money(row.amount)} de TVA ({face.percent(row.rate)}%),"
        f" soit un total de {face.total('total_incl')}."
    )
    y = sheet.paragraph(60, 310, text, 475)
    if paper.prepaid is not None:
        y = sheet.paragraph(
            60,
            y + 10,
            f"Compte tenu de la provision de {face.money(paper.prepaid)},"
            f" le solde est de {face.total('amount_due')}.",
            475,
        )
    y = sheet.paragraph(60, y + 10, face.pay_sentence(), 475)
    due = face.due()
    note = face.term() or (f"Le paiement est attendu pour le {due}." if due else "")
    y = sheet.paragraph(60, y + 10, note, 475)
    sheet.text(60, y + 20, "Votre bien dévoué,")
    blocks.footer_line(sheet, face, 785)


@layout(
    "notary-account",
    "test",
    "nl",
    trade="law",
    family="serif",
    size=10.0,
    habits=("plain", "words"),
    scenario=Scenario(
        n_lines=(2, 5), ogm=0.7, credit=0.0, due=("term", "none"), rates=(("21",),), prepaid=0.6
    ),
)
def notary_account(sheet: Sheet, face: Face) -> None:
    """Draw an account with what is owed at the left and what was received at the right."""
    paper = face.paper
    sheet.lines(60, 60, blocks.address(face, paper.supplier, with_vat=True), bold=False)
    sheet.lines(330, 120, blocks.address(face, paper.customer))
    sheet.text(297, 200, "STAAT VAN KOSTEN EN ERELOON", align="c", bold=True, size=12)
    sheet.text(
        297,
        216,
        f"Repertorium {paper.numbers.file} - factuur {face.number()} - {face.issued()}",
        align="c",
    )
    face.show("kind")
    y = 250.0
    for line in paper.lines:
        sheet.text(60, y, line.description)
        sheet.text(420, y, face.amount(line.amount), align="r")
        y += 16
    for label, amount, is_sum in tables.total_rows(face, with_rates=True):
        sheet.text(60, y, label, bold=is_sum)
        column = 540 if label == face.word("prepaid") else 420
        sheet.text(column, y, amount, align="r", bold=is_sum)
        y += 16
    sheet.paragraph(60, y + 20, face.term(), 475)
    sheet.paragraph(60, y + 40, face.pay_sentence(), 475)
    blocks.footer_line(sheet, face, 790)


@layout(
    "doctor-exempt",
    "test",
    "fr",
    trade="medical",
    family="mono",
    size=9.5,
    habits=("plain", "ocr-layer"),
    scenario=Scenario(
        language="fr",
        regimes=("exempt",),
        n_lines=(1, 4),
        ogm=0.3,
        is_person=True,
        due=("none", "term"),
        credit=0.0,
    ),
)
def doctor_exempt(sheet: Sheet, face: Face) -> None:
    """Draw a typed note of fees: one sum, no VAT."""
    paper = face.paper
    sheet.lines(
        50,
        60,
        [
            f"Dr {face.name_of(paper.supplier)}",
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
        ],
    )
    sheet.lines(320, 130, blocks.address(face, paper.customer))
    sheet.text(50, 210, f"Le {face.issued()}")
    sheet.text(50, 230, f"NOTE D'HONORAIRES {face.number()}", bold=True)
    face.show("kind", "total_incl")
    y = 260.0
    for line in paper.lines:
        sheet.text(50, y, f"{line.description[:38]:.<42}{face.amount(line.amount):.>14}")
        y += 14
    label = "TOTAL"
    sheet.text(50, y + 8, f"{label:.<42}{face.total('total_incl'):.>14}", bold=True)
    y = sheet.paragraph(50, y + 40, face.legal_note(), 480)
    sheet.paragraph(50, y + 10, " ".join(filter(None, (face.term(), face.pay_sentence()))), 480)


@layout(
    "insurance-premium",
    "train",
    "nl",
    trade="insurance",
    habits=("plain", "white-text"),
    scenario=Scenario(regimes=("exempt",), n_lines=(1, 3), ogm=1.0, credit=0.05, due=("printed",)),
)
def insurance_premium(sheet: Sheet, face: Face) -> None:
    """Draw a notice of a premium with a policy number and a slip."""
    paper = face.paper
    sheet.lines(
        40,
        50,
        [
            face.name_of(paper.supplier),
            *blocks.address(face, paper.supplier)[1:],
            f"FSMA {paper.numbers.customer}",
        ],
        size=8,
    )
    sheet.lines(330, 120, blocks.address(face, paper.customer))
    title = "Terugbetaling premie" if paper.is_credit else "Premiefactuur"
    sheet.text(40, 210, title, size=14, bold=True)
    face.show("kind")
    pairs = [
        ("Polis", paper.numbers.contract),
        ("Kwitantie", face.number()),
        ("Datum", face.issued()),
    ]
    if due := face.due():
        pairs.append(("Vervaldag premie", due))
    y = blocks.pairs_dots(sheet, Spot(40, 235, 300), pairs)
    for line in paper.lines:
        y += 16
        sheet.text(40, y, line.description)
        sheet.text(400, y, face.amount(line.amount), align="r")
    sheet.text(40, y + 22, "Totaal te betalen premie (taksen inbegrepen)", bold=True)
    sheet.text(400, y + 22, face.total("total_incl"), align="r", bold=True)
    sheet.paragraph(40, y + 60, face.legal_note(), 515, size=7)
    if not paper.is_credit:
        blocks.slip(sheet, face, 620)
    blocks.footer_line(sheet, face, 780, with_accounts=False)


@layout(
    "municipality-levy",
    "test",
    "nl",
    trade="municipality",
    habits=("plain", "crop"),
    scenario=Scenario(
        regimes=("exempt",), n_lines=(1, 2), ogm=1.0, credit=0.0, due=("printed", "term")
    ),
)
def municipality_levy(sheet: Sheet, face: Face) -> None:
    """Draw a letter of a town with the amount in a sentence and a combed reference."""
    paper = face.paper
    sheet.text(40, 50, face.name_of(paper.supplier), bold=True, size=13)
    sheet.lines(
        40, 66, [paper.supplier.street, paper.supplier.town, face.vat_of(paper.supplier)], size=8
    )
    sheet.lines(330, 120, blocks.address(face, paper.customer))
    blocks.pairs_columns(
        sheet,
        Spot(40, 200, 260),
        [
            ("ons kenmerk", paper.numbers.file),
            ("factuurnummer", face.number()),
            ("datum", face.issued()),
        ],
    )
    sheet.text(40, 262, f"Betreft: {paper.lines[0].description}", bold=True)
    face.show("kind", "payment_reference", "iban")
    due = face.due()
    when = f"vóór {due}" if due else face.term().lower()
    text = (
        f"Geachte, wij sturen u hierbij de factuur voor {paper.lines[0].description.lower()}."
        f" U moet een bedrag van {face.total('total_incl')} betalen {when} op rekeningnummer"
        f" {face.iban()} met de mededeling {write_ogm(paper.ogm, 'plus')}."
    )
    y = sheet.paragraph(40, 290, text, 515)
    sheet.paragraph(40, y + 12, face.legal_note(), 515, size=7.5)
    sheet.text(40, y + 60, "De financieel directeur")
