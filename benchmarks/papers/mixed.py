"""Layouts put together at random from pieces: each has its own places, styles and words."""

from dataclasses import replace
from random import Random

from reportlab.lib.pagesizes import A4, LETTER

from benchmarks.papers import blocks, tables
from benchmarks.papers.composition import Composition, compose, compose_scenario
from benchmarks.papers.face import Face
from benchmarks.papers.layout import Layout, register
from benchmarks.papers.sheet import Sheet, Spot
from benchmarks.papers.trades import speaks, trade_names

#: layouts per half
N_MIXED = 30
#: of the first half only: tuning should not count on well-known words
N_RARE = 14

_LANGUAGES = (
    "nl", "nl", "nl", "nl", "fr", "fr", "fr", "de", "en", "nl/fr", "fr/nl", "de/fr", "nl/en",
)  # fmt: skip
_HABITS = (
    "plain", "words", "glyphs", "scramble", "columns", "backwards", "double", "labels-last",
    "ocr-layer", "rotate-90", "rotate-270", "crop", "form-xobject", "rewritten", "white-text",
)  # fmt: skip

#: habit and family of the layouts that fill their page to the edges, with columns that touch
_TIGHT = (
    ("ligatures", "vera"), ("coded", "vera"), ("soft-hyphens", "sans"), ("twice", "sans"),
    ("no-tounicode", "vera"), ("glyphs", "serif"),
)  # fmt: skip


def _tight(layout: Layout, habit: str, family: str) -> Layout:
    """Return a layout with next to no margins, and a habit of its own."""
    rng = Random(f"{layout.name} tight")
    margin = rng.uniform(10, 20)
    plan = compose(rng)
    table = replace(plan.table, margin=margin, padding=0.3)
    tight = replace(plan, margin=margin, table=table)
    return replace(
        layout,
        draw=lambda sheet, face: draw(sheet, face, tight),
        habits=(habit,),
        family=family,
    )


def _layout(name: str, half: str) -> Layout:
    rng = Random(name)
    languages = tuple(rng.choice(_LANGUAGES).split("/"))
    trade = rng.choice([trade for trade in trade_names() if speaks(trade, languages[0])])
    plan = compose(rng)
    return Layout(
        name=name,
        half=half,
        languages=languages,
        trade=trade,
        scenario=compose_scenario(rng, languages[0], trade),
        draw=lambda sheet, face: draw(sheet, face, plan),
        habits=("plain", rng.choice(_HABITS)),
        family=rng.choice(("sans", "sans", "sans", "serif", "vera", "mono")),
        size=rng.choice((8.0, 8.5, 9.0, 9.5, 10.0)),
        paper=LETTER if languages == ("en",) and rng.random() < 0.3 else A4,
    )


def register_mixed() -> None:
    """Register the mixed layouts of both halves."""
    for half in ("train", "test"):
        for number in range(N_MIXED):
            register(_layout(f"mixed-{half}-{number + 1:02}", half))
        for habit, family in _TIGHT:
            register(_tight(_layout(f"tight-{half}-{habit}", half), habit, family))
    for number in range(N_RARE):
        register(replace(_layout(f"rare-train-{number + 1:02}", "train"), words="rare"))


def draw(sheet: Sheet, face: Face, plan: Composition) -> None:
    """Draw a paper."""
    draw_head(sheet, face, plan)
    y = draw_customer(sheet, face, plan)
    y = _title(sheet, face, plan, y)
    y = _pairs(sheet, face, plan, y)
    y = tables.line_table(
        sheet, face, y, plan.table, on_new_page=lambda: _head_again(sheet, face, plan)
    )
    y = _sums(sheet, face, plan, y + sheet.step)
    y = _notes(sheet, face, plan, y + sheet.step)
    _pay(sheet, face, plan, y + sheet.step)
    _foot(sheet, face, plan)
    if plan.stamp:
        blocks.watermark(sheet, face.word(plan.stamp))
    if plan.has_back_page:
        blocks.back_page(sheet, face, plan.margin)


def draw_head(sheet: Sheet, face: Face, plan: Composition) -> None:
    """Draw the letterhead."""
    supplier = face.paper.supplier
    lines = blocks.address(face, supplier)[1:] + blocks.contact_lines(face, supplier)
    if plan.footer == "none" or plan.head == "sidebar":
        lines.append(face.vat_of(supplier))
        lines += face.account_lines()[:1]
    name = supplier.name if face.rng.random() < 0.3 else supplier.full_name
    face.show("supplier_name")
    _HEADS[plan.head](sheet, plan, name, lines)


