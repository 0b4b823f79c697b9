"""Says whether the parts of this process run, and whether each can do its work now."""

import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from handlers.context import Context
from mailbot.domain.errors import MailbotError, Temporary
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.patience import Patience
from storage.definitions import first_office

#: what each part cannot do without; mail is accepted while the database is away
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "smtp": ("spool",),
    "imap": ("spool",),
    "worker": ("database", "blobs", "disk"),
    "sender": ("database", "blobs"),
    "scheduler": ("database",),
    "web": ("database", "blobs"),
}
#: a part runs while a thread with its name does, or with one of these
_THREADS: Final[Mapping[str, tuple[str, ...]]] = {
    "worker": ("watchdog",),
    "scheduler": ("APScheduler",),
    "smtp": ("smtp", "smtp-process"),
}
#: an orchestrator waits a second or more for its answer
_SECONDS = 2.0
#: nothing has this SHA-256: to ask for it costs the least
_NO_FILE = "0" * 64
OK = "ok"


class Readiness:
    """The checks of one process."""

    def __init__(self, context: Context, parts: Callable[[], Iterable[str]]) -> None:
        """`parts` tells what should run in this process."""
        self._context = context
        self._parts = parts
        self._patience = Patience()

    def running(self) -> dict[str, bool]:
        """Return for every part whether it runs."""
        alive = {thread.name for thread in threading.enumerate()}
        return {part: not alive.isdisjoint(_threads_of(part)) for part in self._parts()}

    def health(self, part: str = "") -> dict[str, str]:
        """Return "ok" or what is wrong for every part, or for one; nobody else is asked."""
        runs = {name: is_up for name, is_up in self.running().items() if part in ("", name)}
        if part and not runs:
            return {part: "does not run here"}
        return {name: OK if is_up else "has ended" for name, is_up in runs.items()}

    def ready(self, part: str = "") -> dict[str, str]:
        """Return "ok" or what is wrong for every part and everything that they need."""
        found = self.health(part)
        wanted = {need for name in found for need in NEEDS.get(name, ())}
        return found | {need: self._check(need) for need in sorted(wanted)}

    def _check(self, need: str) -> str:
        checks: dict[str, Callable[[], None]] = {
            "database": self._ask_database,
            "blobs": self._ask_blobs,
            "disk": self._ask_disk,
            "spool": lambda: open_spool(self._context.settings).check_room(),
        }
        try:
            self._patience.ask(need, checks[need], seconds=_SECONDS)
        except (MailbotError, OSError) as error:
            return _in_short(error)
        return OK

    def _ask_database(self) -> None:
        with self._context.database.reading() as session:
            first_office(session)

    def _ask_blobs(self) -> None:
        self._context.blobs.has(_NO_FILE)

    def _ask_disk(self) -> None:
        settings = self._context.settings
        free = shutil.disk_usage(settings.service.data).free
        if free < settings.limits.min_free_disk:
            raise Temporary(f"only {free} bytes are free")


def is_well(checks: Mapping[str, str]) -> bool:
    """Whether nothing is wrong."""
    return all(said == OK for said in checks.values())


def _threads_of(part: str) -> tuple[str, ...]:
    """Return the names of the threads of a part; mailboxes are called "imap an@…"."""
    name = part.partition(" ")[0]
    return _THREADS.get(name, (name,))


def _in_short(error: Exception) -> str:
    """Return a reason without what a driver tells of its connection: that may hold a password."""
    if isinstance(error, TimeoutError):
        return str(error)
    return "does not answer" if isinstance(error, Temporary) else type(error).__name__
