"""Why a mail did not arrive, from status codes and from words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.outbox import Failure
from mailbot.mail.bounce_reason import find_failure, read_smtp_answer

NO_ADDRESS, FULL = Failure.NO_ADDRESS, Failure.FULL
REFUSED, PASSING = Failure.REFUSED, Failure.PASSING


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("550 5.1.1 <an@x.example>: Recipient address rejected: User unknown", NO_ADDRESS),
        ("550-5.1.1 The email account that you tried to reach does not exist.", NO_ADDRESS),
        (
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup",
            NO_ADDRESS,
        ),
        ("550 5.4.4 Host or domain name not found", NO_ADDRESS),
        ("550 5.4.4 Malformed name server reply", REFUSED),
        ("550 5.4.1 Recipient address rejected: Access denied. [x.outlook.example]", NO_ADDRESS),
        ("550 No such user here", NO_ADDRESS),
        ("550 sorry, no mailbox here by that name", NO_ADDRESS),
        ("554 delivery error: dd This user doesn't have a yahoo.example account", NO_ADDRESS),
        ("552 5.2.2 mailbox full", FULL),
        ("452 4.2.2 The email account is over quota", FULL),
        ("550 Quota exceeded", FULL),
        ("550-5.2.1 The user is receiving mail at a rate that prevents more", REFUSED),
        ("553 5.1.3 see https://www.spamhaus.example/query/bl", REFUSED),
        ("550 5.1.0 <us@in.example> sender rejected", REFUSED),
        # refused for what we are or sent: nothing is wrong with the address
        ("550 5.7.1 Service unavailable; client host blocked using a list", REFUSED),
        ("550 5.7.26 unauthenticated mail is prohibited; user unknown to us", REFUSED),
        ("554 5.7.1 message rejected as spam", REFUSED),
        ("552 5.3.4 message too big", REFUSED),
        ("550 rejected", REFUSED),
        ("451 4.7.1 greylisted, try again", PASSING),
        ("450 4.1.1 <an@x.example>: user unknown for now", PASSING),
        ("connection timed out", PASSING),
        ("", PASSING),
    ],
)
def test_what_an_answer_of_a_server_means(answer: str, expected: Failure) -> None:
    assert read_smtp_answer(answer) is expected


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.0.0", "Onbekende gebruiker", NO_ADDRESS),
        ("", "Boîte aux lettres pleine", FULL),
        ("", "Empfänger unbekannt", NO_ADDRESS),
        ("5.1.1", "", NO_ADDRESS),
        ("5.5.0", "550 user unknown", NO_ADDRESS),
        ("5.2.3", "message too large", REFUSED),
    ],
)
def test_what_a_report_means(status: str, diagnostic: str, expected: Failure) -> None:
    assert find_failure(status=status, diagnostic=diagnostic, is_permanent=True) is expected


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_no_words_of_a_server_stop_the_reading(said: str) -> None:
    assert read_smtp_answer(said) in Failure
