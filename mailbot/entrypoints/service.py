"""Starts and stops the parts of mailbot that run in this process."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import structlog

from handlers.context import Context
from mailbot.entrypoints.app import (
    close_context,
    machine_name,
    open_context,
    open_spool,
    places,
    write_directory,
)
from mailbot.entrypoints.directory_follower import DirectoryFollower
from mailbot.entrypoints.dkim_signer import DkimSigner
from mailbot.entrypoints.imap_fetcher import ImapFetcher
from mailbot.entrypoints.intake import IntakeLoop
from mailbot.entrypoints.monitoring import Monitoring
from mailbot.entrypoints.outgoing import FolderTransport, SmtpTransport, Transport
from mailbot.entrypoints.readiness import Readiness
from mailbot.entrypoints.scheduler import Scheduler
from mailbot.entrypoints.sender import Sender
from mailbot.entrypoints.smtp_server import SmtpIntake
from mailbot.entrypoints.watcher import Watcher
from mailbot.entrypoints.web import WebServer
from mailbot.entrypoints.worker import Worker
from mailbot.settings import Settings
from storage.spool import Spool

log = structlog.get_logger(__name__)

PARTS = ("smtp", "imap", "worker", "sender", "scheduler", "web")


class Part(Protocol):
    """Something that runs beside the others."""

    def start(self) -> None:
        """Begin; raises OSError when a port is taken."""
        ...

    def stop(self) -> None:
        """End within some seconds."""
        ...


class Service:
    """Everything that `mailbot serve` runs, or the parts of it that were asked for."""

    def __init__(self, settings: Settings, only: Iterable[str] = PARTS) -> None:
        self._settings = settings
        self._only = frozenset(only)
        self._running: list[tuple[str, Part]] = []
        self._names: list[str] = []
        self.context: Context = open_context(settings)
        #: what runs of that which should, and whether it can do its work
        self.readiness = Readiness(self.context, lambda: self._names)

    def start(self) -> None:
        """Start the parts; those that make work start last. Raises OSError for a taken port."""
        if "smtp" in self._only:
            # the version before may have written down less
            write_directory(self.context)
        spool = open_spool(self._settings)
        intake = IntakeLoop(self.context, spool)
        parts = self._parts(spool, intake)
        self._names = [name for name, _ in parts]
        for name, part in (*self._listeners(), *parts, ("watcher", self._watcher())):
            part.start()
            self._running.append((name, part))
            log.info("started", part=name)

    def stop(self) -> None:
        """End all parts at once, so that no grace waits for another; then the connections.

        What one hands on to another that has ended lies in the spool or in the queue.
        """
        running, self._running = self._running, []
        with ThreadPoolExecutor(len(running) or 1, thread_name_prefix="stop") as pool:
            list(pool.map(_stop, running))
        close_context(self.context)

    def _listeners(self) -> list[tuple[str, Part]]:
        """Return who answers the machines that watch over us, from the first moment on."""
        if not self._settings.monitoring.listen:
            return []
        return [("monitoring", Monitoring(self.context, self.readiness, self._left_counts))]

    def _left_counts(self) -> list[Path]:
        return [
            file
            for _, part in self._running
            if isinstance(part, SmtpIntake)
            for file in part.left_counts()
        ]

    def _watcher(self) -> Watcher:
        sees_all = "scheduler" in self._only
        return Watcher(self.context, self.readiness.running, sees_all=sees_all)

    def _parts(self, spool: Spool, intake: IntakeLoop) -> list[tuple[str, Part]]:
        settings, context = self._settings, self.context
        made: list[tuple[str, Part]] = []
        if "worker" in self._only:
            slots = places(settings).slots
            made += [("worker", Worker(context, machine=machine_name(context), slots=slots))]
        if "sender" in self._only:
            signer = DkimSigner.from_settings(settings.outbound)
            made += [("sender", Sender(context, make_transport(settings), signer))]
        if "scheduler" in self._only:
            made += [("scheduler", Scheduler(context))]
        if "web" in self._only:
            made += [("web", WebServer(context, settings.web.listen))]
        if self._only & {"smtp", "imap"}:
            made += [("directory", DirectoryFollower(context)), ("intake", intake)]
        if "imap" in self._only:
            made += [
                (f"imap {account.user}", ImapFetcher(settings, account, spool, intake.wake))
                for account in settings.imap
            ]
        if "smtp" in self._only:
            made += [("smtp", SmtpIntake(settings, spool, on_mail=intake.wake))]
        return made


def make_transport(settings: Settings) -> Transport:
    """Return the smarthost, or the outbox folder while none is set."""
    if settings.outbound.host:
        return SmtpTransport(settings.outbound)
    return FolderTransport(places(settings).outbox)


def _stop(running: tuple[str, Part]) -> None:
    name, part = running
    part.stop()
    log.info("stopped", part=name)
