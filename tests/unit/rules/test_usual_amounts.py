"""What is far from a supplier's usual amounts is told; what varies as it always did is not."""

from decimal import Decimal

import pytest

from mailbot.rules.usual_amounts import usual_range

STEADY = ["120", "125", "118", "122", "121"]


@pytest.mark.parametrize(
    ("amount", "earlier", "is_far"),
    [
        ("124", STEADY, False),
        ("170", STEADY, False),
        ("190", STEADY, True),
        ("1210", STEADY, True),
        ("12", STEADY, True),
        ("1210", STEADY[:3], False),
        ("900", ["100", "400", "250", "800", "600"], False),
        ("9000", ["100", "400", "250", "800", "600"], True),
        # one odd invoice before does not make the next one usual
        ("1210", [*STEADY, "1210"], True),
        ("100", ["100", "100", "100", "100"], False),
        ("149", ["100", "100", "100", "100"], False),
        ("151", ["100", "100", "100", "100"], True),
    ],
)
def test_far(amount: str, earlier: list[str], is_far: bool) -> None:
    found = usual_range(Decimal(amount), [Decimal(one) for one in earlier])
    assert bool(found) is is_far


def test_the_range_leaves_out_what_was_odd() -> None:
    earlier = [Decimal(one) for one in (*STEADY, "1210")]
    assert usual_range(Decimal(2000), earlier) == (Decimal(118), Decimal(125))
