"""Builds a small office with documents and letters, serves its pages, and opens real browsers."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from lxml import html
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as ChromeService

from handlers.asking import Showing, show
from handlers.confirmation import code_use
from handlers.context import Context
from handlers.correspondence import Post, find_person, post, reader_of
from handlers.desk import SentForm, act
from handlers.enrolment import invite
from handlers.proving import BROWSER_LIFE
from mailbot.compose.digest import DigestLine, write_digest_approver
from mailbot.compose.exports import write_export_problem
from mailbot.compose.facts import DocumentView
from mailbot.compose.notices import write_approved_notice
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import (
    write_approval_request,
    write_confirmation_request,
    write_inbox_notice,
    write_quarantine_request,
    write_question,
    write_review_request,
)
from mailbot.domain.clock import StoppedClock
from mailbot.domain.command import Command, Outcome
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.invoice import Evidence, Invoice, RecognitionStatus, Source, VatLine
from mailbot.domain.letter import Letter
from mailbot.domain.mail import MailAddress
from mailbot.domain.outbox import OutboxEntry
from mailbot.domain.people import Definition, JournalKind
from mailbot.domain.token import ShownItem, Token
from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.web import WebServer, make_web
from mailbot.entrypoints.web_proof import BrowserProofs
from mailbot.mail.parse import parse_mail
from mailbot.rules.approval import propose_approvals
from mailbot.settings import Settings
from storage.approvals import record_approvals
from storage.codes import new_code, record_browser
from storage.definitions import get_dossier, get_office, save_definition
from storage.documents import find_document, record_document
from storage.outbox import recent_entries
from storage.reply_tokens import token_hash
from storage.tokens import find_token
from tests.kit.databases import lay_database
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval

NOW = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)
PHONE = (390, 844)


#: what also grows when somebody is only written to
_TELLING = ('"outbox"', '"audit"', '"code"')


@dataclass
class House:
    """A real database with one office in it, and the letters that it has sent."""

    context: Context
    clock: StoppedClock
    _letters: int = 0
    #: the code of the last confirmation
    code: str = ""

    def invoice(self, **changes: object) -> Document:
        """Keep an invoice that waits for Karim's approval, with `changes`, and return it."""
        number = str(changes.pop("number", "2026-114"))
        changed = changes.pop("invoice", None)
        invoice = changed if isinstance(changed, Invoice) else an_invoice(number)
        document = Document(
            id=self.context.new_id(),
            dossier="bakkerij",
            kind=JournalKind.PURCHASE,
            status=Status.TO_APPROVE,
            received_at=NOW,
            mail_id="0198beef",
            delivered_by="facturen@drukkerij.example",
            files=self._files(number),
            title="folders najaar",
            invoice=invoice,
            recognition_status=RecognitionStatus.OK,
            welcome=True,
            sent=True,
        )
        document = replace(document, **changes)  # type: ignore[arg-type]
        with self.context.transaction() as unit:
            record_document(unit.session, document)
            dossier = get_dossier(unit.session, document.dossier)
            record_approvals(unit.session, propose_approvals(document, dossier))
        return document

    def letter(self, document: Document, to: str = APPROVER, shown: Shown = Shown.APPROVAL) -> str:
        """Write somebody about a document, and return the token of the links in that mail."""
        writers: dict[Shown, Callable[[Letterhead, DocumentView], Letter]] = {
            Shown.APPROVAL: write_approval_request,
            Shown.REVIEW: write_review_request,
            Shown.INBOX: write_inbox_notice,
            Shown.QUESTION: partial(write_question, question="Klopt dit?", asked_by="Lies"),
            Shown.QUARANTINE: partial(
                write_quarantine_request,
                sender=MailAddress(address="info@onbekend.example"),
                is_authenticated=False,
            ),
            Shown.EXPORT: partial(write_export_problem, problems=()),
            Shown.NONE: partial(write_approved_notice, approved_by=("An",)),
        }
        with self.context.transaction() as unit:
            dossier = get_dossier(unit.session, document.dossier)
            person = find_person(unit.session, dossier, to)
            assert person is not None
            key = self._new_key()
            subject = "lies@kantoor.example" if shown is Shown.QUESTION else ""
            showing = Showing(
                to=person, key=key, shown=shown, subject=subject, write=writers[shown]
            )
            show(unit, document, dossier, showing)
        return self.last_token()

    def digest(self, documents: Sequence[Document], to: str = APPROVER) -> str:
        """Send the daily list with these documents, and return the token of its links."""
        with self.context.transaction() as unit:
            office, _employees = get_office(unit.session, "kantoor")
            dossier = get_dossier(unit.session, documents[0].dossier)
            person = find_person(unit.session, dossier, to)
            assert person is not None
            lines = [DigestLine(document=d, dossier=dossier.name) for d in documents]
            letter = Post(
                key=self._new_key(),
                reader=reader_of(person, office),
                office=office,
                shown=Shown.DIGEST,
                items=tuple(_shown(d) for d in documents),
                write=lambda head: write_digest_approver(
                    head, lines, unsubscribe_url=f"{head.links.document}/stop"
                ),
            )
            post(unit, letter)
        return self.last_token()

    def confirmation(self, document: Document, *commands: Command, to: str = APPROVER) -> str:
        """Ask somebody to confirm commands, and return the token of the links in that mail."""
        with self.context.transaction() as unit:
            office, _employees = get_office(unit.session, "kantoor")
            person = find_person(unit.session, get_dossier(unit.session, document.dossier), to)
            assert person is not None
            letter = Post(
                key=self._new_key(),
                reader=reader_of(person, office),
                office=office,
                shown=Shown.CONFIRMATION,
                dossier=document.dossier,
                items=(_shown(document),),
                documents=[document],
                commands=commands,
                write=lambda head: write_confirmation_request(
                    head,
                    asked=("goedkeuren",),
                    about="",
                    code="",
                    confirm_url=head.links.document,
                ),
            )
            post(unit, letter)
        token = self.last_token()
        self.code = self._new_code(token)
        return token

    def _new_code(self, token: str) -> str:
        """Return the one-time code of the mail that carried a token."""
        with self.context.transaction() as unit:
            return new_code(
                unit.session,
                self.context.token_secret,
                code_use(self.token(token)),
                at=self.clock.now(),
                expires_at=self.clock.now() + timedelta(hours=24),
            )

    def invitation(self, person: str = APPROVER) -> str:
        """Invite somebody to set up an app, and return the path that the mail links to."""
        with self.context.transaction() as unit:
            assert invite(unit, person)
        mail = next(mail for mail in self.mails() if mail.letter == "enrolment")
        return re.findall(r"/d/[a-z2-7]{32}/enrol", self.text(mail))[0]

    def last_token(self) -> str:
        """Return the token in the links of the mail that was written last."""
        sent = next(m for m in self.mails() if m.key.startswith(f"test:{self._letters}:"))
        raw = self.context.blobs.get(sent.sha256).decode().replace("=\r\n", "")
        return str(re.findall(r"/d/([a-z2-7]{32})", raw)[0])

    def mails(self) -> Sequence[OutboxEntry]:
        """Return the mails that we have written, newest first."""
        with self.context.database.reading() as session:
            return recent_entries(session)

    def text(self, mail: OutboxEntry) -> str:
        """Return the plain text of a mail of ours, as one line."""
        return " ".join(parse_mail(self.context.blobs.get(mail.sha256)).text.split())

    def now(self, document: Document) -> Document:
        """Return the document as it is now."""
        with self.context.database.reading() as session:
            found = find_document(session, document.id, is_locked=False)
        assert found is not None
        return found

    def token(self, token: str) -> Token:
        """Return what is remembered of a token."""
        with self.context.database.reading() as session:
            found = find_token(session, token_hash(token))
        assert found is not None
        return found

    def browser(self, person: str = APPROVER) -> str:
        """Let a browser have proved that it is this person's, and return what it is known by."""
        now = self.context.now()
        with self.context.transaction() as unit:
            return record_browser(
                unit.session, person=person, at=now, expires_at=now + BROWSER_LIFE
            )

    def send_form(self, token: str, *commands: Command, **sent: Any) -> tuple[Outcome, ...]:
        """Ask this on a page, in a known browser of whoever the link is for."""
        with self.context.database.reading() as session:
            found = find_token(session, token_hash(token))
        browser = self.browser(found.person) if found else ""
        acted = act(self.context, token, commands, SentForm(browser=browser, **sent))
        assert acted is not None
        return acted.outcomes

    def browser_code(self) -> str:
        """Return the code that was mailed last for a browser: 482 913."""
        mail = next(mail for mail in self.mails() if mail.letter == "code")
        return re.findall(r" (\d{3} \d{3}) ", self.text(mail))[0]

    def browser_cookie(self, person: str = APPROVER) -> tuple[str, str]:
        """Return the cookie of a browser that has proved that it is this person's."""
        return BrowserProofs(self.context).cookie(person), self.browser(person)

    def change_office(self, definition: Definition) -> None:
        """Apply another definition."""
        with self.context.transaction() as unit:
            save_definition(unit.session, definition)

    def everything(self) -> bytes:
        """Return what the database says, all of it, to see that nothing changed."""
        with self.context.database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            return "\n".join(raw.iterdump()).encode()

    def decisive(self) -> dict[str, list[str]]:
        """Return all that a decision would change: every table but mails, codes and the log.

        Tokens are there as they were: new ones stand in new mails.
        """
        found: dict[str, list[str]] = {}
        for line in self.everything().decode().splitlines():
            table = line.partition(" VALUES")[0]
            if table.startswith("INSERT INTO") and not table.endswith(_TELLING):
                found.setdefault(table, []).append(line)
        return found

    def _new_key(self) -> str:
        self._letters += 1
        return f"test:{self._letters}:"

    def _files(self, number: str) -> tuple[StoredFile, ...]:
        pdf, picture = a_pdf(number), a_picture(number)
        return (
            StoredFile(
                role="original",
                name=f"factuur {number}.pdf",
                media_type="application/pdf",
                sha256=self.context.blobs.put(pdf),
                size=len(pdf),
            ),
            StoredFile(
                role="page_image",
                name="page.png",
                media_type="image/png",
                sha256=self.context.blobs.put(picture),
                size=len(picture),
            ),
        )


