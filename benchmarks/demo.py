"""Plays one invoice from mail to booking through the running service, and prints each mail.

It needs `make run` in another terminal: the office of docker/demo.toml, SMTP on the loopback, and
no smarthost, so that outgoing mails are files.
"""

import email
import email.policy
import smtplib
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from mailbot.entrypoints.app import Places, places
from mailbot.settings import Settings, SettingsError, listen_address, read_settings

SUPPLIER = "facturen@drukkerij-voorbeeld.example"
DOSSIER = "0400000185"
#: how the subject of a question begins -> what is answered; Karim, who is asked in French, stays
#: silent: one of two answers is enough
ANSWERS = {
    "Goedkeuren?": "goedgekeurd",
    "Nakijken?": "ok",
    "Verzenden?": "verzend",
    "Toelaten?": "toelaten",
}
#: of the invoice as the file has it; each time the demo runs it is another invoice
_NUMBER = "2026-0117"
_PATIENCE_SECONDS = 30
_SHOWN_LINES = 11


class Folder:
    """A folder of the service, and which of its files were there before."""

    def __init__(self, path: Path, pattern: str) -> None:
        self._path, self._pattern = path, pattern
        self._seen = set(self._files())

    def new_files(self) -> list[Path]:
        """Return the files that were not returned before and were not there at the beginning."""
        new = [path for path in self._files() if path not in self._seen]
        self._seen.update(new)
        return new

    def _files(self) -> list[Path]:
        return sorted(path for path in self._path.rglob(self._pattern) if path.is_file())


def main() -> int:
    """Play the story; return 0 when the booking was exported."""
    try:
        settings = read_settings()
    except SettingsError as error:
        print(error)
        return 1
    if settings.outbound.host:
        print("The demo reads the mails of a service without a smarthost; one is set here.")
        return 1
    here = places(settings)
    outbox, exports = Folder(here.outbox, "*.eml"), Folder(here.exports, "*")
    number = f"DEMO-{int(time.time())}"
    try:
        _send(settings, _invoice_mail(settings, number))
    except OSError as error:
        print(f"mailbot does not answer on {settings.smtp.listen} ({error}); run: make run")
        return 1
    print(f"{SUPPLIER} mails invoice {number} to aankoop-{DOSSIER}@{settings.service.domain}\n")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for path in outbox.new_files():
            _meet(settings, path)
        if files := exports.new_files():
            _show_exports(here, files)
            return 0
        time.sleep(0.2)
    print("The booking did not come; `.venv/bin/mailbot status` says what waits.")
    return 1


def _invoice_mail(settings: Settings, number: str) -> EmailMessage:
    ubl = Path(__file__).with_name("demo_invoice.xml").read_text().replace(_NUMBER, number)
    mail = EmailMessage()
    mail["From"] = SUPPLIER
    mail["To"] = f"aankoop-{DOSSIER}@{settings.service.domain}"
    mail["Subject"] = f"Factuur {number}"
    mail["Message-ID"] = f"<{number}@drukkerij-voorbeeld.example>"
    mail.set_content("Beste klant, in bijlage onze factuur.\n")
    mail.add_attachment(
        ubl.encode(), maintype="application", subtype="xml", filename=f"{number}.xml"
    )
    return mail


def _meet(settings: Settings, path: Path) -> None:
    """Print a mail in short; answer it when it asks something."""
    mail = email.message_from_bytes(path.read_bytes(), EmailMessage, policy=email.policy.default)
    subject = str(mail["Subject"])
    body = mail.get_body(("plain",))
    lines = [line for line in body.get_content().splitlines() if line.strip()] if body else []
    print(f"  to       {mail['To']}\n  subject  {subject}")
    for line in lines[:_SHOWN_LINES]:
        print(f"  | {line}")
    answer = next((a for start, a in ANSWERS.items() if subject.startswith(start)), "")
    print(f"  -> {answer}\n" if answer else "")
    if answer:
        _answer(settings, mail, answer)


def _answer(settings: Settings, asked: EmailMessage, text: str) -> None:
    reply = EmailMessage()
    reply["From"], reply["To"] = asked["To"], asked["Reply-To"]
    reply["Subject"] = f"Re: {asked['Subject']}"
    reply["Message-ID"] = f"<answer-{time.time_ns()}@demo.example>"
    reply["In-Reply-To"] = asked["Message-ID"]
    reply.set_content(f"{text}\n")
    _send(settings, reply)


def _send(settings: Settings, mail: EmailMessage) -> None:
    host, port = listen_address(settings.smtp.listen)
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.send_message(mail)


def _show_exports(here: Places, files: list[Path]) -> None:
    print(f"exported below {here.exports}:")
    for path in files:
        print(f"  {path.relative_to(here.exports)}")


if __name__ == "__main__":
    sys.exit(main())
