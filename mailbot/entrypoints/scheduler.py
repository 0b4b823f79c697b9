"""A clock: puts uniquely keyed jobs in the queue, so that several nodes fire once."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from handlers.context import Context
from handlers.digest import digest_readers
from mailbot.domain.errors import Temporary
from mailbot.domain.job import JobKind
from mailbot.domain.people import Definition
from storage.definitions import all_definitions
from storage.one_at_a_time import only_one

log = structlog.get_logger(__name__)

_EVERY_MINUTES = 5
#: a finished job is looked at by nobody, but its key keeps it from being put again by the clock;
#: mails, documents and the audit log stay
_KEEP_JOBS = timedelta(days=1, hours=1)
#: how often and how long each look at the clock may clean up; a pause lets others write meanwhile
_CLEANINGS, _CLEAN_SECONDS, _BREATHE_SECONDS = 10, 15, 0.02


class Scheduler:
    """Looks at the clock every few minutes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        #: keys by office: to put thousands of them again each time is work for nothing
        self._put: dict[str, set[str]] = {}
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.tick,
            "interval",
            minutes=_EVERY_MINUTES,
            next_run_time=context.now() + timedelta(seconds=5),
            coalesce=True,
            max_instances=1,
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """End."""
        self._scheduler.shutdown(wait=False)

    def tick(self) -> None:
        """Put every job whose time has come; its key names the slot."""
        try:
            with self._context.database.reading() as session:
                definitions = all_definitions(session)
            slot = self._context.now().strftime("%Y-%m-%dT%H")
            night = self._context.now().date().isoformat()
            with self._context.transaction() as unit:
                unit.put(JobKind.REMINDERS, key=f"reminders:{slot}", slot=slot)
                unit.put(JobKind.RETENTION, key=f"retention:{night}", night=night)
            for definition in definitions:
                self._put_digests(definition)
            self._forget_finished()
        except Temporary as error:
            log.warning("the clock waits for the database", why=str(error))

    def _forget_finished(self) -> None:
        """Delete what is old, one of all clocks at a time, in steps that hold nobody up."""
        for _ in range(_CLEANINGS):
            if not self._forget_some(self._context.now() - _KEEP_JOBS):
                return

    def _forget_some(self, before: datetime) -> bool:
        """Delete for some seconds, which is as long as the lock may be held; return if more is."""
        until = time.monotonic() + _CLEAN_SECONDS
        with only_one(self._context.database, "forgetting") as is_ours:
            while is_ours and self._context.jobs.forget_finished(before):
                if time.monotonic() > until:
                    return True
                time.sleep(_BREATHE_SECONDS)
        return False

    def _put_digests(self, definition: Definition) -> None:
        office = definition.office
        local = self._context.now().astimezone(ZoneInfo(office.time_zone))
        if local.hour < office.digest_hour:
            return
        day = local.date().isoformat()
        readers = {
            f"digest:{day}:{office.code}:{email}": email
            for email in sorted(digest_readers(definition.employees, definition.dossiers))
        }
        with self._context.transaction() as unit:
            for key in readers.keys() - self._put.get(office.code, set()):
                unit.put(JobKind.DIGEST, key=key, office=office.code, person=readers[key], day=day)
        self._put[office.code] = set(readers)
