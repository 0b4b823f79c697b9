"""Decides at random where the pieces of a layout stand, how they look and what it prints."""

from dataclasses import dataclass
from random import Random

from benchmarks.papers import blocks, tables
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Colour

_PAIRS = (
    "date",
    "due",
    "customer_no",
    "order_no",
    "file_no",
    "your_ref",
    "contact",
    "delivery_no",
    "delivery_date",
    "period",
    "contract_no",
)
_COLUMNS = (
    ("description", "quantity", "price", "amount"),
    ("code", "description", "quantity", "unit", "price", "line_rate", "amount"),
    ("description", "amount"),
    ("quantity", "description", "price", "line_discount", "amount"),
    ("description", "quantity", "price", "line_rate", "amount"),
    ("code", "description", "quantity", "price", "line_discount", "line_rate", "amount"),
    ("description", "line_rate", "amount"),
    ("amount", "quantity", "description"),
)
#: regimes that a trade knows beside the normal one
_REGIMES = {
    "construction": ("reverse",), "staffing": ("reverse",), "garage": ("margin",),
    "shop": ("margin", "export"), "medical": ("exempt",), "insurance": ("exempt",),
    "rent": ("exempt",), "municipality": ("exempt",)
}  # fmt: skip
_TINTS: tuple[Colour, ...] = (
    (0.1, 0.3, 0.55),
    (0.6, 0.1, 0.15),
    (0.15, 0.45, 0.25),
    (0.2, 0.2, 0.2),
)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Where the pieces of a layout stand and how they look."""

    margin: float
    tint: Colour
    head: str
    customer_place: str
    has_customer_label: bool
    customer_vat: str
    title: str
    pair_style: str
    pair_place: str
    pair_names: tuple[str, ...]
    number_in_pairs: bool
    table: tables.TableShape
    totals: str
    totals_place: str
    vat_place: str
    pay: str
    footer: str
    has_site: bool
    has_conditions: bool
    has_back_page: bool
    stamp: str


def compose(rng: Random) -> Composition:
    """Return a composition."""
    margin = rng.uniform(24, 58)
    title = rng.choice(("left", "right", "centre", "spaced", "with number", "none", "boxed"))
    totals = rng.choice(list(tables.TOTALS))
    is_wide = rng.random() < 0.45
    names = rng.sample(_PAIRS[2:], rng.randint(0, 4))
    order = ["date", "due", *names]
    rng.shuffle(order)
    return Composition(
        margin=margin,
        tint=rng.choice(_TINTS),
        head=rng.choice(("left", "right", "centre", "banner", "sidebar", "footer", "logo")),
        customer_place=rng.choice(("right", "right", "left", "box", "below")),
        has_customer_label=rng.random() < 0.4,
        customer_vat=rng.choice(("address", "address", "pairs", "none")),
        title=title,
        pair_style=rng.choice(list(blocks.WIDE if is_wide else blocks.NARROW)),
        pair_place="wide" if is_wide else rng.choice(("left", "right")),
        pair_names=tuple(order),
        number_in_pairs=title != "with number",
        table=_table(rng, margin),
        totals=totals,
        totals_place=rng.choice(("right", "right", "right", "left")),
        vat_place=rng.choice(("none", "left", "below", "columns", "sentence", "above", "rates")),
        pay=rng.choice(("sentence", "pairs", "slip", "box", "none", "string")),
        footer=rng.choice(("line", "columns", "line", "none")),
        has_site=rng.random() < 0.25,
        has_conditions=rng.random() < 0.5,
        has_back_page=rng.random() < 0.12,
        stamp=rng.choice(("", "", "", "", "copy_stamp")),
    )


def _table(rng: Random, margin: float) -> tables.TableShape:
    return tables.TableShape(
        columns=rng.choice(_COLUMNS),
        style=rng.choice(("ruled", "plain", "boxed", "zebra", "ruled", "headless")),
        margin=margin,
        bottom=rng.uniform(520, 600),
        top=rng.uniform(80, 140),
        has_carry=rng.random() < 0.5,
        has_currency=rng.random() < 0.3,
    )


def compose_scenario(rng: Random, language: str, trade: str) -> Scenario:
    """Return what kinds of papers a layout in `language` prints."""
    country = {
        "nl": rng.choice(("BE", "BE", "NL")),
        "fr": rng.choice(("BE", "BE", "BE", "FR")),
        "de": rng.choice(("BE", "DE")),
        "en": rng.choice(("BE", "NL", "IE")),
    }[language]
    rates = {
        "NL": (("21",), ("21",), ("9",), ("21", "9"), ("0",)),
        "BE": (("21",), ("21",), ("6",), ("21", "6"), ("21", "12"), ("6", "12", "21")),
    }.get(country, (("21",),))
    regimes: tuple[str, ...] = ("normal",)
    if country not in ("BE", "NL"):
        regimes = ("intra", "intra_service")
    elif rng.random() < 0.35:
        regimes = ("normal", rng.choice(_REGIMES.get(trade, ("exempt", "export"))))
    return Scenario(
        country=country,
        language=language,
        rates=rates,
        regimes=regimes,
        n_lines=rng.choice(((1, 3), (1, 6), (2, 9), (4, 14), (12, 45))),
        ogm=rng.choice((0.0, 0.5, 0.9)),
        due=rng.choice((("printed",), ("printed", "none"), ("term",), ("printed", "term"))),
        financial=rng.choice((0.0, 0.0, 0.0, 0.3)),
        commercial=rng.choice((0.0, 0.0, 0.2)),
        prepaid=rng.choice((0.0, 0.0, 0.3)),
        paid=rng.choice((0.0, 0.0, 0.0, 0.2)),
        deposit=0.4 if trade == "food" else 0.0,
        sale=rng.choice((0.0, 0.0, 0.0, 0.1)),
        debit=rng.choice((0.0, 0.0, 0.0, 0.3)),
        old_account=rng.choice((0.0, 0.0, 0.2)),
        qr=rng.choice((0.0, 0.0, 0.5)),
        advances=0.4 if trade == "construction" else 0.0,
        is_person=rng.random() < 0.12,
        has_prices_with_vat=trade == "shop" and rng.random() < 0.4,
    )
