"""What happens when a job fails: one table from error class to what is done (habit 10)."""

import errno
import traceback
from dataclasses import dataclass

from handlers.context import Context
from mailbot.domain.errors import Refused, Temporary
from mailbot.domain.events import EventKind
from mailbot.domain.job import FailedJob, Job
from storage.failed_jobs import forget_failure, record_failure, tries_of

#: seconds before each next try of a job that failed for a passing reason: about three days in all
RETRY_AFTER = (1, 5, 30, 120, 600, 1800, 3600, *([4 * 3600] * 18))

#: no room on the disk, or it takes and gives nothing; no more open files, processes or memory
_SHORT_OF_SOMETHING = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
    | {errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM}
)


@dataclass(frozen=True)
class Verdict:
    """What to do with a failed job."""

    state: str
    delay: int = 0


def judge(error: BaseException, tries: int) -> Verdict:
    """Return whether a job is tried again, and when, or buried.

    Temporary, and a machine that is short of something: again on the timetable. Refused outside
    an answer, Permanent and anything else (a bug): buried, the mail is kept, the operator sees it
    in `mailbot status`.
    """
    if is_passing(error) and tries < len(RETRY_AFTER):
        return Verdict("retry", RETRY_AFTER[tries])
    return Verdict("buried")


def is_passing(error: BaseException) -> bool:
    """Whether the same may go well later, without anybody mending mailbot or the mail."""
    return isinstance(error, Temporary) or (
        isinstance(error, OSError) and error.errno in _SHORT_OF_SOMETHING
    )


def settle(context: Context, job: Job, error: BaseException) -> Verdict:
    """Write down the failure of `job`, and put its next try in the queue, in one transaction."""
    first = Job(key=original_key(job), kind=job.kind, ids=job.ids)
    with context.transaction() as unit:
        tries = tries_of(unit.session, first.key)
        verdict = judge(error, tries)
        record_failure(
            unit.session,
            FailedJob(
                job=first,
                state=verdict.state,
                tries=tries + 1,
                at=context.now(),
                reason=describe(error),
            ),
        )
        if verdict.state == "retry":
            retry = Job(key=f"{first.key}~{tries + 1}", kind=job.kind, ids=job.ids)
            context.jobs.put(unit.session, retry, delay=verdict.delay)
        else:
            subject = job.ids.get("document") or job.ids.get("mail") or job.key
            unit.note(EventKind.JOB_BURIED, subject, job=job.key, why=describe(error)[-300:])
    return verdict


def forgive(context: Context, job: Job) -> None:
    """Take a job that succeeded after all off the list."""
    with context.transaction() as unit:
        forget_failure(unit.session, original_key(job))


def original_key(job: Job) -> str:
    """Return the key of the first try."""
    return job.key.partition("~")[0]


def describe(error: BaseException) -> str:
    """Return the error for the operator: a sentence for what we raise, a trace for a bug."""
    if isinstance(error, Temporary | Refused):
        return f"{type(error).__name__}: {error}"
    return "".join(traceback.format_exception(error))[-4000:]
