"""The pytest plugin that lets a service stop as soon as its jobs have ended.

DBOS looks once a second whether a job still runs, also when none ever did; hundreds of stories end
with that look. What is waited for stays the same, it is only seen sooner.
"""

import time
from types import SimpleNamespace

import pytest
from dbos import _dbos

_LOOK_SECONDS = 0.02


def _sleep_shortly(seconds: float) -> None:
    time.sleep(min(seconds, _LOOK_SECONDS))


def look_often() -> None:
    """Let DBOS look often whether it may stop, in this process."""
    _dbos.time = SimpleNamespace(time=time.time, sleep=_sleep_shortly)  # type: ignore[assignment]


def pytest_configure(config: pytest.Config) -> None:
    """Do so in every process of tests."""
    del config
    look_often()
