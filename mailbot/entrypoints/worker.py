"""Takes jobs from the queue and runs their handlers; the one place where any error is caught."""

import time

import structlog

from handlers.context import Context
from handlers.failures import forgive, settle
from handlers.registry import HANDLERS
from mailbot.domain.errors import Temporary
from mailbot.domain.job import Job
from storage.jobs import JobRunner

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 6


class Worker:
    """Runs jobs in this process."""

    def __init__(self, context: Context, *, executor_id: str) -> None:
        self._context = context
        self._runner = JobRunner(context.database, self.run, executor_id=executor_id)

    def start(self) -> None:
        """Begin; jobs that a dead process of this machine left are run again."""
        worker = self._context.settings.worker
        self._runner.start(light=worker.processes, heavy=worker.ocr_processes)

    def stop(self) -> None:
        """End; running jobs get some seconds, the rest stays in the queue."""
        self._runner.stop(patience=_PATIENCE_SECONDS)

    def run(self, job: Job) -> None:
        """Run one job; whatever goes wrong is written down, and tried again if that can help."""
        with structlog.contextvars.bound_contextvars(job=job.key):
            try:
                HANDLERS[job.kind](self._context, job)
            except Exception as error:
                self._settle(job, error)
            else:
                if "~" in job.key:
                    forgive(self._context, job)

    def _settle(self, job: Job, error: Exception) -> None:
        """Write the failure down; while the database is away, wait for it: the job is not done."""
        while True:
            try:
                verdict = settle(self._context, job, error)
            except Temporary as down:
                log.warning("database away, job waits", why=str(down))
                time.sleep(1)
                continue
            log.warning("job failed", outcome=verdict.state, why=str(error)[:300])
            return