def _head_left(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    sheet.text(plan.margin, 50, name, size=15, bold=True, colour=plan.tint)
    sheet.lines(plan.margin, 66, lines, size=7.5)


def _head_right(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    sheet.text(
        sheet.width - plan.margin, 46, name, size=14, bold=True, align="r", colour=plan.tint
    )
    sheet.lines(sheet.width - plan.margin, 60, lines, size=7.5, align="r")


def _head_centre(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    sheet.text(sheet.width / 2, 44, name.upper(), size=16, bold=True, align="c", spacing=1.2)
    sheet.text(sheet.width / 2, 60, " - ".join(lines[:2]), size=8, align="c", colour=plan.tint)
    sheet.lines(sheet.width / 2, 72, lines[2:], size=7, align="c")


def _head_banner(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    blocks.banner(sheet, name, 52, plan.tint)
    sheet.lines(plan.margin, 68, lines, size=7)


def _head_sidebar(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    sheet.logo(plan.margin, 26, 30, plan.tint)
    sheet.lines(plan.margin + 40, 36, [name, *lines], size=6.5)


def _head_logo(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    """Put a picture, and the name in small letters beside it."""
    sheet.logo(plan.margin, 24, 42, plan.tint)
    sheet.lines(plan.margin + 52, 34, [name, *lines], size=8)


def _head_footer(sheet: Sheet, plan: Composition, name: str, lines: list[str]) -> None:
    """Put a picture above; who it is stands at the foot."""
    sheet.logo(sheet.width - plan.margin - 50, 24, 50, plan.tint)
    line = " | ".join([name, *lines])
    size = sheet.fitting(line, sheet.width - 2 * plan.margin, most=6)
    sheet.text(plan.margin, sheet.height - 62, line, size=size)


_HEADS = {
    "left": _head_left, "right": _head_right, "centre": _head_centre, "banner": _head_banner,
    "sidebar": _head_sidebar, "footer": _head_footer, "logo": _head_logo,
}  # fmt: skip


def _head_again(sheet: Sheet, face: Face, plan: Composition) -> None:
    """Write the head of a following page: who, which number, which page."""
    sheet.text(plan.margin, 40, face.paper.supplier.name, bold=True)
    sheet.text(plan.margin, 54, f"{face.title()} {face.number()}")
    page = face.word("page").replace("{p}", str(len(sheet.pages)))
    sheet.text(
        sheet.width - plan.margin,
        40,
        page.replace("/{n}", "").replace("{n}", "..."),
        align="r",
        size=8,
    )


def draw_customer(sheet: Sheet, face: Face, plan: Composition) -> float:
    """Draw the address of the customer; return the y below it."""
    customer = face.paper.customer
    lines = blocks.address(face, customer, with_vat=plan.customer_vat == "address")
    x = {"right": sheet.width * 0.56, "box": sheet.width * 0.54}.get(
        plan.customer_place, plan.margin
    )
    y = 205.0 if plan.customer_place == "below" else 158.0
    if plan.head in ("left", "logo", "banner", "sidebar") and x == plan.margin:
        y = 205.0
    if plan.has_customer_label:
        sheet.text(x, y - 14, face.word("invoice_to"), size=7.5, bold=True)
    if plan.customer_place == "box":
        sheet.box(x - 8, y - 12, sheet.width - x - plan.margin + 8, len(lines) * sheet.step + 12)
    end = sheet.lines(x, y, lines)
    if plan.has_site:
        _site(sheet, face, plan, end)
    return end + 14


def _site(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    """Write the address of the delivery on the other side."""
    site = face.paper.site
    if site is None:
        return
    x = plan.margin if plan.customer_place in ("right", "box") else sheet.width * 0.6
    lines = [face.word("deliver_to"), site.full_name, site.street, site.town]
    sheet.lines(x, y - 4 * sheet.step, lines, size=7.5)


def _title(sheet: Sheet, face: Face, plan: Composition, y: float) -> float:
    if plan.title == "none":
        return y
    title = face.title()
    y += 16
    if plan.title == "with number":
        sheet.text(plan.margin, y, f"{title} {face.number()}", size=14, bold=True)
    elif plan.title == "right":
        sheet.text(sheet.width - plan.margin, y, title, size=16, align="r", bold=True)
    elif plan.title == "spaced":
        sheet.text(plan.margin, y, title, size=13, bold=True, spacing=4)
    elif plan.title == "boxed":
        sheet.box(sheet.width / 2 - 90, y - 15, 180, 21)
        sheet.text(sheet.width / 2, y, title, size=12, align="c", bold=True)
    else:
        x, align = (sheet.width / 2, "c") if plan.title == "centre" else (plan.margin, "l")
        sheet.text(x, y, title, size=16, align=align, bold=True, colour=plan.tint)
    return y + 24


def _pairs(sheet: Sheet, face: Face, plan: Composition, y: float) -> float:
    names = (("number",) if plan.number_in_pairs else ()) + plan.pair_names
    if plan.customer_vat == "pairs" and face.paper.customer.vat:
        names += ("customer_vat",)
    pairs = face.pairs(names)
    if plan.pair_place == "wide":
        style = blocks.WIDE[plan.pair_style]
        return style(sheet, Spot(plan.margin, y, sheet.width - 2 * plan.margin), pairs) + 12
    width = sheet.width * 0.4
    x = plan.margin if plan.pair_place == "left" else sheet.width - plan.margin - width
    return blocks.NARROW[plan.pair_style](sheet, Spot(x, y, width), pairs) + 14


def _sums(sheet: Sheet, face: Face, plan: Composition, y: float) -> float:
    if y > sheet.height - 300:
        sheet.new_page()
        _head_again(sheet, face, plan)
        y = 120
    has_table = plan.vat_place not in ("none", "rates")
    rows = tables.total_rows(face, with_rates=not has_table)
    inner = sheet.width - 2 * plan.margin
    if plan.vat_place == "above":
        y = tables.vat_table(sheet, face, Spot(plan.margin, y, inner * 0.5), with_gross=True) + 10
    style = tables.TOTALS[plan.totals]
    if plan.totals in tables.ACROSS:
        end = style(sheet, Spot(plan.margin, y, inner), rows)
        return _vat(sheet, face, plan, end + 4)
    width = inner * 0.42
    x = plan.margin if plan.totals_place == "left" else sheet.width - plan.margin - width
    end = style(sheet, Spot(x, y, width), rows)
    if plan.vat_place == "left":
        other = (
            plan.margin
            if plan.totals_place == "right"
            else sheet.width - plan.margin - inner * 0.5
        )
        return max(end, tables.vat_table(sheet, face, Spot(other, y, inner * 0.48)))
    return _vat(sheet, face, plan, end + 6)


def _vat(sheet: Sheet, face: Face, plan: Composition, y: float) -> float:
    inner = sheet.width - 2 * plan.margin
    if plan.vat_place in ("below", "left"):
        return tables.vat_table(sheet, face, Spot(plan.margin, y, inner * 0.6))
    if plan.vat_place == "columns":
        return tables.vat_table_columns(sheet, face, Spot(plan.margin, y, inner * 0.6))
    if plan.vat_place == "sentence":
        return tables.vat_sentence(sheet, face, Spot(plan.margin, y, inner))
    return y


def _notes(sheet: Sheet, face: Face, plan: Composition, y: float) -> float:
    inner = sheet.width - 2 * plan.margin
    notes = [face.legal_note(), face.reduction_note(), face.term()]
    if face.paper.is_paid:
        notes.append(face.words.one("paid", face.language))
    if face.paper.old_account:
        iban = face.paper.old_account
        notes.append(face.words.one("old_account", face.language).replace("{iban}", iban))
    if plan.has_conditions:
        notes.append(face.words.one("conditions", face.language))
    for note in filter(None, notes):
        y = sheet.paragraph(plan.margin, y, note, inner, size=7.5) + 3
    return y


def _pay(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    paper = face.paper
    if paper.is_paid or paper.is_credit:
        return
    if paper.debited:
        sheet.paragraph(plan.margin, y, face.debit_sentence(), sheet.width - 2 * plan.margin)
        return
    blocks.payment_code(sheet, face, Spot(sheet.width - plan.margin - 80, y - 8, 78))
    _PAYS[plan.pay](sheet, face, plan, y)


def _pay_sentence(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    sheet.paragraph(plan.margin, y, face.pay_sentence(), sheet.width - 2 * plan.margin - 90)


def _pay_pairs(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    blocks.pairs_columns(sheet, Spot(plan.margin, y, 300), blocks.pay_pairs(face))


def _pay_box(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    pairs = blocks.pay_pairs(face)
    sheet.box(plan.margin, y - 12, 300, len(pairs) * sheet.step + 12)
    blocks.pairs_bold_labels(sheet, Spot(plan.margin + 6, y + 2, 290), pairs)


def _pay_string(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    blocks.pairs_inline(
        sheet,
        Spot(plan.margin, y, sheet.width - 2 * plan.margin - 90),
        blocks.pay_pairs(face),
    )


def _pay_slip(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    if y < sheet.height - 210:
        blocks.slip(sheet, face, sheet.height - 195)
    else:
        _pay_pairs(sheet, face, plan, y)


def _pay_none(sheet: Sheet, face: Face, plan: Composition, y: float) -> None:
    """Write what is to be quoted; the account stands in the head or at the foot."""
    if face.paper.ogm:
        blocks.pairs_strings(sheet, Spot(plan.margin, y, 300), face.pairs(("reference",)))


_PAYS = {
    "sentence": _pay_sentence, "pairs": _pay_pairs, "slip": _pay_slip, "box": _pay_box,
    "none": _pay_none, "string": _pay_string,
}  # fmt: skip


def _foot(sheet: Sheet, face: Face, plan: Composition) -> None:
    if plan.footer == "line":
        blocks.footer_line(sheet, face, sheet.height - 44)
    elif plan.footer == "columns":
        blocks.footer_columns(sheet, face, sheet.height - 52, plan.margin)
