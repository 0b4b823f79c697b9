"""Takes mail over SMTP and LMTP, in a thread of this process or in processes of their own."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import uvloop

from mailbot.domain.clock import Clock
from mailbot.domain.errors import Permanent
from mailbot.entrypoints.smtp_children import Children
from mailbot.entrypoints.smtp_listeners import (
    Listener,
    Listeners,
    close_listeners,
    open_listeners,
    raise_file_limit,
)
from mailbot.entrypoints.smtp_memory import Memory
from mailbot.entrypoints.way_in import WayIn, open_way_in
from mailbot.settings import Settings
from storage.spool import Spool

_START_SECONDS = 30.0


class SmtpIntake:
    """Listens where the settings say, until it is stopped."""

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        on_mail: Callable[[], None],
        clock: Clock | None = None,
    ) -> None:
        """Keep mails in `spool` and call `on_mail` after each. Raises ValueError, OSError."""
        self._settings = settings
        self._way_in = open_way_in(settings, spool, on_mail, clock)
        self._listeners: list[Listener] = []
        self._server: _Thread | Children | None = None
        #: (host, port) of each listener, SMTP first
        self.addresses: list[tuple[str, int]] = []

    def start(self) -> None:
        """Listen; return when connections are taken.

        Raises Permanent when an address or certificate cannot be used, SettingsError for a
        `listen` that is none.
        """
        raise_file_limit()
        self._listeners = open_listeners(self._settings)
        self.addresses = [one.getsockname()[:2] for one, _ in self._listeners]
        has_processes = self._settings.smtp.processes > 0
        self._server = (
            Children(self._settings, self._listeners, self._way_in.on_mail)
            if has_processes
            else _Thread(self._way_in, self._listeners)
        )
        try:
            self._server.start()
        except Permanent:
            self.stop()
            raise

    def left_counts(self) -> list[Path]:
        """Return the files in which processes of ours left their counts."""
        if isinstance(self._server, Children):
            return sorted(self._server.counts.glob("*.prom"))
        return []

    def stop(self) -> None:
        """Take no more mails, let those that are coming in end, and hang up."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        close_listeners(self._listeners)


class _Thread:
    """Listeners in a thread of this process."""

    def __init__(self, way_in: WayIn, listeners: list[Listener]) -> None:
        self._way_in = way_in
        self._listeners = listeners
        self._ready = threading.Event()
        self._failure: Permanent | None = None
        self._is_listening = False
        self._thread = threading.Thread(target=self._run, name="smtp", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        """Return when connections are taken. Raises Permanent."""
        self._thread.start()
        self._ready.wait(_START_SECONDS)
        if not self._is_listening:
            raise self._failure or Permanent("the SMTP listener did not start; see the log")

    def stop(self) -> None:
        """End after the mails that are coming in."""
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            listeners = Listeners(self._way_in, Memory())
            await listeners.start(self._listeners)
        except Permanent as error:
            self._failure = error
            return
        finally:
            self._is_listening = self._failure is None
            self._ready.set()
        await self._stopping.wait()
        await listeners.stop()
