"""RTF bodies become text, and HTML that was wrapped into RTF becomes HTML again."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.any_mail import read_any_mail
from mailbot.mail.reply_text import read_written
from mailbot.mail.rtf import NotRtfError, RtfBody, decompress_rtf, read_compressed, read_rtf
from tests.kit.msg_builder import Message, build_msg

#: the example of MS-OXRTFCP §3.1.1, and the one of §3.1.2 with a reference into itself
SIMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
    "0af32068656c090020627705b06c647d0a800fa0"
)
REPEATED = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
FROM_HTML = rb"""{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}
{\*\htmltag19 <html>}{\*\htmltag50 <body>}{\*\htmltag64 <p class="MsoNormal">}\htmlrtf {\htmlrtf0
Goedgekeurd, \'e9\'e9n keer{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 {\*\mhtmltag84 weg}
{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0{\*\htmltag58 </body>}}"""


def stored(rtf: bytes) -> bytes:
    """Return `rtf` in the form that is not compressed (MS-OXRTFCP §2.1.2.2)."""
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def test_examples_of_the_specification() -> None:
    assert decompress_rtf(SIMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress_rtf(REPEATED) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert read_compressed(SIMPLE) == RtfBody(text="hello world")
    assert decompress_rtf(stored(b"{\\rtf1 x}")) == b"{\\rtf1 x}"


@pytest.mark.parametrize("content", [b"", b"LZFu", bytes(16), b"x" * 40])
def test_other_bytes_are_no_rtf(content: bytes) -> None:
    with pytest.raises(NotRtfError):
        decompress_rtf(content)
    assert read_compressed(content) == RtfBody()


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 Goedgekeurd\par\par Groeten\line An}", "Goedgekeurd\n\nGroeten\nAn"),  # noqa: E501
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator x;}ok}", "ok"),
        (rb"{\rtf1\ansicpg1252 \'e9\'e9n \u8364?12\~000}", "één €12\u00a0000"),
        (rb"{\rtf1\uc2\u8364??5 {\uc0\u233}x}", "€5 éx"),
        (rb"{\rtf1 a {\v verborgen}b \v c\v0 d}", "a b d"),
        (rb"{\rtf1 a\{b\}\\c \bullet\tab d}", "a{b}\\c •\td"),
        (rb"{\rtf1{\pict\bin4 }}}}x}ok}", "ok"),
        (rb"{\rtf1{\field{\*\fldinst HYPERLINK x}{\fldrslt mailbot}}}", "mailbot"),
        (rb"{\rtf1\ansicpg932 \'93\'fa\'96\'7b}", "日本"),
        (rb"{\rtf1 niet gesloten", "niet gesloten"),
        (b"}}}}{{{{", ""),
    ],
)  # fmt: skip
def test_text(rtf: bytes, text: str) -> None:
    assert read_rtf(rtf) == RtfBody(text=text)


def test_html_inside() -> None:
    body = read_rtf(FROM_HTML)
    assert body.text == ""
    assert body.html == '<html><body><p class="MsoNormal">Goedgekeurd, één keer&nbsp;</p></body>'


def test_a_message_with_nothing_but_rtf() -> None:
    plain = Message(subject="Re: x", rtf=stored(rb"{\rtf1 Goedgekeurd\par\par Groeten,\par An}"))
    assert read_written(read_any_mail(build_msg(plain))) == "Goedgekeurd"
    wrapped = read_any_mail(build_msg(Message(subject="Re: x", rtf=stored(FROM_HTML))))
    assert read_written(wrapped) == "Goedgekeurd, één keer"


def test_text_counts_where_there_is_some() -> None:
    both = Message(text="Verworpen", rtf=stored(rb"{\rtf1 Goedgekeurd}"))
    assert read_any_mail(build_msg(both)).text == "Verworpen"


def test_deep_and_endless_groups_end() -> None:
    read_rtf(b"{" * 100_000)
    assert len(decompress_rtf(SIMPLE[:16] + b"\xff\x01\x0f" * 100_000)) < 5 * 1024 * 1024


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes(content: bytes) -> None:
    read_rtf(content)
    read_rtf(b"{\\rtf1" + content)
    read_compressed(SIMPLE[:16] + content)
