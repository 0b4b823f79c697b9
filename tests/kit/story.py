"""Tells a story over real SMTP: people say things by mail and expect mails in return."""

import email.policy
import json
import re
import smtplib
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import make_msgid
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.controller import Controller

from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Temporary
from mailbot.domain.outbox import OutboxState
from mailbot.domain.people import Definition
from mailbot.entrypoints.app import open_spool, write_directory
from mailbot.entrypoints.service import PARTS, Service
from mailbot.settings import Settings
from storage.audit import broken_links
from storage.audit_witnesses import unwitnessed
from storage.definitions import save_definition
from storage.documents import documents_in
from storage.failed_jobs import failed_jobs
from storage.outbox import outbox_counts, waiting_entries
from tests.kit.databases import lay_database
from tests.kit.dns import dns_server
from tests.kit.ports import free_port
from tests.kit.stores import new_stores

T = TypeVar("T")
AUTHSERV = "mx.in.example"
# a loaded machine is slow now and then; who is not kept waiting pays nothing for patience
_PATIENCE_SECONDS = 40


@dataclass
class Received:
    """A mail of ours that reached somebody."""

    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return BytesParser(policy=email.policy.default).parsebytes(self.raw)  # type: ignore[return-value]

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its plain text."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def code(self) -> str:
        """The one-time code in its plain text, as it is printed there."""
        found = re.search(r"\b(\d{3} \d{3})\b", self.text)
        assert found, self.text
        return found[1]

    @property
    def links(self) -> list[str]:
        """The links in its plain text."""
        return re.findall(r"https?://\S+", self.text)


