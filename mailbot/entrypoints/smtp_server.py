"""The SMTP and LMTP listeners: 250 is said only when the mail is safe on disk.

No database is asked: the directory file and the token secret answer RCPT, the spool keeps the
mail. Both listeners share one event loop in one thread; checks of the sender and writes to the
disk run in threads of their own. aiosmtpd's Controller is not used: it cannot run two
listeners in one loop, and its stop cuts off mails that are just coming in.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from mailbot.domain.clock import Clock
from mailbot.domain.errors import Permanent
from mailbot.domain.mail import Channel
from mailbot.entrypoints.greylist import Greylist
from mailbot.entrypoints.smtp_limits import Traffic
from mailbot.entrypoints.smtp_reception import SmtpReception
from mailbot.entrypoints.smtp_session import IntakeSession, LmtpSession
from mailbot.entrypoints.way_in import open_way_in
from mailbot.settings import Settings, Smtp, listen_address
from storage.spool import Spool

log = structlog.get_logger(__name__)
#: seconds in which mails that are coming in may end when we are told to stop
_GRACE = 8.0
_START_SECONDS = 30.0
#: mails whose senders are checked at a time, and mails that are synced to disk at a time
_CHECKS = 8
_WRITES = 8


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
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._is_listening = False
        self._failure: Permanent | None = None
        self._receptions: list[SmtpReception] = []
        #: (host, port) of each listener, SMTP first
        self.addresses: list[tuple[str, int]] = []

    def start(self) -> None:
        """Listen in a thread; return when connections are taken.

        Raises Permanent when an address or certificate cannot be used, SettingsError for a
        `listen` that is none.
        """
        listeners = self._listeners()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listeners)), name="smtp", daemon=True
        )
        self._thread.start()
        self._ready.wait(_START_SECONDS)
        if not self._is_listening:
            self._thread.join(_START_SECONDS)
            raise self._failure or Permanent("the SMTP listener did not start; see the log")

    def stop(self) -> None:
        """Take no more mails, let those that are coming in end, and hang up."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join()

    def _listeners(self) -> list[tuple[str, int, Channel]]:
        smtp, lmtp = self._settings.smtp.listen, self._settings.lmtp.listen
        found = [(*listen_address(smtp), Channel.SMTP)] if smtp else []
        return found + ([(*listen_address(lmtp), Channel.LMTP)] if lmtp else [])

    async def _serve(self, listeners: list[tuple[str, int, Channel]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        checks = ThreadPoolExecutor(_CHECKS, thread_name_prefix="sender-check")
        writes = ThreadPoolExecutor(_WRITES, thread_name_prefix="spool")
        servers: list[asyncio.Server] = []
        try:
            certificate = Certificate(self._settings.smtp)
            for host, port, channel in listeners:
                reception = self._reception(channel, checks, writes)
                make = partial(self._session, reception, certificate)
                servers.append(await _listen(self._loop, make, host, port))
                self.addresses.append(servers[-1].sockets[0].getsockname()[:2])
            self._is_listening = True
            self._ready.set()
            await self._stopping.wait()
        except Permanent as error:
            self._failure = error
        finally:
            self._ready.set()
            for server in servers:
                server.close()
            await self._drain()
            checks.shutdown(wait=False, cancel_futures=True)
            writes.shutdown()

    def _reception(
        self, channel: Channel, checks: ThreadPoolExecutor, writes: ThreadPoolExecutor
    ) -> SmtpReception:
        traffic = Traffic(
            max_connections=self._settings.smtp.max_connections,
            mails_per_minute=self._settings.limits.mails_per_minute,
            clock=self._way_in.clock,
        )
        reception = SmtpReception(
            self._way_in,
            channel=channel,
            traffic=traffic,
            greylist=Greylist(
                flood_per_minute=self._settings.limits.flood_per_minute, clock=self._way_in.clock
            ),
            checks=checks,
            writes=writes,
        )
        self._receptions.append(reception)
        return reception

    def _session(self, reception: SmtpReception, certificate: "Certificate") -> IntakeSession:
        is_lmtp = reception.channel is Channel.LMTP
        return (LmtpSession if is_lmtp else IntakeSession)(
            reception,
            hostname=self._settings.service.domain,
            max_size=self._settings.smtp.max_size,
            tls_context=certificate.context(),
            loop=asyncio.get_running_loop(),
        )

    async def _drain(self) -> None:
        for reception in self._receptions:
            reception.is_stopping = True
        try:
            async with asyncio.timeout(_GRACE):
                while self._hang_up_idle():  # noqa: ASYNC110 - a few rounds, at the very end
                    await asyncio.sleep(0.05)
        except TimeoutError:
            log.warning("some mails were still coming in; their senders will try again")
        for session in self._sessions():
            session.hang_up()

    def _hang_up_idle(self) -> bool:
        """Leave who sends nothing now; whether somebody still does."""
        sessions = self._sessions()
        for session in sessions:
            if not session.is_receiving:
                session.hang_up()
        return any(session.is_receiving for session in sessions)

    def _sessions(self) -> list[IntakeSession]:
        return [one for reception in self._receptions for one in reception.sessions]


class Certificate:
    """Our certificate for STARTTLS; read again when the file was renewed."""

    def __init__(self, smtp: Smtp) -> None:
        """Read the files. Raises Permanent."""
        self._files = (smtp.tls_cert, smtp.tls_key) if smtp.tls_cert and smtp.tls_key else None
        self._context: ssl.SSLContext | None = None
        self._read_at = 0
        if self._files:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            try:
                self._read()
            except OSError as error:  # ssl.SSLError is one
                raise Permanent(f"the certificate {smtp.tls_cert} is no good: {error}") from error

    def context(self) -> ssl.SSLContext | None:
        """Return what a new connection uses, None without STARTTLS."""
        try:
            self._read()
        except OSError as error:
            log.warning("the renewed certificate is no good, the old one stays", why=str(error))
        return self._context

    def _read(self) -> None:
        if self._files is None or self._context is None:
            return
        changed_at = self._files[0].stat().st_mtime_ns
        if changed_at != self._read_at:
            self._context.load_cert_chain(*self._files)
            self._read_at = changed_at


async def _listen(
    loop: asyncio.AbstractEventLoop, make: partial[IntakeSession], host: str, port: int
) -> asyncio.Server:
    try:
        return await loop.create_server(make, host, port)
    except OSError as error:
        raise Permanent(
            f"cannot listen on {host}:{port}: {error.strerror}; "
            "end the other program that uses it, or choose another address in [smtp] or [lmtp]"
        ) from error