@contextmanager
def open_house(folder: Path, public_url: str = "http://127.0.0.1:8080") -> Iterator[House]:
    """Give an office whose purchases Karim must approve."""
    clock = StoppedClock(NOW)
    settings = Settings(service={"data": folder, "public_url": public_url})  # type: ignore[arg-type]
    lay_database(folder)
    context = open_context(settings, clock)
    try:
        house = House(context, clock)
        house.change_office(make_definition(make_dossier(approval_rules=needs_approval())))
        yield house
    finally:
        close_context(context)


@contextmanager
def serve(house: House) -> Iterator[str]:
    """Serve the pages of the house on the loopback and give their address."""
    server = WebServer(house.context, "127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


class Visitor:
    """Asks for pages in this process, without a network, from an address of choice."""

    def __init__(
        self,
        house: House,
        address: str = "127.0.0.1",
        base_url: str = "",
        *,
        shows_bugs: bool = True,
        headers: dict[str, str] | None = None,
    ) -> None:
        public = urlsplit(house.context.settings.service.public_url)
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(
            make_web(house.context), raise_app_exceptions=shows_bugs, client=(address, 50_000)
        )
        self._client = httpx.AsyncClient(
            transport=transport,
            base_url=base_url or f"{public.scheme}://{public.netloc}",
            headers=headers or {},
        )

    def prove(self, house: House, *people: str) -> None:
        """Be the browser of these people, as if each had typed a code once."""
        for person in people:
            name, value = house.browser_cookie(person)
            self._client.cookies.set(name, value)

    @property
    def cookies(self) -> httpx.Cookies:
        """What the pages have set."""
        return self._client.cookies

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask for a page."""
        return self._runner.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Send a form."""
        return self.request("POST", path, **more)

    def close(self) -> None:
        """Go away."""
        self._runner.run(self._client.aclose())
        self._runner.close()


@contextmanager
def open_browser(profile: Path, *, window: tuple[int, int] = PHONE) -> Iterator[webdriver.Chrome]:
    """Open a real headless Chromium, as large as a phone."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={profile}",
        f"--window-size={window[0]},{window[1]}",
    ):
        options.add_argument(flag)
    # a window cannot be as narrow as a phone, the emulated device can
    metrics = {"width": window[0], "height": window[1], "pixelRatio": 2.0}
    options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
    browser = webdriver.Chrome(options, ChromeService("/usr/bin/chromedriver"))
    try:
        browser.set_page_load_timeout(30)
        yield browser
    finally:
        browser.quit()


def forms(page: httpx.Response) -> dict[str, dict[str, str]]:
    """Return the forms of a page by name, with their hidden fields as they stand."""
    found: dict[str, dict[str, str]] = {}
    for form in html.fromstring(page.text).iter("form"):
        hidden = form.iterfind(".//input[@type='hidden']")
        name = form.get("data-form") or "form"
        found[name] = {each.get("name", ""): each.get("value", "") for each in hidden}
    return found


def an_invoice(number: str = "2026-114", confidence: float = 1.0) -> Invoice:
    """Return an invoice of an invented printer, read from the text of a PDF."""
    invoice = Invoice(
        supplier_name="Drukkerij Voorbeeld BV",
        supplier_vat="BE0456123791",
        customer_name="Bakkerij Peeters BV",
        customer_vat="BE0400000185",
        invoice_number=number,
        invoice_date=date(2026, 11, 13),
        due_date=date(2026, 12, 13),
        currency="EUR",
        total_incl=Decimal("605.00"),
        total_excl=Decimal("500.00"),
        vat_total=Decimal("105.00"),
        vat_breakdown=(
            VatLine(rate=Decimal(21), base=Decimal("500.00"), amount=Decimal("105.00")),
        ),
        amount_due=Decimal("605.00"),
        iban="BE68539007547034",
        payment_reference="123456789002",
        pages=1,
    )
    names = [n for n in vars(invoice) if n != "evidence" and getattr(invoice, n)]
    read = Evidence(confidence=confidence, source=Source.PDF_TEXT, page=1)
    return replace(invoice, evidence=dict.fromkeys(names, read))


def a_pdf(number: str) -> bytes:
    """Return a one-page PDF."""
    target = BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(72, 760, f"Drukkerij Voorbeeld BV, factuur {number}, EUR 605,00")
    canvas.save()
    return target.getvalue()


def a_picture(number: str) -> bytes:
    """Return something that looks like the first page of an invoice."""
    page = Image.new("RGB", (420, 594), "white")
    pen = ImageDraw.Draw(page)
    pen.text((40, 40), "Drukkerij Voorbeeld BV", fill="black")
    pen.text((40, 80), f"Factuur {number}", fill="black")
    for row in range(6):
        pen.line((40, 150 + row * 30, 380, 150 + row * 30), fill="grey")
    pen.text((280, 350), "EUR 605,00", fill="black")
    target = BytesIO()
    page.save(target, "PNG")
    return target.getvalue()


def _shown(document: Document) -> ShownItem:
    return ShownItem(document_id=document.id, version=document.version, context=Shown.APPROVAL)
