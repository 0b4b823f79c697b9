"""Where forgers try: an office whose approver was asked, real DNS questions, the real handlers.

A mail is judged by the code that SMTP runs and then handled as any mail. What a forger must not
have reached is checked in one place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from functools import cache

import pytest

from mailbot.domain.approval import Approval
from mailbot.domain.document import Document
from mailbot.domain.mail import Authentication
from mailbot.domain.outbox import OutboxEntry
from mailbot.entrypoints.dns_lookup import DnsResolver
from mailbot.entrypoints.sender_check import SenderCheck
from storage.approvals import approvals_of
from tests.kit.browser import House
from tests.kit.dns import dns_server, txt
from tests.kit.keys import make_key
from tests.kit.mailroom import Mailroom
from tests.kit.office import APPROVER
from tests.kit.signing import sign

HOME = "bakkerij.example"
#: where the approver's mail really comes from, and where the forger sits
HOME_ADDRESS, FORGER_ADDRESS = "192.0.2.10", "203.0.113.9"
FORGER = "inkoop@dief.example"
#: domains of the forger, with keys, SPF and DMARC in good order
FORGED_DOMAINS = (
    "dief.example", "bakkeri1.example", "bakkerij-facturen.example",
    "bakkerij.example.dief.example", "xn--bkkerij-2fg.example", "bakkerij.net.example",
)  # fmt: skip
_ON_FILE = frozenset({APPROVER})

Zone = dict[tuple[str, str], list[str] | str]


@cache
def home_key() -> tuple[bytes, str]:
    """Return the key of the approver's domain and its record."""
    return make_key(2048)


@cache
def forged_key() -> tuple[bytes, str]:
    """Return the forger's key and its record."""
    return make_key(2048)


def build_zone() -> Zone:
    """Return what DNS says: everybody signs, and names one server."""
    zone: Zone = {}
    for domain in (HOME, *FORGED_DOMAINS):
        record = (home_key() if domain == HOME else forged_key())[1]
        address = HOME_ADDRESS if domain == HOME else FORGER_ADDRESS
        zone[f"s1._domainkey.{domain}", "TXT"] = [txt(record)]
        zone[f"_dmarc.{domain}", "TXT"] = [txt("v=DMARC1; p=reject")]
        zone[domain, "TXT"] = [txt(f"v=spf1 ip4:{address} -all")]
    return zone


def write_mail(*headers: str, text: str = "goedgekeurd") -> bytes:
    """Return a mail of header lines and a text, lines parted by CRLF."""
    lines = [*headers, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text]
    return "\r\n".join(lines).encode() + b"\r\n"


@dataclass
class Court:
    """One document that waits for an approval, and the mail that asked for it."""

    house: House
    room: Mailroom
    zone: Zone
    server: str
    resolver: DnsResolver
    document: Document
    token: str
    #: how long DNS may take for one mail
    seconds: float = 5.0
    arc_sealers: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ("mx.in.example",)
    _count: int = field(default=0)

    @property
    def address(self) -> str:
        """Where the answer to the mail goes."""
        return self.address_of(self.token)

    def address_of(self, token: str) -> str:
        """Where the answer to the mail with this token goes."""
        return f"r.{token}@mailbot.localhost"

    def headers(self, sender: str = f"Karim Haddad <{APPROVER}>", **changes: str) -> list[str]:
        """Return the header lines of an answer; `changes` by name, "" leaves one out."""
        self._count += 1
        date = format_datetime(self.house.clock.now())
        fields = {
            "From": sender, "To": self.address, "Subject": "Re: Goedkeuren?",
            "Date": date, "Message-ID": f"<{self._count}.{self.token}@{HOME}>",
        } | changes  # fmt: skip
        return [f"{name}: {value}" for name, value in fields.items() if value]

    def answer(
        self, sender: str = f"Karim Haddad <{APPROVER}>", text: str = "goedgekeurd", **changes: str
    ) -> bytes:
        """Return an unsigned answer."""
        return write_mail(*self.headers(sender, **changes), text=text)

    def signed(self, raw: bytes = b"", domain: str = HOME, **options: object) -> bytes:
        """Return a mail (by default the answer that was hoped for) as its domain signs it."""
        key = (home_key() if domain == HOME else forged_key())[0]
        return sign(raw or self.answer(), domain, key, **options)  # type: ignore[arg-type]

    def deliver(
        self,
        raw: bytes,
        to: str = "",
        *,
        client: str = FORGER_ADDRESS,
        helo: str = "mail.dief.example",
        envelope_sender: str = FORGER,
        is_relayed: bool = False,
    ) -> Authentication:
        """Let a mail come in by SMTP and everything happen that follows; return the verdict."""
        check = SenderCheck(
            self.resolver, self.trusted, arc_sealers=self.arc_sealers, clock=self.house.clock
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mailbot.entrypoints.sender_check.SECONDS", self.seconds)
            found = check.judge(
                raw,
                client_address=client,
                client_name=helo,
                envelope_sender=envelope_sender,
                is_relayed=is_relayed,
            )
        self.room.receive(
            raw, to or self.address, envelope_sender=envelope_sender, authentication=found
        )
        return found

    def facts(self) -> tuple[Document, tuple[Approval, ...]]:
        """Return the document and its approvals as they are now."""
        with self.house.context.database.reading() as session:
            return self.house.now(self.document), approvals_of(session, self.document.id)

    @contextmanager
    def nothing_happens(self, on_file: frozenset[str] = _ON_FILE) -> Iterator[list[OutboxEntry]]:
        """Check that meanwhile nothing is decided, and only people on file are written to.

        The list holds the mails that were written, once all is over.
        """
        before = self.facts()
        self.room.letters()
        written: list[OutboxEntry] = []
        yield written
        written += self.room.letters()
        assert self.facts() == before, "somebody decided"
        assert {entry.recipient for entry in written} <= on_file, "mail to somebody else"
        assert not [entry for entry in written if self._says_done(entry)]

    def _says_done(self, entry: OutboxEntry) -> bool:
        return "Gedaan" in entry.subject


@contextmanager
def open_court(house: House) -> Iterator[Court]:
    """Let the approver be asked about a new document."""
    house.clock.move(timedelta(hours=2))
    zone = build_zone()
    document = house.invoice(number=f"2026-{house.context.new_id()}")
    with dns_server(zone) as server:
        yield Court(
            house=house,
            room=Mailroom(house.context),
            zone=zone,
            server=server,
            resolver=DnsResolver(server),
            document=document,
            token=house.letter(document),
        )
