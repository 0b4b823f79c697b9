"""Tables of lines, VAT tables and totals, each in several shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.papers.face import Face
from benchmarks.papers.notation import write_amount, write_money
from benchmarks.papers.paper import ZERO, Line, VatRow
from benchmarks.papers.sheet import Colour, Sheet, Spot

_WIDTHS = {
    "code": 0.13, "description": 0.42, "quantity": 0.09, "unit": 0.08, "price": 0.13,
    "line_discount": 0.1, "line_rate": 0.1, "amount": 0.15,
}  # fmt: skip
_LEFT = ("code", "description", "unit")


@dataclass(frozen=True, kw_only=True)
class TableShape:
    """How the table of lines looks."""

    columns: tuple[str, ...] = ("description", "quantity", "price", "amount")
    #: plain, ruled, boxed, zebra, headless
    style: str = "ruled"
    margin: float = 40
    #: where a page is full
    bottom: float = 640
    #: where the table begins on the pages after the first
    top: float = 110
    has_carry: bool = False
    #: points beside the text of a cell; columns touch when it is next to nothing
    padding: float = 2.0
    #: amounts of lines carry the currency
    has_currency: bool = False


@dataclass(frozen=True)
class _Column:
    name: str
    left: float
    right: float


class _LineTable:
    """The table of lines while it is being written."""

    def __init__(self, sheet: Sheet, face: Face, shape: TableShape) -> None:
        self.sheet = sheet
        self.face = face
        self.shape = shape
        self.left = shape.margin
        self.right = sheet.width - shape.margin
        self.columns = _columns(shape, self.right - self.left)

    def header(self, y: float) -> float:
        """Write the labels of the columns; return the y of the first line."""
        if self.shape.style == "headless":
            return y
        if self.shape.style in ("zebra", "boxed"):
            self._band(y - self.sheet.step, 1.4, (0.85, 0.88, 0.92))
        for column in self.columns:
            self._cell(y, self.face.word(column.name), column, bold=True)
        if self.shape.style == "ruled":
            self.sheet.rule(self.left, y + 3, self.right)
        return y + self.sheet.step * 1.5

    def line(self, y: float, line: Line, *, is_tinted: bool) -> float:
        """Write one line; return the y of the next."""
        if self.shape.style == "zebra" and is_tinted:
            self._band(y - self.sheet.step * 0.8, 1.15, (0.95, 0.95, 0.97))
        values = self._values(line)
        for column in self.columns:
            self._cell(y, values[column.name], column)
        return y + self.sheet.step * 1.2

    def _values(self, line: Line) -> dict[str, str]:
        face, is_plain = self.face, not line.unit
        price = write_amount(line.price, face.notation.amount)
        has_currency = self.shape.has_currency
        return {
            "code": line.code,
            "description": face.description(line.description),
            "quantity": "" if is_plain else face.percent(line.quantity),
            "unit": line.unit,
            "price": "" if is_plain else price,
            "line_discount": f"{line.discount}%" if line.discount else "",
            "line_rate": f"{face.percent(line.rate)}%",
            "amount": face.money(line.amount) if has_currency else face.amount(line.amount),
        }

    def _cell(self, y: float, text: str, column: _Column, *, bold: bool = False) -> None:
        size = self.sheet.fitting(text, column.right - column.left, bold=bold)
        is_left, padding = column.name in _LEFT, self.shape.padding
        x, align = (column.left + padding, "l") if is_left else (column.right - padding, "r")
        self.sheet.text(x, y, text, align=align, bold=bold, size=size)

    def _band(self, y: float, steps: float, tint: Colour) -> None:
        self.sheet.box(self.left, y, self.right - self.left, self.sheet.step * steps, fill=tint)

    def close(self, top: float, bottom: float) -> None:
        """Draw the lines around what stands between `top` and `bottom`."""
        step = self.sheet.step
        if self.shape.style == "ruled":
            self.sheet.rule(self.left, bottom - step * 0.6, self.right)
        if self.shape.style != "boxed":
            return
        self.sheet.box(self.left, top - step, self.right - self.left, bottom - top + step * 0.6)
        for column in self.columns[1:]:
            self.sheet.upright(column.left, top - step, bottom - step * 0.4)

    def carry(self, y: float, word: str, running: Decimal) -> float:
        """Write what is carried over, where the layout does; return the next y."""
        if not self.shape.has_carry:
            return y
        self.sheet.text(self.right - 120, y, self.face.word(word), align="r")
        self.sheet.text(self.right - 2, y, self.face.amount(running), align="r")
        return y + self.sheet.step * 1.3


def _columns(shape: TableShape, width: float) -> list[_Column]:
    total = sum(_WIDTHS[name] for name in shape.columns)
    columns, left = [], shape.margin
    for name in shape.columns:
        right = left + width * _WIDTHS[name] / total
        columns.append(_Column(name, left, right))
        left = right
    return columns


def line_table(
    sheet: Sheet,
    face: Face,
    y: float,
    shape: TableShape,
    *,
    on_new_page: Callable[[], None] | None = None,
) -> float:
    """Write the lines of the paper, over as many pages as they need; return the next y."""
    table = _LineTable(sheet, face, shape)
    y = top = table.header(y)
    running = ZERO
    for place, line in enumerate(face.paper.lines):
        if y > shape.bottom:
            table.close(top, y)
            table.carry(y, "carry", running)
            sheet.new_page()
            if on_new_page:
                on_new_page()
            top = table.header(shape.top)
            y = table.carry(top, "carried", running)
        y = table.line(y, line, is_tinted=place % 2 == 0)
        running += line.amount
    table.close(top, y)
    return y + sheet.step * 0.6


# --- VAT tables ---------------------------------------------------------------------------------


def vat_table(sheet: Sheet, face: Face, spot: Spot, *, with_gross: bool = False) -> float:
    """Write rate, base and VAT of each rate in rows; return the next y."""
    x, y, width = spot.x, spot.y, spot.width
    face.show("vat_breakdown")
    words = [face.word(name) for name in ("rate", "base", "vat_amount")]
    rows = [_vat_cells(face, row) for row in face.paper.vat_rows]
    if with_gross:
        words.append(face.word("amount"))
        rows = [
            (*cells, face.amount(row.base + row.amount))
            for cells, row in zip(rows, face.paper.vat_rows, strict=True)
        ]
    share = width / len(words)
    for cells in (tuple(words), *rows):
        for place, text in enumerate(cells):
            size = sheet.fitting(text, share, most=8.5)
            sheet.text(x + (place + 1) * share, y, text, align="r", size=size)
        y += sheet.step
    return y


def _vat_cells(face: Face, row: VatRow) -> tuple[str, ...]:
    return (f"{face.percent(row.rate)} %", face.amount(row.base), face.amount(row.amount))


def vat_table_columns(sheet: Sheet, face: Face, spot: Spot) -> float:
    """Write a column for each rate: rates above bases above VAT."""
    x, y, width = spot.x, spot.y, spot.width
    face.show("vat_breakdown")
    labels = [face.word(name) for name in ("rate", "base", "vat_amount")]
    columns = [_vat_cells(face, row) for row in face.paper.vat_rows]
    first = max(sheet.measure(label) for label in labels) + 8
    share = (width - first) / max(3, len(columns))
    for down, label in enumerate(labels):
        sheet.text(x, y, label)
        for place, cells in enumerate(columns):
            sheet.text(x + first + (place + 1) * share, y, cells[down], align="r")
        y += sheet.step
    return y


def vat_sentence(sheet: Sheet, face: Face, spot: Spot) -> float:
    """Write "6% op 100,00 = 6,00" for each rate in one line."""
    x, y, width = spot.x, spot.y, spot.width
    face.show("vat_breakdown")
    over = {"nl": "op", "fr": "sur", "de": "auf", "en": "on"}[face.language]
    parts = [
        f"{face.word('vat_amount')} {face.percent(row.rate)}% {over} {face.money(row.base)}"
        f" = {face.money(row.amount)}"
        for row in face.paper.vat_rows
    ]
    return sheet.paragraph(x, y, "; ".join(parts), width)


# --- totals -------------------------------------------------------------------------------------

Row = tuple[str, str, bool]


def total_rows(face: Face, *, with_rates: bool, wants_due: bool = True) -> list[Row]:
    """Return label, amount and whether it is the sum that counts, in the order of printing."""
    paper = face.paper
    rows: list[Row] = []
    if paper.reduction and paper.reduction.type == "commercial":
        label = face.word("commercial").replace("{p}", face.percent(paper.reduction.percent))
        rows.append((face.word("goods"), face.money(paper.goods), False))
        rows.append((label, _minus(face, paper.reduction.amount), False))
    rows.append((face.word("excl"), face.total("total_excl"), False))
    rows += _vat_rows(face, with_rates=with_rates)
    rows.append((face.word("incl"), face.total("total_incl"), True))
    if paper.rounding:
        rows.append((face.word("rounding"), _minus(face, -paper.rounding), False))
    if paper.prepaid is not None:
        rows.append((face.word("prepaid"), _minus(face, paper.prepaid), False))
    if paper.prepaid is not None or paper.rounding:
        rows.append((face.word("due_amount"), face.total("amount_due"), True))
    elif wants_due and paper.is_credit and face.notation.minus == "none":
        rows.append((face.word("refund"), face.total("amount_due"), True))
    return rows


def _vat_rows(face: Face, *, with_rates: bool) -> list[Row]:
    paper = face.paper
    if not with_rates:
        return [(face.word("vat_total"), face.total("vat_total"), False)]
    if len(paper.vat_rows) == 1:
        face.show("vat_total")
    has_base = len(paper.vat_rows) == 1 and paper.vat_rows[0].base == paper.total_excl
    if has_base or "{b}" in face.word("vat"):
        face.show("vat_breakdown")
    return [(face.rate_label(row), face.money(row.amount), False) for row in paper.vat_rows]


def _minus(face: Face, value: Decimal) -> str:
    text = write_amount(-value, face.notation.amount, face.notation.minus)
    return write_money(text, face.paper.currency, face.notation.currency)


def totals_list(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Put amounts below one another, sums bold under a line."""
    x, y, width = spot.x, spot.y, spot.width
    for label, amount, is_sum in rows:
        if is_sum:
            sheet.rule(x, y - sheet.step * 0.8, x + width)
        room = width - sheet.measure(amount, bold=is_sum)
        sheet.text(x, y, label, bold=is_sum, size=sheet.fitting(label, room, bold=is_sum))
        sheet.text(x + width, y, amount, align="r", bold=is_sum)
        y += sheet.step * 1.15
    return y


