"""Says that this worker lives, and has the jobs of workers that do so no more run again."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from handlers.context import Context
from mailbot.domain.errors import Temporary
from storage.executors import forget_executor, forget_executors, record_beat, silent_executors
from storage.jobs import RunningJob
from storage.one_at_a_time import only_one

log = structlog.get_logger(__name__)

_BEAT_SECONDS = 3
#: a worker that is busy beats late; one that was silent for so long is taken for dead
SILENCE = timedelta(seconds=15)
_GONE = timedelta(days=7)


class Watchdog:
    """Beats, and watches the others, while it runs."""

    def __init__(
        self, context: Context, executor_id: str, has_begun: Callable[[str], bool]
    ) -> None:
        """Watch as `executor_id`; `has_begun` says of a job by its key whether it runs here."""
        self._context = context
        self._executor_id = executor_id
        self._has_begun = has_begun
        #: jobs that were given to us and do not run here, and since when, in seconds
        self._missed: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin; with a first beat, so that no job of ours is ever taken for a dead worker's."""
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """End, and say so: jobs that still run here are somebody else's now."""
        self._stopping.set()
        self._thread.join(timeout=10)
        try:
            with self._context.database.transaction() as session:
                forget_executor(session, self._executor_id)
        except Temporary as error:
            log.warning("the others will miss this worker", why=str(error))

    def watch(self) -> int:
        """Have jobs of silent workers run again; return how many. Raises Temporary.

        Only one at a time looks: of two, the second could take a job from who had just got it.
        """
        with only_one(self._context.database, "watchdog") as is_ours:
            return self._take_over() if is_ours else 0

    def _run(self) -> None:
        while not self._stopping.wait(_BEAT_SECONDS):
            try:
                silence = self._beat()
                # who was away himself has heard nobody: the others get time to beat first
                if silence < SILENCE:
                    self.watch()
            except Temporary as error:
                log.warning("watchdog waits for the database", why=str(error))

    def _lost(self, running: Sequence[RunningJob]) -> set[str]:
        """Return what was given to us long ago and never begun here.

        The database may go away between the two.
        """
        now = time.monotonic()
        ours = {job.key for job in running if job.executor_id == self._executor_id}
        missed = {key for key in ours if not self._has_begun(key)}
        self._missed = {key: self._missed.get(key, now) for key in missed}
        limit = SILENCE.total_seconds()
        return {key for key, since in self._missed.items() if now - since > limit}

    def _beat(self) -> timedelta:
        with self._context.database.transaction() as session:
            forget_executors(session, _GONE)
            return record_beat(session, self._executor_id) or timedelta()

    def _take_over(self) -> int:
        running = self._context.jobs.running()
        with self._context.database.reading() as session:
            dead = silent_executors(session, {job.executor_id for job in running}, SILENCE)
        lost = self._lost(running)
        left_behind = [job for job in running if job.executor_id in dead or job.key in lost]
        if left_behind:
            self._context.jobs.run_again(left_behind)
            keys = [job.key for job in left_behind]
            log.warning("jobs run again", silent=sorted(dead), jobs=len(keys), first=keys[0])
        return len(left_behind)
