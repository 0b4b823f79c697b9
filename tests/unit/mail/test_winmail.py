"""winmail.dat is opened in a process of its own that cannot harm us."""

import struct
import sys

import pytest

from mailbot.mail import winmail
from mailbot.mail.any_mail import read_any_mail
from mailbot.mail.attachments import unpack
from mailbot.mail.parse import parse_mail
from mailbot.mail.winmail import UnreadableWinmailError, winmail_to_mime
from tests.kit.mails import PDF, build_mail
from tests.kit.tnef_builder import build_tnef


@pytest.mark.parametrize("long_names", [False, True])
def test_files_subject_and_text(long_names: bool) -> None:
    content = build_tnef(("factuur é.pdf", PDF), subject="Één", text="Dag", long_names=long_names)
    mail = read_any_mail(content, "winmail.dat")
    assert mail.subject == "Één"
    assert mail.text == "Dag"
    assert [(one.name, one.content) for one in mail.parts] == [("factuur é.pdf", PDF)]


def _with_properties(properties: bytes) -> bytes:
    """Return a TNEF stream of one attribute that holds MAPI properties."""
    head = struct.pack("<IHBII", 0x223E9F78, 1, 1, 0x00069003, len(properties))
    return head + properties + bytes(20)


def test_a_body_of_nothing_but_rtf_is_text() -> None:
    rtf = rb"{\rtf1\ansi Goedgekeurd\par Groeten}"
    stored = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    padded = stored + bytes(-len(stored) % 4)
    properties = struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(stored)) + padded
    assert read_any_mail(_with_properties(properties)).text == "Goedgekeurd\nGroeten"


def test_a_few_bytes_that_ask_for_hours_are_stopped() -> None:
    with pytest.raises(UnreadableWinmailError):
        winmail_to_mime(_with_properties(struct.pack("<IQ", 0xFFFFFFFF, 0)))


def test_a_few_bytes_that_ask_for_all_memory_do_not_get_it() -> None:
    """One property that says it has four thousand million values."""
    bomb = _with_properties(struct.pack("<IHHIQ", 1, 0x1002, 1, 0xFFFFFFFF, 0))
    assert len(bomb) < 60
    assert read_any_mail(bomb).parts == ()


def test_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winmail, "WALL_TIME", 0.001)
    with pytest.raises(UnreadableWinmailError, match="too long"):
        winmail_to_mime(build_tnef(("a.pdf", PDF)))


@pytest.mark.parametrize("content", [b"", b"\x78\x9f\x3e\x22", b"\x78\x9f\x3e\x22" + bytes(300)])
def test_nonsense_is_refused_or_empty(content: bytes) -> None:
    try:
        mail = parse_mail(winmail_to_mime(content))
    except UnreadableWinmailError:
        return
    assert mail.parts == ()


def test_a_mail_with_an_unreadable_one_keeps_the_rest() -> None:
    broken = build_tnef(("a.pdf", PDF))[:8]
    unpacked = unpack(parse_mail(build_mail(files=(("winmail.dat", broken), ("b.pdf", PDF)))))
    assert [one.name for one in unpacked.documents] == ["b.pdf"]
    assert unpacked.problems == ("unreadable_container:winmail.dat",)


def test_the_reader_stays_out_of_our_process() -> None:
    read_any_mail(build_tnef(("a.pdf", PDF)))
    assert "tnefparse" not in sys.modules
