"""One SMTP or LMTP connection (RFC 5321, RFC 2033): aiosmtpd, and what it lacks.

What is done here instead, and why:

- DATA: only CRLF "." CRLF ends it, lines of any length come through, and 50 MB do not take a
  Python object per line.
- LMTP answers once per recipient (RFC 2033 §4.2); aiosmtpd answers once.
- Paths are read as RFC 5321 writes them. aiosmtpd reads them as header fields, where an encoded
  word can turn one address into another.
- Every reply has an enhanced status code (RFC 2034), and EHLO says so, and PIPELINING (RFC 2920).
- AUTH is not offered: nobody logs in here.
- The number of connections is limited.
"""

import asyncio
import re
import ssl
from collections import defaultdict
from typing import Any, Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from mailbot.domain.directory import SmtpAnswer
from mailbot.entrypoints.smtp_data import DataCollector

#: seconds of silence after which a client is left
_COMMAND_SECONDS = 300
#: seconds between two pieces of a mail, and for all of it
_PIECE_SECONDS = 180
_MAIL_SECONDS = 1800
#: more than asyncio's stream ever holds: reading takes all there is
_ALL = 1 << 30
_CHUNK = 64 * 1024
#: longer than any address with its parameters (RFC 5321 §4.5.3.1, RFC 6531 §3.4)
_LONGEST_COMMAND = 2048

