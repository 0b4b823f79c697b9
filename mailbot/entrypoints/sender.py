"""Sends what lies in the outbox: each mail is sent, deferred or failed by itself."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import structlog
from structlog.contextvars import bind_contextvars

from handlers.context import Context
from handlers.undeliverable import report_undeliverable
from mailbot import measures
from mailbot.domain.errors import Temporary
from mailbot.domain.events import EventKind
from mailbot.domain.outbox import OutboxEntry, OutboxState
from mailbot.entrypoints.dkim_signer import DkimSigner
from mailbot.entrypoints.outgoing import Delivered, Outcome, Transport
from mailbot.mail.bounce_reason import read_smtp_answer
from storage.blobs import BlobError
from storage.outbox import (
    claim_entries,
    release_claims,
    renew_claim,
    settle_entry,
    waiting_entries,
)
from storage.tokens import find_token_of

log = structlog.get_logger(__name__)

#: minutes before each next try; RFC 5321 §4.5.4.1 asks for four to five days in all
RETRY_MINUTES = (1, 5, 15, 30, 60, 120, *([240] * 28))
#: another sender leaves a mail that was claimed alone for so long; clocks may differ by less
_LEASE = timedelta(minutes=3)
#: and a claim is renewed as often while the mail is under way
_RENEW_SECONDS = 60
_IDLE_SECONDS = 0.2
_TROUBLE_SECONDS = 2
#: for mails that are on their way when we are told to end
_PATIENCE_SECONDS = 8


class Sender:
    """Sends while it runs."""

    def __init__(self, context: Context, transport: Transport, signer: DkimSigner) -> None:
        self._context = context
        self._transport = transport
        self._signer = signer
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the mails at hand."""
        self._stopping.set()
        self._thread.join(timeout=_PATIENCE_SECONDS)

    def _run(self) -> None:
        if self._context.database.is_sqlite:
            self._take_back()
        while not self._stopping.is_set():
            pause: float = _IDLE_SECONDS
            try:
                if asyncio.run(self.send_waiting()):
                    continue
            except (Temporary, OSError) as error:
                measures.PART_TROUBLES.labels("sender").inc()
                log.warning("sender waits", why=str(error))
                pause = _TROUBLE_SECONDS
            self._stopping.wait(pause)

    async def send_waiting(self) -> int:
        """Send every mail whose time has come, side by side; return how many were tried."""
        claimed = self._claim()
        await asyncio.gather(*(self._deliver(entry) for entry in claimed))
        return len(claimed)

    def _take_back(self) -> None:
        """Free what this machine had claimed when it died: there is no other sender (SQLite)."""
        try:
            with self._context.transaction() as unit:
                release_claims(unit.session, self._context.now())
        except Temporary as error:
            log.warning("claimed mails wait for their lease", why=str(error))

    def _claim(self) -> list[OutboxEntry]:
        """Take mails for ourselves: nobody else tries them while the lease runs."""
        now = self._context.now()
        with self._context.database.reading() as session:
            if not waiting_entries(session, now, limit=1):
                return []
        with self._context.transaction() as unit:
            return list(claim_entries(unit.session, now, now + _LEASE))

    async def _deliver(self, entry: OutboxEntry) -> None:
        """Send one mail, and write down at once what became of it: nobody else is to send it.

        What is bound here is bound for this task alone.
        """
        bind_contextvars(**_about(entry))
        if entry.not_before <= self._context.now():
            log.warning("this machine was paused, another sender has the mail")
            return
        sending = asyncio.ensure_future(self._send(entry))
        while not (await asyncio.wait({sending}, timeout=_RENEW_SECONDS))[0]:
            entry = await asyncio.to_thread(self._renew, entry)
        await asyncio.to_thread(self._settle_at_last, entry, sending.result())

    def _renew(self, entry: OutboxEntry) -> OutboxEntry:
        """Keep the claim of a mail that takes long; without a database nobody can take it."""
        until = self._context.now() + _LEASE
        try:
            with self._context.transaction() as unit:
                return renew_claim(unit.session, entry, until)
        except Temporary as down:
            log.warning("a claim is not renewed", why=str(down))
            return entry

    async def _send(self, entry: OutboxEntry) -> Delivered:
        try:
            # a bucket may be slow: the other mails go on meanwhile
            raw = await asyncio.to_thread(self._context.blobs.get, entry.sha256)
        except BlobError as error:
            # one lost file must not keep all other mail here
            return Delivered(Outcome.FAILED, str(error))
        except Temporary as error:
            return Delivered(Outcome.DEFERRED, str(error))
        return await self._transport.send(entry, self._signer.sign(raw))

    def _settle_at_last(self, entry: OutboxEntry, delivered: Delivered) -> None:
        """Write down what the other server said, as soon as the database answers."""
        while True:
            try:
                return self._settle(entry, delivered)
            except Temporary as down:
                log.warning("a sent mail waits for the database", why=str(down))
                if self._stopping.wait(_TROUBLE_SECONDS):
                    raise

    def _settle(self, entry: OutboxEntry, delivered: Delivered) -> None:
        """Write down what the other server said, in one transaction with what follows from it."""
        settled = self._settled(entry, delivered)
        about = entry.document_id or entry.id
        answer = delivered.answer[:300]
        with self._context.transaction() as unit:
            if not settle_entry(unit.session, entry, settled):
                log.warning("another sender had the mail", answer=answer)
                return
            if settled.state is OutboxState.SENT:
                unit.note(EventKind.LETTER_SENT, about, to=entry.recipient, answer=answer)
            if settled.state is OutboxState.FAILED:
                unit.note(EventKind.LETTER_FAILED, about, to=entry.recipient, answer=answer)
                token = find_token_of(unit.session, entry.id)
                if token is not None:
                    failure = read_smtp_answer(delivered.answer)
                    report_undeliverable(unit, entry, token, why=failure, said=answer)
        measures.LETTERS.labels(settled.state.value).inc()
        log.info("letter", letter=entry.letter, state=settled.state.value, answer=answer)

    def _settled(self, entry: OutboxEntry, delivered: Delivered) -> OutboxEntry:
        now = self._context.now()
        tried = replace(entry, tries=entry.tries + 1, last_answer=delivered.answer[:500])
        if delivered.outcome is Outcome.SENT:
            return replace(tried, state=OutboxState.SENT, sent_at=now)
        if delivered.outcome is Outcome.FAILED or entry.tries >= len(RETRY_MINUTES):
            return replace(tried, state=OutboxState.FAILED)
        pause = timedelta(minutes=RETRY_MINUTES[entry.tries])
        return replace(tried, state=OutboxState.DEFERRED, not_before=now + pause)


def _about(entry: OutboxEntry) -> dict[str, str]:
    """Return what stands on every line of the log about a mail of ours."""
    about = {"outbox": entry.id, "document": entry.document_id}
    return {name: value for name, value in about.items() if value}
