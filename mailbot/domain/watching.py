"""What an operator must know: what waits where and for how long, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many things wait, and since when the oldest does."""

    count: int = 0
    since: datetime | None = None


NOTHING_WAITS = Waiting()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What waits in the database: the same, whichever machine asks."""

    #: jobs by the name of their queue; those that wait for their next try are under `failed`
    queues: Mapping[str, Waiting] = field(default_factory=dict)
    #: mails of ours that must still leave, by state: "queued", "deferred"
    outbox: Mapping[str, Waiting] = field(default_factory=dict)
    #: documents that wait for somebody, by status
    documents: Mapping[str, Waiting] = field(default_factory=dict)
    #: jobs that did not end well, by state: "retry", "buried"
    failed: Mapping[str, Waiting] = field(default_factory=dict)
    #: names of workers that have not been heard of
    workers_gone: tuple[str, ...] = ()
    #: when the last backup ended, None if never
    backed_up_at: datetime | None = None
    #: when the first and the last thing happened here, None while nothing has
    began_at: datetime | None = None
    newest_at: datetime | None = None
    #: number of the first event of the audit log whose link is broken
    broken_event: int | None = None


@dataclass(frozen=True, kw_only=True)
class Here:
    """What one machine knows of itself."""

    #: the name of the machine
    place: str
    #: mails that were accepted and are not in the database yet
    spool: Waiting = NOTHING_WAITS
    #: mails in the spool that cannot be read
    damaged: int = 0
    #: bytes
    disk_free: int = 0
    #: of the certificate of the SMTP listener, None without one
    certificate_ends: datetime | None = None
    #: seconds that this clock is ahead (+) or behind, None when nobody was asked
    clock_ahead: float | None = None


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that is wrong, in words of table `troubles` of templates/<language>."""

    id: str
    #: the machine, "" when it is the whole installation
    place: str = ""
    #: what is filled into its sentences
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells it from others: the same thing at the same place."""
        return "@".join(filter(None, (self.id, self.values.get("part"), self.place)))


@dataclass(frozen=True, kw_only=True)
class KnownTrouble:
    """A trouble that was seen, and what was told of it."""

    trouble: Trouble
    since: datetime
    #: when it was last looked for
    seen_at: datetime
    #: when somebody was last told
    told_at: datetime | None = None
    #: since when it has not been seen, None while it lasts
    over_since: datetime | None = None
