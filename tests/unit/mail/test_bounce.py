"""A bounce names who did not get the mail, for good or for now."""

import pytest

from mailbot.mail.bounce import Bounce, read_bounce
from mailbot.mail.parse import parse_mail


def _dsn(*blocks: str) -> bytes:
    body = "\n\n".join(["Reporting-MTA: dns; mx.example", *blocks])
    return (
        "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=B; "
        "report-type=delivery-status\n\n--B\n\nSorry.\n--B\n"
        f"Content-Type: message/delivery-status\n\n{body}\n--B--\n"
    ).encode()


def _block(address: str, action: str, status: str, said: str) -> str:
    head = f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}"
    return f"{head}\nDiagnostic-Code: smtp; {said}"


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            (
                _block(
                    "An@X.example",
                    "failed",
                    "5.1.1",
                    "550 5.1.1 <an@x.example>:\n    User unknown",
                ),
            ),
            Bounce(
                recipients=("an@x.example",),
                is_permanent=True,
                status="5.1.1",
                diagnostic="550 5.1.1 <an@x.example>: User unknown",
            ),
        ),
        (
            ("Final-Recipient: rfc822;an@x.example\nAction: delayed\nStatus: 4.4.1",),
            Bounce(recipients=("an@x.example",), is_permanent=False, status="4.4.1"),
        ),
        (
            (
                "Original-Recipient: rfc822; an@x.example\n"
                + _block("x@y.example", "failed", "5.0.0", "552 5.2.2 mailbox full"),
            ),
            Bounce(
                recipients=("an@x.example",), status="5.2.2", diagnostic="552 5.2.2 mailbox full"
            ),
        ),
        (
            (
                "Final-Recipient: rfc822; good@x.example\nAction: delivered\nStatus: 2.0.0",
                "Final-Recipient: rfc822; bad@x.example\nAction: failed\nStatus: 5.1.1",
                "Final-Recipient: rfc822; worse@x.example\nAction: failed\nStatus: 5.1.1",
            ),
            Bounce(recipients=("bad@x.example", "worse@x.example"), status="5.1.1"),
        ),
    ],
)
def test_reports(blocks: tuple[str, ...], expected: Bounce) -> None:
    assert read_bounce(parse_mail(_dsn(*blocks))) == expected


def test_qmail_writes_in_words() -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n"
        b"Hi. This is the qmail-send program at mx.example.\n"
        b"I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        b"This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        b"<an@x.example>:\n192.0.2.1 failed: 550 5.1.1 unknown user\n"
        b"\n--- Below this line is a copy of the message.\n"
    )
    bounce = read_bounce(parse_mail(raw))
    assert bounce.recipients == ("an@x.example",)
    assert bounce.is_permanent
    assert bounce.status == "5.1.1"


def test_exim_names_the_address_in_a_header() -> None:
    raw = b"X-Failed-Recipients: An@x.example, b@x.example\nSubject: x\n\n421 4.2.2 try later\n"
    bounce = read_bounce(parse_mail(raw))
    assert bounce.recipients == ("an@x.example", "b@x.example")
    assert not bounce.is_permanent


def test_the_returned_mail_names_its_recipient() -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.example\nContent-Type: multipart/mixed; boundary=B\n\n"
        b"--B\n\nIt went wrong.\n--B\nContent-Type: message/rfc822\n\n"
        b"To: An <an@x.example>\nSubject: s\n\nx\n--B--\n"
    )
    assert read_bounce(parse_mail(raw)).recipients == ("an@x.example",)


def test_a_mail_that_is_no_bounce() -> None:
    assert read_bounce(parse_mail(b"Subject: hi\n\nhello")) == Bounce()
