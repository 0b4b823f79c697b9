"""Automatic mail is told from people's mail: it never commands and is never answered."""

import pytest

from mailbot.domain.mail import Automatic
from mailbot.mail.automatic import find_automatic
from mailbot.mail.parse import parse_mail

A = Automatic
_ANSWER = b"In-Reply-To: <m@kantoor.example>\n"


def _find(head: bytes, body: bytes = b"akkoord", sender: str | None = "an@x.example") -> A | None:
    return find_automatic(parse_mail(b"From: An <an@x.example>\n" + head + b"\n" + body), sender)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Auto-Submitted: auto-replied\n", A.AUTOREPLY),
        (b"Auto-Submitted: auto-generated; x=1\n", A.AUTOREPLY),
        (b"AUTO-SUBMITTED: (comment) \n", None),
        (b"Auto-Submitted: no\n", None),
        (b"Subject: Automatisch antwoord: Ter goedkeuring\n", A.OUT_OF_OFFICE),
        (b"Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_facture?=\n", A.OUT_OF_OFFICE),
        (b"Subject: Automatic reply: For approval\n", A.OUT_OF_OFFICE),
        (b"Subject: Automatische Antwort: Zur Freigabe\n", A.OUT_OF_OFFICE),
        (b"Subject: AUTO: Smith, John is out of the office. (returning 05/01)\n", A.OUT_OF_OFFICE),
        (_ANSWER + b"Subject: Afwezig: Re: facturen\n", A.OUT_OF_OFFICE),
        (b"Subject: Afwezig: volgende week, vraag Karim\n", None),
        (_ANSWER + b"Subject: Re: Automatisch antwoord: Ter goedkeuring\n", None),
        (b"Subject: Gelezen: Na te kijken\n", A.RECEIPT),
        (b"Precedence: bulk\n", A.AUTOREPLY),
        (b"Precedence: junk\n", A.AUTOREPLY),
        (b"Precedence: auto_reply\n", A.AUTOREPLY),
        (b"Precedence: list\n", A.LIST),
        (b"Precedence: first-class\n", None),
        (b"X-Autoreply: yes\n", A.AUTOREPLY),
        (b"X-Autoreply: no\n", None),
        (b"X-Auto-Response-Suppress: All\n", None),
        (b"List-Id: <team.x.example>\n", A.LIST),
        (b"List-Unsubscribe: <https://x.example/u>\n", None),
        (b"Subject: Onbestelbaar: de kast van gisteren\n", None),
        (b"Subject: Re: Undeliverable: invoice\n", None),
        (b"Subject: Ter goedkeuring\n", None),
    ],
)
def test_headers_and_subjects(head: bytes, kind: Automatic | None) -> None:
    assert _find(head) is kind


@pytest.mark.parametrize(
    ("sender", "head", "kind"),
    [
        ("", b"", A.AUTOREPLY),
        ("", b"Subject: Automatic reply: x\n", A.OUT_OF_OFFICE),
        ("", b"Subject: Mail delivery failed: returning message to sender\n", A.BOUNCE),
        # a mail that was fetched has its sender in the Return-Path
        ("", b"Return-Path: <an@x.example>\n", None),
        (None, b"Return-Path: <>\n", A.AUTOREPLY),
        (None, b"", None),
        ("an@x.example", b"", None),
    ],
)
def test_null_sender(sender: str | None, head: bytes, kind: Automatic | None) -> None:
    assert _find(head, sender=sender) is kind


def _report(kind: bytes, part: bytes, body: bytes) -> bytes:
    return (
        b"Content-Type: multipart/report; report-type=" + kind + b"; boundary=B\n\n--B\n\nok\n"
        b"--B\nContent-Type: " + part + b"\n\n" + body + b"\n--B--\n"
    )


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (
            _report(
                b"delivery-status",
                b"message/delivery-status",
                b"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed",
            ),
            A.BOUNCE,
        ),
        (
            _report(
                b"delivery-status",
                b"message/delivery-status",
                b"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: relayed",
            ),
            A.RECEIPT,
        ),
        (_report(b"delivery-status", b"text/plain", b"the report is missing"), A.BOUNCE),
        (
            _report(b"disposition-notification", b"message/disposition-notification", b"X: 1"),
            A.RECEIPT,
        ),
        (_report(b"feedback-report", b"message/feedback-report", b"X: 1"), A.AUTOREPLY),
    ],
)
def test_reports(raw: bytes, kind: Automatic) -> None:
    assert find_automatic(parse_mail(raw), "x@x.example") is kind


def test_a_person_forwards_a_report() -> None:
    raw = _report(b"delivery-status", b"message/delivery-status", b"Action: failed")
    forwarded = b"Subject: FW: wat is dit?\n" + raw.replace(
        b"multipart/report", b"multipart/mixed"
    )
    assert find_automatic(parse_mail(forwarded), "an@x.example") is None


@pytest.mark.parametrize("method", [b"REPLY", b"REQUEST", b"CANCEL"])
def test_calendar_answers(method: bytes) -> None:
    head = b"Content-Type: text/calendar; method=" + method + b"\n"
    assert _find(head, b"BEGIN:VCALENDAR\r\nMETHOD:" + method + b"\r\n") is A.CALENDAR


def test_a_published_date_is_no_answer() -> None:
    body = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\n"
    assert _find(b"Content-Type: text/calendar\n", body) is None


@pytest.mark.parametrize(
    ("sender", "subject", "kind"),
    [
        ("MAILER-DAEMON@mx.example", "anything", A.BOUNCE),
        ("postmaster@mx.example", "Onbestelbaar: Ter goedkeuring", A.BOUNCE),
        ("postmaster@mx.example", "Re: Ter goedkeuring", None),
        ("<>", "Delivery Status", A.BOUNCE),
    ],
)
def test_mail_systems(sender: str, subject: str, kind: Automatic | None) -> None:
    raw = f"From: {sender}\nSubject: {subject}\n\nakkoord".encode()
    assert find_automatic(parse_mail(raw), "x@x.example") is kind
