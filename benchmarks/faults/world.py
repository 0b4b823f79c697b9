"""What one scenario needs: a mailbot, its disk and database, a sending server, people."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.faults.ills import Ills, the_ills
from benchmarks.faults.installation import Installation
from benchmarks.faults.load import DOSSIERS, SendingServer
from benchmarks.faults.people import People, Smarthost
from benchmarks.faults.small_disk import small_disk
from handlers.context import Context
from mailbot.domain.people import Definition, Export
from mailbot.entrypoints.app import close_context, open_context, open_spool, write_directory
from mailbot.settings import Settings
from storage.definitions import save_definition
from storage.failed_jobs import failed_jobs
from storage.outbox import outbox_counts
from tests.kit.databases import lay_database
from tests.kit.dns import dns_server
from tests.kit.flaky_proxy import FlakyProxy, flaky_proxy
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.postgres import Postgres, run_postgres
from tests.kit.s3 import run_s3

_LOOK_SECONDS = 0.3
#: seconds without any change after which time is made to pass: a pause, a lease, a timetable
_STILL_SECONDS = 8
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
    postgres: Postgres | None = None
    #: before PostgreSQL, or before the S3 API
    proxy: FlakyProxy | None = None
    #: what a fault wants told
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.installation.settings.service.data

    def settle(self, seconds: float) -> None:
        """Wait until nothing happens any more; time passes quickly while all only wait.

        Raises AssertionError with what still waits when nothing changes for so many `seconds`.
        """
        before, changed_at = self.waiting(), time.monotonic()
        jump_at = changed_at + _STILL_SECONDS
        while before:
            time.sleep(_LOOK_SECONDS)
            now, moment = self.waiting(), time.monotonic()
            if now != before:
                before, changed_at, jump_at = now, moment, moment + _STILL_SECONDS
            elif moment > jump_at:
                self.ills.jump(_JUMP_SECONDS)
                jump_at = moment + _STILL_SECONDS
            assert moment < changed_at + seconds, f"not quiet: {before} {self.trouble()}"

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
    topology: str, database: str, *, blobs: str = "", is_small: bool = False
) -> Iterator[World]:
    """Make a world on "sqlite" or "postgresql", files in a folder or in "s3".

    Nothing of it runs yet but the people. `is_small`: the data folder is a small disk.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="mailbot-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if is_small:
            stack.enter_context(small_disk(folder / "var"))
        smarthost = Smarthost()
        outside = _Outside(stack, smarthost.port)
        if database == "postgresql":
            outside.run_postgres()
        if blobs == "s3":
            outside.run_s3()
        installation = Installation(folder, topology, **outside.ill)
        stack.callback(installation.end)
        ills = the_ills()
        context = _lay(installation.settings, outside.well, IllClock(ills))
        stack.callback(close_context, context)
        server = SendingServer(installation.smtp_port)
        stack.callback(server.end)
        people = People(smarthost, server)
        made = World(folder, ills, installation, smarthost, server, people, context)
        made.postgres, made.proxy = outside.postgres, outside.proxy
        smarthost.start()
        stack.callback(smarthost.stop)
        people.start()
        stack.callback(people.end)
        ills.spread()
        stack.callback(ills.contain)
        yield made


class _Outside:
    """The servers that the service uses, and a proxy before the one that is to be ill."""

    def __init__(self, stack: ExitStack, smarthost_port: int) -> None:
        self._stack = stack
        self.postgres: Postgres | None = None
        self.proxy: FlakyProxy | None = None
        #: settings past the proxy, for who looks at what became of it all
        self.well: dict[str, dict[str, object]] = {}
        #: settings of the service itself
        self.ill: dict[str, dict[str, object]] = {
            "outbound": {"host": "127.0.0.1", "port": smarthost_port, "security": "none"},
            "dns": {"server": stack.enter_context(dns_server({}))},
        }

    def run_postgres(self) -> None:
        self.postgres = self._stack.enter_context(run_postgres())
        self.proxy = self._stack.enter_context(flaky_proxy(self.postgres.port))
        url = self.postgres.new_migrated_database()
        self.well["database"] = {"url": url}
        self.ill["database"] = {"url": url.replace(str(self.postgres.port), str(self.proxy.port))}

    def run_s3(self) -> None:
        server = self._stack.enter_context(run_s3())
        self.proxy = self._stack.enter_context(flaky_proxy(server.port))
        bucket = server.new_bucket()
        bucket["secret_key_file"] = str(bucket["secret_key_file"])
        self.well["blobs"] = bucket
        self.ill["blobs"] = {**bucket, "endpoint": f"http://127.0.0.1:{self.proxy.port}"}


def _lay(settings: Settings, well: dict[str, dict[str, object]], clock: IllClock) -> Context:
    """Lay the database and the definition; give what looks at them, past every proxy."""
    if "database" not in well:
        lay_database(settings.service.data)
    settings = Settings.model_validate({**settings.model_dump(), **well})
    context = open_context(settings, clock)
    with context.database.transaction() as session:
        save_definition(session, the_definition())
    write_directory(context)
    return context
