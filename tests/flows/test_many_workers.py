"""Several workers on one PostgreSQL: they share the work, and none of it dies with one of them."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from mailbot.domain.job import Job, JobKind
from storage.database import Database
from storage.jobs import Jobs
from tests.kit.postgres import Postgres
from tests.kit.worker_process import end, start_worker


class Machines:
    """Some machines with one worker process each, and the queue that they share."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.database = Database(url)
        self.jobs = Jobs(self.database)
        self.processes: dict[str, ForkServerProcess] = {}

    def start(self, machine: str, **limits: int) -> None:
        self.processes[machine] = start_worker(self.folder, self.url, machine, **limits)

    def kill(self, machine: str, signal_number: signal.Signals) -> None:
        os.kill(self.processes[machine].pid or 0, signal_number)

    def put(self, *keys: str, kind: JobKind = JobKind.REVIEW) -> None:
        for key in keys:
            with self.database.transaction() as session:
                self.jobs.put(session, Job(key=key, kind=kind, ids={}))

    def release(self, key: str) -> None:
        (self.folder / key).touch()

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    def wait_for(self, look: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not look():
            assert time.monotonic() < deadline, (self.lines("began"), self.jobs.counts())
            time.sleep(0.02)

    def close(self) -> None:
        for process in self.processes.values():
            end(process)
        self.jobs.close()
        self.database.close()


@pytest.fixture
def machines(tmp_path: Path, postgres: Postgres) -> Iterator[Machines]:
    opened = Machines(tmp_path, postgres.new_migrated_database())
    yield opened
    opened.close()


def test_jobs_of_killed_and_of_paused_workers_run_on_another(machines: Machines) -> None:
    """Who wakes up after that does no harm: he ends what he began, and it is not his to end."""
    machines.start("one")
    machines.put("slow")
    machines.wait_for(lambda: machines.lines("began") == ["one slow"])
    machines.start("two")
    machines.kill("one", signal.SIGKILL)
    machines.wait_for(lambda: machines.lines("began")[1:] == ["two slow"])
    machines.start("three")
    machines.kill("two", signal.SIGSTOP)
    machines.wait_for(lambda: machines.lines("began")[2:] == ["three slow"])
    machines.release("slow")
    machines.wait_for(lambda: machines.jobs.counts() == {"SUCCESS": 1})
    assert machines.lines("ran") == ["three slow"]
    machines.kill("two", signal.SIGCONT)
    machines.wait_for(lambda: machines.lines("ran") == ["three slow", "two slow"])
    machines.put(*(f"quick{number}" for number in range(9)))
    machines.wait_for(lambda: machines.jobs.counts() == {"SUCCESS": 10})
    quick = [line.split()[1] for line in machines.lines("ran") if "quick" in line]
    assert sorted(quick) == [f"quick{number}" for number in range(9)]


def test_workers_of_one_machine_share_its_places_for_documents(machines: Machines) -> None:
    machines.start("one", ocr_processes=2)
    machines.start("two", ocr_processes=2)
    keys = [f"slow{number}" for number in range(6)]
    machines.put(*keys, kind=JobKind.RECOGNISE_DOCUMENT)
    machines.put("quick")
    machines.wait_for(lambda: len(machines.lines("began")) == 3)
    for key in keys:
        assert len(machines.lines("began")) - len(machines.lines("ran")) <= 2
        machines.release(key)
    machines.wait_for(lambda: machines.jobs.counts() == {"SUCCESS": 7})
