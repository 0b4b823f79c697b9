"""What happens when a job fails: one table, and every next try in the queue."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.failures import RETRY_AFTER, describe, forgive, judge, original_key, settle
from mailbot.domain.errors import Permanent, Refused, Temporary, UnsupportedFeature
from mailbot.domain.job import FailedJob, Job, JobKind
from storage.audit import events_about
from storage.failed_jobs import failed_jobs
from tests.kit.browser import House, open_house

JOB = Job(key="m1:reply", kind=JobKind.REPLY, ids={"mail": "m1"})
SECOND = Job(key="m1:reply~1", kind=JobKind.REPLY, ids={"mail": "m1"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def listed(house: House) -> list[FailedJob]:
    with house.context.database.reading() as session:
        return list(failed_jobs(session))


def counts(house: House) -> int:
    return sum(house.context.jobs.counts().values())


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Temporary("down"), "retry"),
        (Permanent("never"), "buried"),
        (UnsupportedFeature("never"), "buried"),
        (Refused("not_allowed"), "buried"),
        (ValueError("a bug"), "buried"),
        (KeyError("x"), "buried"),
        (MemoryError(), "buried"),
        (OSError(errno.ENOSPC, "No space left on device"), "retry"),
        (OSError(errno.EMFILE, "Too many open files"), "retry"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "buried"),
    ],
)
def test_the_table_of_errors(error: BaseException, state: str) -> None:
    assert judge(error, 0).state == state


def test_the_timetable_grows_and_ends_after_about_three_days() -> None:
    delays = [judge(Temporary("x"), tries).delay for tries in range(len(RETRY_AFTER))]
    assert delays == sorted(delays)
    assert 3 <= sum(delays) / 86400 <= 4
    assert judge(Temporary("x"), len(RETRY_AFTER)).state == "buried"


def test_a_passing_failure_is_listed_and_tried_again(house: House) -> None:
    assert settle(house.context, JOB, Temporary("the disk is full")).state == "retry"
    (failed,) = listed(house)
    assert (failed.job, failed.tries, failed.state) == (JOB, 1, "retry")
    assert failed.reason == "Temporary: the disk is full"
    assert counts(house) == 1
    settle(house.context, SECOND, Temporary("still full"))
    (failed,) = listed(house)
    assert (failed.job, failed.tries) == (JOB, 2)
    assert counts(house) == 2


def test_the_same_failure_told_twice_puts_no_second_try(house: House) -> None:
    """The process died after writing the failure down, and the job ran again."""
    settle(house.context, JOB, Temporary("down"))
    before = counts(house)
    again = Job(key="m1:reply~1", kind=JOB.kind, ids=JOB.ids)
    with house.context.transaction() as unit:
        house.context.jobs.put(unit.session, again)
    assert counts(house) == before


def test_a_bug_is_buried_with_its_trace_and_told(house: House) -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        int("no such thing")
    settle(house.context, JOB, raised.value)
    (failed,) = listed(house)
    assert failed.state == "buried"
    assert failed.reason.startswith("Traceback")
    assert "ValueError: invalid literal" in failed.reason.splitlines()[-1]
    assert counts(house) == 0
    with house.context.database.reading() as session:
        (event,) = events_about(session, "m1")
    assert event.kind.value == "job_buried"
    assert event.data["job"] == JOB.key


def test_what_succeeds_after_all_is_taken_off_the_list(house: House) -> None:
    settle(house.context, JOB, Temporary("down"))
    forgive(house.context, SECOND)
    assert listed(house) == []
    forgive(house.context, SECOND)


def test_keys_and_words() -> None:
    assert original_key(JOB) == original_key(SECOND) == "m1:reply"
    assert describe(Refused("not_allowed")) == "Refused: not_allowed"
    assert len(describe(ValueError("x" * 10_000))) == 4000
