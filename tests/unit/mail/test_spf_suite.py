"""SPF says what the test suite of RFC 7208 (openspf, release 2014.04) says, in all 203 cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailbot.mail.spf import check_spf
from tests.kit.zone import Zone

SUITE = json.loads((Path(__file__).parents[2] / "kit" / "rfc7208.json").read_text("utf-8"))


def zone(records: list[list[Any]]) -> Zone:
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    failing: set[str] = set()
    for name, kind, value in records:
        if kind == "TIMEOUT":
            failing.add(name)
        else:
            one = tuple(value) if kind == "MX" else value
            found[name, kind] = (*found.get((name, kind), ()), one)
    # a name that has other records fails for those it has not
    whole = frozenset(failing - {name for name, _ in found})
    return _Partly(found, whole, frozenset(failing - whole))


class _Partly(Zone):
    """A zone where some names answer some questions only."""

    def __init__(self, records: Any, failing: frozenset[str], partly: frozenset[str]) -> None:
        super().__init__(records, failing)
        self._partly = partly

    def _get(self, name: str, kind: str, chain: int = 0) -> tuple[Any, ...]:
        if name in self._partly and (name, kind) not in self.records:
            return Zone({}, frozenset({name}))._get(name, kind)  # raises LookupFailed
        return super()._get(name, kind, chain)


CASES = [
    pytest.param(index, case, id=f"{scenario['about']}: {case[0]}")
    for index, scenario in enumerate(SUITE)
    for case in scenario["cases"]
]
ZONES = [zone(scenario["records"]) for scenario in SUITE]


@pytest.mark.parametrize(("scenario", "case"), CASES)
def test_rfc_7208(scenario: int, case: list[Any]) -> None:
    _name, client_address, client_name, sender, wanted = case
    found = check_spf(
        client_address=client_address, client_name=client_name, envelope_sender=sender,
        lookup=ZONES[scenario],
    )  # fmt: skip
    assert found.result in wanted
