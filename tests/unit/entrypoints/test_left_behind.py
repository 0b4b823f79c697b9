"""The notice about a mail that is too large to fetch, whatever its header fields are."""

from email import message_from_bytes

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.entrypoints.left_behind import write_left_behind
from mailbot.mail.parse import parse_mail


def write(head: bytes) -> bytes:
    return write_left_behind(
        head, mailbox="INBOX (facturen)", megabytes=61.4, language="en", to="postmaster@in.example"
    )


def test_it_says_who_wrote_what_and_where_it_lies() -> None:
    notice = parse_mail(
        write(b"From: An <an@x.example>\r\nSubject: Foto's\r\nReply-To: b@y.example\r\n\r\n")
    )
    assert notice.sender.address == "an@x.example"
    assert notice.subject == "Foto's"
    assert "61 MB" in notice.text
    assert "INBOX (facturen)" in notice.text
    assert notice.reply_to == ()


@settings(max_examples=80)
@given(st.binary(max_size=200), st.text(max_size=80))
def test_no_header_field_makes_another_one(junk: bytes, subject: str) -> None:
    head = b"From: " + junk + b"\r\nSubject: " + subject.encode("utf-8", "replace") + b"\r\n\r\n"
    names = message_from_bytes(write(head)).keys()
    assert set(names) <= {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip
