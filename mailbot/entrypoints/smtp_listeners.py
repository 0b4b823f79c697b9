"""The SMTP and LMTP listeners of one process: 250 is said only when the mail is safe on disk.

No database is asked: the directory file and the token secret answer RCPT, the spool keeps the
mail. Both listeners share one event loop; what waits for DNS or for the disk does so in threads.
aiosmtpd's Controller is not used: it cannot run two listeners in one loop, and its stop cuts off
mails that are just coming in.
"""

import asyncio
import resource
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import structlog

from mailbot.domain.domain_names import organisation
from mailbot.domain.errors import Permanent
from mailbot.domain.mail import Channel
from mailbot.entrypoints.smtp_certificate import Certificate
from mailbot.entrypoints.smtp_guards import open_guards
from mailbot.entrypoints.smtp_keeper import Keeper
from mailbot.entrypoints.smtp_memory import Memory
from mailbot.entrypoints.smtp_reception import SmtpReception
from mailbot.entrypoints.smtp_session import (
    COMMAND_SECONDS,
    CROWDED_SECONDS,
    IntakeSession,
    LmtpSession,
)
from mailbot.entrypoints.way_in import WayIn
from mailbot.rules.intake import write_answer
from mailbot.settings import Settings, listen_address

log = structlog.get_logger(__name__)
#: seconds in which mails that are coming in may end when we are told to stop
_GRACE = 8.0
#: mails whose senders are checked at a time, and large mails that go to disk at a time
_CHECKS = 8
_WRITES = 4
#: connections that may wait to be taken
_BACKLOG = 1024
#: seconds between two looks at who is slow, and for reading a last word
_LOOK_SECONDS = 1.0
_LAST_SECONDS = 10

Listener = tuple[socket.socket, Channel]


def open_listeners(settings: Settings) -> list[Listener]:
    """Return a listening socket for each address of the settings, SMTP first.

    Raises Permanent when an address cannot be used, SettingsError for a `listen` that is none.
    """
    wanted = ((settings.smtp.listen, Channel.SMTP), (settings.lmtp.listen, Channel.LMTP))
    found: list[Listener] = []
    try:
        for listen, channel in wanted:
            if listen:
                found += ((one, channel) for one in _listen(*listen_address(listen)))
    except Permanent:
        close_listeners(found)
        raise
    return found


def close_listeners(listeners: Sequence[Listener]) -> None:
    """Give the addresses back."""
    for listener, _ in listeners:
        listener.close()


def raise_file_limit() -> None:
    """Allow this process as many open files, and so connections, as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Listeners:
    """Takes mail on listening sockets; lives in the running event loop."""

    def __init__(
        self, way_in: WayIn, memory: Memory, *, place: int = 0, processes: int = 1
    ) -> None:
        """Be process `place` of `processes` that share `memory`. Raises Permanent."""
        self._settings = way_in.settings
        self._way_in = way_in
        self._loop = asyncio.get_running_loop()
        self._certificate = Certificate(way_in.settings.smtp)
        self._checks = ThreadPoolExecutor(_CHECKS, thread_name_prefix="sender-check")
        self._writes = ThreadPoolExecutor(_WRITES, thread_name_prefix="large-mail")
        self._keeper = Keeper(way_in.spool.put_all, self._loop)
        self._receptions = {
            channel: SmtpReception(
                way_in,
                channel=channel,
                guards=open_guards(
                    way_in.settings, way_in.clock, memory, place=place, processes=processes
                ),
                keeper=self._keeper,
                checks=self._checks,
                writes=self._writes,
            )
            for channel in (Channel.SMTP, Channel.LMTP)
        }
        self._servers: list[asyncio.Server] = []

    async def start(self, listeners: Sequence[Listener]) -> None:
        """Take connections from here on."""
        # reading the list of suffixes takes half a second: not while the first mail waits
        organisation(self._settings.service.domain)
        for listener, channel in listeners:
            reception = self._receptions[channel]
            kind = LmtpSession if channel is Channel.LMTP else IntakeSession
            pattern = kind(
                reception,
                hostname=self._settings.service.domain,
                max_size=self._settings.smtp.max_size,
                tls_context=self._certificate.context(),
                loop=self._loop,
            )
            self._servers.append(
                await self._loop.create_server(
                    partial(self._session, pattern), sock=listener, backlog=_BACKLOG
                )
            )
        self._loop.call_later(_LOOK_SECONDS, self._leave_the_slow)

    async def stop(self) -> None:
        """Take no more connections, let mails that are coming in end, and hang up."""
        for server in self._servers:
            server.close()
        for reception in self._receptions.values():
            reception.is_stopping = True
        try:
            async with asyncio.timeout(_GRACE):
                while self._hang_up_idle():  # noqa: ASYNC110 - a few rounds, at the very end
                    await asyncio.sleep(0.05)
        except TimeoutError:
            log.warning("some mails were still coming in; their senders will try again")
        for session in self._sessions():
            session.hang_up(_last_words())
        # what was said must be sent, and what was given up forgotten
        await asyncio.sleep(0)
        self._checks.shutdown(wait=False, cancel_futures=True)
        self._keeper.close()
        await asyncio.sleep(0)
        self._writes.shutdown()

    def _session(self, pattern: IntakeSession) -> IntakeSession:
        return pattern.made_alike(self._certificate.context())

    def _leave_the_slow(self) -> None:
        now = self._loop.time()
        for reception in self._receptions.values():
            # what is left of the time that a command has, when others wait for a place
            less = COMMAND_SECONDS - CROWDED_SECONDS if reception.is_crowded else 0
            for session in [*reception.sessions]:
                if now >= session.late_at - (0 if session.is_receiving else less):
                    session.leave_late(now + _LAST_SECONDS)
        self._loop.call_later(_LOOK_SECONDS, self._leave_the_slow)

    def _hang_up_idle(self) -> bool:
        """Leave who sends nothing now; whether somebody still does."""
        sessions = self._sessions()
        for session in sessions:
            if not session.is_receiving:
                session.hang_up(_last_words())
        return any(session.is_receiving for session in sessions)

    def _sessions(self) -> list[IntakeSession]:
        return [one for reception in self._receptions.values() for one in reception.sessions]


def _last_words() -> str:
    return str(write_answer("stopping", "en"))


def _listen(host: str, port: int) -> list[socket.socket]:
    found: list[socket.socket] = []
    try:
        for family, *_, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            found.append(socket.create_server(address[:2], family=family, backlog=_BACKLOG))
            found[-1].setblocking(False)
    except OSError as error:
        for one in found:
            one.close()
        raise Permanent(
            f"cannot listen on {host}:{port}: {error.strerror}; "
            "end the other program that uses it, or choose another address in [smtp] or [lmtp]"
        ) from error
    return found
