"""PDFs that draw for ever, are endless, or lead in circles."""

import zlib
from collections.abc import Iterable

MEGABYTE = 1024 * 1024
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources %s>>"
_FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>%s>>"


def pdf(objects: Iterable[tuple[int, bytes]], trailer: bytes = b"") -> bytes:
    """Return a PDF of numbered objects; the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in objects:
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(places) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        place = places.get(number)
        out += b"0000000000 65535 f \n" if place is None else b"%010d 00000 n \n" % place
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)
    return bytes(out)


def stream(content: bytes, keys: bytes = b"", *, packed: int = 1) -> bytes:
    """Return a stream object, deflated `packed` times."""
    for _ in range(packed):
        content = zlib.compress(content)
    filters = b"/Filter[%s]" % (b"/FlateDecode" * packed) if packed else b""
    head = b"<<%s%s/Length %d>>" % (keys, filters, len(content))
    return head + b"stream\n" + content + b"\nendstream"


def one_page(
    contents: bytes, resources: bytes = b"", more: Iterable[tuple[int, bytes]] = ()
) -> bytes:
    """Return a PDF of one page that draws `contents`, a stream object."""
    return pdf(
        [
            (1, b"<</Type/Catalog/Pages 2 0 R>>"),
            (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
            (3, _PAGE % (_FONT % resources)),
            (4, contents),
            *more,
        ]
    )


def endless_lines() -> bytes:
    """Return a page of two hundred megabytes of lines, in some hundred kilobytes."""
    return one_page(stream(b"1 2 m 300 400 l S\n" * (12 * MEGABYTE)))


def endless_text() -> bytes:
    """Return a page of a hundred megabytes of text."""
    return one_page(stream(b"BT /F 9 Tf " + b"(12,50 EUR) Tj " * (7 * MEGABYTE) + b"ET"))


def forms_in_forms() -> bytes:
    """Return thirty drawings, each of which draws the next one twice: 2^30 in all."""
    forms = [
        (
            10 + n,
            stream(
                b"/X Do /X Do",
                b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
                % (11 + n),
            ),
        )
        for n in range(30)
    ]
    last = (40, stream(b"0 0 m 9 9 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))
    return one_page(stream(b"/X Do"), b"/XObject<</X 10 0 R>>", [*forms, last])


def form_in_itself() -> bytes:
    """Return a drawing that draws itself."""
    form = stream(
        b"/X Do /X Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 10 0 R>>>>",
    )
    return one_page(stream(b"/X Do"), b"/XObject<</X 10 0 R>>", [(10, form)])


def deep_pages() -> bytes:
    """Return a tree of pages that is fifty thousand deep."""
    depth = 50_000
    tree = [
        (n, b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (n - 1, n + 1))
        for n in range(2, depth)
    ]
    return pdf([(1, b"<</Type/Catalog/Pages 2 0 R>>"), *tree, (depth, b"<</Type/Page>>")])


def many_pages() -> bytes:
    """Return a hundred thousand pages."""
    pages = range(3, 100_003)
    kids = b" ".join(b"%d 0 R" % n for n in pages)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return pdf(
        [
            (1, b"<</Type/Catalog/Pages 2 0 R>>"),
            (2, b"<</Type/Pages/Kids[%s]/Count 100000>>" % kids),
            *((n, page) for n in pages),
        ]
    )


def xref_in_circles() -> bytes:
    """Return a table of contents that names itself as the one before."""
    whole = one_page(stream(b"BT ET"))
    start = whole.rindex(b"xref\n0")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def packed_many_times() -> bytes:
    """Return a gigabyte of blanks, deflated four times."""
    return one_page(stream(bytes(MEGABYTE) * 1024, packed=4))


def object_stream() -> bytes:
    """Return objects in a stream that is half a gigabyte when it is unpacked."""
    numbers = b" ".join(b"%d %d" % (n, 0) for n in range(10, 5010))
    objects = stream(
        numbers + b" " * (512 * MEGABYTE), b"/Type/ObjStm/N 5000/First %d" % len(numbers)
    )
    return pdf([(1, b"<</Type/Catalog/Pages 2 0 R>>"), (2, b"<</Type/Pages>>"), (5, objects)])


def large_picture() -> bytes:
    """Return a page that is a picture of 30 000 by 30 000 dots."""
    size = b"/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 8"
    picture = stream(bytes(900 * MEGABYTE), size + b"/ColorSpace/DeviceGray")
    draw = stream(b"q 595 0 0 842 0 0 cm /X Do Q")
    return one_page(draw, b"/XObject<</X 10 0 R>>", [(10, picture)])


def _undecodable(filter_: bytes, content: bytes) -> bytes:
    size = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1"
    keys = size + b"/ColorSpace/DeviceGray/Filter/" + filter_
    draw = stream(b"q 595 0 0 842 0 0 cm /X Do Q")
    return one_page(draw, b"/XObject<</X 10 0 R>>", [(10, stream(content, keys, packed=0))])


def jbig2() -> bytes:
    """Return a JBIG2 picture of 60 000 by 60 000 dots, drawn on again and again."""
    sizes = (60_000).to_bytes(4, "big") * 2
    page = b"\0\0\0\0\x30\0\1\0\0\0\x13" + sizes + bytes(8) + b"\0\0\0"
    region = sizes + bytes(8) + b"\0" + b"\0" + b"\3\xff\xfd\xff\2\xfe\xfe\xfe" + b"\0" * 16
    regions = [
        (n + 1).to_bytes(4, "big") + b"\x26\0\1" + len(region).to_bytes(4, "big") + region
        for n in range(20)
    ]
    return _undecodable(b"JBIG2Decode", page + b"".join(regions))


def jpeg_2000() -> bytes:
    """Return a JPEG 2000 picture that says it has 60 000 by 60 000 dots in tiles of one."""
    sizes = b"".join(n.to_bytes(4, "big") for n in (60_000, 60_000, 0, 0, 1, 1, 0, 0))
    siz = b"\xff\x51\0\x29\0\0" + sizes + b"\0\1\7\1\1"
    cod = b"\xff\x52\0\x0c\0\0\0\1\0\5\4\4\0\1"
    qcd = b"\xff\x5c\0\x13\x40" + b"\x40" * 16
    return _undecodable(b"JPXDecode", b"\xff\x4f" + siz + cod + qcd + b"\xff\x90\0\n" + bytes(64))
