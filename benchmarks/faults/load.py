"""Mails with known ids, handed over as a sending server does: again and again until a 250."""

import re
import smtplib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.message import EmailMessage
from queue import Empty, SimpleQueue

from tests.kit.pdf_builder import scan_pdf, text_pdf
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
#: dossier -> its enterprise number
DOSSIERS = {"bakkerij": "0400000185", "slagerij": "0400000284"}
_VERDICT = "mx.in.example; dmarc=pass header.from={0}; dkim=pass header.d={0}"
_TIMEOUT_SECONDS = 15
_PAUSE_SECONDS = 0.2
_KEPT = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True)
class Letter:
    """A mail that somebody sends us, and what must become of it."""

    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    #: number of the invoice in it, "" for an answer
    number: str = ""


@dataclass
class Accepted:
    """What our server promised."""

    letter: Letter
    #: the id in its 250
    spool_id: str
    #: when, in seconds since 1970
    at: float


def write_letter(
    sender: str,
    recipients: Sequence[str],
    message_id: str,
    text: str,
    *files: tuple[str, str, bytes],
    subject: str = "Factuur",
    number: str = "",
) -> Letter:
    """Write a mail as the server in front of us hands it on, with its verdict on the sender."""
    mail = EmailMessage()
    mail["Authentication-Results"] = _VERDICT.format(sender.rpartition("@")[2])
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(recipients), subject
    mail["Message-ID"] = message_id
    mail.set_content(text)
    for name, media_type, content in files:
        main, sub = media_type.split("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    raw = mail.as_bytes().replace(b"\n", b"\r\n")
    return Letter(raw, sender, tuple(recipients), message_id, number)


def write_invoices(count: int, *, scans: int = 0) -> Iterator[Letter]:
    """Yield mails with one invoice each: UBL, every fifth a PDF, every seventh to both dossiers.

    Every ninth comes twice, as from a server that did not hear our 250. `scans` of them are
    pictures of paper.
    """
    for place in range(1, count + 1):
        number = f"2026-{place:05}"
        everybody = tuple(DOSSIERS.values())
        customers = (everybody[place % 2],) if place % 7 else everybody
        file = _scan(number, place) if place <= scans else _file(number, place, customers)
        letter = write_letter(
            SUPPLIER,
            [f"aankoop-{customer}@in.example" for customer in customers],
            f"<{number}@drukkerij.example>",
            "In bijlage.",
            file,
            number=number,
        )
        yield letter
        if place % 9 == 0:
            yield letter


def _file(number: str, place: int, customers: Sequence[str]) -> tuple[str, str, bytes]:
    base = Decimal(1000 + place)
    if place % 5 == 0:
        return f"{number}.pdf", "application/pdf", text_pdf(number=number, base=base)
    vat = (base * Decimal("0.21")).quantize(Decimal("0.01"))
    sample = Sample(
        number=number,
        customer_vat=f"BE{customers[0]}" if len(customers) == 1 else "",
        rows=(("21", f"{base:.2f}", f"{vat:.2f}", "S"),),
        total_excl=f"{base:.2f}",
        vat_total=f"{vat:.2f}",
        total_incl=f"{base + vat:.2f}",
        amount_due=f"{base + vat:.2f}",
    )
    return f"{number}.xml", "application/xml", build_ubl(sample)


def _scan(number: str, place: int) -> tuple[str, str, bytes]:
    paper = text_pdf(number=number, base=Decimal(1000 + place))
    return f"{number}.pdf", "application/pdf", scan_pdf(paper)


@dataclass
class SendingServer:
    """Hands mails over from several threads; nothing that it was given is given up."""

    port: int
    threads: int = 3
    #: seconds between two mails of one thread
    pace: float = 0.0
    accepted: list[Accepted] = field(default_factory=list)
    #: answers other than 250, and how often
    refusals: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._waiting: SimpleQueue[Letter] = SimpleQueue()
        self._unsent = 0
        self._lock = threading.Lock()
        self._ending = threading.Event()
        for _ in range(self.threads):
            threading.Thread(target=self._work, daemon=True).start()

    def send(self, letter: Letter) -> None:
        """Take a mail into the queue."""
        with self._lock:
            self._unsent += 1
        self._waiting.put(letter)

    @property
    def unsent(self) -> int:
        """How many mails have not got their 250 yet."""
        return self._unsent

    def end(self) -> None:
        """Send no more."""
        self._ending.set()

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                letter = self._waiting.get(timeout=0.5)
            except Empty:
                continue
            while not self._ending.is_set() and not self._try(letter):
                time.sleep(_PAUSE_SECONDS)
            time.sleep(self.pace)

    def _try(self, letter: Letter) -> bool:
        try:
            answer = self._hand_over(letter)
        except (OSError, smtplib.SMTPException) as error:
            self._count(error)
            return False
        with self._lock:
            found = _KEPT.search(answer)
            self.accepted.append(Accepted(letter, found[0] if found else answer, time.time()))
            self._unsent -= 1
        return True

    def _hand_over(self, letter: Letter) -> str:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=_TIMEOUT_SECONDS) as client:
            client.ehlo("mx.drukkerij.example")
            _must(250, *client.mail(letter.sender))
            for recipient in letter.recipients:
                _must(250, *client.rcpt(recipient))
            return _must(250, *client.data(letter.raw))

    def _count(self, error: Exception) -> None:
        code = getattr(error, "smtp_code", None)
        word = str(code) if code else type(error).__name__
        with self._lock:
            self.refusals[word] = self.refusals.get(word, 0) + 1


def _must(wanted: int, code: int, answer: bytes) -> str:
    if code != wanted:
        raise smtplib.SMTPResponseException(code, answer)
    return answer.decode(errors="replace")
