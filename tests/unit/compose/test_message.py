"""The bytes of a mail: headers that cannot be broken, parts only as deep as needed."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.compose.message import write_message
from mailbot.domain.booking import ExportFile
from mailbot.domain.letter import Letter, Reader
from mailbot.domain.mail import LANGUAGES, MailAddress
from tests.kit.every_letter import LETTERS, STOP
from tests.kit.letters import a_letterhead, a_png, a_reader

SENDER = MailAddress(address="facturen@kantoor.example", display_name="Kantoor Voorbeeld")
MOMENT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
OURS = "<0198c0ffee@mail.kantoor.example>"
#: as long as Exchange makes them: longer than a folded line
LONG_ID = f"<{'AM0PR04MB' * 8}@{'eurprd04.prod.outlook.example'}>"


def a_letter(**changes: object) -> Letter:
    letter = LETTERS["approval"](a_letterhead())
    return replace(letter, **changes)  # type: ignore[arg-type]


def written(letter: Letter, *, recipient: Reader | None = None, **changes: object) -> bytes:
    given: dict[str, object] = {
        "sender": SENDER,
        "recipient": recipient or a_reader(),
        "message_id": OURS,
        "reply_to": "r.token@mail.kantoor.example",
        "date": MOMENT,
    }
    return write_message(letter, **{**given, **changes})  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=policy.default)


def shape(message: EmailMessage) -> object:
    """Return the tree of media types."""
    if not message.is_multipart():
        return message.get_content_type()
    return {message.get_content_subtype(): [shape(p) for p in message.iter_parts()]}  # type: ignore[arg-type]


def test_headers() -> None:
    mail = read(written(a_letter(), in_reply_to="<a@b.example>", references=("<c@d.example>",)))
    assert {name: str(value) for name, value in mail.items()} == {
        "Date": "Fri, 20 Nov 2026 09:30:00 +0100",
        "From": "Kantoor Voorbeeld <facturen@kantoor.example>",
        "To": "An Peeters <nl@korenaar.example>",
        "Reply-To": "r.token@mail.kantoor.example",
        "Subject": "Goedkeuren? Drukkerij Voorbeeld BV, factuur 2026-114, € 605,00 tegen 13/12",
        "Message-ID": OURS,
        "In-Reply-To": "<a@b.example>",
        "References": "<c@d.example> <a@b.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "nl",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }
    assert mail.defects == []


def test_the_date_is_that_of_the_reader() -> None:
    reader = a_reader(time_zone="America/New_York")
    assert read(written(a_letter(), recipient=reader))["Date"].endswith("03:30:00 -0500")


@pytest.mark.parametrize(
    ("images", "files", "wanted"),
    [
        (0, 0, {"alternative": ["text/plain", "text/html"]}),
        (1, 0, {"alternative": ["text/plain", {"related": ["text/html", "image/png"]}]}),
        (0, 1, {"mixed": [{"alternative": ["text/plain", "text/html"]}, "application/pdf"]}),
        (
            1,
            2,
            {
                "mixed": [
                    {"alternative": ["text/plain", {"related": ["text/html", "image/png"]}]},
                    "application/pdf",
                    "application/pdf",
                ]
            },
        ),
    ],
)
def test_parts_are_only_as_deep_as_needed(images: int, files: int, wanted: object) -> None:
    letter = a_letter(
        images={f"page{n}@mailbot": a_png() for n in range(images)},
        attachments=tuple(
            ExportFile(name=f"{n}.pdf", media_type="application/pdf", content=b"%PDF")
            for n in range(files)
        ),
    )
    assert shape(read(written(letter))) == wanted


def test_words_images_and_files_arrive_whole() -> None:
    pdf = ExportFile(
        name="factuur é 2026.pdf", media_type="application/pdf", content=b"%PDF\r\n\x00"
    )
    letter = a_letter(attachments=(pdf,))
    mail = read(written(letter))
    parts = [part for part in mail.walk() if not part.is_multipart()]
    text, page, image, file = parts
    assert text.get_content().replace("\r\n", "\n") == letter.text
    assert page.get_content().replace("\r\n", "\n").rstrip("\n") == letter.html.rstrip("\n")
    assert image.get_content() == next(iter(letter.images.values()))
    assert image["Content-ID"] == "<page-0198c0ffee-1@mailbot>"
    assert image.get_content_disposition() == "inline"
    assert file.get_content() == pdf.content
    assert file.get_filename() == pdf.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_ascii_crlf_and_short_lines(name: str, language: str) -> None:
    raw = written(LETTERS[name](a_letterhead(language)))  # type: ignore[arg-type]
    assert raw.isascii()
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_an_answer_says_that_it_is_one() -> None:
    mail = read(written(a_letter(auto_submitted="auto-replied")))
    assert mail["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize(
    ("url", "post"),
    [("https://x.example/stop", "List-Unsubscribe=One-Click"), ("http://x.example/stop", None)],
)
def test_unsubscribing_is_one_click_where_https_allows_it(url: str, post: str | None) -> None:
    """RFC 8058 §3.1: the one-click link is HTTPS."""
    mail = read(written(a_letter(), list_unsubscribe=url))
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == post


def test_digests_carry_their_own_link_and_other_letters_none() -> None:
    digest = LETTERS["digest_approver"](a_letterhead())
    assert read(written(digest))["List-Unsubscribe"] == f"<{STOP}>"
    assert read(written(a_letter()))["List-Unsubscribe"] is None


def test_long_message_ids_stay_whole() -> None:
    """The standard library would turn them into encoded words, and the thread would break."""
    many = tuple(f"<{n}.{LONG_ID[1:]}" for n in range(50))
    raw = written(a_letter(), in_reply_to=LONG_ID, references=many)
    assert f"In-Reply-To: {LONG_ID}\r\n".encode() in raw
    references = str(read(raw)["References"]).split()
    assert len(references) == 20
    assert references[0] == many[0]
    assert references[-1] == LONG_ID


@pytest.mark.parametrize(
    "hostile",
    ["", "no brackets", "<a@b>\r\nBcc: all@evil.example", "<a b@c>", "<é@b.example>", "<" * 2000],
)
def test_ids_from_outside_cannot_break_a_header(hostile: str) -> None:
    mail = read(written(a_letter(), in_reply_to=hostile, references=(hostile, "<ok@b.example>")))
    assert mail["Bcc"] is None
    assert "<ok@b.example>" in mail["References"]


@pytest.mark.parametrize(
    "subject",
    [
        "Goedkeuren?\r\nBcc: all@evil.example",
        "Goedkeuren?\nX: y\n\nbody",
        "=?utf-8?q?Bcc=3A_all=40evil.example?=",
        "€" * 400,
        "a" * 2000,
        "woord " * 300,
        "\ud800",
        "",
    ],
)
def test_a_subject_cannot_break_a_header(subject: str) -> None:
    raw = written(a_letter(subject=subject))
    mail = read(raw)
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert mail["To"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert str(mail["Subject"]).count("\n") == 0


def test_an_encoded_word_in_a_name_is_shown_as_it_was_typed() -> None:
    subject = "Goedkeuren? =?utf-8?q?Evil?= BV"
    assert str(read(written(a_letter(subject=subject)))["Subject"]) == subject


@pytest.mark.parametrize(
    "name",
    [
        "Jürgen Müller",
        "Maes, An",
        'An "de baas" Maes',
        "An <all@evil.example>",
        "An\r\nBcc: all@evil.example",
        "J.R. Maes",
        "=?utf-8?q?Evil?=",
        "Ж" * 60,
        "",
    ],
)
def test_a_name_cannot_become_an_address(name: str) -> None:
    reader = a_reader(name=name)
    mail = read(written(a_letter(), recipient=reader))
    addresses = mail["To"].addresses
    assert [each.addr_spec for each in addresses] == [reader.email]
    # the parser of Python 3.11 puts a space between adjacent encoded words (RFC 2047 §6.2: none)
    assert addresses[0].display_name.replace(" ", "") == re.sub(r"\s+", "", name)
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["", "no at", "a@b, c@d", "a@b\r\nBcc: x@y", "a b@c", "<a@b>", "é@b.example"]
)
def test_an_address_that_cannot_stand_in_a_header_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"header|ASCII"):
        written(a_letter(), recipient=a_reader(email=address))


def test_domains_with_accents_are_written_in_ascii() -> None:
    mail = read(written(a_letter(), recipient=a_reader(email="an@bäckerei.example")))
    assert mail["To"].addresses[0].addr_spec == "an@xn--bckerei-5wa.example"


@pytest.mark.parametrize("message_id", ["", "x@y", "<x@y>\r\nBcc: z", "<x y@z>"])
def test_a_bad_message_id_of_ours_is_a_mistake(message_id: str) -> None:
    with pytest.raises(ValueError, match="header"):
        written(a_letter(), message_id=message_id)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x/\r\nBcc: z", "https://x/>"])
def test_a_bad_link_is_a_mistake(url: str) -> None:
    with pytest.raises(ValueError, match="header"):
        written(a_letter(), list_unsubscribe=url)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a\r\nBcc: x.pdf", "a Bcc_ x.pdf"),
        ('quote".pdf', 'quote".pdf'),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "document"),
        ("Ж" * 200 + ".pdf", "Ж" * 119 + "…"),
    ],
)
def test_file_names_are_harmless(name: str, safe: str) -> None:
    file = ExportFile(name=name, media_type="application/pdf", content=b"x")
    mail = read(written(a_letter(attachments=(file,))))
    assert [part.get_filename() for part in mail.iter_attachments()] == [safe]
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "media_type", ["", "pdf", "message/rfc822", "multipart/mixed", "text/x\r\nA: b"]
)
def test_a_strange_media_type_becomes_an_octet_stream(media_type: str) -> None:
    file = ExportFile(name="a", media_type=media_type, content=b"\x00\xff")
    (part,) = read(written(a_letter(attachments=(file,)))).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == b"\x00\xff"


def test_a_text_file_is_not_changed() -> None:
    csv = ExportFile(name="a.csv", media_type="text/csv", content=b"a;\xe9\n\r\nb\r")
    (part,) = read(written(a_letter(attachments=(csv,)))).iter_attachments()
    assert part.get_payload(decode=True) == csv.content


@given(subject=st.text(), name=st.text())
def test_any_subject_and_any_name_survive(subject: str, name: str) -> None:
    letter = Letter(
        purpose="tell", name="x", language="nl", subject=subject, text="t\n", html="<p>t</p>"
    )
    raw = written(letter, recipient=a_reader(name=name))
    mail = read(raw)
    assert raw.isascii()
    assert [each.addr_spec for each in mail["To"].addresses] == ["nl@korenaar.example"]
    assert set(mail) <= set(read(written(a_letter())))
