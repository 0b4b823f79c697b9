"""Where a mail ends on the line, however the line is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.entrypoints.smtp_data import DataCollector


class Collected(DataCollector):
    """A collector, and all that it gave; it is emptied whenever it holds more than `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.mail = b""

    def feed(self, chunk: bytes) -> bool:
        is_complete = super().feed(chunk)
        if is_complete or len(self) > self.most:
            self.mail += self.take()
        return is_complete


def collect(line: bytes, *, piece: int = 1 << 20, most: int = 1 << 20) -> Collected:
    collector = Collected(most)
    for at in range(0, len(line), piece):
        if collector.feed(line[at : at + piece]):
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
@pytest.mark.parametrize("most", [0, 1 << 20])
def test_the_end_and_the_dots(line: bytes, mail: bytes, piece: int, most: int) -> None:
    collector = collect(line, piece=piece, most=most)
    assert collector.is_complete
    assert collector.mail == mail
    assert collector.rest == b""


def stuffed(mail: bytes) -> bytes:
    return (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]


@given(
    st.binary(max_size=200) | st.text("\r\n.x", max_size=200).map(str.encode),
    st.integers(1, 9),
    st.integers(0, 30),
)
def test_every_mail_comes_through_byte_for_byte(mail: bytes, piece: int, most: int) -> None:
    whole = mail + b"\r\n"
    collector = collect(stuffed(whole) + b".\r\n", piece=piece, most=most)
    assert collector.is_complete
    assert collector.mail == whole


@given(st.text("\r\n.x", max_size=30).map(str.encode), st.integers(0, 9))
def test_only_crlf_dot_crlf_is_an_end(line: bytes, most: int) -> None:
    collector = collect(line, piece=1, most=most)
    assert collector.is_complete == (b"\r\n.\r\n" in b"\r\n" + line)


def test_what_comes_after_the_end_is_given_back() -> None:
    collector = collect(b"a\r\n.\r\nQUIT\r\n.\r\n")
    assert collector.mail == b"a\r\n"
    assert collector.rest == b"QUIT\r\n.\r\n"


def test_of_what_was_given_nearly_nothing_is_remembered() -> None:
    collector = DataCollector()
    for _ in range(1000):
        collector.feed(b"x" * 10_000)
        collector.take()
    assert len(collector) < 10
    collector.feed(b"\r\n.\r\nNOOP\r\n")
    assert collector.is_complete
    collector.take()
    assert collector.rest == b"NOOP\r\n"