def totals_near(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Let labels end, with colons, where the column of amounts begins."""
    x, y, width = spot.x, spot.y, spot.width
    longest = max(sheet.measure(amount, bold=True) for _, amount, _ in rows)
    for label, amount, is_sum in rows:
        sheet.text(x + width - longest - 14, y, f"{label} :", align="r", bold=is_sum)
        sheet.text(x + width, y, amount, align="r", bold=is_sum)
        y += sheet.step * 1.15
    return y


def totals_boxes(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Draw a strip of boxes, each with a small label above its amount."""
    x, y, width = spot.x, spot.y, spot.width
    share = width / len(rows)
    for place, (label, amount, is_sum) in enumerate(rows):
        left = x + place * share
        sheet.box(left, y - sheet.step, share, sheet.step * 2.7)
        sheet.text(left + 3, y - 1, label, size=sheet.fitting(label, share, most=6.8))
        sheet.text(
            left + share - 4,
            y + sheet.step * 1.2,
            amount,
            align="r",
            bold=is_sum,
            size=sheet.fitting(amount, share, bold=True, most=9),
        )
    return y + sheet.step * 3


def totals_heads(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Put a row of labels over a row of amounts, no lines."""
    x, y, width = spot.x, spot.y, spot.width
    share = width / len(rows)
    for place, (label, amount, is_sum) in enumerate(rows):
        right = x + (place + 1) * share
        sheet.text(right, y, label, align="r", size=sheet.fitting(label, share, most=7.5))
        sheet.text(right, y + sheet.step * 1.2, amount, align="r", bold=is_sum)
    return y + sheet.step * 3


def totals_strings(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Put label and amount in one string."""
    return sheet.lines(spot.x, spot.y, [f"{label}: {amount}" for label, amount, _ in rows])


def totals_dots(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Put dots between label and amount."""
    x, y, width = spot.x, spot.y, spot.width
    for label, amount, is_sum in rows:
        room = width - sheet.measure(label, bold=is_sum) - sheet.measure(amount, bold=is_sum) - 6
        sheet.text(x, y, label + " " + "." * max(3, int(room / sheet.measure("."))), bold=is_sum)
        sheet.text(x + width, y, amount, align="r", bold=is_sum)
        y += sheet.step * 1.15
    return y


def totals_big(sheet: Sheet, spot: Spot, rows: list[Row]) -> float:
    """Put sums in filled boxes with large letters below a list of the rest."""
    x, y, width = spot.x, spot.y, spot.width
    y = totals_list(sheet, spot, [row for row in rows if not row[2]])
    for label, amount, _ in (row for row in rows if row[2]):
        sheet.box(x - 6, y - 4, width + 12, 24, fill=(0.87, 0.91, 0.87))
        sheet.text(x, y + 12, label, size=10, bold=True)
        sheet.text(x + width, y + 12, amount, align="r", size=12, bold=True)
        y += 32
    return y


TotalStyle = Callable[[Sheet, Spot, list[Row]], float]
TOTALS: dict[str, TotalStyle] = {
    "list": totals_list, "near": totals_near, "boxes": totals_boxes, "heads": totals_heads,
    "strings": totals_strings, "dots": totals_dots, "big": totals_big,
}  # fmt: skip
#: styles that lie across the page
ACROSS = ("boxes", "heads")
