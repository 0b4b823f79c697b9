"""A running SMTP and LMTP intake on free loopback ports, and a raw client to talk to it."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from mailbot.domain.clock import Clock
from mailbot.domain.directory import Directory, DossierEntry
from mailbot.entrypoints.app import Places, open_spool
from mailbot.entrypoints.smtp_server import SmtpIntake
from mailbot.settings import Settings
from storage.directory_file import DirectoryFile
from storage.durable import make_folder
from storage.reply_tokens import new_token
from storage.spool import Spool, SpooledMail
from tests.kit.dns import dns_server

DOMAIN = "mailbot.example"
SECRET = bytes(range(32))
PURCHASE = f"aankoop-0400000185@{DOMAIN}"
SUPPLIER = "facturen@drukkerij.example"
NOON = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)

DIRECTORY = Directory(
    domains=(DOMAIN,),
    dossiers=(
        DossierEntry(
            code="bakker",
            office="kantoor",
            enterprise_number="0400000185",
            active=True,
            language="nl",
            journals=("a1",),
        ),
        DossierEntry(
            code="slager",
            office="kantoor",
            enterprise_number="0400000284",
            active=False,
            language="fr",
        ),
    ),
    blacklist=("spam@winst.example", "@reclame.example"),
)


def token() -> str:
    """Return a reply token that the intake knows."""
    return new_token(SECRET)


def mail(
    subject: str = "Factuur 2026-114", text: str = "In bijlage onze factuur.\n"
) -> EmailMessage:
    """Return a small mail from the supplier."""
    message = EmailMessage()
    message["From"] = f"Drukkerij Voorbeeld <{SUPPLIER}>"
    message["To"] = PURCHASE
    message["Subject"] = subject
    message["Message-ID"] = "<2026-114@drukkerij.example>"
    message.set_content(text)
    return message


@dataclass
class RunningIntake:
    """The intake, where it listens, and what it kept."""

    server: SmtpIntake
    spool: Spool
    smtp_port: int
    lmtp_port: int
    #: grows with each mail that the intake says it kept
    woken: list[str]

    def kept(self) -> list[SpooledMail]:
        """Return every mail in the spool, oldest first."""
        return [self.spool.read(one) for one in self.spool.entries()]

    def only_kept(self) -> SpooledMail:
        """Return the one mail in the spool."""
        (one,) = self.kept()
        return one


def eventually(look: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 30
    while not look():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


def run(*command: str | Path, typed: bytes = b"") -> None:
    """Run a program of the system that must succeed."""
    subprocess.run(command, check=True, capture_output=True, input=typed, timeout=60)  # noqa: S603


def settings(folder: Path, **sections: dict[str, object]) -> Settings:
    """Return settings for free loopback ports; `sections` go over the kit's own."""
    own: dict[str, dict[str, object]] = {
        "service": {"domain": DOMAIN, "data": folder},
        "smtp": {"listen": "127.0.0.1:0"},
        "lmtp": {"listen": "127.0.0.1:0"},
        "limits": {"min_free_disk": 0, "mails_per_minute": 100_000},
        "dns": {"server": "127.0.0.1:9"},  # nobody answers there
    }
    given = {name: own.get(name, {}) | sections.get(name, {}) for name in own | sections}
    return Settings.model_validate(given)


def write_facts(folder: Path, directory: Directory = DIRECTORY) -> None:
    """Write what intake reads from the data folder: the directory and the token secret."""
    here = Places(folder)
    make_folder(here.secret.parent)
    here.secret.write_text(SECRET.hex())
    DirectoryFile(here.directory).write(directory)


@contextmanager
def running_intake(
    folder: Path,
    *,
    spool: Spool | None = None,
    clock: Clock | None = None,
    **sections: dict[str, object],
) -> Iterator[RunningIntake]:
    """Run the intake with its data in `folder` and a DNS that knows no names, unless given."""
    with dns_server({}) as nothing:
        chosen = settings(folder, **({"dns": {"server": nothing}} | sections))
        with _running(folder, chosen, spool, clock) as running:
            yield running


@contextmanager
def _running(
    folder: Path, chosen: Settings, spool: Spool | None, clock: Clock | None
) -> Iterator[RunningIntake]:
    if not Places(folder).directory.exists():
        write_facts(folder)
    kept_in = spool or open_spool(chosen)
    woken: list[str] = []
    server = SmtpIntake(chosen, kept_in, lambda: woken.append("mail"), clock)
    server.start()
    try:
        smtp, lmtp = server.addresses
        yield RunningIntake(server, kept_in, smtp[1], lmtp[1], woken)
    finally:
        server.stop()


@dataclass
class RawClient:
    """A client that sends exactly the bytes it is told to."""

    port: int
    greeting: str = "EHLO client.example"
    seconds: float = 10.0
    _socket: socket.socket = field(init=False, repr=False)

    def __enter__(self) -> "RawClient":
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.seconds)
        self._file = self._socket.makefile("rb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, content: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(content)

    def reply(self) -> str:
        """Return the next reply, "" when the server hung up."""
        lines = []
        while line := self._file.readline().decode():
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    def say(self, command: str) -> str:
        """Send a command and return the reply."""
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def begin(self, *recipients: str, sender: str = SUPPLIER) -> None:
        """Go as far as DATA's 354."""
        self.reply()
        self.say(self.greeting)
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250"), "MAIL was refused"
        for recipient in recipients or (PURCHASE,):
            assert self.say(f"RCPT TO:<{recipient}>").startswith("250"), "RCPT was refused"
        assert self.say("DATA").startswith("354")


def serve_until_killed(folder: Path) -> None:
    """Run the intake in a process of its own; `folder`/port says where it listens."""
    with running_intake(folder) as intake:
        new = folder / "port.new"
        new.write_text(str(intake.smtp_port))
        new.rename(folder / "port")
        threading.Event().wait()
