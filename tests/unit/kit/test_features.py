"""The report behind `make features`."""

import pytest

from tests.kit.features import FeatureReport, read_features

FEATURES = {"A-1": ("P1", "one"), "A-2": ("P1", "two"), "B-1": ("P2", "three")}


def a_report(outcome: str, when: str, *ids: str) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid="test_x",
        location=("x.py", 1, "test_x"),
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]   # a Literal there
        longrepr=None,
        when=when,  # type: ignore[arg-type]
        user_properties=[("feature", name) for name in ids],
    )


@pytest.mark.parametrize(
    ("reports", "proven"),
    [
        ([], set()),
        ([("passed", "call", "A-1", "B-1")], {"A-1", "B-1"}),
        ([("passed", "setup", "A-1")], set()),
        ([("skipped", "call", "A-1")], set()),
        ([("passed", "call", "A-1"), ("failed", "call", "A-1")], set()),
        ([("passed", "call", "A-1"), ("failed", "teardown", "A-1")], set()),
        ([("failed", "setup", "A-2"), ("passed", "call", "A-1")], {"A-1"}),
    ],
)
def test_a_feature_is_proven_by_a_passing_call_and_no_failure(
    reports: list[tuple[str, ...]], proven: set[str]
) -> None:
    features = FeatureReport()
    for outcome, when, *ids in reports:
        features.pytest_runtest_logreport(a_report(outcome, when, *ids))
    assert features.passed - features.failed == proven


def test_the_report_counts_per_priority() -> None:
    features = FeatureReport()
    features.pytest_runtest_logreport(a_report("passed", "call", "A-1"))
    features.pytest_runtest_logreport(a_report("failed", "call", "B-1"))
    assert features.lines(FEATURES) == [
        "proven A-1           P1  one",
        "-      A-2           P1  two",
        "FAILED B-1           P2  three",
        "",
        "P1: 1 of 2 proven",
        "P2: 0 of 1 proven",
        "all: 1 of 3 proven",
    ]


def test_every_listed_feature_has_a_priority_and_a_sentence() -> None:
    features = read_features()
    assert len(features) > 500
    assert all(priority in {"P1", "P2", "P3"} and text for priority, text in features.values())
