"""A clock: puts uniquely keyed jobs in the queue, so that several nodes fire once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from handlers.context import Context
from handlers.digest import digest_readers
from mailbot.domain.errors import Temporary
from mailbot.domain.job import JobKind
from mailbot.domain.people import Definition
from storage.definitions import all_definitions

log = structlog.get_logger(__name__)

_EVERY_MINUTES = 5
#: a finished job is looked at by nobody; mails, documents and the audit log stay
_KEEP_JOBS = timedelta(days=3)


class Scheduler:
    """Looks at the clock every few minutes."""

    def __init__(self, context: Context) -> None:
        self._context = context
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
            self._context.jobs.forget_finished(self._context.now() - _KEEP_JOBS)
        except Temporary as error:
            log.warning("the clock waits for the database", why=str(error))

    def _put_digests(self, definition: Definition) -> None:
        office = definition.office
        local = self._context.now().astimezone(ZoneInfo(office.time_zone))
        if local.hour < office.digest_hour:
            return
        day = local.date().isoformat()
        with self._context.transaction() as unit:
            for email in sorted(digest_readers(definition.employees, definition.dossiers)):
                key = f"digest:{day}:{office.code}:{email}"
                unit.put(JobKind.DIGEST, key=key, office=office.code, person=email, day=day)
