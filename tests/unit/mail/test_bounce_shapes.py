"""Bounces as mail systems write them: told from mail of people, with reader and reason."""

import pytest

from mailbot.domain.mail import Automatic
from mailbot.domain.outbox import Failure
from mailbot.mail.automatic import find_automatic
from mailbot.mail.bounce import read_bounce
from mailbot.mail.bounce_reason import find_failure
from mailbot.mail.parse import parse_mail

AN = "an@bakkerij.example"
NO_ADDRESS, FULL = Failure.NO_ADDRESS, Failure.FULL
REFUSED, PASSING = Failure.REFUSED, Failure.PASSING


def text_only(sender: str, subject: str, body: str) -> str:
    return f"From: {sender}\nSubject: {subject}\nContent-Type: text/plain\n\n{body}\n"


def report(subject: str, words: str, fields: str) -> str:
    return (
        f"From: postmaster@bakkerij.example\nSubject: {subject}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        f"--B\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
        f"--B\nContent-Type: message/delivery-status\n\n{fields}\n--B--\n"
    )


SHAPES: dict[str, tuple[str, Failure]] = {
    "Postfix, text only": (
        text_only(
            "MAILER-DAEMON@mx.bakkerij.example (Mail Delivery System)",
            "Undelivered Mail Returned to Sender",
            f"<{AN}>: host mx.bakkerij.example[192.0.2.1] said: 550 5.1.1 <{AN}>:\n"
            "    Recipient address rejected: User unknown in virtual mailbox table",
        ),
        NO_ADDRESS,
    ),
    "Exim": (
        "X-Failed-Recipients: an@bakkerij.example\n"
        + text_only(
            "Mail Delivery System <Mailer-Daemon@mx.bakkerij.example>",
            "Mail delivery failed: returning message to sender",
            f"This message was created automatically by mail delivery software.\n\n  {AN}\n"
            "    host mx.bakkerij.example [192.0.2.1]\n"
            "    SMTP error from remote mail server after RCPT TO:\n    550 No such user here",
        ),
        NO_ADDRESS,
    ),
    "qmail": (
        text_only(
            "MAILER-DAEMON@mx.bakkerij.example",
            "failure notice",
            "Hi. This is the qmail-send program at mx.bakkerij.example.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            f"This is a permanent error; I've given up.\n\n<{AN}>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)",
        ),
        NO_ADDRESS,
    ),
    "Exchange Online": (
        report(
            "Undeliverable: Goedkeuren?",
            f"Your message to {AN} couldn't be delivered.\nan wasn't found at bakkerij.example.",
            "Reporting-MTA: dns;AM0.eurprd.example\n\n"
            f"Final-Recipient: rfc822;{AN}\nAction: failed\nStatus: 5.1.10\n"
            "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
        ),
        NO_ADDRESS,
    ),
    "Exchange in Dutch": (
        report(
            "Onbestelbaar: Goedkeuren?",
            "Het postvak van de geadresseerde is vol.",
            "Reporting-MTA: dns;ex.bakkerij.example\n\n"
            f"Final-Recipient: rfc822;{AN}\nAction: failed\nStatus: 5.2.2\n"
            "Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception",
        ),
        FULL,
    ),
    "Notes": (
        report(
            "DELIVERY FAILURE: User an (an@bakkerij.example) not listed in Domino Directory",
            "Your message could not be delivered.",
            "Reporting-MTA: dns;notes.bakkerij.example\n\n"
            f"Final-Recipient: rfc822;{AN}\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: X-Notes; User an not listed in Domino Directory",
        ),
        NO_ADDRESS,
    ),
    "Gmail, blocked": (
        report(
            "Delivery Status Notification (Failure)",
            "Message blocked",
            "Reporting-MTA: dns; googlemail.com\n\n"
            f"Final-Recipient: rfc822; {AN}\nAction: failed\nStatus: 5.7.26\n"
            "Diagnostic-Code: smtp; 550-5.7.26 This mail is unauthenticated",
        ),
        REFUSED,
    ),
    "delayed": (
        report(
            "Delayed Mail (still being retried)",
            "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
            "Reporting-MTA: dns; mx.ours.example\n\n"
            f"Final-Recipient: rfc822; {AN}\nAction: delayed\nStatus: 4.4.1\n"
            "Diagnostic-Code: X-Postfix; connect to mx.bakkerij.example: timed out",
        ),
        PASSING,
    ),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_each_shape_names_its_reader_and_its_reason(name: str) -> None:
    raw, expected = SHAPES[name]
    mail = parse_mail(raw.encode())
    assert find_automatic(mail, "") is Automatic.BOUNCE
    bounce = read_bounce(mail)
    assert bounce.recipients == (AN,)
    said = bounce.diagnostic or mail.text
    found = find_failure(status=bounce.status, diagnostic=said, is_permanent=bounce.is_permanent)
    assert found is expected
