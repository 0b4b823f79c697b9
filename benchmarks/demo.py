"""Plays one invoice from mail to booking through the running service, and prints each mail.

It needs `make run` in another terminal: the office of docker/demo.toml, SMTP on the loopback, and
no smarthost, so that outgoing mails are files.
"""

import email.policy
import smtplib
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from mailbot.entrypoints.app import places
from mailbot.settings import Settings, listen_address, read_settings

SUPPLIER = "facturen@drukkerij-voorbeeld.example"
DOSSIER = "0400000185"
#: how the subject of a question begins -> what is answered
ANSWERS = {
    "Goedkeuren?": "goedgekeurd",
    "Nakijken?": "ok",
    "Verzenden?": "verzend",
    "Toelaten?": "toelaten",
}
_PATIENCE_SECONDS = 30
_SHOWN_LINES = 14


def main() -> int:
    """Play the story; return 0 when the booking was exported."""
    settings = read_settings()
    seen = {path.name for path in _outbox(settings)}
    exported_before = set(_exports(settings))
    number = f"DEMO-{int(time.time())}"
    try:
        _send(settings, _invoice_mail(settings, number))
    except OSError as error:
        print(f"mailbot does not answer on {settings.smtp.listen} ({error}); run: make run")
        return 1
    print(f"{SUPPLIER} mails invoice {number} to aankoop-{DOSSIER}@{settings.service.domain}\n")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for path in _outbox(settings):
            if path.name not in seen:
                seen.add(path.name)
                _meet(settings, path)
        new = sorted(set(_exports(settings)) - exported_before)
        if new:
            print("exported:")
            for path in new:
                print(f"  {path}")
            return 0
        time.sleep(0.2)
    print("The booking did not come; `.venv/bin/mailbot status` says what waits.")
    return 1


def _invoice_mail(settings: Settings, number: str) -> EmailMessage:
    ubl = Path(__file__).with_name("demo_invoice.xml").read_text().replace("NUMBER", number)
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
    mail = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    lines = [line for line in str(body.get_content()).splitlines() if line.strip()]
    print(f"  to       {mail['To']}\n  subject  {mail['Subject']}")
    for line in lines[:_SHOWN_LINES]:
        print(f"  | {line}")
    answer = next(
        (a for start, a in ANSWERS.items() if str(mail["Subject"]).startswith(start)), ""
    )
    print(f"  -> {answer}\n" if answer else "")
    if answer:
        _answer(settings, mail, answer)


def _answer(settings: Settings, asked: object, text: str) -> None:
    reply = EmailMessage()
    reply["From"], reply["To"] = str(asked["To"]), str(asked["Reply-To"])  # type: ignore[index]
    reply["Subject"] = f"Re: {asked['Subject']}"  # type: ignore[index]
    reply["Message-ID"] = f"<answer-{time.time_ns()}@demo.example>"
    reply["In-Reply-To"] = str(asked["Message-ID"])  # type: ignore[index]
    reply.set_content(f"{text}\n")
    _send(settings, reply)


def _send(settings: Settings, mail: EmailMessage) -> None:
    host, port = listen_address(settings.smtp.listen)
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.send_message(mail)


def _outbox(settings: Settings) -> Iterator[Path]:
    return iter(sorted(places(settings).outbox.glob("*.eml")))


def _exports(settings: Settings) -> Iterator[Path]:
    return (path for path in places(settings).exports.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
