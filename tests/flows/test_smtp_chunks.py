"""A mail in chunks (BDAT, RFC 3030): no end to look for, no dots to undouble."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.smtp import PURCHASE, SUPPLIER, RawClient, RunningIntake, eventually, running_intake

#: what DATA would have to change, and what would end it
CONTENT = b"Subject: x\r\n\r\n.\r\n..\r\nbare\nlf \x00\xff\r\n.\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIntake]:
    folder = tmp_path_factory.mktemp("chunks")
    with running_intake(folder, smtp={"max_size": 1_000_000}) as intake:
        yield intake


@pytest.fixture
def intake(running: RunningIntake) -> RunningIntake:
    for one in running.spool.entries():
        running.spool.remove(one)
    return running


@pytest.fixture
def client(intake: RunningIntake) -> Iterator[RawClient]:
    with RawClient(intake.smtp_port) as connected:
        connected.reply()
        assert "CHUNKING" in connected.say("EHLO client.example")
        yield connected


def address(client: RawClient) -> None:
    client.say(f"MAIL FROM:<{SUPPLIER}>")
    client.say(f"RCPT TO:<{PURCHASE}>")


def send(client: RawClient, chunk: bytes, *, last: bool = False) -> str:
    client.send(b"BDAT %d%s\r\n" % (len(chunk), b" LAST" if last else b"") + chunk)
    return client.reply()


def is_ready(client: RawClient) -> bool:
    """Whether the next command is read as one."""
    return client.say("NOOP") == "250 2.0.0 OK"


def test_one_chunk_is_kept_byte_for_byte(intake: RunningIntake, client: RawClient) -> None:
    address(client)
    assert send(client, CONTENT, last=True).startswith("250 2.0.0 ")
    assert intake.only_kept().raw == CONTENT


def test_several_chunks_are_one_mail_wherever_they_were_cut(
    intake: RunningIntake, client: RawClient
) -> None:
    address(client)
    large = CONTENT + b"z" * 600_000
    for at in range(0, len(large), 150_000):
        size = len(large[at : at + 150_000])
        assert send(client, large[at : at + 150_000]) == f"250 2.0.0 {size} octets received"
    assert send(client, b"", last=True).startswith("250 2.0.0 ")
    assert intake.only_kept().raw == large


def test_chunks_sent_ahead_are_answered_in_order(intake: RunningIntake, client: RawClient) -> None:
    client.send(
        f"MAIL FROM:<{SUPPLIER}>\r\nRCPT TO:<{PURCHASE}>\r\n".encode()
        + b"BDAT 3\r\nonebdat 3 last\r\ntwoMAIL FROM:<>\r\n"
    )
    assert [client.reply()[:3] for _ in range(5)] == ["250"] * 5
    assert intake.only_kept().raw == b"onetwo"


def test_chunks_nobody_wants_are_read_and_are_no_commands(
    intake: RunningIntake, client: RawClient
) -> None:
    assert send(client, b"QUIT\r\n" * 100, last=True).startswith("503 5.5.1 ")
    assert is_ready(client)
    client.say(f"MAIL FROM:<{SUPPLIER}>")
    assert send(client, b"QUIT\r\n").startswith("503 5.5.1 ")
    assert client.say(f"RCPT TO:<{PURCHASE}>").startswith("250")
    assert send(client, b"QUIT\r\n", last=True).startswith("503 5.5.1 "), "part of it is lost"
    assert intake.kept() == []


def test_a_mail_over_the_limit_is_refused_whole(intake: RunningIntake, client: RawClient) -> None:
    address(client)
    assert send(client, b"x" * 600_000).startswith("250")
    assert send(client, b"QUIT\r\n" * 100_000).startswith("552 5.3.4 ")
    assert send(client, b"small", last=True).startswith("552 5.3.4 ")
    assert intake.kept() == []
    eventually(lambda: not list(intake.spool.folder.glob(".*")))
    address(client)
    assert send(client, b"next", last=True).startswith("250")


def test_a_chunk_without_measure_ends_the_connection(
    intake: RunningIntake, client: RawClient
) -> None:
    address(client)
    assert client.say("BDAT 99999999999").startswith("552 5.3.4 ")
    assert client.reply() == ""


@pytest.mark.parametrize("command", ["BDAT", "BDAT x", "BDAT -1", "BDAT 3 LATE", "BDAT 3LAST"])
def test_where_a_chunk_ends_must_be_known(
    intake: RunningIntake, client: RawClient, command: str
) -> None:
    address(client)
    assert client.say(command).startswith("501 5.5.4 ")
    assert client.reply() == "", "what follows could be mail or commands"


def test_a_mail_comes_in_one_way_or_the_other(intake: RunningIntake, client: RawClient) -> None:
    address(client)
    send(client, CONTENT)
    assert client.say("DATA").startswith("503 5.5.1 ")
    assert client.say("RSET").startswith("250")
    address(client)
    assert client.say("DATA").startswith("354")
    assert client.say("after all\r\n.").startswith("250")
    assert intake.only_kept().raw == b"after all\r\n"


def test_a_mail_that_was_reset_leaves_nothing(intake: RunningIntake, client: RawClient) -> None:
    address(client)
    send(client, b"x" * 500_000)
    client.say("RSET")
    address(client)
    assert send(client, b"new", last=True).startswith("250")
    assert intake.only_kept().raw == b"new"


def test_lmtp_answers_the_last_chunk_for_each_recipient(tmp_path: Path) -> None:
    with (
        running_intake(tmp_path, smtp={"max_size": 1000}) as intake,
        RawClient(intake.lmtp_port, greeting="LHLO mta.example") as client,
    ):
        client.reply()
        client.say(client.greeting)
        for content, code in ((b"x" * 10, "250 2.0.0"), (b"x" * 2000, "552 5.3.4")):
            address(client)
            client.say(f"RCPT TO:<{PURCHASE.replace('aankoop', 'vraag')}>")
            assert send(client, content, last=True).startswith(code)
            assert client.reply().startswith(code)
        assert is_ready(client)
