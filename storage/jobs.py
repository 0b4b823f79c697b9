"""The queue: the only module that knows DBOS (docs/decisions/0001).

A job is put in the transaction of its cause, and runs at least once; handlers make that once.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlmodel import Session

from mailbot.domain.errors import Temporary
from mailbot.domain.job import Job, JobKind
from storage.database import Database, away_is_temporary
from storage.job_pace import Pace

_WORKFLOW = "run_job"
_APPLICATION = "mailbot"
#: a job put by one version of mailbot is run by any other
_VERSION = "1"
_LIGHT, _HEAVY = "light", "heavy"
#: these may read scans, which takes seconds of a processor
READING = frozenset({JobKind.RECOGNISE_DOCUMENT, JobKind.LEARN_SUPPLIER})
_KNOWN = frozenset(kind.value for kind in JobKind)
#: seconds until a job that only a newer version can run is offered again
_UNKNOWN_SECONDS = 20
_POLL_SECONDS = 0.1
_UNDER_WAY = ("ENQUEUED", "PENDING", "DELAYED")
#: that a look at finished jobs takes at a time
_BATCH = 1000

Runner = Callable[[Job], None]


class RunningJob(NamedTuple):
    """A job that a worker took and has not ended."""

    key: str
    queue: str
    executor_id: str


class Jobs:
    """Puts jobs into the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._client = DBOSClient(
            system_database_url=database.jobs_url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=_APPLICATION,
            # who asks knows what to do while the database is away
            retry_connection_errors=False,
            lazy=True,
        )

    def put(self, session: Session, job: Job, *, delay: float = 0) -> None:
        """Put `job` in the queue in the transaction of `session`; `delay` in seconds.

        A second put of the same key is a no-op.
        """
        queue = _HEAVY if job.kind in READING else _LIGHT
        self._client.enqueue_in_transaction(
            session, _options(queue, job.key, delay), job.key, job.kind.value, json.dumps(job.ids)
        )

    def leave_for_newer(self, workflow_id: str, key: str, kind: str, ids: str) -> None:
        """Offer a job of a kind that this version does not know again, later, to any worker.

        Raises Temporary.
        """
        _, _, offers = workflow_id.rpartition("^")
        offer = f"{key}^{int(offers) + 1 if offers.isdigit() else 1}"
        with away_is_temporary():
            self._client.enqueue(_options(_LIGHT, offer, _UNKNOWN_SECONDS), key, kind, ids)

    def register_queues(self, at_a_time: Mapping[str, int]) -> None:
        """Make the rows of the queues, for the threads of DBOS to begin with."""
        for name, number in at_a_time.items():
            self._client.register_queue(
                name,
                worker_concurrency=number,
                polling_interval_sec=_POLL_SECONDS,
                on_conflict="always_update",
            )

    def counts(self) -> dict[str, int]:
        """Return how many jobs are waiting, running and done, by DBOS status.

        It counts every row that is kept: see `under_way`.
        """
        query = f"SELECT status, count(*) FROM {self._table} GROUP BY status"  # noqa: S608
        with self._database.reading() as session:
            return {row[0]: row[1] for row in session.execute(sa.text(query))}

    def under_way(self) -> dict[str, int]:
        """Return how many jobs wait, run or wait for their time; quick however many are done."""
        count = f"SELECT '{{0}}', count(*) FROM {self._table} WHERE status = '{{0}}'"  # noqa: S608
        query = " UNION ALL ".join(count.format(status) for status in _UNDER_WAY)
        with self._database.reading() as session:
            return {status: count for status, count in session.execute(sa.text(query)) if count}

    def running(self) -> list[RunningJob]:
        """Return the jobs that workers have taken, living or dead. Raises Temporary."""
        with away_is_temporary():
            found = self._client.list_workflows(
                status="PENDING", load_input=False, load_output=False
            )
        return [
            RunningJob(each.workflow_id, each.queue_name or _LIGHT, each.executor_id or "")
            for each in found
        ]

    def run_again(self, left_behind: Collection[RunningJob]) -> None:
        """Put jobs that a dead worker had taken back in their queues, unless they ended.

        Whoever still runs one all the same can no longer end it: DBOS knows by a mark that it is
        somebody else's now. Raises Temporary.
        """
        keys = defaultdict(list)
        for job in left_behind:
            keys[job.queue].append(job.key)
        with away_is_temporary():
            for queue, workflow_ids in keys.items():
                self._client.resume_workflows(workflow_ids, queue_name=queue)

    def forget_finished(self, before: datetime, *, limit: int = _BATCH) -> int:
        """Delete the rows of jobs that ended before then; return how many, at most `limit`."""
        query = sa.text(
            f"SELECT workflow_uuid FROM {self._table} "  # noqa: S608 - our own words
            "WHERE completed_at < :before AND completed_at IS NOT NULL "
            "ORDER BY completed_at LIMIT :limit"
        )
        values = {"before": int(before.timestamp() * 1000), "limit": limit}
        with self._database.reading() as session:
            ended = [str(key) for key in session.execute(query, values).scalars()]
        if ended:
            with away_is_temporary():
                self._client.delete_workflows(ended)
        return len(ended)

    def close(self) -> None:
        """Give back the connections."""
        self._client.destroy()

    @property
    def _table(self) -> str:
        """The table of DBOS, whose columns it documents."""
        return "workflow_status" if self._database.is_sqlite else "dbos.workflow_status"


