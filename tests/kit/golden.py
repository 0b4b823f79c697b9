"""The pytest plugin behind `make golden`: whole texts compared with what a person has read."""

from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "golden"

#: compares a text with tests/golden/<name>; take out what changes by itself (ids, tokens) first
Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden instead of comparing"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the tests that compare, and only these, when they are to write."""
    if config.getoption("--update-golden"):
        items[:] = [item for item in items if "golden" in getattr(item, "fixturenames", ())]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return the function that compares, or writes with `--update-golden`."""
    return write if request.config.getoption("--update-golden") else compare


def compare(name: str, text: str) -> None:
    """Fail when `text` is not what tests/golden/`name` says."""
    file = FOLDER / name
    assert file.exists(), f"{name} has not been written: make golden"
    assert text == file.read_text(encoding="utf-8")


def write(name: str, text: str) -> None:
    """Make `text` what tests/golden/`name` says."""
    file = FOLDER / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
