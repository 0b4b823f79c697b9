"""The queue: the only module that knows DBOS (docs/decisions/0001).

A job is put in the transaction of its cause, and runs at least once; handlers make that once.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlmodel import Session

from mailbot.domain.job import Job, JobKind
from storage.database import Database

_WORKFLOW = "run_job"
_APPLICATION = "mailbot"
#: a job put by one version of mailbot is run by any other
_VERSION = "1"
_LIGHT, _HEAVY = "light", "heavy"
_POLL_SECONDS = 0.1
#: these may read scans, which takes seconds of a processor
_READING = frozenset({JobKind.RECOGNISE_DOCUMENT, JobKind.LEARN_SUPPLIER})

Runner = Callable[[Job], None]


class Jobs:
    """Puts jobs into the queue."""

    def __init__(self, database: Database) -> None:
        self._client = DBOSClient(
            system_database_url=database.jobs_url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=_APPLICATION,
            lazy=True,
        )

    def put(self, session: Session, job: Job, *, delay: float = 0) -> None:
        """Put `job` in the queue in the transaction of `session`; `delay` in seconds.

        A second put of the same key is a no-op.
        """
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": _HEAVY if job.kind in _READING else _LIGHT,
            "workflow_id": job.key,
            "app_version": _VERSION,
        }
        if delay:
            options["delay_seconds"] = delay
        self._client.enqueue_in_transaction(
            session, options, job.key, job.kind.value, json.dumps(job.ids)
        )

    def counts(self) -> dict[str, int]:
        """Return how many jobs are waiting, running and done, by DBOS status."""
        found: dict[str, int] = {}
        for status in self._client.list_workflows(load_input=False, load_output=False):
            found[status.status] = found.get(status.status, 0) + 1
        return found

    def forget_finished(self, before: datetime, *, limit: int = 1000) -> int:
        """Delete the rows of jobs that ended before then; return how many, at most `limit`."""
        ended = self._client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            limit=limit,
            load_input=False,
            load_output=False,
        )
        if ended:
            self._client.delete_workflows([workflow.workflow_id for workflow in ended])
        return len(ended)

    def close(self) -> None:
        """Give back the connections."""
        self._client.destroy()


class JobRunner:
    """Runs jobs in this process until it is stopped."""

    def __init__(self, database: Database, run: Runner, *, executor_id: str) -> None:
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
        self._run = run

    def start(self, *, light: int, heavy: int) -> None:
        """Begin to take jobs: at most `light` quick ones and `heavy` recognitions at a time.

        Jobs that were running when a process of this executor id died are run again.
        """
        DBOS(config=self._config)
        run = self._run

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
        def run_job(key: str, kind: str, ids: str) -> None:
            run(Job(key=key, kind=JobKind(kind), ids=json.loads(ids)))

        DBOS.launch()
        for name, at_a_time in ((_LIGHT, light), (_HEAVY, heavy)):
            DBOS.register_queue(
                name,
                worker_concurrency=at_a_time,
                polling_interval_sec=_POLL_SECONDS,
                on_conflict="always_update",
            )

    def stop(self, *, patience: int) -> None:
        """Take no more jobs; give the running ones `patience` seconds to end."""
        DBOS.destroy(workflow_completion_timeout_sec=patience, destroy_registry=True)
