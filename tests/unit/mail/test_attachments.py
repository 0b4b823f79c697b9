"""Everything that came is found, told apart and listed; nothing unfolds without end."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from mailbot.domain.mail import Part, PartRole
from mailbot.mail.attachments import UnpackLimits, unpack
from mailbot.mail.parse import parse_mail
from tests.kit.mails import PDF, build_encrypted_zip, build_mail, build_png, build_zip
from tests.kit.msg_builder import Message, build_msg
from tests.kit.tnef_builder import build_tnef

UBL = (
    b'<?xml version="1.0"?>\n<!-- x --><Invoice '
    b'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
)
CII = (
    b"<rsm:CrossIndustryInvoice "
    b'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>'
)
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"


def _photo(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, kind)
    return out.getvalue()


def _roles(*files: tuple[str, bytes]) -> dict[str, PartRole]:
    unpacked = unpack(parse_mail(build_mail(files=files)))
    return {one.name: one.role for one in (*unpacked.documents, *unpacked.left_out)}


@pytest.mark.parametrize(
    ("name", "content", "role"),
    [
        ("factuur.pdf", PDF, PartRole.DOCUMENT),
        ("factuur", PDF, PartRole.DOCUMENT),
        ("factuur.dat", b"\r\n\r\njunk before\r\n" + PDF, PartRole.DOCUMENT),
        ("broken.pdf", b"not quite", PartRole.DOCUMENT),
        ("page.pdf", b"<html>login</html>", PartRole.UNSUPPORTED),
        ("invoice.xml", UBL, PartRole.DOCUMENT),
        ("invoice.bin", CII, PartRole.DOCUMENT),
        ("utf16.xml", UBL.decode().encode("utf-16"), PartRole.DOCUMENT),
        ("other.xml", b"<?xml version='1.0'?><Order/>", PartRole.UNSUPPORTED),
        ("scan.jpg", _photo(1200, 1600), PartRole.DOCUMENT),
        ("scan.tif", _photo(800, 1100, "TIFF"), PartRole.DOCUMENT),
        ("receipt.png", build_png(700, 1400, 20_000), PartRole.DOCUMENT),
        ("till.jpg", _photo(600, 2600), PartRole.DOCUMENT),
        ("logo.png", build_png(180, 60), PartRole.LOGO),
        ("banner.jpg", _photo(1600, 300), PartRole.LOGO),
        ("icon.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PartRole.UNSUPPORTED),
        ("pixel.gif", build_png(1, 1), PartRole.TRACKING_PIXEL),
        ("broken.jpg", b"\xff\xd8\xff nothing", PartRole.UNSUPPORTED),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic" + bytes(50), PartRole.UNSUPPORTED),
        ("invite.ics", CALENDAR, PartRole.CALENDAR),
        ("smime.p7s", b"0\x82", PartRole.SIGNATURE),
        ("factuur.pdf.exe", PDF, PartRole.DANGEROUS),
        ("factuur.pdf", b"MZ\x90", PartRole.DANGEROUS),
        ("macro.xlsm", build_zip(("xl/workbook.xml", b"")), PartRole.DANGEROUS),
        ("list.xlsx", build_zip(("xl/workbook.xml", b"")), PartRole.UNSUPPORTED),
        ("letter.docx", build_zip(("[Content_Types].xml", b"")), PartRole.UNSUPPORTED),
        ("notes.txt", b"hello", PartRole.UNSUPPORTED),
        ("pack.rar", b"Rar!\x1a\x07\x00", PartRole.UNSUPPORTED),
        ("empty.bin", b"", PartRole.UNSUPPORTED),
    ],
)
def test_roles_are_told_by_content(name: str, content: bytes, role: PartRole) -> None:
    assert _roles((name, content)) == {name: role}


def _inline(html: bytes, content: bytes, kind: bytes, name: bytes) -> bytes:
    return (
        b"Content-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html\n\n"
        + html
        + b"\n--B\nContent-Type: "
        + kind
        + b"\nContent-Disposition: inline; filename="
        + name
        + b"\nContent-ID: <one@x>\nContent-Transfer-Encoding: binary\n\n"
        + content
        + b"\n--B--\n"
    )


_SHOWN = b'<img src="cid:one@x">'


@pytest.mark.parametrize(
    ("html", "content", "kind", "name", "role"),
    [
        # Apple Mail sends the invoice inline
        (b"<p>hi</p>", PDF, b"application/pdf", b"factuur.pdf", PartRole.DOCUMENT),
        (_SHOWN, PDF, b"application/pdf", b"factuur.pdf", PartRole.DOCUMENT),
        (_SHOWN, build_png(900, 900, 20_000), b"image/png", b"image001.png", PartRole.LOGO),
        (b"<p>hi</p>", build_png(900, 900, 20_000), b"image/png", b"IMG_1.png", PartRole.DOCUMENT),
        # a phone shows the photo of the receipt in the text
        (_SHOWN, _photo(1500, 2000), b"image/jpeg", b"IMG_2.jpeg", PartRole.DOCUMENT),
        (_SHOWN, build_png(1, 1), b"image/png", b"p.png", PartRole.TRACKING_PIXEL),
    ],
)
def test_inline_is_no_reason_to_leave_out(  # noqa: PLR0917
    html: bytes, content: bytes, kind: bytes, name: bytes, role: PartRole
) -> None:
    part = parse_mail(_inline(html, content, kind, name)).parts[0]
    assert part.role is role
    assert part.content_id == "one@x"


def test_zip_in_mail_in_mail() -> None:
    inner = build_mail(subject="binnen", files=(("bundel.zip", build_zip(("map/f.pdf", PDF))),))
    unpacked = unpack(parse_mail(build_mail(files=(("door.eml", inner), ("g.pdf", PDF)))))
    assert [(one.name, one.inside) for one in unpacked.documents] == [
        ("f.pdf", ("door.eml", "bundel.zip")),
        ("g.pdf", ()),
    ]
    assert unpacked.documents[0].content == PDF
    assert unpacked.left_out == ()
    assert unpacked.problems == ()


def test_msg_in_a_zip() -> None:
    message = build_msg(Message(subject="Factuur", files=(("factuur.pdf", PDF), ("b.xml", UBL))))
    unpacked = unpack(parse_mail(build_mail(files=(("p.zip", build_zip(("m.msg", message))),))))
    assert [(one.name, one.inside) for one in unpacked.documents] == [
        ("factuur.pdf", ("p.zip", "m.msg")),
        ("b.xml", ("p.zip", "m.msg")),
    ]


def test_winmail_dat_in_a_mail() -> None:
    content = build_tnef(("factuur.pdf", PDF), ("logo.png", build_png(50, 50)))
    unpacked = unpack(parse_mail(build_mail(files=(("winmail.dat", content),))))
    assert [(one.name, one.inside) for one in unpacked.documents] == [
        ("factuur.pdf", ("winmail.dat",))
    ]
    assert [(one.name, one.role) for one in unpacked.left_out] == [("logo.png", PartRole.LOGO)]


def _der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + content


_SIGNED = _der(6, bytes.fromhex("2a864886f70d010702"))
_DATA = _der(6, bytes.fromhex("2a864886f70d010701"))


def _signed(octets: bytes) -> bytes:
    capsule = _der(0x30, _DATA, octets)
    return _der(0x30, _SIGNED, _der(0xA0, _der(0x30, _der(2, b"\1"), _der(0x31), capsule)))


_ENTITY = b"Content-Type: application/pdf; name=f.pdf\n\n" + PDF


@pytest.mark.parametrize(
    "content",
    [
        _signed(_der(0xA0, _der(4, _ENTITY))),
        _signed(_der(0xA0, _der(0x24, _der(4, _ENTITY[:20]), _der(4, _ENTITY[20:])))),
        _signed(b"\xa0\x80\x24\x80" + _der(4, _ENTITY) + b"\0\0\0\0"),
    ],
    ids=["one piece", "many pieces", "indefinite length"],
)
def test_opaque_signature_is_opened(content: bytes) -> None:
    unpacked = unpack(parse_mail(build_mail(files=(("smime.p7m", content),))))
    assert [one.name for one in unpacked.documents] == ["f.pdf"]


@pytest.mark.parametrize(
    "content", [_der(0x30, _der(6, b"\x2a\x03"), _der(0xA0)), b"", b"\x30\x84", b"\x30\x80" * 50]
)
def test_encrypted_mail_is_listed_with_its_reason(content: bytes) -> None:
    unpacked = unpack(parse_mail(build_mail(files=(("smime.p7m", content),))))
    assert unpacked.problems == ("encrypted:smime.p7m",)
    assert [one.role for one in unpacked.left_out] == [PartRole.CONTAINER]


def test_encrypted_zip_is_told() -> None:
    content = build_encrypted_zip("factuur.pdf")
    unpacked = unpack(parse_mail(build_mail(files=(("a.zip", content),))))
    assert unpacked.problems == ("encrypted:factuur.pdf",)
    assert [one.name for one in (*unpacked.documents, *unpacked.left_out)] == ["factuur.pdf"]


@pytest.mark.parametrize("content", [b"PK\x03\x04garbage", build_zip(("a.pdf", PDF))[:-30]])
def test_broken_zip_is_listed(content: bytes) -> None:
    unpacked = unpack(parse_mail(build_mail(files=(("a.zip", content),))))
    assert unpacked.problems == ("unreadable_container:a.zip",)
    assert [one.name for one in unpacked.left_out] == ["a.zip"]


def test_zip_bomb_stops_at_the_limit() -> None:
    bomb = build_zip(*[(f"{at}.pdf", bytes(1_000_000)) for at in range(30)])
    limits = UnpackLimits(max_bytes=3_000_000)
    unpacked = unpack(parse_mail(build_mail(files=(("b.zip", bomb), ("f.pdf", PDF)))), limits)
    assert "too_much:b.zip" in unpacked.problems
    assert [one.name for one in unpacked.documents if one.name == "f.pdf"] == ["f.pdf"]
    assert sum(len(one.content) for one in (*unpacked.documents, *unpacked.left_out)) < 4_000_000


def test_zip_that_lies_about_its_size_is_counted_by_what_comes_out() -> None:
    content = bytearray(build_zip(("a.pdf", bytes(5_000_000))))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    limits = UnpackLimits(max_bytes=1_000_000)
    unpacked = unpack(parse_mail(build_mail(files=(("a.zip", bytes(content)),))), limits)
    assert unpacked.problems
    assert sum(len(one.content) for one in unpacked.documents) <= 1_000_000


def test_too_many_files_stop() -> None:
    many = build_zip(*[(f"{at}.txt", b"x") for at in range(60)])
    unpacked = unpack(parse_mail(build_mail(files=(("m.zip", many),))), UnpackLimits(max_files=20))
    assert unpacked.problems == ("too_much:m.zip",)
    assert len(unpacked.left_out) == 20


def test_zips_in_zips_end() -> None:
    content = PDF
    for at in range(12):
        content = build_zip((f"{at}.zip" if at else "f.pdf", content))
    unpacked = unpack(parse_mail(build_mail(files=(("deep.zip", content),))))
    assert unpacked.documents == ()
    assert [one.split(":")[0] for one in unpacked.problems] == ["too_deep"]


def test_memory_hungry_compression_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.pdf", PDF)
    unpacked = unpack(parse_mail(build_mail(files=(("a.zip", out.getvalue()),))))
    assert unpacked.problems == ("unreadable_file:a.pdf",)


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("map/sub/f.pdf", "f.pdf"),
        ("..\\..\\f.pdf", "f.pdf"),
        ("fact\u00fcr.pdf", "fact\u00fcr.pdf"),
    ],
)
def test_names_in_zips(stored: str, name: str) -> None:
    content = build_zip(
        (stored, PDF), ("__MACOSX/._f.pdf", b"x"), (".DS_Store", b"x"), ("d/", b"")
    )
    unpacked = unpack(parse_mail(build_mail(files=(("a.zip", content),))))
    assert [one.name for one in (*unpacked.documents, *unpacked.left_out)] == [name]


def test_mail_without_attachments_inside_is_still_listed() -> None:
    unpacked = unpack(parse_mail(build_mail(files=(("door.eml", build_mail()),))))
    assert [(one.name, one.role) for one in unpacked.left_out] == [
        ("door.eml", PartRole.CONTAINER)
    ]


def test_signature_of_a_signed_mail_is_named() -> None:
    part = Part(
        name="x", media_type="application/pkcs7-signature", content=b"", role=PartRole.LOGO
    )
    assert part.role is PartRole.LOGO
    raw = (
        b"Content-Type: multipart/signed; boundary=B\n\n--B\n\nhello\n--B\n"
        b"Content-Type: application/pkcs7-signature\n\n0\n--B--\n"
    )
    assert [(one.name, one.role) for one in parse_mail(raw).parts] == [
        ("smime.p7s", PartRole.SIGNATURE)
    ]