class JobRunner:
    """Runs jobs in this process until it is stopped."""

    def __init__(self, database: Database, jobs: Jobs, run: Runner, *, executor_id: str) -> None:
        self._config: Any = {
            "name": _APPLICATION,
            "system_database_url": database.jobs_url,
            "serializer": DBOSPortableJSONSerializer(),
            "application_version": _VERSION,
            "executor_id": executor_id,
            "log_level": "WARNING",
            # nothing is listened for, but a stop waits until the listener has slept
            "notification_listener_polling_interval_sec": _POLL_SECONDS,
        }
        self._database = database
        self._jobs = jobs
        self._run = run
        #: by workflow id
        self._begun: set[str] = set()

    def start(self, *, light: int, heavy: int) -> None:
        """Begin to take jobs: at most `light` quick ones and `heavy` recognitions at a time.

        Jobs that were running when a process of this executor id died are run again.
        """
        at_a_time = {_LIGHT: light, _HEAVY: heavy}
        dbos: Any = DBOS(config=self._config)

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
        def run_job(key: str, kind: str, ids: str) -> None:
            self._run_or_leave(key, kind, ids)

        # before the launch, which begins to ask the queues that it finds
        self._jobs.register_queues(at_a_time)
        DBOS.launch()
        # storage/job_pace.py says why
        rows, running = dbos._sys_db, dbos._active_workflows_set  # noqa: SLF001
        self._pace = Pace(self._database, _VERSION, at_a_time, running.count_for_queue)
        rows.get_queue = self._pace.instead_of(rows.get_queue)

    def stop(self, *, patience: int) -> None:
        """Take no more jobs; give the running ones `patience` seconds to end."""
        self._pace.stop()
        DBOS.destroy(workflow_completion_timeout_sec=patience, destroy_registry=True)
        self._pace.close()

    def has_begun(self, key: str) -> bool:
        """Whether a job that was given to this process runs in it."""
        return key in self._begun

    def _run_or_leave(self, key: str, kind: str, ids: str) -> None:
        workflow_id = DBOS.workflow_id or key
        self._begun.add(workflow_id)
        try:
            if kind in _KNOWN:
                self._run(Job(key=key, kind=JobKind(kind), ids=json.loads(ids)))
            else:
                self._leave(workflow_id, key, kind, ids)
        finally:
            self._begun.discard(workflow_id)

    def _leave(self, workflow_id: str, key: str, kind: str, ids: str) -> None:
        """Leave a job to a newer version; while the database is away, wait: it is not left yet."""
        while True:
            try:
                return self._jobs.leave_for_newer(workflow_id, key, kind, ids)
            except Temporary:
                time.sleep(1)


def _options(queue: str, workflow_id: str, delay: float) -> EnqueueOptions:
    options: EnqueueOptions = {
        "workflow_name": _WORKFLOW,
        "queue_name": queue,
        "workflow_id": workflow_id,
        "app_version": _VERSION,
    }
    if delay:
        options["delay_seconds"] = delay
    return options
