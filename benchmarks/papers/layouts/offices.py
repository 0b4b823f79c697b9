"""Layouts that people make in office programs, and forms."""

from benchmarks.papers import blocks, tables
from benchmarks.papers.face import Face
from benchmarks.papers.layout import layout
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import FormField, Sheet, Spot


def _tabbed(sheet: Sheet, parts: list[tuple[float, str]], x: float) -> str:
    """Return parts in one string with so many spaces that each begins near its x."""
    text = ""
    blank = sheet.measure(" ")
    for at, part in parts:
        missing = at - x - sheet.measure(text)
        text += " " * max(1 if text else 0, round(missing / blank)) + part
    return text


@layout(
    "word-spaces",
    "train",
    "nl",
    trade="consulting",
    size=11.0,
    family="sans",
    habits=("plain", "ocr-layer"),
    scenario=Scenario(
        is_person=True,
        n_lines=(1, 4),
        ogm=0.1,
        credit=0.05,
        due=("term", "printed"),
        rates=(("21",),),
    ),
)
def word_spaces(sheet: Sheet, face: Face) -> None:
    """Draw what somebody types in a word processor with spaces for tabs."""
    paper = face.paper
    lines: list[str] = [
        face.name_of(paper.supplier),
        paper.supplier.street,
        paper.supplier.town,
        face.vat_of(paper.supplier),
        "",
    ]
    lines += [
        _tabbed(sheet, [(330, text)], 70)
        for text in blocks.address(face, paper.customer, with_vat=True)
    ]
    lines += ["", f"{face.title()} {face.number()}", "", f"Datum: {face.issued()}"]
    if due := face.due():
        lines.append(f"Vervaldatum: {due}")
    lines += ["", _tabbed(sheet, [(70, "Omschrijving"), (430, "Bedrag")], 70), ""]
    lines += [
        _tabbed(sheet, [(70, line.description), (430, face.money(line.amount))], 70)
        for line in paper.lines
    ]
    lines.append("")
    lines += [
        _tabbed(sheet, [(280, label), (430, amount)], 70)
        for label, amount, _ in tables.total_rows(face, with_rates=True)
    ]
    lines += [
        "",
        face.term(),
        "",
        f"Graag over te schrijven op {face.iban()}" if not paper.is_credit else "",
        f"met vermelding van {face.reference()}" if not paper.is_credit else "",
        "",
        "Met vriendelijke groeten,",
        paper.supplier.name,
    ]
    sheet.lines(70, 70, lines)


@layout(
    "word-letter",
    "test",
    "fr",
    trade="consulting",
    size=10.5,
    family="serif",
    habits=("plain", "words"),
    scenario=Scenario(
        language="fr",
        is_person=True,
        n_lines=(1, 3),
        ogm=0.2,
        credit=0.05,
        due=("term", "printed", "none"),
        regimes=("normal", "exempt"),
        rates=(("21",),),
    ),
)
def word_letter(sheet: Sheet, face: Face) -> None:
    """Draw a simple letter: facts in running text, totals as strings at the right."""
    paper = face.paper
    sheet.lines(70, 70, blocks.address(face, paper.supplier, with_vat=True))
    sheet.lines(330, 150, blocks.address(face, paper.customer, with_vat=True))
    sheet.text(70, 250, f"{paper.supplier.town.split(' ', 1)[1]}, le {face.issued()}")
    sheet.text(70, 285, f"Concerne : {face.title().lower()} numéro {face.number()}", bold=True)
    y = 320.0
    for line in paper.lines:
        y = sheet.paragraph(70, y, f"- {line.description} : {face.money(line.amount)}", 450) + 2
    y = tables.totals_strings(
        sheet, Spot(330, y + 16, 200), tables.total_rows(face, with_rates=True)
    )
    due = face.due()
    notes = (
        face.legal_note(),
        face.term(),
        f"À payer pour le {due}." if due else "",
        "" if paper.is_credit else face.pay_sentence(),
    )
    for note in filter(None, notes):
        y = sheet.paragraph(70, y + 14, note, 455)
    sheet.text(70, y + 30, "Bien à vous,")


