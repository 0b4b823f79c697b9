"""The pytest plugin behind `--stores`: where the stories keep rows and files.

A story is told on SQLite and a folder, or on PostgreSQL and a bucket, and does not know which.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kit.postgres import Postgres
from tests.kit.s3 import S3Server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: folders of tests that tell stories, and by what they tell them
_TELLING = ("flows", "faults")
_TOLD_BY = ("Story", "open_talks")
#: an eighth of these stories is told on SQLite, too: twice all of them takes too long for a run
_SOME_ON_BOTH = "test_stories"

#: makes what one story needs of the stores of its test: the settings of database and blobs
_makers: list[Callable[[], dict[str, Any]]] = []


def new_stores() -> dict[str, Any]:
    """Return settings of empty stores for one story: none for what is in its data folder."""
    return _makers[-1]() if _makers else {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--stores`."""
    parser.addoption(
        "--stores",
        choices=[SQLITE, POSTGRESQL],
        help="tell every story on SQLite and a folder, or on PostgreSQL and a bucket "
        "(default: all on PostgreSQL, some on both)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell each test that tells a story on which stores."""
    is_telling = any(hasattr(metafunc.module, name) for name in _TOLD_BY)
    if metafunc.definition.path.parent.name in _TELLING and is_telling:
        metafunc.parametrize("stores", _stores_of(metafunc), indirect=True)


def _stores_of(metafunc: pytest.Metafunc) -> list[str]:
    """Return on which stores a test runs: the same in every run."""
    mark = metafunc.definition.get_closest_marker("stores")
    fitting = mark.args if mark else (SQLITE, POSTGRESQL)
    wanted = metafunc.config.getoption("--stores")
    if wanted:
        return [each for each in fitting if each == wanted]
    name = metafunc.definition.name
    is_one_of = metafunc.module.__name__.endswith(_SOME_ON_BOTH)
    is_told_twice = is_one_of and zlib.crc32(name.encode()) % 8 == 1
    return list(fitting) if is_told_twice else list(fitting[-1:])


@pytest.fixture(autouse=True)
def stores(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the stories of this test find their stores."""
    if getattr(request, "param", SQLITE) == SQLITE:
        yield
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    s3: S3Server = request.getfixturevalue("s3")
    urls: list[str] = []

    def make() -> dict[str, Any]:
        urls.append(postgres.new_migrated_database())
        return {"database": {"url": urls[-1]}, "blobs": s3.new_bucket()}

    _makers.append(make)
    yield
    _makers.remove(make)
    for url in urls:
        postgres.drop(url)
