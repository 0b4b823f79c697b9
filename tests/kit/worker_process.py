"""Runs a worker in a process of its own, whose jobs do what a test says; it can be killed."""

import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from handlers.context import Context
from mailbot.domain.job import Job, JobKind
from mailbot.entrypoints import watchdog, worker
from mailbot.entrypoints.app import open_context
from mailbot.settings import Settings
from tests.kit.killed_service import forking
from tests.kit.quick_stops import look_often

#: what is quick enough for a test, and slow enough for a loaded machine
BEAT_SECONDS = 0.2
SILENCE = timedelta(seconds=3)


def start_worker(folder: Path, url: str, machine: str, **worker: int) -> ForkServerProcess:
    """Start a worker on `machine`; each of its jobs writes a line `<machine> <key>` to `ran`.

    Jobs whose key begins with "slow" then wait until a file of their key is in the folder.
    """
    process = forking().Process(target=_work, args=(folder, url, machine, worker), daemon=True)
    process.start()
    return process


def end(process: ForkServerProcess) -> None:
    """Kill a worker, paused or not."""
    with suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join()


def _work(folder: Path, url: str, machine: str, limits: dict[str, Any]) -> None:
    look_often()
    settings = Settings(
        service={"data": folder / "data"},  # type: ignore[arg-type]
        database={"url": url},  # type: ignore[arg-type]
        worker=limits,  # type: ignore[arg-type]
    )
    context = open_context(settings)

    def handle(_context: Context, job: Job) -> None:
        _note(folder / "began", f"{machine} {job.key}")
        while job.key.startswith("slow") and not (folder / job.key).exists():
            time.sleep(0.02)
        _note(folder / "ran", f"{machine} {job.key}")

    watchdog._BEAT_SECONDS = BEAT_SECONDS  # type: ignore[assignment]
    watchdog.SILENCE = SILENCE
    worker.HANDLERS = dict.fromkeys(JobKind, handle)
    slots = settings.service.data / "slots"
    worker.Worker(context, machine=machine, slots=slots).start()
    signal.pause()


def _note(file: Path, line: str) -> None:
    with file.open("a") as open_file:
        open_file.write(line + "\n")
