"""Looks every minute whether all is well, and has an operator told by mail when it is not."""

import threading
from collections.abc import Callable, Mapping

import structlog

from handlers.context import Context
from handlers.watching import check_audit, look, settle_troubles
from mailbot import measures
from mailbot.domain.errors import Temporary
from mailbot.domain.watching import Trouble
from mailbot.entrypoints.here import look_here
from mailbot.rules.troubles import OF_A_MACHINE, OF_ALL, find_troubles, find_troubles_here

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 60
#: a service that has just begun catches up first
_FIRST_AFTER_SECONDS = 20


class Watcher:
    """Watches this machine; and the whole installation, where the clock runs."""

    def __init__(
        self, context: Context, running: Callable[[], Mapping[str, bool]], *, sees_all: bool
    ) -> None:
        """Watch; `running` tells of every part of this process whether it runs."""
        self._context = context
        self._running = running
        self._sees_all = sees_all
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def watch(self) -> None:
        """Look once, and put what must be told in the outbox. Raises Temporary, OSError."""
        context = self._context
        limits, now = context.settings.monitoring, context.now()
        here = look_here(context)
        found = list(find_troubles_here(here, limits, now))
        judged = {Trouble(id=name, place=here.place).key for name in OF_A_MACHINE}
        for part, runs in self._running().items():
            trouble = Trouble(id="part_ended", place=here.place, values={"part": part})
            judged.add(trouble.key)
            found += [] if runs else [trouble]
        if self._sees_all:
            check_audit(context)
            found += find_troubles(look(context), limits, now)
            judged |= {Trouble(id=name).key for name in OF_ALL}
        # parts that end with us have not ended by themselves
        if not self._stopping.is_set():
            settle_troubles(context, found, judged)

    def _run(self) -> None:
        pause = _FIRST_AFTER_SECONDS
        while not self._stopping.wait(pause):
            pause = _EVERY_SECONDS
            try:
                self.watch()
            except (Temporary, OSError) as error:
                measures.PART_TROUBLES.labels("watcher").inc()
                log.warning("watcher waits", why=str(error))
