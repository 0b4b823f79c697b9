"""What one scenario needs: a mailbot, its disk and database, a sending server, people."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.faults.ills import Ills
from benchmarks.faults.installation import Installation
from benchmarks.faults.load import DOSSIERS, SendingServer
from benchmarks.faults.people import People, Smarthost
from handlers.context import Context
from mailbot.domain.people import Definition, Export
from mailbot.entrypoints.app import close_context, open_context, open_spool, write_directory
from storage.definitions import save_definition
from storage.failed_jobs import failed_jobs
from storage.outbox import outbox_counts
from tests.kit.databases import lay_database
from tests.kit.dns import dns_server
from tests.kit.flaky_proxy import FlakyProxy, flaky_proxy
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.postgres import Postgres, run_postgres

_LOOK_SECONDS = 0.3
#: seconds without any change after which time is made to pass: a pause, a lease, a timetable
_STILL_SECONDS = 4
_JUMP_SECONDS = 90
_UNDER_WAY = frozenset({"ENQUEUED", "PENDING", "DELAYED"})
_UNSENT = frozenset({"queued", "deferred"})


class IllClock:
    """The clock that the service sees."""

    def __init__(self, ills: Ills) -> None:
        self._ills = ills

    def now(self) -> datetime:
        """Return the present moment as the service is told it."""
        return datetime.now(UTC) + timedelta(seconds=self._ills.skew)  # noqa: TID251 - it is a clock


@dataclass
class World:
    """What a fault can be done to."""

    folder: Path
    ills: Ills
    installation: Installation
    smarthost: Smarthost
    server: SendingServer
    people: People
    context: Context
    zone: dict[tuple[str, str], list[str] | str] = field(default_factory=dict)
    #: on PostgreSQL: the server, and what stands between it and the service
    postgres: Postgres | None = None
    proxy: FlakyProxy | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.installation.settings.service.data

    def settle(self, seconds: float) -> None:
        """Wait until nothing happens any more; time passes quickly while all only wait.

        Raises AssertionError with what still waits when that takes longer than `seconds`.
        """
        deadline, changed_at, before = time.monotonic() + seconds, time.monotonic(), self.waiting()
        while before:
            assert time.monotonic() < deadline, f"not quiet: {before} {self.trouble()}"
            time.sleep(_LOOK_SECONDS)
            now = self.waiting()
            if now != before:
                changed_at = time.monotonic()
            elif time.monotonic() > changed_at + _STILL_SECONDS:
                self.ills.jump(_JUMP_SECONDS)
                changed_at = time.monotonic()
            before = now

    def waiting(self) -> dict[str, int]:
        """Return what is under way, in the order of a mail's way; {} when all is quiet.

        Looked at twice: what has just left one place may not have come to the next.
        """
        return self._waiting() or self._waiting()

    def _waiting(self) -> dict[str, int]:
        with self.context.database.reading() as session:
            letters = outbox_counts(session)
        jobs = self.context.jobs.counts()
        found = {
            "unsent": self.server.unsent,
            "spool": len(open_spool(self.installation.settings).entries()),
            "jobs": sum(count for status, count in jobs.items() if status in _UNDER_WAY),
            "outbox": sum(count for state, count in letters.items() if state in _UNSENT),
            "unread": self.people.unread,
        }
        return {name: count for name, count in found.items() if count}

    def trouble(self) -> list[str]:
        """Return why jobs failed."""
        with self.context.database.reading() as session:
            return [f"{f.job.key} {f.state}: {f.reason[-600:]}" for f in failed_jobs(session)]


def the_definition() -> Definition:
    """Return two dossiers: one approves and books in WinBooks, with our numbers, one in CSV."""
    return make_definition(
        make_dossier(
            approval_rules=needs_approval(APPROVER),
            export=Export(connector="winbooks", delivery="folder"),
        ),
        make_dossier("slagerij", DOSSIERS["slagerij"], name="Slagerij Maes BV"),
    )


@contextmanager
def world(
    topology: str, database: str, *, disk: Path | None = None, **sections: dict[str, object]
) -> Iterator[World]:
    """Make a world on "sqlite" or "postgresql"; nothing of it runs yet but the people.

    `disk` is where the data folder is to lie, when not beside everything else; `sections` go
    over the settings.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="mailbot-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if disk:
            sections["service"] = {"data": str(disk), "domain": "in.example"}
        smarthost = Smarthost()
        zone: dict[tuple[str, str], list[str] | str] = {}
        sections["outbound"] = {"host": "127.0.0.1", "port": smarthost.port, "security": "none"}
        sections["dns"] = {"server": stack.enter_context(dns_server(zone))}
        postgres, proxy, url = None, None, ""
        if database == "postgresql":
            postgres = stack.enter_context(run_postgres())
            proxy = stack.enter_context(flaky_proxy(postgres.port))
            url = postgres.new_migrated_database()
            sections["database"] = {"url": url.replace(str(postgres.port), str(proxy.port))}
        installation = Installation(folder, topology, **sections)
        stack.callback(installation.end)
        ills = Ills(folder)
        context = _lay(installation, IllClock(ills), url)
        stack.callback(close_context, context)
        server = SendingServer(installation.smtp_port)
        stack.callback(server.end)
        people = People(smarthost, server)
        made = World(folder, ills, installation, smarthost, server, people, context, zone)
        made.postgres, made.proxy = postgres, proxy
        smarthost.start()
        stack.callback(smarthost.stop)
        people.start()
        stack.callback(people.end)
        ills.spread()
        stack.callback(ills.contain)
        yield made


def _lay(installation: Installation, clock: IllClock, url: str) -> Context:
    """Lay the database and the definition; what looks at them asks the database itself."""
    settings = installation.settings
    if url:
        settings = settings.model_copy(
            update={"database": settings.database.model_copy(update={"url": url})}
        )
    else:
        lay_database(settings.service.data)
    context = open_context(settings, clock)
    with context.database.transaction() as session:
        save_definition(session, the_definition())
    write_directory(context)
    return context
