"""The approver and the office, who answer each question once, and the mail server in between."""

import asyncio
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

from benchmarks.faults.load import Letter, SendingServer, write_letter
from tests.kit.ports import free_port
from tests.kit.story import Received

#: how the subject of a question begins -> what is answered
ANSWERS = {"Goedkeuren?": "goedgekeurd", "Nakijken?": "ok"}
_NUMBER = re.compile(r"2026-\d{5}")
_LOOK_SECONDS = 0.1
_HANG_SECONDS = 600


class Smarthost:
    """A real SMTP server that keeps what everybody receives, and can be ill in many ways.

    `illness`: "" for none; "hangs" at the greeting of the mail; "later" 451 to the recipient;
    "later_after_data" 451 to the mail; "mute" takes the mail and never says so; "cut" takes it
    and hangs up instead of saying so.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[Received] = []
        self.illness = ""
        #: mails that were taken without saying so: that they come again is no fault of ours
        self.unsaid: Counter[str] = Counter()
        self._controller: Controller | None = None

    def start(self) -> None:
        """Take mail, also after a stop."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections."""
        if self._controller:
            self._controller.stop()
        self._controller = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take every recipient, if well."""
        if self.illness == "hangs":
            await asyncio.sleep(_HANG_SECONDS)
        if self.illness == "later":
            return "451 4.3.0 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - too
        """Keep the mail, if well; or keep it and do not say so."""
        if self.illness == "later_after_data":
            return "451 4.3.0 later"
        received = [Received(to, envelope.content) for to in envelope.rcpt_tos]
        self.mails += received
        if self.illness in {"mute", "cut"}:
            self.unsaid.update(str(one.message["Message-ID"]) for one in received)
            if self.illness == "mute":
                await asyncio.sleep(_HANG_SECONDS)
            server.transport.abort()
        return "250 OK"


@dataclass
class People:
    """Everybody who is asked something: they answer once, as they should."""

    smarthost: Smarthost
    server: SendingServer
    #: Message-ID of each answer -> the answer
    answers: dict[str, Letter] = field(default_factory=dict)
    #: what they were asked, by (person, question, invoice number and dossier)
    asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: they read no mail: nothing waits for them
    is_away: bool = False

    def __post_init__(self) -> None:
        self._read = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def start(self) -> None:
        """Begin to read mail."""
        self._thread.start()

    def end(self) -> None:
        """Read no more."""
        self._ending.set()
        self._thread.join()

    @property
    def unread(self) -> int:
        """How many mails lie unread."""
        return 0 if self.is_away else len(self.smarthost.mails) - self._read

    def _live(self) -> None:
        while not self._ending.is_set():
            for mail in self.smarthost.mails[self._read :]:
                self._read_one(mail)
                self._read += 1
            time.sleep(_LOOK_SECONDS)

    def _read_one(self, mail: Received) -> None:
        question = mail.subject.split(" ", 1)[0]
        own_id = str(mail.message["Message-ID"])
        if question not in ANSWERS or own_id in self.answers:
            return  # the same mail twice is answered once
        number = _NUMBER.search(mail.subject)
        what = f"{number[0] if number else mail.subject} {mail.message['References']}"
        self.asked[mail.recipient, question, what] += 1
        answer = write_letter(
            mail.recipient,
            [str(mail.message["Reply-To"])],
            own_id.replace("<", "<answer-"),
            _under(ANSWERS[question], mail.text),
            subject=f"Re: {mail.subject}",
        )
        self.answers[own_id] = answer
        self.server.send(answer)


def _under(answer: str, asked: str) -> str:
    quoted = "\n".join(f"> {line}" for line in asked.splitlines())
    return f"{answer}\n\nOp di 24 nov. 2026 om 09:00 schreef Kantoor Vermeer:\n{quoted}\n"
