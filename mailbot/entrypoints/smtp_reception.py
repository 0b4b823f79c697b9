"""What is answered to each step of an SMTP or LMTP dialogue, and how a mail is kept.

Names beginning with `handle_` are called by aiosmtpd.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

import structlog
from aiosmtpd.smtp import Envelope as SmtpEnvelope
from aiosmtpd.smtp import Session

from mailbot.domain.directory import Directory, SmtpAnswer
from mailbot.domain.errors import Temporary
from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import Authentication, Channel, Envelope, Recipient
from mailbot.entrypoints.greylist import Greylist
from mailbot.entrypoints.sender_check import SECONDS
from mailbot.entrypoints.smtp_limits import Traffic, is_loopback
from mailbot.entrypoints.smtp_session import NULL_SENDER, IntakeSession, envelope_sender
from mailbot.entrypoints.way_in import WayIn
from mailbot.mail.address import read_recipient
from mailbot.mail.authentication import UNKNOWN
from mailbot.rules.intake import (
    answer_recipient,
    find_language,
    is_known_sender,
    write_answer,
)
from storage.spool import SpoolFull

log = structlog.get_logger(__name__)
#: unknown recipients in one connection before it is closed: somebody is guessing
_MAX_MISTAKES = 20
_LONGEST_NAME = 255
#: mails that are coming in are held in memory: together at most as much as so many of the largest
_LARGEST_MAILS_AT_A_TIME = 8
_MEGABYTE = 1024 * 1024


class SmtpReception:
    """Answers for all connections of one listener; lives in one event loop."""

    def __init__(
        self,
        way_in: WayIn,
        *,
        channel: Channel,
        traffic: Traffic,
        greylist: Greylist,
        checks: Executor,
        writes: Executor,
    ) -> None:
        self._settings = way_in.settings
        self._way_in = way_in
        self.channel = channel
        self._traffic = traffic
        self._greylist = greylist
        self._checks = checks
        self._writes = writes
        self.sessions: set[IntakeSession] = set()
        self._held: dict[IntakeSession, int] = {}
        self.is_stopping = False

    def enter(self, session: IntakeSession, address: str) -> SmtpAnswer | None:
        """Note a new connection; the answer, if it is refused."""
        if self.is_stopping:
            return write_answer("stopping", "en")
        if not self._traffic.enter(session, address):
            return write_answer("too_many_connections", "en")
        self.sessions.add(session)
        return None

    def leave(self, session: IntakeSession) -> None:
        """Note the end of a connection."""
        self._traffic.leave(session)
        self.sessions.discard(session)

    async def handle_EHLO(  # noqa: N802, PLR0917 - as aiosmtpd calls it
        self,
        server: IntakeSession,  # noqa: ARG002
        session: Session,
        envelope: SmtpEnvelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say what we can; nobody logs in here."""
        session.host_name = hostname
        offered = [line for line in responses[:-1] if not line.startswith("250-AUTH")]
        return [*offered, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_MAIL(  # noqa: N802, PLR0917 - as aiosmtpd calls it
        self,
        server: IntakeSession,
        session: Session,  # noqa: ARG002
        envelope: SmtpEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        """Begin a mail, if we can take one."""
        language = find_language(address)
        if self.is_stopping:
            return str(write_answer("stopping", language))
        is_from_mta = self.channel is Channel.LMTP
        sender = "" if address == NULL_SENDER else address
        if not is_from_mta and not self._traffic.may_send(server.peer_address, sender):
            return str(write_answer("too_many_mails", language))
        try:
            await self._on_disk(partial(self._way_in.spool.check_room, _announced_size(options)))
        except Temporary as error:
            return str(_refuse(error, envelope))
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802, PLR0917 - as aiosmtpd calls it
        self,
        server: IntakeSession,
        session: Session,  # noqa: ARG002
        envelope: SmtpEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        """Say whether mail to `address` is welcome."""
        sender = envelope_sender(envelope)
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
            envelope.rcpt_options.extend(options)
            return str(answer)
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
        if not self._traffic.may_deliver(recipient.dossier):
            return write_answer("too_many_mails", find_language(sender))
        if is_loopback(server.peer_address):
            return None
        if self._greylist.must_wait(server.peer_address, sender, recipient.address):
            return write_answer("greylisted", find_language(sender))
        return None

    async def handle_exception(self, error: Exception) -> str:
        """Answer to a mistake of our own: the sender keeps the mail and tries again."""
        log.error("an SMTP dialogue failed", exc_info=error)
        return str(write_answer("not_well", "en"))

    def too_large(self, envelope: SmtpEnvelope) -> SmtpAnswer:
        """Return the answer to a mail over the limit."""
        size = str(self._settings.smtp.max_size // _MEGABYTE)
        return write_answer("mail_too_large", find_language(envelope_sender(envelope)), size=size)

    def no_memory(self, envelope: SmtpEnvelope) -> SmtpAnswer:
        """Return the answer to a mail that came while too many others were coming in."""
        return write_answer("no_room", find_language(envelope_sender(envelope)))

    def may_hold(self, session: IntakeSession, size: int) -> bool:
        """Note that a connection holds `size` bytes in memory; False when that is too much."""
        self._held[session] = size
        if not size:
            del self._held[session]
        most = _LARGEST_MAILS_AT_A_TIME * self._settings.smtp.max_size
        return sum(self._held.values()) <= most

    async def keep(self, session: Session, envelope: SmtpEnvelope, raw: bytes) -> SmtpAnswer:
        """Keep a mail for all its recipients; 250 only when it is durable."""
        authentication = await self._judge(session, envelope, raw)
        kept = self._envelope(session, envelope, authentication)
        try:
            await self._on_disk(partial(self._way_in.spool.put, raw, kept))
        except Temporary as error:
            return _refuse(error, envelope)
        log.info(
            "mail kept",
            spool_id=kept.spool_id,
            size=len(raw),
            sender=kept.envelope_sender,
            recipients=kept.envelope_recipients,
            client=kept.client_address,
        )
        self._greylist.note_kept(_peer(session))
        for dossier in {read_recipient(one).dossier for one in kept.envelope_recipients}:
            self._traffic.note_delivered(dossier)
        self._way_in.on_mail()
        return write_answer("kept", "en", id=kept.spool_id)

    async def _judge(self, session: Session, envelope: SmtpEnvelope, raw: bytes) -> Authentication:
        """Return what is known of the sender; whatever goes wrong here never stops a mail."""
        address, is_lmtp = _peer(session), self.channel is Channel.LMTP
        work = asyncio.get_running_loop().run_in_executor(
            self._checks,
            partial(
                self._way_in.sender_check.judge,
                raw,
                client_address="" if is_lmtp else address,
                client_name=_host_name(session),
                envelope_sender=envelope_sender(envelope),
                is_relayed=is_lmtp or is_loopback(address),
            ),
        )
        await asyncio.wait({work}, timeout=SECONDS + 1)
        if not work.done():
            work.cancel()
            return UNKNOWN
        if error := work.exception():
            log.error("the sender could not be checked", exc_info=error)
            return UNKNOWN
        return work.result()

    def _envelope(
        self, session: Session, envelope: SmtpEnvelope, authentication: Authentication
    ) -> Envelope:
        now = self._way_in.clock.now()
        recipients = (read_recipient(one).address for one in envelope.rcpt_tos)
        return Envelope(
            spool_id=new_id(now),
            received_at=now,
            channel=self.channel,
            envelope_sender=envelope_sender(envelope),
            envelope_recipients=tuple(dict.fromkeys(recipients)),
            client_address=_peer(session),
            client_name=_host_name(session),
            authentication=authentication,
        )

    async def _on_disk(self, work: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writes, work)

    def _count_mistake(self, server: IntakeSession, sender: str) -> SmtpAnswer | None:
        server.mistakes += 1
        if server.mistakes < _MAX_MISTAKES:
            return None
        asyncio.get_running_loop().call_soon(server.hang_up)
        return write_answer("too_many_mistakes", find_language(sender))


def _refuse(error: Temporary, envelope: SmtpEnvelope) -> SmtpAnswer:
    log.error("mail put off", sender=envelope_sender(envelope), why=str(error))
    reason = "no_room" if isinstance(error, SpoolFull) else "not_well"
    return write_answer(reason, find_language(envelope_sender(envelope)))


def _announced_size(options: list[str]) -> int:
    size = next((one.partition("=")[2] for one in options if one.startswith("SIZE=")), "0")
    return int(size) if size.isdecimal() else 0


def _peer(session: Session) -> str:
    return str(session.peer[0]) if session.peer else ""


def _host_name(session: Session) -> str:
    name = (session.host_name or "")[:_LONGEST_NAME]
    return name.encode("ascii", "replace").decode().strip()
