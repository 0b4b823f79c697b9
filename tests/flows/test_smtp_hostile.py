"""Clients that want to wear the server out: each is bounded, and others are still served."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mailbot.entrypoints import smtp_listeners, smtp_session
from tests.kit.smtp import (
    PURCHASE,
    SUPPLIER,
    RawClient,
    RunningIntake,
    eventually,
    running_intake,
)


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[RunningIntake]:
    with running_intake(tmp_path, smtp={"max_size": 200_000}) as running:
        yield running


def assert_serves(intake: RunningIntake) -> None:
    """Deliver a mail as anybody may."""
    with RawClient(intake.smtp_port) as client:
        client.begin()
        assert client.say("text\r\n.").startswith("250 2.0.0")


def greeted(client: RawClient) -> RawClient:
    client.reply()
    client.say("EHLO client.example")
    return client


def test_a_mail_without_end_is_cut_off_and_leaves_nothing(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.begin()
        with suppress(OSError):
            for _ in range(100):
                client.send(b"x" * 100_000)
        with suppress(ConnectionResetError):
            assert client.reply()[:9] in ("552 5.3.4", "")
    eventually(lambda: not intake.server._way_in.spool.entries())
    eventually(lambda: not list(intake.spool.folder.glob(".*")))
    assert_serves(intake)


def test_a_command_without_end_is_no_command_and_takes_no_memory(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        greeted(client)
        for _ in range(30):
            client.send(b"NOOP " * 20_000)
        assert_serves(intake)
        client.send(b"\r\n")
        assert client.reply().startswith("500 5.5.2 ")
        assert client.say("NOOP") == "250 2.0.0 OK"


def test_a_header_line_without_end_is_content_up_to_the_limit(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(b"Subject: " + b"x" * 300_000)
        assert_serves(intake)
        assert client.say("\r\n.").startswith("552 5.3.4 ")


def test_of_very_many_recipients_the_first_hundred_count(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        greeted(client)
        client.say(f"MAIL FROM:<{SUPPLIER}>")
        client.send(f"RCPT TO:<{PURCHASE}>\r\n".encode() * 1000)
        codes = Counter(client.reply()[:9] for _ in range(1000))
        assert codes == {"250 2.1.5": 100, "452 4.5.3": 900}


def test_who_only_begins_anew_is_left_after_a_thousand_times(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        greeted(client)
        client.send(b"RSET\r\n" * 1500)
        codes = [reply[:3] for reply in iter(client.reply, "")]
        assert codes == ["250"] * 1000 + ["421"]


def test_who_sends_and_never_listens_is_left(
    intake: RunningIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_session, "COMMAND_SECONDS", 0.1)
    monkeypatch.setattr(smtp_listeners, "_LAST_SECONDS", 0.1)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", intake.smtp_port))
        deaf.setblocking(False)
        with suppress(BlockingIOError):
            while deaf.send(b"EHLO client.example\r\n" * 1000):
                pass
        eventually(lambda: is_closed(deaf))
    monkeypatch.undo()
    assert_serves(intake)


def is_closed(connection: socket.socket) -> bool:
    """Whether the server ended the connection, however much it had still to say."""
    try:
        connection.send(b"x")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


def test_a_flood_of_bounces_ends_at_the_rate_of_any_client(tmp_path: Path) -> None:
    with (
        running_intake(tmp_path, limits={"mails_per_minute": 5, "min_free_disk": 0}) as intake,
        RawClient(intake.smtp_port) as client,
    ):
        greeted(client)
        codes = []
        for _ in range(10):
            codes.append(client.say("MAIL FROM:<>")[:3])
            client.say("RSET")
        assert codes == ["250"] * 5 + ["451"] * 5
