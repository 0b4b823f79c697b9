"""The two ways out: a smarthost, or, while mailbot is tried out, a folder."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import aiosmtplib

from mailbot.domain.outbox import OutboxEntry
from mailbot.settings import Outbound
from storage.durable import make_folder, write_durably

_TIMEOUT_SECONDS = 30
_PERMANENT = 500


class Outcome(StrEnum):
    """What became of one mail."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivered:
    """What became of one mail, and what the other server said."""

    outcome: Outcome
    answer: str


class Transport(Protocol):
    """Takes one mail for one recipient."""

    async def send(self, entry: OutboxEntry, raw: bytes) -> Delivered:
        """Hand the mail over; never raises for what another server does or says."""
        ...


class FolderTransport:
    """Keeps mails as files; the same mail again is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, entry: OutboxEntry, raw: bytes) -> Delivered:
        """Write the mail to `<id>.eml`."""
        try:
            make_folder(self._folder)
            write_durably(self._folder / f"{entry.id}.eml", raw)
        except OSError as error:
            return Delivered(Outcome.DEFERRED, str(error))
        return Delivered(Outcome.SENT, "kept in the outbox folder")


class SmtpTransport:
    """Hands mails to the smarthost, one connection a mail: a bad one hurts no other."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def send(self, entry: OutboxEntry, raw: bytes) -> Delivered:
        """Hand the mail over: 5xx failed, 4xx and silence deferred (RFC 5321 §4.2.1)."""
        try:
            _refused, answer = await self._client_send(entry, raw)
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            code, text = _code(error)
            outcome = Outcome.FAILED if code >= _PERMANENT else Outcome.DEFERRED
            return Delivered(outcome, f"{code} {text}")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Delivered(Outcome.DEFERRED, f"{type(error).__name__}: {error}")
        return Delivered(Outcome.SENT, answer)

    async def try_login(self) -> None:
        """Connect as for a mail, and hang up. Raises SMTPException, OSError."""
        async with self._connected():
            return

    async def _client_send(
        self, entry: OutboxEntry, raw: bytes
    ) -> tuple[dict[str, aiosmtplib.SMTPResponse], str]:
        async with self._connected() as client:
            return await client.sendmail(entry.envelope_sender, [entry.recipient], raw)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Give a connection that is encrypted and logged in, as the settings say."""
        settings = self._outbound
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=ssl.create_default_context() if settings.security != "none" else None,
            timeout=_TIMEOUT_SECONDS,
        )
        async with client:
            if settings.user:
                await client.login(settings.user, self._password())
            yield client

    def _password(self) -> str:
        file = self._outbound.password_file
        return file.read_text().strip() if file else ""


def _code(
    error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused,
) -> tuple[int, str]:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        first = error.recipients[0]
        return first.code, first.message
    return error.code, error.message
