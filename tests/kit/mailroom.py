"""Lets raw mails come in and everything happen that follows, in this process and in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from typing import Any

from handlers.context import Context
from handlers.registry import HANDLERS
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Temporary
from mailbot.domain.events import Event
from mailbot.domain.job import Job
from mailbot.domain.mail import Authentication, Channel, Envelope
from mailbot.domain.outbox import OutboxEntry, OutboxState
from mailbot.entrypoints.intake import record_delivery
from storage.audit import events_about
from storage.documents import documents_in
from storage.outbox import recent_entries, update_entry

PROVED = "proved"


class _Jobs:
    """A queue that forgets nothing and starts nothing."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self._keys: set[str] = set()

    def put(self, _session: object, job: Job, *, delay: float = 0) -> None:
        """Take a job; the same key is a no-op."""
        if job.key not in self._keys and not delay:
            self._keys.add(job.key)
            self.waiting.append(job)


@dataclass
class Mailroom:
    """The handlers with a real database, without listeners, queue or network."""

    outside: Context
    jobs: _Jobs = field(default_factory=_Jobs)
    #: jobs that must be tried again
    put_off: list[Job] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    @property
    def context(self) -> Context:
        """What the handlers are given."""
        return replace(self.outside, jobs=self.jobs)  # type: ignore[arg-type]

    def receive(
        self,
        raw: bytes | EmailMessage,
        to: str,
        *,
        envelope_sender: str = "",
        proof: str = "",
        authentication: Authentication | None = None,
        channel: Channel = Channel.SMTP,
    ) -> str:
        """Let a mail come in, run what follows, and return the id of the mail.

        `proof` PROVED: its From is what it says.
        """
        content = raw if isinstance(raw, bytes) else raw.as_bytes(policy=SMTP)
        envelope = Envelope(
            spool_id=self.outside.new_id(),
            received_at=self.outside.now(),
            channel=channel,
            envelope_sender=envelope_sender,
            envelope_recipients=(to,),
            client_address="192.0.2.7",
            authentication=authentication or _authentication(content, proof),
        )
        with self.context.transaction() as unit:
            record_delivery(unit, envelope, to, unit.context.blobs.put(content))
        mail_id = next(reversed(self.jobs.waiting)).ids["mail"]
        self.run()
        return mail_id

    def run(self) -> None:
        """Run every job that waits, and those that follow; what must wait is put off."""
        while self.jobs.waiting:
            job = self.jobs.waiting.pop(0)
            try:
                HANDLERS[job.kind](self.context, job)
            except Temporary:
                self.put_off.append(job)

    def run_again(self) -> None:
        """Try again what was put off."""
        self.jobs.waiting, self.put_off = [*self.put_off], []
        self.run()

    def letters(self) -> Sequence[OutboxEntry]:
        """Return the mails of ours that nobody has looked at, oldest first."""
        with self.context.database.reading() as session:
            found = [e for e in reversed(recent_entries(session)) if e.id not in self._seen]
        self._seen |= {entry.id for entry in found}
        return [entry for entry in found if entry.state is not OutboxState.FAILED]

    def message(self, entry: OutboxEntry) -> EmailMessage:
        """Return a mail of ours as its reader gets it."""
        raw = self.context.blobs.get(entry.sha256)
        return BytesParser(policy=default).parsebytes(raw)

    def text(self, entry: OutboxEntry) -> str:
        """Return the plain text of a mail of ours."""
        body = self.message(entry).get_body(("plain",))
        return str(body.get_content()) if body else ""

    def deliver(self, *entries: OutboxEntry) -> None:
        """Let mails of ours have left."""
        with self.context.transaction() as unit:
            for entry in entries:
                sent = replace(entry, state=OutboxState.SENT, sent_at=self.context.now())
                update_entry(unit.session, sent)

    def documents(self, dossier: str = "bakkerij") -> list[Document]:
        """Return every document of a dossier."""
        with self.context.database.reading() as session:
            return list(documents_in(session, [dossier], tuple(Status)))

    def events(self, subject: str) -> list[Event]:
        """Return what happened to a mail or document."""
        with self.context.database.reading() as session:
            return list(events_about(session, subject))


def _authentication(raw: bytes, proof: str) -> Authentication:
    if proof != PROVED:
        return Authentication()
    sender: Any = BytesParser(policy=default).parsebytes(raw)["From"]
    domain = str(sender.addresses[0].domain).lower()
    return Authentication(dkim="pass", dmarc="pass", aligned=True, from_domain=domain)
