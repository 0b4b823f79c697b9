"""Tells stories of people who write to each other through the office, in this process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailbot.domain.clock import StoppedClock
from mailbot.domain.conversation import Conversation, ConversationState
from mailbot.domain.job import Job, JobKind
from mailbot.domain.people import Definition
from mailbot.entrypoints.app import close_context, open_context
from mailbot.settings import Settings
from storage.conversations import conversations_in
from storage.definitions import save_definition
from tests.kit.databases import lay_database
from tests.kit.mailroom import PROVED, Mailroom
from tests.kit.office import make_definition, make_dossier, needs_approval
from tests.kit.stores import new_stores
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
QUESTIONS = "vraag-bakkerij@in.example"
UBL = ("factuur.xml", "application/xml", build_ubl(Sample(customer_vat="BE0400000185")))
#: a Wednesday, ten o'clock in Brussels
NOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Got:
    """A mail of ours that somebody got."""

    to: str
    message: EmailMessage
    text: str

    @property
    def subject(self) -> str:
        """Its subject, on one line."""
        return " ".join(str(self.message["Subject"]).split())

    @property
    def reply_to(self) -> str:
        """Where its answer goes."""
        return str(self.message["Reply-To"])

    @property
    def files(self) -> list[str]:
        """The names of the files that hang on it."""
        return [str(part.get_filename()) for part in self.message.iter_attachments()]


@dataclass
class Talks:
    """People with their mailboxes, and a clock that stands still between mails."""

    room: Mailroom
    clock: StoppedClock
    inbox: list[Got] = field(default_factory=list)
    _number: int = 0

    def say(
        self,
        sender: str,
        to: str,
        text: str = "",
        *,
        subject: str = "Vraag",
        files: Sequence[tuple[str, str, bytes]] = (),
        is_proved: bool = True,
        **headers: str,
    ) -> EmailMessage:
        """Send a mail and let everything happen that follows; `files` as in `Story.say`."""
        self._number += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, headers.pop("to", to), subject
        mail["Message-ID"] = f"<{self._number}@sender.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        for name, media_type, content in files:
            main, sub = media_type.split("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        self.send(mail, to, is_proved=is_proved)
        return mail

    def send(self, mail: EmailMessage, to: str, *, is_proved: bool = True) -> None:
        """Hand over a mail as it is."""
        self.clock.move(timedelta(minutes=1))
        self.room.receive(
            mail, to, envelope_sender=str(mail["From"]), proof=PROVED if is_proved else ""
        )
        self._collect()

    def reply(self, got: Got, text: str, *, sender: str = "", to: str = "", **more: Any) -> None:
        """Answer a mail as its reader would: below what is typed stands the quoted mail."""
        quoted = "\n".join(f"> {line}" for line in got.text.splitlines())
        lead = "Op di 24 nov. 2026 om 09:00 schreef Kantoor Vermeer <facturen@in.example>:"
        ours = str(got.message["Message-ID"])
        threading = {"In_Reply_To": ours, "References": ours, **more.pop("threading", {})}
        self.say(
            sender or got.to,
            to or got.reply_to,
            f"{text}\n\n{lead}\n{quoted}\n",
            subject=more.pop("subject", f"Re: {got.subject}"),
            **threading,
            **more,
        )

    def got(self, to: str, subject: str = "") -> Got:
        """Take the oldest mail to somebody whose subject has these words."""
        for mail in self.inbox:
            if mail.to == to and subject in mail.subject:
                self.inbox.remove(mail)
                return mail
        raise AssertionError(f"no mail to {to} with {subject!r}: {self.waiting()}")

    def waiting(self) -> list[tuple[str, str]]:
        """Return to whom and about what the mails are that nobody has taken."""
        return [(mail.to, mail.subject) for mail in self.inbox]

    def forget(self) -> None:
        """Leave what has come so far unread."""
        self.inbox.clear()

    def tick(self, by: timedelta, kind: JobKind = JobKind.REMINDERS, **ids: str) -> None:
        """Let time pass, and the clock put a job."""
        self.clock.move(by)
        slot = self.clock.now().isoformat()
        with self.room.context.transaction() as unit:
            unit.put(kind, key=f"{kind}:{slot}", **ids)
        self.room.run()
        self._collect()

    def digest(self, email: str) -> Got:
        """Let somebody get the list of the day."""
        self.inbox.clear()
        day = self.clock.now().date().isoformat()
        ids = {"office": "kantoor", "person": email, "day": day}
        self.tick(timedelta(minutes=1), JobKind.DIGEST, **ids)
        return self.got(email)

    def run(self, job: Job) -> None:
        """Run one job again, as after a crash."""
        self.room.jobs.waiting.append(job)
        self.room.run()
        self._collect()

    def conversations(self, dossier: str = "bakkerij") -> list[Conversation]:
        """Return the conversations of a dossier, oldest first."""
        with self.room.context.database.reading() as session:
            return list(conversations_in(session, [dossier], tuple(ConversationState)))

    def invoice(self) -> None:
        """Let an invoice come in."""
        self.say(SUPPLIER, PURCHASE, subject="Factuur", files=[UBL])

    def _collect(self) -> None:
        for entry in self.room.letters():
            message = self.room.message(entry)
            text = self.room.text(entry).replace("\r\n", "\n")
            self.inbox.append(Got(to=entry.recipient, message=message, text=text))


@contextmanager
def open_talks(
    folder: Path, definition: Definition | None = None, **settings: Any
) -> Iterator[Talks]:
    """Give an office whose purchases Karim must approve, at ten on a Wednesday."""
    clock = StoppedClock(NOON)
    stores = new_stores()
    values = {"service": {"data": folder, "domain": "in.example"}, **stores, **settings}
    if not stores:
        lay_database(folder)
    context = open_context(Settings(**values), clock)
    try:
        with context.transaction() as unit:
            dossier = make_dossier(approval_rules=needs_approval())
            save_definition(unit.session, definition or make_definition(dossier))
        yield Talks(Mailroom(context), clock)
    finally:
        close_context(context)
