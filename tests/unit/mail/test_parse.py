"""Mails are read as people see them, whatever the bytes."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.mail import Mail, MailAddress, PartRole
from mailbot.mail.attachments import unpack
from mailbot.mail.automatic import find_automatic
from mailbot.mail.bounce import read_bounce
from mailbot.mail.parse import parse_mail
from tests.kit.mails import PDF, build_mail


def test_ordinary_mail() -> None:
    mail = parse_mail(build_mail(files=(("factuur.pdf", PDF),)))
    assert mail.sender == MailAddress(address="an@leverancier.example", display_name="An Peeters")
    assert mail.to == (MailAddress(address="aankoop-0400000185@kantoor.example"),)
    assert mail.subject == "Factuur 2026-114"
    assert mail.message_id == "<m1@leverancier.example>"
    assert mail.sent_at == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert mail.text.strip() == "Dag, de factuur zit in bijlage."
    assert [(one.name, one.content, one.role) for one in mail.parts] == [
        ("factuur.pdf", PDF, PartRole.DOCUMENT)
    ]
    assert mail.structure == ("multipart/mixed", "text/plain", "application/octet-stream")
    assert mail.defects == ()


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: =?utf-8?B?w6k=?=", "é"),
        (b"Subject: =?UTF-8?Q?Caf=C3?= =?utf-8?Q?=A9?=", "Café"),
        (b"Subject: =?iso-8859-1*nl?Q?caf=E9_x?=", "café x"),
        (b"Subject: =?utf-8?Q?Klaar??=", "Klaar?"),
        (b"Subject: =?utf-8?B?w6nDqcM=?=", "éé\ufffd"),
        (b"Subject: =?nonsense?Q?a=E9?= b", "aé b"),
        (b"Subject: caf\xc3\xa9", "café"),
        (b"Subject: caf\xe9", "café"),
        (b"Subject: one\r\n two\r\n\tthree", "one two three"),
        (b"Subject:no space", "no space"),
        (b"SUBJECT : late colon", "late colon"),
        (b"strange line\r\nX: 1", ""),
        (b"X: 1\r\nstrange line\r\nSubject: still here", "still here"),
        (b"From someone Mon Nov  2 09:30:00 2026\nSubject: mbox", "mbox"),
        (b"Subject: a =?utf-8?Q?b?= c =?utf-8?Q?d?= =?utf-8?Q?e?=", "a b c de"),
        (b"Subject: =?punycode?Q?maana-pta?=", "maana-pta"),
    ],
)
def test_subjects(raw: bytes, subject: str) -> None:
    assert parse_mail(raw + b"\r\n\r\nbody").subject == subject


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example", [("a@x.example", "")]),
        ("<A@X.Example>", [("a@x.example", "")]),
        (
            '"Peeters, An" <an@x.example>, b@y.example',
            [("an@x.example", "Peeters, An"), ("b@y.example", "")],
        ),
        ("an@x.example (An Peeters)", [("an@x.example", "An Peeters")]),
        ("Groep: a@x.example, b@x.example;", [("a@x.example", ""), ("b@x.example", "")]),
        ("undisclosed-recipients:;", []),
        # a comma hidden in an encoded word makes no second address
        (
            "=?utf-8?Q?x=40evil.example=2C_An?= <an@x.example>",
            [("an@x.example", "x@evil.example, An")],
        ),
        # the name may lie, the address is behind it
        (
            '"boss@kantoor.example" <thief@evil.example>',
            [("thief@evil.example", "boss@kantoor.example")],
        ),
        (
            "boss@kantoor.example <thief@evil.example>",
            [("thief@evil.example", "boss@kantoor.example")],
        ),
        ("An Peeters", [("", "An Peeters")]),
        ('"Say \\"hi\\"" <a@x.example>', [("a@x.example", 'Say "hi')]),
        ("", []),
    ],
)
def test_address_lists(value: str, expected: list[tuple[str, str]]) -> None:
    mail = parse_mail(f"From: {value}\n\n".encode())
    assert [(one.address, one.display_name) for one in mail.senders] == expected


def test_two_from_headers_are_both_seen() -> None:
    mail = parse_mail(b"From: a@x.example\nFrom: b@y.example\n\n")
    assert [one.address for one in mail.senders] == ["a@x.example", "b@y.example"]
    assert mail.sender.address == "a@x.example"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"Mon, 2 Nov 2026 09:30:00 +0100", datetime(2026, 11, 2, 8, 30, tzinfo=UTC)),
        (b"2 Nov 2026 09:30:00 -0000", datetime(2026, 11, 2, 9, 30, tzinfo=UTC)),
        (b"yesterday", None),
        (b"Mon, 99 Nov 2026 99:30:00 +0100", None),
        (b"", None),
    ],
)
def test_dates(date: bytes, expected: datetime | None) -> None:
    assert parse_mail(b"Date: " + date + b"\n\n").sent_at == expected


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        (b"utf-8", "é€".encode(), "é€"),
        (b"iso-8859-1", "é€".encode("cp1252"), "é€"),
        (b"iso-8859-1", "é€".encode(), "é€"),
        (b"us-ascii", "é".encode("cp1252"), "é"),
        (b"utf-8", "é".encode("cp1252"), "é"),
        (b"no-such-charset", "é".encode(), "é"),
        (b"x-mac-roman", "é".encode("mac_roman"), "é"),
        (b"iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        (b"gb2312", "发票".encode("gb18030"), "发票"),
        (b"windows-1250", "č".encode("cp1250"), "č"),
        (b"utf-7", b"+AOk-", "é"),
        (b"base64", b"abc", "abc"),
        (b"unicode_escape", b"\\x41", "\\x41"),
        (b"", b"\xef\xbb\xbfab", "ab"),
        (b"", b"\xff\xfea\x00b\x00", "ab"),
    ],
)
def test_charsets_that_are_wrong_or_missing(charset: bytes, content: bytes, text: str) -> None:
    raw = (
        b'Content-Type: text/plain; charset="' + charset + b'"\nContent-Transfer-Encoding: base64'
    )
    mail = parse_mail(raw + b"\n\n" + base64.b64encode(content))
    assert mail.text == text


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename=plain.pdf", "plain.pdf"),
        ('filename="with space.pdf"', "with space.pdf"),
        ("filename=no quotes at all.pdf", "no quotes at all.pdf"),
        ('filename="unclosed.pdf', "unclosed.pdf"),
        ('filename="semi;colon.pdf"', "semi;colon.pdf"),
        ("filename*=utf-8''fact%C3%BCr.pdf", "factür.pdf"),
        ("filename*=iso-8859-1'nl'fact%FCr.pdf", "factür.pdf"),
        ("filename*0=one-; filename*1=two.pdf", "one-two.pdf"),
        ("filename*1=two.pdf; filename*0=one-", "one-two.pdf"),
        ("filename*0*=utf-8''fact%C3; filename*1*=%BCr; filename*2=.pdf", "factür.pdf"),
        ("filename=old.pdf; filename*=utf-8''new.pdf", "new.pdf"),
        ('filename="=?utf-8?Q?fact=C3=BCr.pdf?="', "factür.pdf"),
        ('filename="=?utf-8?Q?fact=C3?= =?utf-8?Q?=BCr.pdf?="', "factür.pdf"),
        ("FILENAME = loud.pdf", "loud.pdf"),
        ("filename=../../etc/passwd.pdf", "passwd.pdf"),
        ("filename=C:\\tmp\\factuur.pdf", "factuur.pdf"),
        ("filename*=utf-8''a%00b%E2%80%AEfdp.pdf", "abfdp.pdf"),
        ("", "document.pdf"),
    ],
)
def test_file_names(disposition: str, name: str) -> None:
    raw = f"Content-Disposition: attachment; {disposition}\nContent-Type: application/pdf\n\n"
    assert [one.name for one in parse_mail(raw.encode() + PDF).parts] == [name]


def _multipart(
    head: bytes, *parts: bytes, boundary: bytes = b"B", end: bytes = b"--B--\n"
) -> bytes:
    return head + b"\n\n" + b"".join(b"--" + boundary + b"\n" + one + b"\n" for one in parts) + end


_TEXT = b"Content-Type: text/plain\n\nhello"
_FILE = b"Content-Type: application/pdf; name=f.pdf\n\n" + PDF


@pytest.mark.parametrize(
    "raw",
    [
        _multipart(b"Content-Type: multipart/mixed; boundary=B", _TEXT, _FILE),
        _multipart(b"Content-Type: multipart/mixed; boundary=B", _TEXT, _FILE, end=b""),
        _multipart(b"Content-Type: multipart/mixed", _TEXT, _FILE),
        _multipart(b"Content-Type: multipart/mixed; boundary=WRONG", _TEXT, _FILE),
        _multipart(b"Content-Type: multipart/mixed; boundary=B", _TEXT, _FILE).replace(
            b"\n", b"\r\n"
        ),
        _multipart(b"Content-Type: multipart/mixed; boundary=B", _TEXT, _FILE).replace(
            b"\n", b"\r\r\n"
        ),
        b"\n\n" + _multipart(b"Content-Type: multipart/mixed; boundary=B", _TEXT, _FILE),
        _multipart(
            b"Content-Type: multipart/mixed; boundary=B",
            _multipart(
                b"Content-Type: multipart/alternative; boundary=C", _TEXT, boundary=b"C", end=b""
            ),
            _FILE,
        ),
    ],
    ids=[
        "good",
        "no end",
        "no boundary",
        "wrong boundary",
        "crlf",
        "crcrlf",
        "blank first",
        "inner open",
    ],
)
def test_multiparts_good_and_bad(raw: bytes) -> None:
    mail = parse_mail(raw)
    assert mail.text.strip() == "hello"
    assert [one.name for one in mail.parts] == ["f.pdf"]
    assert mail.parts[0].content.startswith(b"%PDF-1.4")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.encodebytes(PDF)),
        (b"BASE64 ", base64.b64encode(PDF).rstrip(b"=")),
        (b"base64", b" ".join(base64.b64encode(PDF)[at : at + 7] for at in range(0, 999, 7))),
        (b"base64", base64.b64encode(PDF[:10]) + b"\n" + base64.b64encode(PDF[10:])),
        (b"base64", PDF),
        (b"binary", PDF),
        (b"8bit", PDF),
    ],
)
def test_transfer_encodings(encoding: bytes, body: bytes) -> None:
    head = b"Content-Type: application/pdf\nContent-Transfer-Encoding: " + encoding
    assert parse_mail(head + b"\n\n" + body).parts[0].content == PDF


def test_uuencoded_file_leaves_the_text() -> None:
    raw = b"Subject: old\n\nhello\nbegin 644 a.txt\n#86)C\n`\nend\nbye\n"
    mail = parse_mail(raw)
    assert [(one.name, one.content) for one in mail.parts] == [("a.txt", b"abc")]
    assert "begin" not in mail.text
    assert "hello" in mail.text
    assert "bye" in mail.text


def test_nested_html_is_kept_whole() -> None:
    raw = b"Content-Type: text/html\n\n<html><body>one<html><body>two</body></html></body></html>"
    mail = parse_mail(raw)
    assert "one" in mail.html
    assert "two" in mail.html
    assert mail.parts == ()


def test_html_names_its_own_charset() -> None:
    raw = b'Content-Type: text/html\n\n<meta charset="windows-1250">\xe8'
    assert parse_mail(raw).html.endswith("č")


def test_flowed_text_is_joined_as_it_was_typed() -> None:
    raw = (
        b"Content-Type: text/plain; format=flowed\n\n"
        b"This line \ngoes on.\n> quoted \n> too\n-- \nAn\n"
    )
    assert parse_mail(raw).text == "This line goes on.\n> quoted too\n-- \nAn\n"


def test_body_without_a_blank_line_before_it_is_not_lost() -> None:
    mail = parse_mail(b"Subject: x\nGoedgekeurd voor mij")
    assert mail.subject == "x"
    assert mail.text.strip() == "Goedgekeurd voor mij"
    assert mail.defects == ("no blank line before the body",)


def test_attached_mail_keeps_every_byte() -> None:
    inner = b"Subject:  odd   spacing\r\nX-Bad line\r\n\r\nbody \xff\r\n"
    raw = _multipart(
        b"Content-Type: multipart/mixed; boundary=B",
        _TEXT,
        b"Content-Type: message/rfc822\n\n" + inner,
    )
    part = parse_mail(raw).parts[0]
    assert part.content == inner
    assert part.name == "odd spacing.eml"
    assert part.role is PartRole.CONTAINER


def test_deep_nesting_ends() -> None:
    raw = b"x"
    for at in range(200):
        mark = f"b{at}".encode()
        raw = b"Content-Type: multipart/mixed; boundary=" + mark + b"\n\n--" + mark + b"\n" + raw
    assert "too many parts: not all were opened" in parse_mail(raw).defects


def test_thousands_of_parts_end() -> None:
    raw = _multipart(b"Content-Type: multipart/mixed; boundary=B", *[_TEXT] * 5000)
    assert len(parse_mail(raw).structure) < 5000


def test_references_and_replies() -> None:
    mail = parse_mail(b"In-Reply-To: <a@x> <b@x>\nReferences: <1@x>\n\t<2@x>\n\n")
    assert mail.in_reply_to == ("<a@x>", "<b@x>")
    assert mail.references == ("<1@x>", "<2@x>")


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?a?q?" * 50_000 + b"\n\n",
        b"From: " + b"(" * 300_000 + b"\n\n",
        b"From: " + b"a:" * 150_000 + b"\n\n",
        b"Content-Type: text/plain;" + b"a*0*=x;" * 50_000 + b"\n\n",
        b"Content-Type: application/xml\n\n<?xml " + b"<!--" * 80_000,
        b"Content-Type: application/xml\n\n<?xml?>" + b"<!DOCTYPE [] >" * 30_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 100_000,
        b"Content-Type: text/html\n\n" + b"<meta " * 50_000,
        b"From: mailer-daemon@x.example\n\n" + b"5.1." * 80_000,
        b"From: mailer-daemon@x.example\n\n" + b"<a@b>\n550 5.1.1 " * 20_000,
        b"\nbegin 644 x\n" * 20_000,
    ],
)
def test_inputs_made_to_take_for_ever_end(raw: bytes) -> None:
    assert isinstance(_everything(raw), Mail)


def _everything(raw: bytes) -> Mail:
    mail = parse_mail(raw)
    unpack(mail)
    find_automatic(mail, "")
    read_bounce(mail)
    return mail


@given(st.binary(max_size=3000))
def test_any_bytes_are_read(raw: bytes) -> None:
    assert isinstance(_everything(raw), Mail)


_GOOD = build_mail(
    files=(("a.pdf", PDF), ("b é.eml", build_mail(files=(("c.pdf", PDF),)))),
    headers={"Cc": "Één <a@x.example>, b@x.example", "Auto-Submitted": "no"},
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(_GOOD) - 1), st.binary(max_size=4), st.integers(0, 40)),
        max_size=12,
    )
)
def test_damaged_mails_are_read(damage: list[tuple[int, bytes, int]]) -> None:
    raw = _GOOD
    for at, put, cut in damage:
        raw = raw[:at] + put + raw[at + cut :]
    assert isinstance(_everything(raw), Mail)
