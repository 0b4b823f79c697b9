"""Invents papers: parties, lines, terms and numbers that hang together."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from benchmarks.papers.identifiers import invent_account, invent_ogm
from benchmarks.papers.paper import ZERO, Line, Numbers, Paper, Scenario, cents
from benchmarks.papers.parties import Party, invent_party, invent_person
from benchmarks.papers.sums import add_up
from benchmarks.papers.trades import Trade

#: regime -> UNCL5305 category of its lines
CATEGORIES = {
    "normal": "S", "reverse": "AE", "intra": "K", "intra_service": "AE", "export": "G",
    "exempt": "E", "margin": "E", "abroad": "O",
}  # fmt: skip


def invent_paper(
    rng: Random, scenario: Scenario, trade: Trade, dossier: Party, *, number_pattern: str
) -> Paper:
    """Return a paper for (or, on a sale, from) the company `dossier`."""
    is_sale = rng.random() < scenario.sale
    supplier, customer = _parties(rng, scenario, trade, dossier=dossier, is_sale=is_sale)
    regime = rng.choice(scenario.regimes)
    is_credit = rng.random() < scenario.credit
    issued = date(2023, 1, 2) + timedelta(days=rng.randint(0, 1420))
    lines = _lines(rng, scenario, trade, regime)
    sums = add_up(rng, scenario, lines)
    incl = sums.total_excl + sum((row.amount for row in sums.vat_rows), ZERO)
    prepaid = None if is_credit or sums.reduction else _prepaid(rng, scenario, incl)
    is_settled = is_credit or prepaid == incl
    debited = _debited(rng, scenario, customer, is_settled=is_settled)
    source, days, is_eom, is_receipt = _term(rng, scenario, is_settled=is_settled)
    if debited:  # the bank is told the day
        source, is_receipt = "printed", False
    has_ogm = rng.random() < scenario.ogm and not is_credit and supplier.country == "BE"
    number = _number(rng, number_pattern, issued)
    return Paper(
        is_credit=is_credit,
        supplier=supplier,
        customer=customer,
        number=number,
        issued=issued,
        due=_due(issued, source, days, is_end_of_month=is_eom, is_on_receipt=is_receipt),
        due_source=source,
        term_days=days,
        is_end_of_month=is_eom,
        is_on_receipt=is_receipt,
        currency=scenario.currency,
        regime=regime,
        lines=lines,
        goods=sums.goods,
        total_excl=sums.total_excl,
        vat_rows=sums.vat_rows,
        reduction=sums.reduction,
        prepaid=prepaid,
        rounding=_rounding(rng, scenario, incl) if prepaid is None else None,
        is_sale=is_sale,
        ogm=invent_ogm(rng) if has_ogm else "",
        free_reference=number,
        debited=debited,
        old_account=_old_account(rng, scenario, supplier),
        has_qr=rng.random() < scenario.qr and not is_settled and not is_sale,
        has_prices_with_vat=scenario.has_prices_with_vat,
        numbers=_numbers(rng, issued),
        site=invent_party(rng, customer.country, customer.language)
        if rng.random() < 0.3
        else None,
    )


def _parties(
    rng: Random, scenario: Scenario, trade: Trade, *, dossier: Party, is_sale: bool
) -> tuple[Party, Party]:
    if is_sale:
        return dossier, invent_party(rng, dossier.country, dossier.language, ("Atelier", "Shop"))
    invent = invent_person if scenario.is_person else invent_party
    return invent(rng, scenario.country, scenario.language, trade.names), dossier


def _lines(rng: Random, scenario: Scenario, trade: Trade, regime: str) -> tuple[Line, ...]:
    rates = rng.choice(scenario.rates) if regime == "normal" else ("0",)
    lines = [
        _line(rng, scenario, trade, rate=Decimal(rng.choice(rates)), category=CATEGORIES[regime])
        for _ in range(rng.randint(*scenario.n_lines))
    ]
    if rng.random() < scenario.deposit and not any(line.rate == 0 for line in lines):
        lines.append(
            _plain_line("LEEG", trade.deposit, cents(Decimal(rng.randint(210, 9900)) / 100))
        )
    if rng.random() < scenario.advances and regime in ("normal", "reverse"):
        share = cents(sum((line.amount for line in lines), ZERO) * Decimal("0.3"))
        first = lines[0]
        same = [line for line in lines if line.rate == first.rate]
        share = min(share, cents(sum((line.amount for line in same), ZERO) / 2))
        lines.append(_plain_line("", "ADVANCE", -share, rate=first.rate, category=first.category))
    return tuple(lines)


def _plain_line(
    code: str, text: str, amount: Decimal, *, rate: Decimal = ZERO, category: str = "O"
) -> Line:
    return Line(
        code=code, description=text, quantity=Decimal(1), unit="", price=amount, discount=None,
        amount=amount, rate=rate, category=category,
    )  # fmt: skip


def _line(rng: Random, scenario: Scenario, trade: Trade, *, rate: Decimal, category: str) -> Line:
    description, low, high = rng.choice(trade.lines)
    price = cents(Decimal(str(round(rng.uniform(low, high) * scenario.scale, 2))))
    quantity = _quantity(rng, price)
    discount = Decimal(rng.choice((5, 10, 15))) if rng.random() < 0.12 else None
    amount = cents(price * quantity * (100 - (discount or 0)) / 100)
    return Line(
        code=rng.choice((f"{rng.randint(1000, 99999)}", f"K{rng.randint(100, 9999)}")),
        description=description,
        quantity=quantity,
        unit=rng.choice(("st", "u", "pc", "m²", "kg")),
        price=price,
        discount=discount,
        amount=amount,
        rate=rate,
        category="Z" if category == "S" and rate == 0 else category,
    )  # fmt: skip


def _quantity(rng: Random, price: Decimal) -> Decimal:
    if price < 3:
        return Decimal(rng.randint(2000, 9900)) / 100
    if price > 400:
        return Decimal(rng.choice((1, 1, 1, 2)))
    return Decimal(rng.choice(("1", "1", "2", "3", "4", "6", "12", "1.5", "2.25", "7.5", "38")))


def _prepaid(rng: Random, scenario: Scenario, incl: Decimal) -> Decimal | None:
    if rng.random() < scenario.paid:
        return incl
    if rng.random() < scenario.prepaid and incl > 20:
        return cents(incl * rng.choice((Decimal("0.3"), Decimal("0.5"), Decimal("0.42"))))
    return None


def _rounding(rng: Random, scenario: Scenario, incl: Decimal) -> Decimal | None:
    """Return what brings the total to five cents (Belgian law of 2019 on cash payments)."""
    if rng.random() >= scenario.rounding:
        return None
    return (incl * 20).quantize(Decimal(1), ROUND_HALF_UP) / 20 - incl


def _term(rng: Random, scenario: Scenario, *, is_settled: bool) -> tuple[str, int, bool, bool]:
    """Return how the due date is told, days, end of month, on receipt."""
    source = "none" if is_settled else rng.choice(scenario.due)
    days = rng.choice((8, 10, 14, 14, 15, 21, 30, 30, 30, 45, 60))
    if source != "term":
        return source, days, source == "printed" and rng.random() < 0.15, False
    which = rng.random()
    return source, days, which < 0.25, which > 0.9


def _due(
    issued: date, source: str, days: int, *, is_end_of_month: bool, is_on_receipt: bool
) -> date | None:
    if source == "none" or is_on_receipt:
        return None
    due = issued + timedelta(days=days)
    if not is_end_of_month:
        return due
    first_of_next = (due.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_of_next - timedelta(days=1)


def _site(rng: Random, customer: Party) -> Party | None:
    """Return where is delivered or built: mostly another address of the customer."""
    if rng.random() < 0.6:
        return None
    site = invent_party(rng, customer.country, customer.language)
    if rng.random() < 0.3:
        return site
    return replace(site, name=customer.name, form=customer.form)


def _debited(rng: Random, scenario: Scenario, customer: Party, *, is_settled: bool) -> str:
    return customer.accounts[0][0] if rng.random() < scenario.debit and not is_settled else ""


def _old_account(rng: Random, scenario: Scenario, supplier: Party) -> str:
    country = supplier.accounts[0][0][:2]
    return invent_account(rng, country)[0] if rng.random() < scenario.old_account else ""


def _number(rng: Random, pattern: str, issued: date) -> str:
    values = {
        "y": issued.year,
        "yy": issued.year % 100,
        "m": issued.month,
        "n": rng.randint(1, 9999),
    }
    return pattern.format(**values, big=rng.randint(10_000, 9_999_999), a=rng.choice("ABCDEFG"))


def _numbers(rng: Random, issued: date) -> Numbers:
    last_month = issued.replace(day=1) - timedelta(days=1)
    some = rng.randint
    return Numbers(
        customer=rng.choice(
            (f"{some(100, 99999)}", f"K{some(1000, 9999)}", f"4{some(10**4, 10**5)}.0")
        ),
        order=rng.choice(
            (
                f"{issued.year}-{some(100, 999)}",
                f"PO{some(10000, 99999)}",
                f"45{some(10**7, 10**8)}",
                f"{some(1000, 9999)}/MV",
            )
        ),
        delivery=rng.choice((f"{some(100000, 999999)}", f"LB{issued:%y}{some(1000, 9999)}")),
        contract=rng.choice((f"C-{some(1000, 99999)}", f"{some(10**8, 10**9)}")),
        file=rng.choice(
            (f"{issued:%y}/{some(100, 999)}", f"D{some(1000, 99999)}", f"VIII-{some(10, 99)}")
        ),
        your_ref=rng.choice(
            ("mail 12/3", "offerte 88-2", "Jan", f"{some(1000, 9999)}-B", "PO-MARKT")
        ),
        contact=rng.choice(("Els V.", "M. Renard", "Kurt", "S. Adams", "Ann Claes")),
        order_date=issued - timedelta(days=some(12, 40)),
        delivery_date=issued - timedelta(days=some(1, 11)),
        period=(last_month.replace(day=1), last_month),
        advance=f"{issued.year}{some(100, 999)}",
        advance_date=issued - timedelta(days=some(30, 90)),
    )