@layout(
    "spreadsheet-grid",
    "train",
    "nl",
    trade="print",
    size=9.0,
    habits=("plain", "columns", "glyphs"),
    scenario=Scenario(
        n_lines=(1, 8),
        ogm=0.3,
        commercial=0.2,
        due=("printed", "none"),
        rates=(("21",), ("6", "21")),
    ),
)
def spreadsheet_grid(sheet: Sheet, face: Face) -> None:
    """Draw a sheet of a spreadsheet with its grid lines; each thing stands in a cell."""
    paper = face.paper
    edges = (36.0, 130.0, 300.0, 370.0, 460.0, 560.0)
    cells: list[tuple[int, int, str]] = [
        (0, 0, face.title()),
        (3, 0, face.name_of(paper.supplier)),
    ]
    cells += [
        (3, row + 1, text)
        for row, text in enumerate(
            (paper.supplier.street, paper.supplier.town, face.vat_of(paper.supplier))
        )
    ]
    cells += [
        (0, row + 2, text)
        for row, text in enumerate(blocks.address(face, paper.customer, with_vat=True))
    ]
    row = 8
    for label, value in face.pairs(("number", "date", "due", "your_ref")):
        cells += [(0, row, label), (1, row, value)]
        row += 1
    row += 1
    cells += [
        (column, row, face.word(name))
        for column, name in (
            (0, "code"),
            (1, "description"),
            (2, "quantity"),
            (3, "price"),
            (4, "amount"),
        )
    ]
    for line in paper.lines:
        row += 1
        quantity = face.percent(line.quantity) if line.unit else ""
        values = (
            line.code,
            face.description(line.description),
            quantity,
            face.amount(line.price, signed=False),
            face.amount(line.amount),
        )
        cells += [(column, row, value) for column, value in enumerate(values)]
    row += 2
    for label, amount, _ in tables.total_rows(face, with_rates=True):
        cells += [(3, row, label), (4, row, amount)]
        row += 1
    if not paper.is_credit:
        for label, value in blocks.pay_pairs(face):
            row += 1
            cells += [(0, row, label), (1, row, value)]
    _draw_cells(sheet, edges, cells, row)


def _draw_cells(
    sheet: Sheet, edges: tuple[float, ...], cells: list[tuple[int, int, str]], last: int
) -> None:
    """Draw the grid and what stands in it; amounts end at the right of their cells."""
    for row in range(last + 3):
        sheet.rule(edges[0], 52 + row * 16, edges[-1], weight=0.2)
    for x in edges:
        sheet.upright(x, 36, 52 + (last + 2) * 16)
    for column, row, text in cells:
        is_amount = column >= 2 and any(c.isdigit() for c in text) and row > 9
        x = edges[column + 1] - 3 if is_amount else edges[column] + 3
        room = (
            400 if column == 0 and row < 8 else edges[-1] - edges[column] if not is_amount else 90
        )
        sheet.text(
            x, 48 + row * 16, text, align="r" if is_amount else "l", size=sheet.fitting(text, room)
        )


@layout(
    "form-fields",
    "test",
    "nl",
    trade="construction",
    habits=("plain",),
    scenario=Scenario(
        n_lines=(1, 4), ogm=0.3, credit=0.0, due=("printed",), rates=(("21",), ("6",))
    ),
)
def form_fields(sheet: Sheet, face: Face) -> None:
    """Draw a form whose values were typed into fields."""
    paper = face.paper
    sheet.text(40, 50, face.name_of(paper.supplier), bold=True, size=14)
    sheet.lines(
        40,
        66,
        [
            paper.supplier.street,
            paper.supplier.town,
            face.vat_of(paper.supplier),
            *face.account_lines(),
        ],
        size=8,
    )
    sheet.text(40, 130, face.title(), bold=True, size=14)
    sheet.text(320, 130, "Klant")
    for row, text in enumerate(blocks.address(face, paper.customer, with_vat=True)):
        sheet.add(FormField(320, 146 + row * 16, 230, text, 9))
    y = blocks.pairs_form(sheet, Spot(40, 160, 250), face.pairs(("number", "date", "due")))
    y = max(y, 240.0)
    for line in paper.lines:
        sheet.add(FormField(40, y, 380, line.description, 9))
        sheet.add(FormField(450, y, 100, face.amount(line.amount), 9))
        y += 18
    for label, amount, _ in tables.total_rows(face, with_rates=True):
        sheet.text(300, y + 10, label)
        sheet.add(FormField(450, y + 10, 100, amount, 9))
        y += 18
    if paper.ogm:
        blocks.pairs_form(sheet, Spot(40, y + 40, 300), face.pairs(("reference",)))
