"""The pytest plugin behind `make features`: which features have a passing test, and which not."""

import csv
from collections import Counter
from pathlib import Path

import pytest

FEATURES = Path(__file__).resolve().parents[2] / "docs" / "features.tsv"


def read_features() -> dict[str, tuple[str, str]]:
    """Return priority and sentence of every feature, by id, in the order of the file."""
    with FEATURES.open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["id"]: (row["priority"], row["feature"]) for row in rows}


def feature_ids(item: pytest.Item) -> tuple[str, ...]:
    """Return the ids that `item` says it proves."""
    return tuple(str(name) for mark in item.iter_markers("feature") for name in mark.args)


class FeatureReport:
    """Remembers which features passed and failed, and prints them at the end.

    A feature is proven when a test that carries its id passed and none failed. The ids travel as
    user properties of the test reports, so that they arrive from the processes of xdist, too.
    """

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        ids = {str(value) for name, value in report.user_properties if name == "feature"}
        if report.failed:
            self.failed |= ids
        elif report.passed and report.when == "call":
            self.passed |= ids

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.lines(read_features()):
            terminalreporter.write_line(line)

    def lines(self, features: dict[str, tuple[str, str]]) -> list[str]:
        """Return the report: each feature on a line, then the counts per priority."""
        proven = self.passed - self.failed
        listed = [
            f"{'proven' if name in proven else 'FAILED' if name in self.failed else '-':7}"
            f"{name:14}{priority:4}{sentence}"
            for name, (priority, sentence) in features.items()
        ]
        of_all = Counter(priority for priority, _ in features.values())
        of_proven = Counter(features[name][0] for name in proven)
        counts = [f"{p}: {of_proven[p]} of {of_all[p]} proven" for p in sorted(of_all)]
        return [*listed, "", *counts, f"all: {len(proven)} of {len(features)} proven"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--features`."""
    parser.addoption("--features", action="store_true", help="say which features are proven")


def pytest_configure(config: pytest.Config) -> None:
    """Report features where the results come together: not in the processes of xdist."""
    if config.getoption("--features") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FeatureReport(), "features")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the ids of each test into its report; refuse an id that no feature has."""
    known = read_features()
    for item in items:
        for name in feature_ids(item):
            if name not in known:
                raise pytest.UsageError(f"{item.nodeid}: docs/features.tsv has no {name}")
            item.user_properties.append(("feature", name))
