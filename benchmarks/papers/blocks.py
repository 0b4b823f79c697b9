"""Pieces of which layouts are made: addresses, label and value pairs, footers, payment."""

from collections.abc import Callable

from benchmarks.papers.face import Face
from benchmarks.papers.notation import write_iban, write_ogm
from benchmarks.papers.parties import Party
from benchmarks.papers.sheet import GREY, WHITE, Colour, FormField, Sheet, Spot

Pair = tuple[str, str]


def address(
    face: Face, party: Party, *, with_vat: bool = False, with_country: bool = False
) -> list[str]:
    """Return a party's name and address, one line each."""
    lines = [face.name_of(party), party.street, party.town]
    if with_country:
        lines.append(party.country_name)
    if with_vat and party.vat:
        lines.append(face.vat_of(party))
    return lines


def contact_lines(face: Face, party: Party) -> list[str]:
    """Return how a party is reached."""
    return [f"{face.word('phone')} {party.phone}", f"info@{party.domain}", f"www.{party.domain}"]


def legal_line(face: Face, party: Party, mark: str = " - ") -> str:
    """Return name, address, VAT number and register in one string."""
    parts = [face.name_of(party), party.street, party.town, face.vat_of(party)]
    if party.register and party.country != "BE":
        parts.append(f"{face.word('register')} {party.register}")
    return mark.join(part for part in parts if part)


# --- pairs --------------------------------------------------------------------------------------


