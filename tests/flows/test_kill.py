"""Power cuts: the process is really killed, started again, and nothing is lost or doubled."""

import smtplib
import time
from collections.abc import Callable
from email.message import EmailMessage
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TypeVar

import pytest

from mailbot.domain.document import Status
from mailbot.domain.outbox import OutboxState
from mailbot.entrypoints.app import close_context, open_context, open_spool, write_directory
from mailbot.settings import Settings, read_settings
from storage.audit import broken_links
from storage.definitions import save_definition
from storage.documents import documents_in
from storage.failed_jobs import failed_jobs
from storage.mails import recent_mails
from storage.outbox import recent_entries
from tests.kit.databases import lay_database
from tests.kit.killed_service import start_service
from tests.kit.office import APPROVER, MANAGER, make_definition, make_dossier, needs_approval
from tests.kit.ports import free_port
from tests.kit.story import Received
from tests.kit.structured_builders import Sample, build_ubl

T = TypeVar("T")
SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"

#: on the whole way; `python -m benchmarks.faults kills` dies at any moment, hundreds of times
KILLS = (
    "before:1:spool",
    "after:1:spool",
    "after:1:blob",
    "after:1:commit",
    "before:1:unspool",
    "before:3:commit",
    "after:4:commit",
    "before:5:commit",
    "before:1:send",
    "after:1:send",
    "before:12:commit",
    "after:1:deliver",
)


class Machine:
    """One machine: its disk stays, its process comes and goes."""

    def __init__(self, data: Path) -> None:
        self.port, web = free_port(), free_port()
        self.config = data / "mailbot.toml"
        self.config.write_text(
            f"""
[service]
data = "{data / "var"}"
domain = "in.example"
public_url = "http://127.0.0.1:{web}"
[smtp]
listen = "127.0.0.1:{self.port}"
[web]
listen = "127.0.0.1:{web}"
"""
        )
        self.settings: Settings = read_settings(self.config)
        lay_database(self.settings.service.data)
        context = open_context(self.settings)
        dossier = make_dossier(approval_rules=needs_approval(APPROVER))
        with context.database.transaction() as session:
            save_definition(session, make_definition(dossier))
        write_directory(context)
        self.context = context
        self.process: ForkServerProcess | None = None
        self.log = data / "log.txt"

    def start(self, kill_at: str = "") -> None:
        self.process = start_service(self.config, self.log, kill_at)

    def is_dead(self) -> bool:
        return self.process is not None and not self.process.is_alive()

    def stop(self) -> None:
        if self.process is not None and not self.is_dead():
            self.process.terminate()
            self.process.join(timeout=40)
            assert self.process.exitcode == 0

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
        close_context(self.context)

    def deliver(self, mail: EmailMessage, sender: str) -> None:
        """Hand a mail over as a sending server does: again and again until there was a 250."""

        def try_once() -> bool:
            if self.is_dead():
                self.start()
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
                    client.send_message(mail, sender, [str(mail["To"])])
            except (OSError, smtplib.SMTPException):
                return False
            return True

        self.eventually(try_once, "a 250")

    def letter(self, to: str, name: str) -> Received:
        """Wait for a letter in the outbox folder."""

        def look() -> Received | None:
            if self.is_dead():
                self.start()
            with self.context.database.reading() as session:
                entries = [e for e in recent_entries(session) if e.state is OutboxState.SENT]
            for entry in entries:
                path = self.settings.service.data / "outbox" / f"{entry.id}.eml"
                if entry.recipient == to and entry.letter.endswith(name) and path.exists():
                    return Received(to, path.read_bytes())
            return None

        return self.eventually(look, f"{name} for {to}")

    def answer(self, letter: Received, text: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = letter.recipient, str(letter.message["Reply-To"])
        mail["Subject"] = f"Re: {letter.subject}"
        mail["Message-ID"] = f"<answer-{hash(letter.raw)}@answers.example>"
        mail.set_content(f"{text}\n")
        self.deliver(mail, letter.recipient)

    def eventually(self, look: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        with self.context.database.reading() as session:
            trouble = [f.reason for f in failed_jobs(session)]
        raise AssertionError(f"waited in vain for {what}; {trouble}; {self.log}")


@pytest.mark.parametrize("kill_at", KILLS)
def test_nothing_is_lost_or_doubled(tmp_path: Path, kill_at: str) -> None:
    machine = Machine(tmp_path)
    try:
        machine.start(kill_at)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = SUPPLIER, PURCHASE, "Factuur"
        mail["Message-ID"] = "<one@drukkerij.example>"
        mail.set_content("In bijlage.")
        ubl = build_ubl(Sample(customer_vat="BE0400000185"))
        mail.add_attachment(ubl, maintype="application", subtype="xml", filename="f.xml")
        machine.deliver(mail, SUPPLIER)
        machine.answer(machine.letter(APPROVER, "approval"), "goedgekeurd")
        machine.answer(machine.letter(MANAGER, "review"), "ok")
        machine.letter(MANAGER, "transcript")
        context = machine.context

        def exported() -> bool:
            if machine.is_dead():
                machine.start()
            with context.database.reading() as session:
                return bool(documents_in(session, ["bakkerij"], [Status.EXPORTED]))

        machine.eventually(exported, "the export")
        machine.stop()
        with context.database.reading() as session:
            documents = documents_in(session, ["bakkerij"], list(Status))
            letters = [(e.recipient, e.letter) for e in recent_entries(session)]
            mails = recent_mails(session)
            assert list(broken_links(session)) == []
            assert failed_jobs(session) == []
        assert len(documents) == 1
        assert len(letters) == len(set(letters)), letters
        # the daily list comes by the clock: on a slow machine, before the story ends
        assert len([name for _to, name in letters if name != "digest"]) == 4, letters
        assert len([m for m in mails if m.state == "read"]) == 3
        assert open_spool(machine.settings).entries() == []
        assert len(list((tmp_path / "var" / "exports" / "bakkerij").iterdir())) == 2
        assert list(context.blobs.verify()) == []
    finally:
        machine.close()
