"""No reader of mail raises, whatever a stranger sends; what once broke one is read for ever."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.changes import KINDS, Change, apply_changes
from benchmarks.fuzz.seeds import PIECES, seeds_of
from benchmarks.fuzz.targets import TARGETS

FINDS = Path(__file__).parent / "finds"
#: a process for each input
SLOW = {"winmail"}
CHANGES = st.lists(
    st.builds(
        Change,
        kind=st.integers(0, KINDS - 1),
        at=st.floats(0, 1),
        size=st.sampled_from([1, 2, 8, 40]),
        piece=st.sampled_from(PIECES) | st.binary(max_size=4),
    ),
    max_size=5,
)


@pytest.mark.parametrize("target", sorted(TARGETS.keys() - SLOW))
def test_readers_take_what_they_are_made_for(target):
    for seed in seeds_of(target):
        TARGETS[target](seed)


@pytest.mark.parametrize("target", sorted(TARGETS.keys() - SLOW))
def test_changed_inputs_raise_nothing(target):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.sampled_from(seeds_of(target)), CHANGES)
    def read(seed, changes):
        TARGETS[target](apply_changes(seed, changes))

    read()


@pytest.mark.parametrize("target", sorted(TARGETS.keys() - SLOW))
def test_any_bytes_raise_nothing(target):
    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.binary(max_size=200))
    def read(content):
        TARGETS[target](content)

    read()


def test_finds_are_read():
    for find in sorted(FINDS.glob("*/*")):
        TARGETS[find.parent.name](find.read_bytes())
