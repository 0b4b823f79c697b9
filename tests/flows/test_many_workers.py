"""Several workers on one PostgreSQL: they share the work, and none of it dies with one of them."""

import os
import signal
import time
from collections.abc import Callable, Iterator
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
        self.processes = {}

    def start(self, machine: str, **limits: int) -> None:
        self.processes[machine] = start_worker(self.folder, self.url, machine, **limits)

    def kill(self, machine: str, signal_number: signal.Signals) -> None:
        os.kill(self.processes[machine].pid, signal_number)

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


def test_jobs_of_a_killed_worker_run_on_another_those_of_a_living_one_do_not(
    machines: Machines,
) -> None:
    machines.start("one")
    machines.put("slow-one")
    machines.wait_for(lambda: machines.lines("began") == ["one slow-one"])
    machines.start("two")
    machines.kill("one", signal.SIGKILL)
    machines.wait_for(lambda: "two slow-one" in machines.lines("began"))
    # many beats later the one that lives and takes long still has it
    machines.start("three")
    machines.put("slow-three", "quick")
    machines.wait_for(lambda: len(machines.lines("began")) == 4)
    time.sleep(6)
    machines.release("slow-one")
    machines.release("slow-three")
    machines.wait_for(lambda: machines.jobs.counts() == {"SUCCESS": 3})
    began = [line.split()[1] for line in machines.lines("began")]
    assert sorted(began) == ["quick", "slow-one", "slow-one", "slow-three"]
    assert "two slow-one" in machines.lines("ran")
