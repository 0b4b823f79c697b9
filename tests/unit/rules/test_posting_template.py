"""Three bookings alike make a template; what it fills sums to what is printed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.booking import BookingLine, BookingProposal
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import DocumentClass, Invoice, VatLine
from mailbot.domain.learning import PastBooking
from mailbot.domain.money import cents
from mailbot.domain.people import Journal, JournalKind
from mailbot.rules.booking import (
    TypedLine,
    add_line,
    choose_template,
    propose_booking,
    remove_line,
    set_line,
)
from mailbot.rules.corrections import correct
from mailbot.rules.posting_template import (
    PostingTemplate,
    find_template,
    list_templates,
    remembered,
)
from tests.kit.bookings import make_booking
from tests.kit.letters import a_document
from tests.kit.office import make_dossier

PURCHASE, SALES = JournalKind.PURCHASE, JournalKind.SALES
JOURNALS = (
    Journal(code="AK", kind=PURCHASE),
    Journal(code="AK2", kind=PURCHASE),
    Journal(code="VK", kind=SALES),
)
DOSSIER = make_dossier(journals=JOURNALS)


def line(account: str, amount: str, vat_code: str = "S21", text: str = "Bloem") -> BookingLine:
    rate = Decimal({"S21": 21, "S6": 6, "RC": 21}.get(vat_code, 0))
    base = Decimal(amount)
    return BookingLine(
        ledger_account=account,
        amount=base,
        vat_rate=rate,
        vat_amount=cents(base * rate / 100),
        vat_code=vat_code,
        text=text,
    )


def past(
    number: int, *lines: BookingLine, read: tuple[str, ...] = ("S21",), **changes: object
) -> PastBooking:
    booking = PastBooking(
        document_id=f"d{number}",
        kind=PURCHASE,
        is_credit_note=False,
        journal="AK",
        read_codes=read,
        lines=lines,
    )
    return replace(booking, **changes)  # type: ignore[arg-type]


def template_of(*bookings: PastBooking) -> PostingTemplate | None:
    return find_template(bookings, PURCHASE, is_credit_note=False)


def an_invoice(*rows: tuple[str, str, str], **changes: object) -> Invoice:
    breakdown = tuple(
        VatLine(rate=Decimal(rate), base=Decimal(base), amount=Decimal(vat), category="S")
        for rate, base, vat in rows
    )
    values: dict[str, object] = {
        "supplier_name": "Molen De Vlier BV",
        "supplier_vat": "BE0431820739",
        "invoice_number": "MV26/00904",
        "invoice_date": date(2026, 12, 4),
        "currency": "EUR",
        "total_incl": sum((row.base + row.amount for row in breakdown), Decimal(0)),
        "vat_breakdown": breakdown,
    }
    return Invoice(**{**values, **changes})  # type: ignore[arg-type]


def proposed(
    template: PostingTemplate | None, *rows: tuple[str, str, str], **changes: object
) -> BookingProposal:
    known = {"booking": None, "journal": "", **changes}
    document = a_document(invoice=an_invoice(*rows or (("21", "80.00", "16.80"),)), **known)
    booking = propose_booking(document, DOSSIER, template)
    assert isinstance(booking, BookingProposal)
    return booking


def shown(booking: BookingProposal) -> list[tuple[str, str, str, str]]:
    return [
        (one.ledger_account, str(one.amount), one.vat_code, str(one.vat_amount))
        for one in booking.lines
    ]


FLOUR = template_of(*(past(n, line("601000", f"10{n}.00")) for n in range(3)))


@pytest.mark.feature("CF-ANN-28")
def test_three_bookings_alike_fill_the_next_one() -> None:
    booking = proposed(FLOUR)
    assert shown(booking) == [("601000", "80.00", "S21", "16.80")]
    assert (booking.lines[0].text, booking.like_earlier) == ("Bloem", 3)


def test_two_bookings_are_no_habit_yet_and_a_different_one_ends_it() -> None:
    alike = [past(n, line("601000", "100.00")) for n in range(4)]
    other = past(9, line("602000", "100.00"))
    assert template_of(*alike[:2]) is None
    assert template_of(other, *alike) is None
    assert template_of(*alike[:2], other, *alike[2:]) is None
    run = template_of(*alike, other)
    assert run is not None
    assert run.n_bookings == 4


@pytest.mark.feature("CF-ANN-29")
def test_every_way_that_was_booked_twice_can_be_chosen() -> None:
    flour = [past(n, line("601000", "100.00")) for n in range(3)]
    seed = [past(n, line("602000", "100.00"), line("613000", "50.00")) for n in (5, 6)]
    once = past(9, line("699999", "1.00"))
    ways = list_templates([seed[0], *flour, once, seed[1]], PURCHASE, is_credit_note=False)
    assert [(way.parts[0].ledger_account, way.n_bookings) for way in ways] == [
        ("602000", 2),
        ("601000", 3),
    ]
    document = a_document(invoice=an_invoice(("21", "90.00", "18.90")), booking=proposed(None))
    chosen = choose_template(document, DOSSIER, ways, 1)
    assert shown(chosen) == [
        ("602000", "60.00", "S21", "12.60"),
        ("613000", "30.00", "S21", "6.30"),
    ]
    assert chosen.like_earlier == 0
    for number in (0, 3):
        with pytest.raises(Refused):
            choose_template(document, DOSSIER, ways, number)


def test_a_template_that_does_not_fit_cannot_be_chosen() -> None:
    ways = [past(n, line("601000", "100.00", "S6"), read=("S6",)) for n in range(2)]
    templates = list_templates(ways, PURCHASE, is_credit_note=False)
    document = a_document(invoice=an_invoice(("21", "90.00", "18.90")), booking=proposed(None))
    with pytest.raises(Refused):
        choose_template(document, DOSSIER, templates, 1)


def test_credit_notes_and_sales_have_habits_of_their_own() -> None:
    bookings = [past(n, line("601000", "100.00"), is_credit_note=True) for n in range(3)]
    assert template_of(*bookings) is None
    assert find_template(bookings, PURCHASE, is_credit_note=True) is not None
    assert find_template(bookings, SALES, is_credit_note=True) is None


def test_a_split_by_shares_is_made_again() -> None:
    template = template_of(
        past(1, line("613100", "30.00"), line("613200", "70.00")),
        past(2, line("613100", "60.00"), line("613200", "140.00")),
        past(3, line("613100", "3.33"), line("613200", "7.77")),
    )
    assert shown(proposed(template)) == [
        ("613100", "24.00", "S21", "5.04"),
        ("613200", "56.00", "S21", "11.76"),
    ]


def test_a_fixed_amount_stays_and_one_line_takes_the_rest() -> None:
    template = template_of(
        past(1, line("613100", "25.00", text="Abonnement"), line("613200", "75.00", text="a")),
        past(2, line("613100", "25.00", text="Abonnement"), line("613200", "5.00", text="b")),
        past(3, line("613100", "25.00", text="Abonnement"), line("613200", "40.00", text="c")),
    )
    booking = proposed(template)
    assert shown(booking) == [
        ("613100", "25.00", "S21", "5.25"),
        ("613200", "55.00", "S21", "11.55"),
    ]
    assert [one.text for one in booking.lines] == ["Abonnement", "Molen De Vlier BV"]
    less = proposed(template, ("21", "10.00", "2.10"))
    assert (shown(less)[0][0], less.like_earlier) == ("604000", 0)


def test_a_split_that_was_another_one_each_time_is_no_habit() -> None:
    bookings = [
        past(n, line("613100", f"{n}0.00"), line("613200", f"{n * n}5.00"), line("613300", "7.00"))
        for n in (1, 2, 3)
    ]
    assert template_of(*bookings) is None


def test_half_of_the_vat_can_be_a_cost() -> None:
    """A car: half of the VAT is deducted, the other half is part of the cost."""
    template = template_of(
        *(
            past(n, line("613500", f"{n}00.00"), line("613510", f"{n * 121}.00", "E"))
            for n in (1, 2, 3)
        )
    )
    booking = proposed(template, ("21", "500.00", "105.00"))
    assert shown(booking) == [
        ("613500", "250.00", "S21", "52.50"),
        ("613510", "302.50", "E", "0.00"),
    ]
    assert booking.total_excl + booking.vat_total == booking.total_incl == Decimal("605.00")


def test_every_rate_keeps_its_own_account() -> None:
    template = template_of(
        *(
            past(n, line("601000", f"{n}.00", "S6"), line("612000", "9.00"), read=("S6", "S21"))
            for n in (1, 2, 3)
        )
    )
    both = proposed(template, ("21", "100.00", "21.00"), ("6", "50.00", "3.00"))
    assert shown(both) == [("601000", "50.00", "S6", "3.00"), ("612000", "100.00", "S21", "21.00")]
    one = proposed(template, ("21", "100.00", "21.00"))
    assert (shown(one)[0][0], one.like_earlier) == ("604000", 0)


def test_the_journal_of_the_last_three_is_taken_unless_one_was_asked_for() -> None:
    template = template_of(*(past(n, line("601000", "1.00"), journal="AK2") for n in range(3)))
    assert proposed(template).journal == "AK2"
    assert proposed(template, journal="AK").journal == "AK"
    gone = template_of(*(past(n, line("601000", "1.00"), journal="WEG") for n in range(3)))
    assert proposed(gone).journal == "AK"


def test_what_a_person_changes_is_said_no_more_to_be_like_earlier() -> None:
    booking = proposed(FLOUR)
    typed = TypedLine(account="610000", amount="1")
    for changed in (
        set_line(booking, 1, typed),
        add_line(booking, typed),
        remove_line(booking, 1),
    ):
        assert changed.like_earlier == 0
    document = a_document(invoice=an_invoice(("21", "80.00", "16.80")), booking=booking)
    moved = correct(document, DOSSIER, "account", "610000")
    assert moved.booking is not None
    assert moved.booking.like_earlier == 0


def test_lines_by_hand_stay_and_others_give_way_to_another_counterparty() -> None:
    by_hand = set_line(proposed(FLOUR), 1, TypedLine(account="699999"))
    assert shown(proposed(FLOUR, booking=by_hand))[0][0] == "699999"
    plain = proposed(None)
    assert shown(proposed(FLOUR, booking=plain))[0][0] == "604000"
    another = replace(plain, counterparty_vat="BE0456123791")
    assert shown(proposed(FLOUR, booking=another))[0][0] == "601000"
    followed = replace(proposed(FLOUR), counterparty_vat="BE0456123791")
    again = proposed(None, booking=followed)
    assert (shown(again)[0][0], again.like_earlier) == ("604000", 0)


def test_a_document_is_remembered_once_and_old_ones_are_let_go() -> None:
    booking = make_booking(key="d1")
    once = remembered((), booking, ["S21"])
    assert remembered(once, booking, ["S21"]) == once
    many = once
    for number in range(20):
        many = remembered(many, replace(booking, key=f"e{number}"), ["S21"])
    assert [old.document_id for old in many[:2]] == ["e19", "e18"]
    assert len(many) == 12


def test_a_credit_note_follows_too() -> None:
    bookings = [past(n, line("601000", "100.00"), is_credit_note=True) for n in range(3)]
    template = find_template(bookings, PURCHASE, is_credit_note=True)
    invoice = an_invoice(("21", "80.00", "16.80"), document_class=DocumentClass.CREDIT_NOTE)
    booking = propose_booking(a_document(invoice=invoice, booking=None), DOSSIER, template)
    assert isinstance(booking, BookingProposal)
    assert booking.is_credit_note
    assert shown(booking) == [("601000", "80.00", "S21", "16.80")]


SPLITS = st.lists(
    st.tuples(
        st.sampled_from(["613100", "613200", "613300"]),
        st.sampled_from(["S21", "S6", "E", "RC"]),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=4,
)


@given(SPLITS, st.decimals("-9999.99", "9999.99", places=2), st.sampled_from(["21", "6", "0"]))
def test_whatever_was_split_the_sum_is_what_the_supplier_is_paid(
    split: list[tuple[str, str, int]], base: Decimal, rate: str
) -> None:
    lines = [line(account, f"{10 * share}.00", code) for account, code, share in split]
    code = f"S{rate}"
    template = template_of(*(past(n, *lines, read=(code,)) for n in range(3)))
    vat = cents(base * Decimal(rate) / 100)
    booking = proposed(template, (rate, str(base), str(vat)))
    assert booking.total_excl + booking.vat_total == booking.total_incl == base + vat
    if booking.like_earlier:
        assert [one.ledger_account for one in booking.lines] == [account for account, *_ in split]
