"""Whatever people do in whatever order, twice, and with crashes between: money stays where it is.

Thousands of such sequences are run by `python -m benchmarks.sequences`.
"""

from tests.kit.payment_sequences import run_sequences


def test_what_must_hold_of_payments_holds() -> None:
    ended = run_sequences(8, steps=6)
    assert sum(ended.values())