_PATH = re.compile(
    r"""\s*(?:<(?:@[^:<>\s]+:)?(?P<path>(?:"(?:[^"\\]|\\.)*"|[^"<>\s])*)>|(?P<bare>[^"<>\s]+))"""
    r"""(?P<parameters>.*)""",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

#: the enhanced status code of replies that aiosmtpd writes itself (RFC 3463, RFC 5248)
_STATUS = {
    "221": "2.0.0", "250": "2.0.0", "252": "2.5.0", "421": "4.3.0", "451": "4.3.0",
    "452": "4.3.1", "454": "4.7.0", "500": "5.5.2", "501": "5.5.4", "502": "5.5.1",
    "503": "5.5.1", "530": "5.7.0", "552": "5.3.4", "553": "5.1.3", "554": "5.5.0",
    "555": "5.5.4",
}  # fmt: skip
_REPLY = re.compile(r"(\d{3}) (?!\d\.\d{1,3}\.\d{1,3} )(.*)", re.DOTALL)
NULL_SENDER = "<>"


class Reception(Protocol):
    """Who decides: answers for one kind of listener. aiosmtpd calls the `handle_…` by name."""

    def enter(self, session: "IntakeSession", address: str) -> SmtpAnswer | None:
        """Note a new connection; the answer, if it is refused."""
        ...

    def leave(self, session: "IntakeSession") -> None:
        """Note the end of a connection."""
        ...

    async def keep(self, session: Session, envelope: Envelope, raw: bytes) -> SmtpAnswer:
        """Keep a mail durably; never raises on the mail's account."""
        ...

    def too_large(self, envelope: Envelope) -> SmtpAnswer:
        """Return the answer to a mail over the limit."""
        ...

    def no_memory(self, envelope: Envelope) -> SmtpAnswer:
        """Return the answer to a mail that came while too many others were coming in."""
        ...

    def may_hold(self, session: "IntakeSession", size: int) -> bool:
        """Note that a connection holds `size` bytes in memory; False when that is too much."""
        ...


class IntakeSession(SMTP):
    """One connection over SMTP."""

    _ident = "ESMTP mailbot"
    _greeting = "HELO"

    line_length_limit = _CHUNK
    command_size_limit = _LONGEST_COMMAND
    # aiosmtpd empties the table it shares between connections, so the default must do
    command_size_limits: dict[str, int] = defaultdict(lambda: _LONGEST_COMMAND)  # noqa: RUF012

    def __init__(
        self,
        reception: Reception,
        *,
        hostname: str,
        max_size: int,
        tls_context: ssl.SSLContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            reception,
            data_size_limit=max_size,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident=self._ident,
            tls_context=tls_context,
            timeout=_COMMAND_SECONDS,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit={"*": 1000, "RCPT": 100_000},
            loop=loop,
        )
        self._reception = reception
        self._max_size = max_size
        #: recipients of this connection that were refused
        self.mistakes = 0
        #: a mail is coming in or being kept: not the moment to hang up
        self.is_receiving = False

    @property
    def peer_address(self) -> str:
        """The client's IP address, "" when it is gone."""
        peer: Any = self.session.peer if self.session else None
        return str(peer[0]) if peer else ""

    async def _handle_client(self) -> None:
        refusal = self._reception.enter(self, self.peer_address)
        if refusal is None:
            await super()._handle_client()
        else:
            await self.push(str(refusal))
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        self._reception.leave(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Close the connection after what was already said."""
        if self.transport is not None:
            self.transport.close()

    async def push(self, status: Any) -> None:
        """Send one reply, with an enhanced status code."""
        if isinstance(status, str) and (reply := _REPLY.fullmatch(status)):
            is_greeting = reply[2] in (self.hostname, "HELP")
            if reply[1] in _STATUS and not is_greeting:
                status = f"{reply[1]} {_STATUS[reply[1]]} {reply[2]}"
        await super().push(status)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Return address and parameters of a path, None and None when it is none."""
        found = _PATH.fullmatch(arg)
        if not found or _CONTROL.search(arg):
            return None, None
        address = found["bare"] if found["path"] is None else found["path"]
        # bytes that are not UTF-8 arrive as lone surrogates, which nothing else can write
        clean = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return clean or NULL_SENDER, found["parameters"].strip()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds commands by name
        """Take a mail, have it kept, and only then say 250."""
        if await self.check_helo_needed(self._greeting):
            return
        session, envelope = self.session, self.envelope
        if session is None or envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 no valid recipients")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self.is_receiving = True
        try:
            answer = await self._take(session, envelope)
            for _ in range(self._answers(envelope)):
                await self.push(str(answer))
        finally:
            self._reception.may_hold(self, 0)
            self.is_receiving = False
            self.envelope = self._create_envelope()

    async def _take(self, session: Session, envelope: Envelope) -> SmtpAnswer:
        is_whole = False
        try:
            async with asyncio.timeout(_MAIL_SECONDS):
                collector = await self._collect()
            is_whole = True
        finally:
            if not is_whole:
                # what follows on this line is the rest of a mail and must not become commands
                self.hang_up()
        raw = collector.content()
        if collector.was_given_up:
            return self._reception.no_memory(envelope)
        if collector.is_too_large:
            return self._reception.too_large(envelope)
        return await self._reception.keep(session, envelope, raw)

    async def _collect(self) -> DataCollector:
        collector = DataCollector(self._max_size)
        while not collector.is_complete:
            chunk = await self._reader.read(_ALL)
            if not chunk:
                raise ConnectionResetError("the client left in the middle of a mail")
            collector.feed(chunk)
            self._reset_timeout(_PIECE_SECONDS)
            if not self._reception.may_hold(self, len(collector)):
                collector.give_up()
        # the stream is empty after reading all of it: what was too much goes back to its front
        if collector.rest and not self._reader.at_eof():
            self._reader.feed_data(collector.rest)
        return collector

    def _answers(self, envelope: Envelope) -> int:  # noqa: ARG002 - LMTP's does use it
        return 1

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: ARG002, N802
        """Nobody logs in here."""
        await self.push("502 5.5.1 AUTH is not offered")

    @syntax("VRFY <address>")
    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002, N802
        """Tell nobody which addresses exist (RFC 5321 §7.3)."""
        await self.push("252 2.5.0 send the mail and see")


class LmtpSession(IntakeSession, LMTP):
    """One connection over LMTP, from the MTA before us."""

    _ident = "LMTP mailbot"
    _greeting = "LHLO"

    def _answers(self, envelope: Envelope) -> int:
        return len(envelope.rcpt_tos)


def envelope_sender(envelope: Envelope) -> str:
    """Return who sent it, "" for the null sender of bounces."""
    sender = envelope.mail_from or ""
    return "" if sender == NULL_SENDER else sender
