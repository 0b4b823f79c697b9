"""Takes jobs from the queue and runs their handlers; the one place where any error is caught."""

import threading
import time
from contextlib import ExitStack
from pathlib import Path

import structlog

from handlers.context import Context
from handlers.failures import forgive, settle
from handlers.registry import HANDLERS
from mailbot import measures
from mailbot.domain.errors import Temporary
from mailbot.domain.job import Job
from mailbot.entrypoints.watchdog import Watchdog
from storage.jobs import READING, JobRunner
from storage.machine_slots import Slot, one_of, take_slot

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 6
#: of these, for files that are being read
_READING_SECONDS = 3
#: of what a job is about, what the log names
_NAMED = ("mail", "document", "batch")


class Worker:
    """Runs jobs in this process."""

    def __init__(self, context: Context, *, machine: str, slots: Path) -> None:
        """Run on `machine`; `slots` is the folder where its worker processes hold their places."""
        self._context = context
        self._machine = machine
        self._slots = slots

    def start(self) -> None:
        """Begin; jobs that a dead process left in this place are run again. Raises OSError.

        The place is what names a process: after a restart it finds its own jobs again, and of
        two that live none takes the other's.
        """
        self._slot: Slot = take_slot(self._slots, "worker")
        # it reads its modules meanwhile: the first document does not wait for them
        self._context.sandbox.start()
        executor_id = f"{self._machine}/{self._slot.number}"
        database, jobs = self._context.database, self._context.jobs
        self._runner = JobRunner(database, jobs, self.run, executor_id=executor_id)
        self._watchdog = Watchdog(self._context, executor_id, self._runner.has_begun)
        self._watchdog.start()
        worker = self._context.settings.worker
        self._runner.start(light=worker.processes, heavy=worker.ocr_processes)

    def stop(self) -> None:
        """End; running jobs get some seconds, the rest stays in the queue.

        What is still being read then is read again later; a minute would be too long to wait.
        """
        interruption = threading.Timer(_READING_SECONDS, self._context.sandbox.interrupt)
        interruption.start()
        self._runner.stop(patience=_PATIENCE_SECONDS)
        interruption.cancel()
        self._watchdog.stop()
        self._slot.give_back()

    def run(self, job: Job) -> None:
        """Run one job; whatever goes wrong is written down, and tried again if that can help."""
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(**_about(job)):
            outcome = self._try(job)
            seconds = time.perf_counter() - began
            log.info("job", kind=job.kind.value, outcome=outcome, seconds=round(seconds, 3))
        measures.JOBS.labels(job.kind.value, outcome).inc()
        measures.JOB_SECONDS.labels(job.kind.value).observe(seconds)

    def _try(self, job: Job) -> str:
        """Return what became of the job: "done", "retry" or "buried"."""
        try:
            self._handle(job)
            if "~" in job.key:
                forgive(self._context, job)
        except Exception as error:
            return self._settle(job, error)
        return "done"

    def _handle(self, job: Job) -> None:
        """Call the handler; what reads documents waits for one of this machine's places for it."""
        with ExitStack() as held:
            if job.kind in READING:
                places = self._context.settings.worker.ocr_processes
                held.enter_context(one_of(self._slots, "reader", places))
            HANDLERS[job.kind](self._context, job)

    def _settle(self, job: Job, error: Exception) -> str:
        """Write the failure down; while the database is away, wait for it: the job is not done."""
        while True:
            try:
                verdict = settle(self._context, job, error)
            except Temporary as down:
                log.warning("database away, job waits", why=str(down))
                time.sleep(1)
                continue
            log.warning("job failed", outcome=verdict.state, why=str(error)[:300])
            return verdict.state


def _about(job: Job) -> dict[str, str]:
    """Return what stands on every line of the log about a job: no address of a person."""
    return {**{name: job.ids[name] for name in _NAMED if name in job.ids}, "job": job.key}
