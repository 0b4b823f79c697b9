"""Mails by which providers ask whether mail may be forwarded to us."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.forwarding import ForwardingRequest, find_forwarding_request
from mailbot.mail.parse import parse_mail
from tests.kit.mails import PDF, build_mail

GMAIL_LINK = "https://mail-settings.google.com/mail/vf-%5BANGjdJ8%5D-abc"
GMAIL = f"""\
an.peeters@gmail.com has requested to automatically forward mail to your email
address aankoop-0400000185@kantoor.example.
Confirmation code: 304298959

To allow an.peeters@gmail.com to automatically forward mail to your address,
please click the link below to confirm the request:

{GMAIL_LINK}

If you accidentally clicked the link, click this link to cancel this verification:
https://mail-settings.google.com/mail/uf-%5BANGjdJ8%5D-abc
"""
NOREPLY = "account-security-noreply@accountprotection.microsoft.com"


def find(sender: str, subject: str, text: str, **more: object) -> ForwardingRequest | None:
    return find_forwarding_request(
        parse_mail(build_mail(sender=sender, subject=subject, text=text, **more))  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "subject",
    [
        "(#304298959) Gmail Forwarding Confirmation - Receive Mail from an.peeters@gmail.com",
        "(#304298959) Bakkerij Peeters Forwarding Confirmation - Receive Mail from an@x.example",
        "Bevestiging van doorsturen via Gmail - Mail ontvangen van an.peeters@gmail.com",
    ],
)
def test_gmail(subject: str) -> None:
    found = find("Gmail Team <forwarding-noreply@google.com>", subject, GMAIL)
    assert found is not None
    assert (found.provider, found.code, found.link) == ("Gmail", "304298959", GMAIL_LINK)
    assert found.mailbox in ("an.peeters@gmail.com", "an@x.example")


@pytest.mark.parametrize(
    ("sender", "subject", "text", "provider", "code", "link"),
    [
        (
            NOREPLY,
            "Microsoft-account beveiligingscode",
            "Beveiligingscode: 483920\nalleen geldig voor uw account",
            "Microsoft",
            "483920",
            "",
        ),
        (
            NOREPLY,
            "Verify your email address",
            "Click https://account.live.com/proofs/Verify?id=1 to finish.",
            "Microsoft",
            "",
            "https://account.live.com/proofs/Verify?id=1",
        ),
        (
            "Apple <noreply@email.apple.com>",
            "Verifieer je e-mailadres",
            "Voer deze code in:\n\n  123456\n",
            "iCloud",
            "123456",
            "",
        ),
        (
            "Yahoo <no-reply@cc.yahoo-inc.com>",
            "Vérifiez votre adresse",
            "https://login.yahoo.com/account/verify?c=a.",
            "Yahoo",
            "",
            "https://login.yahoo.com/account/verify?c=a",
        ),
        (
            "GMX <noreply@gmxnet.gmx.net>",
            "Bitte bestätigen Sie Ihre Weiterleitung",
            "https://www.gmx.net/bestaetigen?x=1",
            "GMX",
            "",
            "https://www.gmx.net/bestaetigen?x=1",
        ),
    ],
)
def test_other_providers(  # noqa: PLR0917
    sender: str, subject: str, text: str, provider: str, code: str, link: str
) -> None:
    found = find(sender, subject, text)
    assert found is not None
    assert (found.provider, found.code, found.link) == (provider, code, link)


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        # customers of the same providers
        ("an.peeters@outlook.com", "Beveiligingscode", "De code: 483920"),
        ("an@gmx.net", "Weiterleitung", "https://www.gmx.net/bestaetigen?x=1"),
        # somebody else's domain that ends alike, and other mail of the provider
        ("forwarding-noreply@google.com.evil.example", "(#304298959) Gmail Forwarding", GMAIL),
        ("noreply@notaccountprotection.microsoft.com.example", "security code", "code: 483920"),
        (NOREPLY, "Your bill of November", "Your security code: 483920"),
        ("noreply@email.apple.com", "Your receipt from Apple", "Order code: 483920"),
        # nothing to confirm with
        ("forwarding-noreply@google.com", "Hello", "Nothing here."),
    ],
)
def test_what_is_none(sender: str, subject: str, text: str) -> None:
    assert find(sender, subject, text) is None


def test_what_brings_a_document_is_a_delivery() -> None:
    found = find(NOREPLY, "Security code", "code: 483920", files=(("factuur.pdf", PDF),))
    assert found is None


def test_the_link_is_only_the_providers_and_only_the_one_that_confirms() -> None:
    text = GMAIL.replace(GMAIL_LINK, "https://mail.google.com.evil.example/mail/vf-abc")
    found = find("forwarding-noreply@google.com", "(#304298959) x", text)
    assert found is not None
    assert found.link == ""


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=400))
def test_no_text_stops_the_reading(subject: str, text: str) -> None:
    raw = b"From: forwarding-noreply@google.com\r\nSubject: "
    raw += subject.encode("utf-8", "replace") + b"\r\n\r\n" + text.encode("utf-8", "replace")
    find_forwarding_request(parse_mail(raw))
