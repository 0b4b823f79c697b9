"""Outlook files are read like any other mail."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.any_mail import read_any_mail
from mailbot.mail.attachments import unpack
from mailbot.mail.automatic import find_automatic
from tests.kit.mails import PDF, build_mail
from tests.kit.msg_builder import Message, build_msg
from tests.kit.tnef_builder import build_tnef


@pytest.mark.parametrize("code_page", [0, 1252])
def test_message_with_its_properties(code_page: int) -> None:
    mail = read_any_mail(
        build_msg(
            Message(
                subject="Factuur één",
                text="Dag,\r\nin bijlage.",
                html=b"<p>Dag</p>",
                sender=("Peeters, An", "An@Leverancier.example"),
                to=("a@x.example", "b@x.example"),
                files=(("factuur é.pdf", PDF), ("groot.pdf", PDF + bytes(9000))),
                code_page=code_page,
            )
        )
    )
    assert mail.subject == "Factuur één"
    assert mail.sender == MailAddress(address="an@leverancier.example", display_name="Peeters, An")
    assert [one.address for one in mail.to] == ["a@x.example", "b@x.example"]
    assert mail.text == "Dag,\nin bijlage."
    assert mail.html == "<p>Dag</p>"
    assert [(one.name, len(one.content)) for one in mail.parts] == [
        ("factuur é.pdf", len(PDF)),
        ("groot.pdf", len(PDF) + 9000),
    ]
    assert mail.defects == ()


def test_other_code_page() -> None:
    assert (
        read_any_mail(build_msg(Message(subject="Žluťoučký", code_page=1250))).subject
        == "Žluťoučký"
    )


def test_transport_headers_win() -> None:
    headers = (
        "From: An <an@x.example>\r\nSubject: echt\r\n folded\r\nAuto-Submitted: auto-replied\r\n"
        "Content-Type: multipart/mixed; boundary=gone\r\n"
    )
    mail = read_any_mail(build_msg(Message(subject="anders", text="tekst", headers=headers)))
    assert mail.sender.address == "an@x.example"
    assert mail.subject == "echt folded"
    assert mail.text == "tekst"
    assert find_automatic(mail) is not None


def test_message_in_a_message() -> None:
    inner = Message(subject="Binnen/buiten", files=(("b.pdf", PDF),))
    unpacked = unpack(read_any_mail(build_msg(Message(subject="Buiten", embedded=(inner,)))))
    assert [(one.name, one.inside) for one in unpacked.documents] == [
        ("b.pdf", ("Binnen-buiten.eml",))
    ]


@pytest.mark.parametrize(
    ("name", "content", "text", "html"),
    [
        ("antwoord.txt", b"Akkoord.\r\nVan: x", "Akkoord.\nVan: x", ""),
        ("antwoord.html", b"<p>ok</p>", "", "<p>ok</p>"),
        ("mail.txt", b"From: a@x.example\nSubject: s\n\nbody", "body", ""),
        ("mail.eml", b"From: a@x.example\nSubject: s\n\nbody", "body", ""),
    ],
)
def test_bodies_and_mails_are_told_apart(name: str, content: bytes, text: str, html: str) -> None:
    mail = read_any_mail(content, name)
    assert (mail.text, mail.html) == (text, html)


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        build_msg(Message(subject="x", files=(("a.pdf", PDF),)))[:1500],
        build_tnef(("a.pdf", PDF))[:8],
    ],
)
def test_what_is_broken_is_a_defect(content: bytes) -> None:
    mail = read_any_mail(content)
    assert mail.defects[0].startswith("unreadable ")


_GOOD = build_msg(
    Message(subject="Factuur", text="Dag", to=("a@x.example",), files=(("a.pdf", PDF),))
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_GOOD) - 1), st.integers(0, 255)), max_size=30))
def test_damaged_messages_are_read(damage: list[tuple[int, int]]) -> None:
    raw = bytearray(_GOOD)
    for at, value in damage:
        raw[at] = value
    assert isinstance(read_any_mail(bytes(raw)), Mail)


def test_an_ordinary_mail_is_one() -> None:
    assert read_any_mail(build_mail()).subject == "Factuur 2026-114"
