"""Filters that want the sender to prove he is a person, and people who only sound like one."""

import pytest

from mailbot.domain.mail import Automatic, Mail
from mailbot.mail.automatic import find_automatic
from mailbot.mail.challenge import is_challenge
from mailbot.mail.parse import parse_mail
from tests.kit.mails import build_mail

ANSWER = {"In-Reply-To": "<1@in.example>"}
LINK = "https://filter.example/verify?c=1"


def read(sender: str, text: str, subject: str = "Re: x", *, is_answer: bool = True) -> Mail:
    headers = ANSWER if is_answer else {}
    return parse_mail(build_mail(sender=sender, subject=subject, text=text, headers=headers))


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("no-reply@mailinblack.com", "Bonjour"),
        ("verify@eu.boxbe.com", "Your message is delayed"),
        ("an@x.example", f"I use a filter. To have your message delivered, click {LINK}"),
        ("an@x.example", f"Un clic pour délivrer votre e-mail : {LINK}"),
        ("an@x.example", f"Klik hier om uw bericht af te leveren: {LINK}"),
        ("an@x.example", f"Bitte bestätigen Sie, dass Sie ein Mensch sind: {LINK}"),
    ],
)
def test_a_challenge_is_a_machines(sender: str, text: str) -> None:
    mail = read(sender, text)
    assert is_challenge(mail)
    assert find_automatic(mail, sender) is Automatic.AUTOREPLY


@pytest.mark.parametrize(
    ("sender", "text", "is_answer"),
    [
        # people whose mailbox such a service keeps, and those whose footer names it
        ("an.peeters@spamarrest.com", "goedgekeurd", True),
        ("an@x.example", "akkoord\n--\nBeschermd door https://www.mailinblack.com", True),
        ("an@x.example", f"facture en attente de validation\n> {LINK}", True),
        ("an@x.example", "Please verify your message, it was not delivered.", True),
        ("an@x.example", f"To have your message delivered, click {LINK}", False),
    ],
)
def test_what_people_write_is_none(sender: str, text: str, is_answer: bool) -> None:
    subject = "Re: x" if is_answer else "x"
    assert not is_challenge(read(sender, text, subject, is_answer=is_answer))


@pytest.mark.parametrize(
    "subject",
    [
        "[Request received] Goedkeuren?",
        "Ontvangstbevestiging: Goedkeuren?",
        "Nous avons bien reçu votre demande",
        "Ihre Anfrage ist bei uns eingegangen (#123)",
        "We have received your message",
    ],
)
def test_ticket_systems_that_mark_nothing(subject: str) -> None:
    assert find_automatic(read("help@x.example", "ok", subject), "help@x.example")


@pytest.mark.parametrize("subject", ["Re: je ticket", "Ontvangstbewijs", "We received nothing"])
def test_people_about_tickets(subject: str) -> None:
    assert find_automatic(read("an@x.example", "ok", subject), "an@x.example") is None
