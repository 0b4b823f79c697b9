"""A signed answer counts where it was sent to, and nowhere else."""

from datetime import UTC, datetime

import pytest

from mailbot.domain.mail import (
    Authentication,
    Channel,
    Envelope,
    Mail,
    MailAddress,
    Signature,
    StoredMail,
)
from mailbot.rules.access import Authority, Speaker
from mailbot.rules.replay import weigh_address

REPLY = "r.aaaabbbbccccddddeeeeffffgggghhhh@in.example"
PROVED = Speaker(person="karim@b.example", authority=Authority.PROVED)
SIGNED = "v=1; a=rsa-sha256; d=b.example; s=k; h=From : To:Subject; bh=x; b=y"


def weigh(authentication: Authentication, to: str = REPLY, *signatures: str) -> Authority:
    envelope = Envelope(
        spool_id="s1",
        received_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        channel=Channel.SMTP,
        envelope_sender="karim@b.example",
        envelope_recipients=(REPLY,),
        authentication=authentication,
    )
    stored = StoredMail(id="m1", envelope=envelope, envelope_recipient=REPLY, sha256="0")
    mail = Mail(
        sender=MailAddress(address="karim@b.example"),
        to=(MailAddress(address=to),),
        headers=tuple(("dkim-signature", each) for each in signatures),
    )
    return weigh_address(PROVED, mail, stored).authority


def by_dkim(*signs_to: bool) -> Authentication:
    signatures = tuple(
        Signature(result="pass", domain=f"d{n}.example", signs_to=each)
        for n, each in enumerate(signs_to)
    )
    return Authentication(dkim="pass", from_domain="b.example", signatures=signatures)


@pytest.mark.parametrize(
    ("authentication", "signatures", "level"),
    [
        (by_dkim(True), (), Authority.PROVED),
        (by_dkim(False), (), Authority.TOKEN),
        # who brings a mail signs it, too: that does not make To the sender's word
        (by_dkim(False, True), (), Authority.TOKEN),
        (Authentication(source="mx", dkim="pass", from_domain="b.example"), (SIGNED,), 2),
        (
            Authentication(source="mx", dkim="pass", from_domain="b.example"),
            (SIGNED.replace("To:", ""),),
            1,
        ),
        (
            Authentication(source="mx", dkim="pass", from_domain="b.example"),
            (SIGNED.replace("To:", "Reply-To:"), SIGNED),
            1,
        ),
        (
            Authentication(spf="pass", spf_domain="b.example", from_domain="b.example"),
            (SIGNED.replace("To:", ""),),
            2,
        ),
    ],
)
def test_to_must_be_the_word_of_the_sender(
    authentication: Authentication, signatures: tuple[str, ...], level: int
) -> None:
    assert weigh(authentication, REPLY, *signatures) == level


def test_what_was_sent_to_somebody_else_is_no_answer() -> None:
    assert weigh(by_dkim(True), "an@b.example") is Authority.TOKEN