def pairs_columns(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put labels in one column, values in the next."""
    x, y = spot.x, spot.y
    gap = min(spot.width * 0.6, max(sheet.measure(label) for label, _ in pairs) + 12)
    for label, value in pairs:
        sheet.text(x, y, label, size=sheet.fitting(label, gap))
        sheet.text(x + gap, y, value)
        y += sheet.step
    return y


def pairs_colon_columns(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put colons below one another between labels and values."""
    x, y = spot.x, spot.y
    gap = max(sheet.measure(label) for label, _ in pairs) + 8
    for label, value in pairs:
        sheet.text(x, y, label)
        sheet.text(x + gap, y, ":")
        sheet.text(x + gap + 7, y, value)
        y += sheet.step
    return y


def pairs_strings(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put label and value in one string."""
    x, y = spot.x, spot.y
    return sheet.lines(x, y, [f"{label}: {value}" for label, value in pairs])


def pairs_bold_labels(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put each value close behind its bold label."""
    x, y = spot.x, spot.y
    for label, value in pairs:
        end = x + sheet.text(x, y, f"{label} :", bold=True)
        sheet.text(end + 4, y, value)
        y += sheet.step
    return y


def pairs_dots(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put dot leaders between label and value."""
    x, y, width = spot.x, spot.y, spot.width
    for label, value in pairs:
        room = width - sheet.measure(label) - sheet.measure(value) - 6
        dots = "." * max(3, int(room / sheet.measure(".")))
        sheet.text(x, y, f"{label} {dots} {value}")
        y += sheet.step
    return y


def pairs_right_labels(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Let labels end where values begin."""
    x, y, width = spot.x, spot.y, spot.width
    middle = x + width * 0.5
    for label, value in pairs:
        size = sheet.fitting(label, width * 0.5)
        sheet.text(middle - 4, y, label, align="r", colour=GREY, size=size)
        sheet.text(middle + 4, y, value)
        y += sheet.step
    return y


def pairs_apart(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put labels at the left edge, values at the right edge."""
    x, y, width = spot.x, spot.y, spot.width
    for label, value in pairs:
        room = width - sheet.measure(value) - 4
        sheet.text(x, y, label, size=sheet.fitting(label, room))
        sheet.text(x + width, y, value, align="r")
        y += sheet.step
    return y


def pairs_stacked(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put each value below its small label."""
    x, y = spot.x, spot.y
    for label, value in pairs:
        sheet.text(x, y, label, size=sheet.size * 0.75, colour=GREY)
        sheet.text(x, y + sheet.step * 0.9, value, bold=True)
        y += sheet.step * 2.1
    return y


def pairs_value_above(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put a row of values, each with its small label below it."""
    x, y, width = spot.x, spot.y, spot.width
    share = width / len(pairs)
    for place, (label, value) in enumerate(pairs):
        left = x + place * share
        sheet.text(left, y, value, bold=True, size=sheet.fitting(value, share, bold=True))
        sheet.text(
            left, y + sheet.step * 0.9, label, size=sheet.fitting(label, share) * 0.75, colour=GREY
        )
    return y + sheet.step * 2.4


def pairs_grid(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Draw a grid: a row of labels, a row of values."""
    x, y, width = spot.x, spot.y, spot.width
    share = width / len(pairs)
    depth = sheet.step * 2.3
    for place, (label, value) in enumerate(pairs):
        left = x + place * share
        sheet.box(left, y - sheet.step, share, depth)
        sheet.text(left + 3, y, label, size=sheet.fitting(label, share, most=7.5))
        sheet.text(left + 3, y + sheet.step, value, size=sheet.fitting(value, share, most=8.5))
    return y - sheet.step + depth + sheet.step * 1.2


def pairs_header_row(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put labels above values without lines, centred."""
    x, y, width = spot.x, spot.y, spot.width
    share = width / len(pairs)
    sheet.box(x, y - sheet.step, width, sheet.step * 1.3, fill=(0.88, 0.9, 0.94))
    for place, (label, value) in enumerate(pairs):
        middle = x + (place + 0.5) * share
        sheet.text(middle, y, label, align="c", size=sheet.fitting(label, share, most=7.5))
        sheet.text(
            middle,
            y + sheet.step * 1.2,
            value,
            align="c",
            size=sheet.fitting(value, share, most=8.5),
        )
    return y + sheet.step * 3


def pairs_two_abreast(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put two pairs in a row, each label and value in columns."""
    x, y, width = spot.x, spot.y, spot.width
    half = width / 2
    for place, (label, value) in enumerate(pairs):
        left = x + (place % 2) * half
        sheet.text(left, y, label, size=sheet.fitting(label, half * 0.52))
        sheet.text(left + half * 0.52, y, value, size=sheet.fitting(value, half * 0.48))
        if place % 2 or place == len(pairs) - 1:
            y += sheet.step
    return y


def pairs_inline(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Put all in one running line."""
    x, y, width = spot.x, spot.y, spot.width
    mark = "  |  " if len(pairs) % 2 else " - "
    return sheet.paragraph(x, y, mark.join(f"{label} {value}" for label, value in pairs), width)


def pairs_form(sheet: Sheet, spot: Spot, pairs: list[Pair]) -> float:
    """Print labels beside form fields that hold the values."""
    x, y, width = spot.x, spot.y, spot.width
    for label, value in pairs:
        sheet.text(x, y, label)
        sheet.add(FormField(x + width * 0.5, y, width * 0.5, value, sheet.size))
        y += sheet.step * 1.4
    return y


PairStyle = Callable[[Sheet, Spot, list[Pair]], float]
#: fit a narrow block
NARROW: dict[str, PairStyle] = {
    "columns": pairs_columns, "colons": pairs_colon_columns, "strings": pairs_strings,
    "bold": pairs_bold_labels, "dots": pairs_dots, "right": pairs_right_labels,
    "apart": pairs_apart, "stacked": pairs_stacked,
}  # fmt: skip
#: need the width of the page
WIDE: dict[str, PairStyle] = {
    "above": pairs_value_above, "grid": pairs_grid, "header": pairs_header_row,
    "two": pairs_two_abreast, "inline": pairs_inline,
}  # fmt: skip


# --- payment ------------------------------------------------------------------------------------


def pay_pairs(face: Face) -> list[Pair]:
    """Return account, bank and what to quote, as pairs."""
    return face.pairs(("iban", "bic", "reference"))


def slip(sheet: Sheet, face: Face, y: float) -> None:
    """Draw a transfer form across the page, with a combed account, as Belgian ones were."""
    paper = face.paper
    tint: Colour = (0.98, 0.9, 0.85)
    sheet.box(20, y, sheet.width - 40, 118, fill=tint)
    sheet.text(30, y + 14, face.word("slip"), bold=True, size=8)
    sheet.text(sheet.width - 40, y + 30, face.total("amount_due"), align="r", family="mono")
    rows = (
        (face.word("slip_payer"), paper.customer.full_name),
        (face.word("slip_account"), write_iban(paper.iban, "fours")),
        (face.word("slip_name"), face.name_of(paper.supplier)),
        (face.word("slip_message"), _slip_message(face)),
    )
    face.show("iban")
    for place, (label, value) in enumerate(rows):
        top = y + 30 + place * 23
        sheet.text(30, top, label, size=5.5, colour=GREY)
        sheet.text(30, top + 10, value, family="mono", size=9)


def _slip_message(face: Face) -> str:
    if not face.paper.ogm:
        return face.paper.free_reference
    face.show("payment_reference")
    return write_ogm(face.paper.ogm, "plus")


def payment_code(sheet: Sheet, face: Face, spot: Spot) -> None:
    """Draw the EPC QR code of the payment (EPC069-12) when the paper has one.

    Where the supplier has an old account the code still holds that one.
    """
    paper = face.paper
    if not paper.has_qr or paper.currency != "EUR" or not paper.amount_due:
        return
    account = paper.old_account or paper.iban
    code = {
        "name": paper.supplier.full_name[:70],
        "iban": account,
        "bic": "" if face.rng.random() < 0.3 else paper.bic,
        "amount": f"{paper.amount_due:.2f}",
    }
    structured, text = paper.ogm, ""
    if face.rng.random() < 0.5 or not structured:  # most Belgian banks' codes have it as text
        structured, text = "", write_ogm(paper.ogm, "plus") if paper.ogm else paper.number
    version = "002" if not code["bic"] or face.rng.random() < 0.5 else "001"
    lines = [
        "BCD",
        version,
        "1",
        "SCT",
        code["bic"],
        code["name"],
        account,
        f"EUR{code['amount']}",
        "",
        structured,
        text,
    ]
    sheet.code(spot.x, spot.y, spot.width, "\n".join(lines))
    face.code = {**code, **({"reference": structured} if structured else {"text": text})}


# --- footers and notes --------------------------------------------------------------------------


def footer_line(sheet: Sheet, face: Face, y: float, *, with_accounts: bool = True) -> None:
    """Write the company and its accounts in small centred lines."""
    supplier = face.paper.supplier
    lines = [legal_line(face, supplier)]
    if with_accounts:
        lines.append(" - ".join(face.account_lines()))
    lines.append(" - ".join(contact_lines(face, supplier)))
    size = 6.8
    while max(sheet.measure(line, size=size) for line in lines) > sheet.width - 30 and size > 4:
        size -= 0.3
    sheet.lines(sheet.width / 2, y, lines, align="c", size=size, colour=GREY)


def footer_columns(sheet: Sheet, face: Face, y: float, margin: float) -> None:
    """Write address, contact and bank in three columns."""
    supplier = face.paper.supplier
    columns = (
        address(face, supplier, with_country=True),
        [*contact_lines(face, supplier), face.vat_of(supplier)],
        [part for line in face.account_lines()[:2] for part in _in_two(line)],
    )
    share = (sheet.width - 2 * margin) / 3
    sheet.rule(margin, y - 10, sheet.width - margin)
    for place, lines in enumerate(columns):
        sheet.lines(margin + place * share, y, lines, size=6.8)


def _in_two(line: str) -> list[str]:
    """Return an account and its bank as two lines."""
    words = line.split(" ")
    return [" ".join(words[:-2]), " ".join(words[-2:])] if len(words) > 3 else [line]


def back_page(sheet: Sheet, face: Face, margin: float) -> None:
    """Write a page of conditions, with misleading amounts and days; its foot says whose it is."""
    sheet.new_page()
    sheet.text(margin, 50, face.word("conditions_title"), bold=True, size=11)
    y = 70.0
    for place in range(14):
        text = face.words.one(f"clause_{place % 5}", face.language)
        y = (
            sheet.paragraph(margin, y, f"{place + 1}. {text}", sheet.width - 2 * margin, size=6.5)
            + 4
        )


def watermark(sheet: Sheet, text: str) -> None:
    """Write large pale letters across the first page, below everything."""
    marks = sheet.pages[0]
    sheet.pages[0] = []
    sheet.text(
        sheet.width / 2,
        sheet.height / 2,
        text,
        align="c",
        size=70,
        colour=(0.88, 0.88, 0.88),
        bold=True,
    )
    sheet.pages[0] += marks  # it lies below everything


def banner(sheet: Sheet, text: str, depth: float, colour: Colour) -> None:
    """Draw a coloured band at the top of the page with white letters."""
    sheet.box(0, 0, sheet.width, depth, fill=colour)
    sheet.text(36, depth * 0.62, text, size=depth * 0.36, bold=True, colour=WHITE)
