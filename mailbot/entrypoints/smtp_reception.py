"""What is answered to each step of an SMTP or LMTP dialogue, and how a mail is kept.

Names beginning with `handle_` are called by aiosmtpd.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor

import structlog
from aiosmtpd.smtp import Session

from mailbot import measures
from mailbot.domain.directory import Directory, SmtpAnswer
from mailbot.domain.errors import Temporary
from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import Authentication, Channel, Envelope, Recipient
from mailbot.entrypoints.sender_check import SECONDS, UNSIGNED_BYTES, head_of, is_signed
from mailbot.entrypoints.smtp_envelope import NULL_SENDER, MailEnvelope
from mailbot.entrypoints.smtp_guards import Guards
from mailbot.entrypoints.smtp_keeper import Keeper
from mailbot.entrypoints.smtp_limits import is_loopback
from mailbot.entrypoints.smtp_session import IntakeSession
from mailbot.entrypoints.way_in import WayIn
from mailbot.mail.address import read_recipient
from mailbot.mail.authentication import UNKNOWN
from mailbot.rules.intake import (
    answer_recipient,
    find_language,
    is_known_sender,
    write_answer,
)
from storage.spool import Draft, SpoolFull, as_trouble

log = structlog.get_logger(__name__)
#: unknown recipients in one connection before it is closed: somebody is guessing
_MAX_MISTAKES = 20
_LONGEST_NAME = 255
_MEGABYTE = 1024 * 1024


class SmtpReception:
    """Answers for all connections of one listener; lives in one event loop."""

    def __init__(
        self,
        way_in: WayIn,
        *,
        channel: Channel,
        guards: Guards,
        keeper: Keeper,
        checks: Executor,
        writes: Executor,
    ) -> None:
        self._settings = way_in.settings
        self._way_in = way_in
        self.channel = channel
        self._guards = guards
        self._keeper = keeper
        self._checks = checks
        self._writes = writes
        self.sessions: set[IntakeSession] = set()
        #: mails that are coming in and were not handed over to be kept
        self._coming: set[Draft] = set()
        self.is_stopping = False

    @property
    def is_crowded(self) -> bool:
        """Whether few connections more would be taken."""
        return self._guards.connections.is_crowded

    def enter(self, session: IntakeSession, address: str) -> SmtpAnswer | None:
        """Note a new connection; the answer, if it is refused."""
        if self.is_stopping:
            return write_answer("stopping", "en")
        if not self._guards.connections.enter(session, address):
            return write_answer("too_many_connections", "en")
        self.sessions.add(session)
        return None

    def leave(self, session: IntakeSession) -> None:
        """Note the end of a connection."""
        self._guards.connections.leave(session)
        self.sessions.discard(session)

    async def handle_EHLO(  # noqa: N802, PLR0917 - as aiosmtpd calls it
        self,
        server: IntakeSession,  # noqa: ARG002
        session: Session,
        envelope: MailEnvelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say what we can; nobody logs in here."""
        session.host_name = hostname
        offered = [line for line in responses[:-1] if not line.startswith("250-AUTH")]
        own = ("250-PIPELINING", "250-CHUNKING", "250-ENHANCEDSTATUSCODES")
        return [*offered, *own, responses[-1]]

    async def handle_MAIL(  # noqa: N802, PLR0917 - as aiosmtpd calls it
        self,
        server: IntakeSession,
        session: Session,  # noqa: ARG002
        envelope: MailEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        """Begin a mail, if we can take one."""
        language = find_language(address)
        if self.is_stopping:
            return str(write_answer("stopping", language))
        is_from_mta = self.channel is Channel.LMTP
        sender = "" if address == NULL_SENDER else address
        if not is_from_mta and not self._guards.traffic.may_send(server.peer_address, sender):
            return str(self._counted(write_answer("too_many_mails", language)))
        try:
            self._way_in.spool.check_room(_announced_size(options))
        except Temporary as error:
            return str(self._counted(_refuse(error, envelope)))
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802, PLR0917 - as aiosmtpd calls it
        self,
        server: IntakeSession,
        session: Session,  # noqa: ARG002
        envelope: MailEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        """Say whether mail to `address` is welcome."""
        sender = envelope.sender
        if len(envelope.rcpt_tos) >= self._settings.limits.recipients_per_mail:
            return str(write_answer("too_many_recipients", find_language(sender)))
        try:
            directory = self._way_in.directory()
        except Temporary as error:
            return str(_refuse(error, envelope))
        recipient = read_recipient(address)
        answer = answer_recipient(
            recipient,
            directory,
            envelope_sender=sender,
            is_token_known=self._way_in.is_token_known,
        )
        if answer.is_accepted and self.channel is Channel.SMTP:
            answer = self._put_off(server, recipient, directory, sender) or answer
        if answer.is_accepted:
            envelope.rcpt_tos.append(address)
            envelope.recipients.append(recipient)
            envelope.rcpt_options.extend(options)
            return str(answer)
        measures.RECIPIENTS_REFUSED.labels(self.channel.value, str(answer.code)).inc()
        log.info("recipient refused", recipient=address, sender=sender, answer=str(answer))
        if answer.code // 100 == 4:
            return str(answer)
        return str(self._count_mistake(server, sender) or answer)

    def _put_off(
        self, server: IntakeSession, recipient: Recipient, directory: Directory, sender: str
    ) -> SmtpAnswer | None:
        """Return "not now" for a mail too many; never to who is known or answers us."""
        dossier = directory.find_dossier(recipient.dossier) if recipient.dossier else None
        if recipient.token or is_known_sender(dossier, sender):
            return None
        if not self._guards.traffic.may_deliver(recipient.dossier):
            return write_answer("too_many_mails", find_language(sender))
        if is_loopback(server.peer_address):
            return None
        if self._guards.greylist.must_wait(server.peer_address, sender, recipient.address):
            return write_answer("greylisted", find_language(sender))
        return None

    async def handle_exception(self, error: Exception) -> str:
        """Answer to a mistake of our own: the sender keeps the mail and tries again."""
        log.error("an SMTP dialogue failed", exc_info=error)
        return str(write_answer("not_well", "en"))

    def too_large(self, envelope: MailEnvelope) -> SmtpAnswer:
        """Return the answer to a mail over the limit."""
        size = str(self._settings.smtp.max_size // _MEGABYTE)
        return write_answer("mail_too_large", find_language(envelope.sender), size=size)

    def begin(self) -> Draft:
        """Begin to take a mail."""
        draft = self._way_in.spool.draft(new_id(self._way_in.clock.now()))
        self._coming.add(draft)
        self._keeper.coming += 1
        return draft

    async def take(self, envelope: MailEnvelope, draft: Draft, piece: bytes) -> SmtpAnswer | None:
        """Take the next piece of a mail; the answer to all of it, if it is refused now."""
        if draft.size + len(piece) > self._settings.smtp.max_size:
            return self._counted(self.too_large(envelope))
        draft.add(piece)
        if not draft.is_due:
            return None
        try:
            if draft.is_in_memory:
                self._way_in.spool.check_room(draft.size)
            await asyncio.get_running_loop().run_in_executor(self._writes, draft.write)
        except OSError as error:
            return self._counted(_refuse(as_trouble(error), envelope))
        except Temporary as error:
            return self._counted(_refuse(error, envelope))
        return None

    def drop(self, draft: Draft) -> None:
        """Forget a mail, unless it was handed over to be kept."""
        if draft in self._coming:
            self._coming.discard(draft)
            self._keeper.coming -= 1
            if draft.is_in_memory:
                draft.close()
            else:
                self._writes.submit(draft.close)

    async def keep(self, session: Session, envelope: MailEnvelope, draft: Draft) -> SmtpAnswer:
        """Keep a mail for all its recipients; 250 only when it is durable."""
        began = time.perf_counter()
        authentication = await self._judge(session, envelope, draft)
        kept = self._envelope(session, envelope, draft, authentication)
        self._coming.discard(draft)
        try:
            await self._keeper.keep(draft, kept)
        except Temporary as error:
            return self._counted(_refuse(error, envelope))
        finally:
            self._keeper.coming -= 1
        measures.ACCEPTANCE.labels(self.channel.value).observe(time.perf_counter() - began)
        measures.MAIL_BYTES.labels(self.channel.value).inc(draft.size)
        log.info(
            "mail kept",
            spool_id=kept.spool_id,
            size=draft.size,
            sender=kept.envelope_sender,
            recipients=kept.envelope_recipients,
            client=kept.client_address,
        )
        self._guards.greylist.note_kept(_peer(session))
        for dossier in {one.dossier for one in envelope.recipients}:
            self._guards.traffic.note_delivered(dossier)
        self._way_in.on_mail()
        return self._counted(write_answer("kept", "en", id=kept.spool_id))

    async def _judge(
        self, session: Session, envelope: MailEnvelope, draft: Draft
    ) -> Authentication:
        """Return what is known of the sender; whatever goes wrong here never stops a mail."""
        check, is_lmtp = self._way_in.sender_check, self.channel is Channel.LMTP
        address, name, sender = _peer(session), _host_name(session), envelope.sender
        is_relayed = is_lmtp or is_loopback(address)

        def find_at_once() -> Authentication | None:
            raw = draft.read(draft.size)
            return check.find_at_once(raw, client_name=name, envelope_sender=sender)

        def judge() -> Authentication:
            return check.judge(
                _needed_of(draft),
                client_address="" if is_lmtp else address,
                client_name=name,
                envelope_sender=sender,
                is_relayed=is_relayed,
            )

        known = find_at_once() if is_relayed and draft.is_in_memory else None
        return known or await self._within_limits(judge)

    async def _within_limits(self, judge: Callable[[], Authentication]) -> Authentication:
        work = asyncio.get_running_loop().run_in_executor(self._checks, judge)
        await asyncio.wait({work}, timeout=SECONDS + 1)
        if not work.done():
            work.cancel()
            return UNKNOWN
        if error := work.exception():
            log.error("the sender could not be checked", exc_info=error)
            return UNKNOWN
        return work.result()

    def _envelope(
        self,
        session: Session,
        envelope: MailEnvelope,
        draft: Draft,
        authentication: Authentication,
    ) -> Envelope:
        recipients = (one.address for one in envelope.recipients)
        return Envelope(
            spool_id=draft.name,
            received_at=self._way_in.clock.now(),
            channel=self.channel,
            envelope_sender=envelope.sender,
            envelope_recipients=tuple(dict.fromkeys(recipients)),
            client_address=_peer(session),
            client_name=_host_name(session),
            authentication=authentication,
        )

    def _counted(self, answer: SmtpAnswer) -> SmtpAnswer:
        """Count a mail by how it was answered."""
        measures.MAILS.labels(self.channel.value, str(answer.code)).inc()
        return answer

    def _count_mistake(self, server: IntakeSession, sender: str) -> SmtpAnswer | None:
        server.mistakes += 1
        if server.mistakes < _MAX_MISTAKES:
            return None
        asyncio.get_running_loop().call_soon(server.hang_up)
        return write_answer("too_many_mistakes", find_language(sender))


def _refuse(error: Temporary, envelope: MailEnvelope) -> SmtpAnswer:
    log.error("mail put off", sender=envelope.sender, why=str(error))
    reason = "no_room" if isinstance(error, SpoolFull) else "not_well"
    return write_answer(reason, find_language(envelope.sender))


def _needed_of(draft: Draft) -> bytes:
    """Return as much of a mail as must be read to judge its sender: all, when it is signed."""
    head = draft.read(UNSIGNED_BYTES)
    return draft.read(draft.size) if is_signed(head) else head_of(head)


def _announced_size(options: list[str]) -> int:
    size = next((one.partition("=")[2] for one in options if one.startswith("SIZE=")), "0")
    return int(size) if size.isdecimal() else 0


def _peer(session: Session) -> str:
    return str(session.peer[0]) if session.peer else ""


def _host_name(session: Session) -> str:
    name = (session.host_name or "")[:_LONGEST_NAME]
    return name.encode("ascii", "replace").decode().strip()
