"""Decides what is wrong enough to tell an operator, and when it is told."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.domain.watching import (
    NOTHING_WAITS,
    Here,
    KnownTrouble,
    Standing,
    Trouble,
    Waiting,
)
from mailbot.settings import Monitoring

#: what can be wrong with the installation, whoever looks
OF_ALL = (
    "audit_broken",
    "worker_gone",
    "queue_old",
    "jobs_buried",
    "outbox_deferred",
    "outbox_queued",
    "clock_back",
    "no_backup",
    "backup_old",
)
#: and with one machine
OF_A_MACHINE = (
    "disk_low",
    "spool_old",
    "spool_damaged",
    "clock_off",
    "certificate_ends",
)
_DAY = timedelta(days=1)
#: a trouble that comes and goes is one trouble
_CALM = timedelta(minutes=30)


def find_troubles(standing: Standing, limits: Monitoring, now: datetime) -> Iterator[Trouble]:
    """Yield what is wrong with the installation, the worst first."""
    if standing.broken_event is not None:
        yield Trouble(id="audit_broken", values={"number": str(standing.broken_event)})
    if standing.workers_gone:
        yield Trouble(id="worker_gone", values={"names": ", ".join(standing.workers_gone)})
    queue = _oldest(standing.queues.values())
    if _is_late(queue, now, timedelta(minutes=limits.queue_minutes)):
        yield _late("queue_old", queue, now)
    buried = standing.failed.get("buried")
    if buried and buried.count:
        yield Trouble(id="jobs_buried", values={"count": str(buried.count)})
    deferred = standing.outbox.get("deferred", NOTHING_WAITS)
    if _is_late(deferred, now, timedelta(hours=limits.outbox_hours)):
        yield _late("outbox_deferred", deferred, now)
    queued = standing.outbox.get("queued", NOTHING_WAITS)
    if _is_late(queued, now, timedelta(minutes=limits.queue_minutes)):
        yield _late("outbox_queued", queued, now)
    if standing.newest_at and standing.newest_at - now > timedelta(seconds=limits.clock_seconds):
        seconds = (standing.newest_at - now).total_seconds()
        yield Trouble(id="clock_back", values={"seconds": f"{seconds:.0f}"})
    yield from _old_backup(standing, limits, now)


def find_troubles_here(here: Here, limits: Monitoring, now: datetime) -> Iterator[Trouble]:
    """Yield what is wrong with one machine, the worst first."""
    if here.disk_free < limits.min_free_disk:
        yield Trouble(id="disk_low", place=here.place, values={"free": _megabytes(here.disk_free)})
    if _is_late(here.spool, now, timedelta(minutes=limits.spool_minutes)):
        yield replace(_late("spool_old", here.spool, now), place=here.place)
    if here.damaged:
        values = {"count": str(here.damaged)}
        yield Trouble(id="spool_damaged", place=here.place, values=values)
    if here.clock_ahead is not None and abs(here.clock_ahead) > limits.clock_seconds:
        values = {"seconds": f"{here.clock_ahead:+.0f}"}
        yield Trouble(id="clock_off", place=here.place, values=values)
    ends = here.certificate_ends
    if ends is not None and ends - now < timedelta(days=limits.certificate_days):
        values = {"until": ends.date().isoformat()}
        yield Trouble(id="certificate_ends", place=here.place, values=values)


def must_tell(known: KnownTrouble, now: datetime) -> bool:
    """Whether somebody must hear of a trouble that lasts: at once, then once a day."""
    return known.told_at is None or now - known.told_at >= _DAY


def is_over(known: KnownTrouble, now: datetime) -> bool:
    """Whether a trouble has been away for so long that it has ended."""
    return known.over_since is not None and now - known.over_since >= _CALM


def _old_backup(standing: Standing, limits: Monitoring, now: datetime) -> Iterator[Trouble]:
    made = standing.backed_up_at
    safe_until = made or standing.began_at
    if not limits.backup_days or safe_until is None:
        return
    if now - safe_until > timedelta(days=limits.backup_days):
        values = {"until": made.date().isoformat()} if made else {}
        yield Trouble(id="backup_old" if made else "no_backup", values=values)


def _oldest(queues: Iterable[Waiting]) -> Waiting:
    """Return all queues as one."""
    found = tuple(queues)
    moments = [each.since for each in found if each.since]
    return Waiting(count=sum(each.count for each in found), since=min(moments, default=None))


def _is_late(waiting: Waiting, now: datetime, limit: timedelta) -> bool:
    return waiting.since is not None and now - waiting.since > limit


def _late(name: str, waiting: Waiting, now: datetime) -> Trouble:
    minutes = int((now - (waiting.since or now)).total_seconds() // 60)
    return Trouble(id=name, values={"count": str(waiting.count), "minutes": str(minutes)})


def _megabytes(size: int) -> str:
    return str(size // 1_000_000)
