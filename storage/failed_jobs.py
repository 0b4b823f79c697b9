"""Jobs that did not end well: the next try, or the grave."""

import json
from collections.abc import Sequence

from sqlmodel import Session, col, select

from mailbot.domain.job import FailedJob, Job, JobKind
from storage.tables import FailedJobRow


def record_failure(session: Session, failed: FailedJob) -> None:
    """Remember that a job failed, and what is done about it."""
    session.merge(
        FailedJobRow(
            key=failed.job.key,
            kind=failed.job.kind.value,
            state=failed.state,
            tries=failed.tries,
            at=failed.at,
            reason=failed.reason,
            data=json.dumps(failed.job.ids),
        )
    )


def tries_of(session: Session, key: str) -> int:
    """Return how often this job has failed."""
    row = session.get(FailedJobRow, key)
    return row.tries if row else 0


def forget_failure(session: Session, key: str) -> None:
    """Take a job off the list: it ended well after all."""
    row = session.get(FailedJobRow, key)
    if row is not None:
        session.delete(row)


def find_failure(session: Session, key: str) -> FailedJob | None:
    """Return one failed job."""
    row = session.get(FailedJobRow, key)
    return _failed(row) if row else None


def failed_jobs(session: Session, state: str | None = None) -> Sequence[FailedJob]:
    """Return failed jobs, oldest first."""
    query = select(FailedJobRow).order_by(col(FailedJobRow.at))
    if state:
        query = query.where(FailedJobRow.state == state)
    return [_failed(row) for row in session.exec(query)]


def _failed(row: FailedJobRow) -> FailedJob:
    return FailedJob(
        job=Job(key=row.key, kind=JobKind(row.kind), ids=json.loads(row.data)),
        state=row.state,
        tries=row.tries,
        at=row.at,
        reason=row.reason,
    )
