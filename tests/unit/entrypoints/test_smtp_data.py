"""Where a mail ends on the line, however the line is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.entrypoints.smtp_data import DataCollector


def collect(line: bytes, *, piece: int = 1 << 20, limit: int = 1 << 20) -> DataCollector:
    collector = DataCollector(limit)
    for at in range(0, len(line), piece):
        collector.feed(line[at : at + piece])
        if collector.is_complete:
            break
    return collector


@pytest.mark.parametrize(
    ("line", "mail"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b".a\r\n..b\r\n.\r\n", b"a\r\n.b\r\n"),
        (b"a\r\n...\r\n.\r\n", b"a\r\n..\r\n"),
        (b"a\n.\nb\n.\r\nc\r.\rd\r.\r\n\r\n.\r\n", b"a\n.\nb\n.\r\nc\r.\rd\r.\r\n\r\n"),
        (b"\x00\r\n.\x00\r\n.\r\n", b"\x00\r\n\x00\r\n"),
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
def test_the_end_and_the_dots(line: bytes, mail: bytes, piece: int) -> None:
    collector = collect(line, piece=piece)
    assert collector.is_complete
    assert collector.content() == mail
    assert collector.rest == b""


def stuffed(mail: bytes) -> bytes:
    return (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]


@given(
    st.binary(max_size=200) | st.text("\r\n.x", max_size=200).map(str.encode), st.integers(1, 9)
)
def test_every_mail_comes_through_byte_for_byte(mail: bytes, piece: int) -> None:
    whole = mail + b"\r\n"
    collector = collect(stuffed(whole) + b".\r\n", piece=piece)
    assert collector.is_complete
    assert collector.content() == whole


@given(st.text("\r\n.x", max_size=30).map(str.encode))
def test_only_crlf_dot_crlf_is_an_end(line: bytes) -> None:
    collector = collect(line, piece=1)
    assert collector.is_complete == (b"\r\n.\r\n" in b"\r\n" + line)


def test_what_comes_after_the_end_is_given_back() -> None:
    collector = collect(b"a\r\n.\r\nQUIT\r\n.\r\n")
    assert collector.content() == b"a\r\n"
    assert collector.rest == b"QUIT\r\n.\r\n"


@pytest.mark.parametrize("piece", [3, 100, 100_000])
@pytest.mark.parametrize(
    ("mail", "is_too_large"),
    [
        (b"x" * 998 + b"\r\n", False),
        (b"x" * 999 + b"\r\n", True),
        (b"x" * 100_000 + b"\r\n", True),
        (b"\r\n" * 50_000, True),
        (b".\r\n" * 30, False),
    ],
)
def test_the_limit_is_that_of_the_mail_not_of_the_line(
    mail: bytes, is_too_large: bool, piece: int
) -> None:
    line = stuffed(mail) + b".\r\n"
    collector = collect(line, piece=piece, limit=1000)
    assert collector.is_complete
    assert collector.content() == (b"" if is_too_large else mail)
    assert collector.is_too_large is is_too_large


def test_of_a_mail_that_is_too_large_nearly_nothing_is_remembered() -> None:
    collector = DataCollector(1000)
    for _ in range(1000):
        collector.feed(b"x" * 10_000)
    assert len(collector) < 10
    collector.feed(b"\r\n.\r\nNOOP\r\n")
    assert collector.is_complete
    assert collector.rest == b"NOOP\r\n"


def test_a_mail_that_was_given_up_still_has_an_end() -> None:
    collector = DataCollector(1000)
    collector.feed(b"half of it\r\n.")
    collector.give_up()
    assert len(collector) < 10
    collector.feed(b"\r\nNOOP\r\n")
    assert collector.is_complete
    assert collector.content() == b""
    assert (collector.was_given_up, collector.is_too_large) == (True, False)
    assert collector.rest == b"NOOP\r\n"
