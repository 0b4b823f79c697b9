"""What every handler is given: the clock, the database, the files, the queue, the settings."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from mailbot import measures
from mailbot.domain.clock import Clock
from mailbot.domain.events import Event, EventKind
from mailbot.domain.identifiers import new_id
from mailbot.domain.job import Job, JobKind
from mailbot.sandbox.pool import Sandbox
from mailbot.settings import Settings
from storage.audit import record_event
from storage.blobs import Blobs
from storage.database import Database
from storage.directory_file import DirectoryFile
from storage.jobs import Jobs

#: who acts when no person does
MAILBOT = "mailbot"


def _no_scanner(_content: bytes) -> str:
    """Find nothing: no virus scanner is set."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """Made once, in `mailbot.entrypoints.app`."""

    settings: Settings
    clock: Clock
    database: Database
    blobs: Blobs
    jobs: Jobs
    #: where strangers' files are read (handlers/readers.py)
    sandbox: Sandbox = field(repr=False)
    #: signs reply tokens, so that RCPT can tell ours without a database
    token_secret: bytes
    #: what intake reads to answer RCPT while the database is away
    directory_file: DirectoryFile
    #: returns the name of what is harmful in a mail, "" for nothing; raises Temporary
    find_virus: Callable[[bytes], str] = field(default=_no_scanner, repr=False)

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock.now()

    def new_id(self) -> str:
        """Return a new id that sorts by time."""
        return new_id(self.clock.now())

    @contextmanager
    def transaction(self) -> Iterator["Unit"]:
        """Give a unit of work whose changes are committed together, or not at all.

        Raises Temporary when the database does not answer.
        """
        with self.database.transaction() as session:
            unit = Unit(context=self, session=session)
            yield unit
        # what was rolled back did not happen
        for kind in unit.noted:
            measures.EVENTS.labels(kind.value).inc()


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One unit of work: its changes, audit events, jobs and mails are one transaction."""

    context: Context
    session: Session
    #: what brought a decision, for its audit event (handlers/evidence.py)
    cause: Mapping[str, str] = field(default_factory=dict)
    #: the events that were written in it
    noted: list[EventKind] = field(default_factory=list)

    def put(self, kind: JobKind, *, key: str, delay: float = 0, **ids: str) -> None:
        """Put a job in the queue, in the transaction of its cause; the same key is a no-op.

        `delay` in seconds.
        """
        job = Job(key=f"{key}:{kind.value}", kind=kind, ids=ids)
        self.context.jobs.put(self.session, job, delay=delay)

    def note(self, kind: EventKind, subject: str, actor: str = MAILBOT, **data: str) -> None:
        """Write an audit event in the transaction of its effect."""
        event = Event(at=self.context.now(), kind=kind, actor=actor, subject=subject, data=data)
        record_event(self.session, event)
        self.noted.append(kind)