class Postbox:
    """A real SMTP server that keeps what everybody receives."""

    def __init__(self) -> None:
        self.mails: list[Received] = []
        self.refuse: dict[str, str] = {}
        self._seen: set[int] = set()
        self.port = free_port()

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.refuse.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails += [Received(to, envelope.content) for to in envelope.rcpt_tos]
        return "250 OK"

    def start(self) -> None:
        """Take mail; after a stop, again on the same port."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def unread(self) -> list[Received]:
        """Return every mail that no expectation has met."""
        return [mail for number, mail in enumerate(self.mails) if number not in self._seen]

    def find_new(self, to: str, subject: str) -> Received | None:
        """Return the oldest mail to somebody that no expectation has met yet."""
        for number, mail in enumerate(self.mails):
            if number not in self._seen and mail.recipient == to and subject in mail.subject:
                self._seen.add(number)
                return mail
        return None


@dataclass
class Story:
    """The world of one test: a running service, and everybody's mailboxes."""

    data: Path
    definition: Definition
    overrides: dict[str, Any] = field(default_factory=dict)
    postbox: Postbox = field(default_factory=Postbox)
    #: what DNS says: (name, type) -> records
    zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    #: settings of where rows and files lie (tests/kit/stores.py)
    stores: dict[str, Any] = field(default_factory=new_stores)

    def __enter__(self) -> "Story":
        self.postbox.start()
        self._stack = ExitStack()
        dns = self._stack.enter_context(dns_server(self.zone))
        self.smtp_port, self.web_port = free_port(), free_port()
        values: dict[str, Any] = {
            "service": {
                "data": self.data,
                "domain": "in.example",
                "public_url": f"http://127.0.0.1:{self.web_port}",
            },
            "smtp": {"listen": f"127.0.0.1:{self.smtp_port}"},
            "web": {"listen": f"127.0.0.1:{self.web_port}"},
            "dns": {"server": dns},
            "trusted_authserv": {"ids": [AUTHSERV]},
            "outbound": {"host": "127.0.0.1", "port": self.postbox.port, "security": "none"},
        }
        self.settings = Settings(**{**values, **self.stores, **self.overrides})
        if not self.settings.database.url and not (self.data / "mailbot.db").exists():
            lay_database(self.data)
        # the clock would bring the digest of today into any story that is slow enough
        timeless = [part for part in PARTS if part != "scheduler"]
        self.service = Service(self.settings, timeless)
        with self.service.context.database.transaction() as session:
            save_definition(session, self.definition)
        write_directory(self.service.context)
        self.service.start()
        return self

    def __exit__(self, kind: object = None, *_: object) -> None:
        if kind is None:
            self._audit()
        self.service.stop()
        self.postbox.stop()
        self._stack.close()

    def config_file(self) -> Path:
        """Write the settings that a command needs to see what the service sees."""
        file = self.data / "mailbot.toml"
        values = self.settings.model_dump(mode="json", include={"service", "database", "blobs"})
        lines: list[str] = []
        for name, table in values.items():
            lines += [f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in table.items() if v)]
        file.write_text("\n".join(lines))
        return file

    def _audit(self) -> None:
        """However a story ends, the audit log must tell of all that is kept."""
        with self.service.context.database.reading() as session:
            assert list(broken_links(session)) == []
            assert list(unwitnessed(session)) == []

    def say(
        self,
        sender: str,
        to: str,
        text: str = "",
        *,
        subject: str = "Factuur",
        files: Sequence[tuple[str, str, bytes]] = (),
        headers: dict[str, str] | None = None,
        envelope_sender: str | None = None,
        is_proved: bool = True,
    ) -> EmailMessage:
        """Send a mail through the server in front of us, which checked the sender or could not.

        `files` are (name, media type, content).
        """
        mail = EmailMessage()
        if is_proved:
            domain = sender.rpartition("@")[2]
            verdict = f"{AUTHSERV}; dmarc=pass header.from={domain}; dkim=pass header.d={domain}"
            mail["Authentication-Results"] = verdict
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Message-ID"] = make_msgid(domain="sender.example")
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(text)
        for name, media_type, content in files:
            main, sub = media_type.split("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        self.send(mail, to, envelope_sender if envelope_sender is not None else sender)
        return mail

    def send(self, mail: EmailMessage, to: str, envelope_sender: str) -> None:
        """Hand a mail to our server as it is."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.send_message(mail, envelope_sender, [to])

    def refusal(self, sender: str, to: str) -> str:
        """Return what our server answers RCPT, as one line."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.ehlo("client.example")
            client.mail(sender)
            code, text = client.rcpt(to)
            return f"{code} {text.decode()}"

    def reply(
        self, mail: Received, text: str, *, sender: str = "", **options: Any
    ) -> EmailMessage:
        """Answer a mail as its reader would: below what is typed stands the quoted mail."""
        quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
        lead = "Op di 24 nov. 2026 om 09:00 schreef Kantoor Vermeer <facturen@in.example>:"
        body = f"{text}\n\n{lead}\n{quoted}\n"
        headers = {
            "In-Reply-To": str(mail.message["Message-ID"]),
            "References": str(mail.message["Message-ID"]),
            **options.pop("headers", {}),
        }
        return self.say(
            sender or mail.recipient,
            str(mail.message["Reply-To"]),
            body,
            subject=f"Re: {mail.subject}",
            headers=headers,
            **options,
        )

    def expect(self, to: str, subject: str = "") -> Received:
        """Wait for the next mail to somebody whose subject has these words."""
        return self.eventually(
            lambda: self.postbox.find_new(to, subject),
            lambda: f"a mail to {to} about {subject!r}; there are {self._mail_list()}",
        )

    def expect_document(self, dossier: str, status: Status) -> Document:
        """Wait until a document of the dossier stands in this status."""
        return self.eventually(
            lambda: next(iter(self.documents(dossier, [status])), None),
            lambda: f"a document in {status}; there are {self._document_list(dossier)}",
        )

    def expect_nothing_new(self) -> None:
        """Wait until all is quiet, and see that nobody got a mail that was not expected."""
        self.settle()
        unread = self.postbox.unread()
        assert not unread, [(mail.recipient, mail.subject) for mail in unread]

    def documents(
        self, dossier: str, statuses: Sequence[Status] = tuple(Status)
    ) -> list[Document]:
        """Return the documents of a dossier."""
        with self.service.context.database.reading() as session:
            return list(documents_in(session, [dossier], statuses))

    def settle(self) -> None:
        """Wait until nothing happens any more: no mail in the spool, no job, no mail to send."""

        def is_quiet() -> bool:
            # a mail that could not be delivered makes a job: look twice
            return self._is_quiet() and self._is_quiet()

        self.eventually(is_quiet, lambda: f"quiet: {self._trouble()}")

    def eventually(self, look: Callable[[], T | None], wanted: Callable[[], str]) -> T:
        """Look until there is something; fail with a sentence when there is not."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            # a database that was just restarted hangs up once on who still holds a connection
            with suppress(Temporary):
                if found := look():
                    return found
            time.sleep(0.02)
        raise AssertionError(f"waited in vain for {wanted()}; {self._trouble()}")

    def _is_quiet(self) -> bool:
        """Whether nothing is under way, looked at in the order in which a mail goes through."""
        context = self.service.context
        if open_spool(self.settings).entries():
            return False
        if set(context.jobs.counts()) & {"ENQUEUED", "PENDING"}:
            return False
        with context.database.reading() as session:
            # a mail at the other server has been claimed, and is still queued
            is_sending = OutboxState.QUEUED.value in outbox_counts(session)
            return not is_sending and not waiting_entries(session, context.now())

    def _trouble(self) -> str:
        with self.service.context.database.reading() as session:
            failed = [(f.job.key, f.state, f.reason[-1500:]) for f in failed_jobs(session)]
        return f"failed jobs: {failed}"

    def _mail_list(self) -> list[tuple[str, str]]:
        return [(mail.recipient, mail.subject) for mail in self.postbox.mails]

    def _document_list(self, dossier: str) -> list[tuple[str, Status, tuple[str, ...]]]:
        return [(d.title, d.status, d.warnings) for d in self.documents(dossier)]
