"""One SMTP or LMTP connection (RFC 5321, RFC 2033): aiosmtpd, and what it lacks.

What is done here instead, and why:

- DATA: only CRLF "." CRLF ends it, lines of any length come through, and a mail goes to disk while
  it comes, so that 50 MB take no more memory than 200 kB.
- BDAT (RFC 3030): a mail in chunks, with nothing to search for and nothing to undouble.
- LMTP answers once per recipient (RFC 2033 §4.2); aiosmtpd answers once.
- Paths are read as RFC 5321 writes them. aiosmtpd reads them as header fields, where an encoded
  word can turn one address into another.
- Every reply has an enhanced status code (RFC 2034), and EHLO says so, and PIPELINING (RFC 2920).
- AUTH is not offered: nobody logs in here.
- The number of connections is limited, and who is slow is left (`is_late`).
- A connection is made after the pattern of a first one: aiosmtpd looks itself over each time.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Session, syntax

from mailbot.domain.directory import SmtpAnswer
from mailbot.entrypoints.smtp_envelope import NULL_SENDER, MailEnvelope
from mailbot.entrypoints.smtp_stream import MailStream
from storage.spool import Draft

#: seconds in which a command must have come, and the same while few places are left
COMMAND_SECONDS, CROWDED_SECONDS = 300, 20
_CHUNK = 64 * 1024
#: how many times the largest mail is read to its end only to refuse it
_PATIENCE = 4
#: longer than any address with its parameters (RFC 5321 §4.5.3.1, RFC 6531 §3.4)
_LONGEST_COMMAND = 2048
_COMMANDS_PER_CONNECTION = {"*": 1000, "RCPT": 100_000, "BDAT": 100_000}

_PATH = re.compile(
    r"""\s*(?:<(?:@[^:<>\s]+:)?(?P<path>(?:"(?:[^"\\]|\\.)*"|[^"<>\s])*)>|(?P<bare>[^"<>\s]+))"""
    r"""(?P<parameters>.*)""",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BDAT = re.compile(r"(\d{1,18})( +LAST)?", re.IGNORECASE)

#: the enhanced status code of replies that aiosmtpd writes itself (RFC 3463, RFC 5248)
_STATUS = {
    "221": "2.0.0", "250": "2.0.0", "252": "2.5.0", "421": "4.3.0", "451": "4.3.0",
    "452": "4.3.1", "454": "4.7.0", "500": "5.5.2", "501": "5.5.4", "502": "5.5.1",
    "503": "5.5.1", "530": "5.7.0", "552": "5.3.4", "553": "5.1.3", "554": "5.5.0",
    "555": "5.5.4",
}  # fmt: skip
_REPLY = re.compile(r"(\d{3}) (?!\d\.\d{1,3}\.\d{1,3} )(.*)", re.DOTALL)


class Reception(Protocol):
    """Who decides: answers for one kind of listener. aiosmtpd calls the `handle_…` by name."""

    def enter(self, session: "IntakeSession", address: str) -> SmtpAnswer | None:
        """Note a new connection; the answer, if it is refused."""
        ...

    def leave(self, session: "IntakeSession") -> None:
        """Note the end of a connection."""
        ...

    def begin(self) -> Draft:
        """Begin to take a mail."""
        ...

    async def take(self, envelope: MailEnvelope, draft: Draft, piece: bytes) -> SmtpAnswer | None:
        """Take the next piece of a mail; the answer to all of it, if it is refused now."""
        ...

    async def keep(self, session: Session, envelope: MailEnvelope, draft: Draft) -> SmtpAnswer:
        """Keep a mail durably; never raises on the mail's account."""
        ...

    def drop(self, draft: Draft) -> None:
        """Forget a mail, unless it was handed over to be kept."""
        ...

    def too_large(self, envelope: MailEnvelope) -> SmtpAnswer:
        """Return the answer to a mail over the limit."""
        ...


class _NoTimer:
    """Stands where aiosmtpd has a timer for each connection; see `IntakeSession.late_at`."""

    def cancel(self) -> None:
        """Do nothing."""


class _OneLimit(dict[str, int]):
    """The same limit for each command; aiosmtpd adds to its own on each EHLO of anybody."""

    def __missing__(self, command: str) -> int:
        return _LONGEST_COMMAND

    def __setitem__(self, command: str, limit: int) -> None:
        pass


class IntakeSession(SMTP):
    """One connection over SMTP."""

    _ident = "ESMTP mailbot"
    _greeting = "HELO"

    line_length_limit = _CHUNK
    command_size_limit = _LONGEST_COMMAND
    command_size_limits = _OneLimit()

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
            timeout=COMMAND_SECONDS,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            command_call_limit=_COMMANDS_PER_CONNECTION,
            loop=loop,
        )
        self._reception = reception
        self._max_size = max_size
        self.envelope: MailEnvelope | None = None
        self._timeout_handle: Any = _NoTimer()
        #: the moment of the loop's clock from which on we wait no longer
        self.late_at = float("inf")
        self._stream: MailStream | None = None
        #: recipients of this connection that were refused
        self.mistakes = 0
        #: a mail is coming in or being kept: not the moment to hang up
        self.is_receiving = False

    def made_alike(self, tls_context: ssl.SSLContext | None) -> "IntakeSession":
        """Return a session for a new connection, with what this one knows."""
        new = object.__new__(type(self))
        vars(new).update(vars(self))
        asyncio.StreamReaderProtocol.__init__(
            new,
            asyncio.StreamReader(loop=self.loop, limit=_CHUNK),
            client_connected_cb=new._cb_client_connected,
            loop=self.loop,
        )
        new._smtp_methods = {name: getattr(new, f"smtp_{name}") for name in self._smtp_methods}
        new.tls_context = tls_context
        return new

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
        if self.envelope and self.envelope.draft:
            self._reception.drop(self.envelope.draft)
        super().connection_lost(error)

    def hang_up(self, last_words: str = "") -> None:
        """Close the connection after what was already said."""
        if self.transport is None or self.transport.is_closing():
            return
        if last_words:
            self.transport.write(f"{last_words}\r\n".encode())  # type: ignore[attr-defined]
        self.transport.close()

    def leave_late(self, until: float) -> None:
        """Say that it took too long; from `until` on, leave who does not even read that."""
        if self.transport is not None and self.transport.is_closing():
            self.transport.abort()  # type: ignore[attr-defined]
        self.hang_up("421 4.4.2 That took too long")
        self.late_at = until

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Wait so much longer; whoever made us looks at `late_at` now and then."""
        self.late_at = self.loop.time() + (duration or COMMAND_SECONDS)

    async def push(self, status: Any) -> None:
        """Send one reply, with an enhanced status code."""
        if isinstance(status, str) and (reply := _REPLY.fullmatch(status)):
            is_greeting = reply[2] in (self.hostname, "HELP")
            if reply[1] in _STATUS and not is_greeting:
                status = f"{reply[1]} {_STATUS[reply[1]]} {reply[2]}"
        await super().push(status)

    def _create_envelope(self) -> MailEnvelope:
        """Begin anew; what had come of a mail in chunks is gone."""
        if self.envelope and self.envelope.draft:
            self._reception.drop(self.envelope.draft)
        return MailEnvelope()

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
        if envelope.draft:
            # RFC 3030 §3: a mail comes in one way or the other
            await self.push("503 5.5.1 DATA after BDAT")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        draft = self._reception.begin()
        self.is_receiving = True
        try:
            refusal = await self._receive(
                envelope, draft, self._open_stream().data(_PATIENCE * self._max_size)
            )
            await self._end_mail(refusal or await self._reception.keep(session, envelope, draft))
        finally:
            self._reception.drop(draft)
            self.is_receiving = False
            self.envelope = self._create_envelope()

    @syntax("BDAT <bytes> [LAST]")
    async def smtp_BDAT(self, arg: str | None) -> None:  # noqa: N802
        """Take one chunk of a mail (RFC 3030 §2); with the last one have the mail kept."""
        found = _BDAT.fullmatch((arg or "").strip())
        session, envelope = self.session, self.envelope
        size = int(found[1]) if found else 0
        if found is None or session is None or envelope is None:
            # where the next command begins is anybody's guess
            await self.push("501 Syntax: BDAT <bytes> [LAST]")
            self.hang_up()
            return
        if size > _PATIENCE * self._max_size:
            await self.push(str(self._reception.too_large(envelope)))
            self.hang_up()
            return
        self.is_receiving = True
        try:
            await self._take_chunk(session, envelope, size, is_last=bool(found[2]))
        finally:
            self.is_receiving = False

    async def _take_chunk(
        self, session: Session, envelope: MailEnvelope, size: int, *, is_last: bool
    ) -> None:
        if not envelope.rcpt_tos:
            envelope.refusal = SmtpAnswer(code=503, status="5.5.1", text="no valid recipients")
        draft = envelope.draft = envelope.draft or self._reception.begin()
        envelope.refusal = await self._receive(envelope, draft, self._open_stream().chunk(size))
        if not is_last or not envelope.rcpt_tos:
            await self.push(str(envelope.refusal or f"250 2.0.0 {size} octets received"))
        if not is_last:
            return
        try:
            if envelope.rcpt_tos:
                await self._end_mail(
                    envelope.refusal or await self._reception.keep(session, envelope, draft)
                )
        finally:
            self.envelope = self._create_envelope()

    async def _receive(
        self, envelope: MailEnvelope, draft: Draft, pieces: AsyncIterator[bytes]
    ) -> SmtpAnswer | None:
        """Take what comes of a mail, after a refusal only to be rid of it; None, or why not."""
        refusal, is_whole = envelope.refusal, False
        try:
            async for piece in pieces:
                refusal = refusal or await self._reception.take(envelope, draft, piece)
            is_whole = True
        except BufferError:
            self.hang_up(str(self._reception.too_large(envelope)))
            raise ConnectionResetError from None
        finally:
            self._stream = None
            if not is_whole:
                # what follows on this line is the rest of a mail and must not become commands
                self.hang_up()
        return refusal

    def _open_stream(self) -> MailStream:
        transport: Any = self.transport
        self._stream = MailStream(
            self._reader,
            transport,
            clock=self.loop.time,
            wait_until=partial(setattr, self, "late_at"),
        )
        return self._stream

    def data_received(self, data: bytes) -> None:
        """Take what came: bytes of a mail, or commands."""
        if self._stream and self._stream.is_open:
            self._stream.receive(data)
        else:
            super().data_received(data)

    async def _end_mail(self, answer: SmtpAnswer) -> None:
        for _ in range(self._answers()):
            await self.push(str(answer))

    def _answers(self) -> int:
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

    def _answers(self) -> int:
        return len(self.envelope.rcpt_tos) if self.envelope else 1
