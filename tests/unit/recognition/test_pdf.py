"""Words and images out of PDFs, hostile ones included."""

import io
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from mailbot.recognition import pdf
from mailbot.recognition.layout import build_layout
from mailbot.recognition.pdf import PasswordRequired, PdfText, Unreadable, read_text
from tests.kit.pdf_builder import encrypted_pdf, lines_pdf, scan_pdf, text_pdf

TEXT = text_pdf()


def read(content: bytes, *passwords: str) -> PdfText:
    found = read_text(content, passwords)
    assert isinstance(found, PdfText)
    return found


def drawn(draw: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    draw(canvas)  # type: ignore[operator]
    canvas.save()
    return out.getvalue()


def test_words_have_boxes_in_points_from_the_top_left() -> None:
    page = read(TEXT).pages[0]
    word = next(w for w in page.words if w.text == "Kiezelstraat")
    assert (page.width, page.height) == pytest.approx(A4, abs=0.5)
    # Drawn with its baseline at 686 from the bottom: 842 - 686 = 156 from the top.
    assert word.x0 == pytest.approx(340, abs=1)
    assert word.y0 < 156 < word.y1 + 1
    assert 8 < word.height < 15


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(turned: int) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(TEXT)) as document:
        # The letters are turned back by the viewer: a page that was made sideways.
        page = document.pages[0]
        page.Rotate = turned
        box = [float(x) for x in page.mediabox]
        matrix = {
            90: f"0 1 -1 0 {box[3]} 0",
            180: f"-1 0 0 -1 {box[2]} {box[3]}",
            270: f"0 -1 1 0 0 {box[2]}",
        }[turned]
        if turned != 180:
            page.mediabox = [0, 0, box[3], box[2]]
        page.contents_add(f"q {matrix} cm".encode(), prepend=True)
        page.contents_add(b"Q")
        document.save(out)
    words = {w.text for w in read(out.getvalue()).pages[0].words}
    assert "Kiezelstraat" in words


def test_text_that_runs_upwards_in_the_margin_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 500, "Factuur 2026-0114")
        canvas.rotate(90)
        canvas.drawString(100, -20, "Algemene voorwaarden op de keerzijde")

    assert [w.text for w in read(drawn(draw)).pages[0].words] == ["Factuur", "2026-0114"]


def test_a_scan_must_be_read_as_an_image_and_a_text_not() -> None:
    assert read(scan_pdf(dpi=60)).image_pages == {1}
    assert read(TEXT).image_pages == frozenset()


def test_an_empty_page_is_neither() -> None:
    found = read(drawn(lambda canvas: canvas.showPage()))
    assert found.image_pages == frozenset()
    assert found.pages[0].words == ()


def test_scan_with_a_stamp_of_text_is_still_a_scan() -> None:
    out = io.BytesIO()
    stamp = lines_pdf([["Scanned by a printer"]])
    with (
        pikepdf.open(io.BytesIO(scan_pdf(dpi=60))) as scan,
        pikepdf.open(io.BytesIO(stamp)) as over,
    ):
        scan.pages[0].add_overlay(over.pages[0])
        scan.save(out)
    assert read(out.getvalue()).image_pages == {1}


def test_pages_are_judged_one_by_one() -> None:
    out = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(TEXT)) as text,
        pikepdf.open(io.BytesIO(scan_pdf(dpi=60))) as scan,
    ):
        text.pages.extend(scan.pages)
        text.save(out)
    found = read(out.getvalue())
    assert found.n_pages == 2
    assert found.image_pages == {2}


def test_more_pages_than_are_read_are_counted() -> None:
    found = read(lines_pdf([["regel"]] * (pdf.MAX_PAGES + 3)))
    assert found.n_pages == pdf.MAX_PAGES + 3
    assert len(found.pages) == pdf.MAX_PAGES


def test_an_encrypted_file_opens_with_one_of_the_passwords_or_says_so() -> None:
    locked = encrypted_pdf("geheim")
    assert read_text(locked) == PasswordRequired()
    assert read_text(locked, ["fout", "ook fout"]) == PasswordRequired()
    assert "Kiezelstraat" in {w.text for w in read(locked, "fout", "geheim").pages[0].words}


def test_a_file_that_needs_no_password_to_be_read_is_read() -> None:
    assert read(encrypted_pdf("")).pages[0].words


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"niets",
        b"\x00" * 5000,
        TEXT[: len(TEXT) // 3],
    ],
)
def test_what_cannot_be_opened_is_a_value(broken: bytes) -> None:
    assert read_text(broken) == Unreadable()


@pytest.mark.parametrize(
    "damaged",
    [
        TEXT.replace(b"startxref", b"startxxxx"),
        TEXT[:-30],
        b"Content-Type: application/pdf\r\n\r\n" + TEXT,
        TEXT + b"\x00" * 2000,
    ],
)
def test_a_damaged_file_is_repaired(damaged: bytes) -> None:
    assert "Kiezelstraat" in build_layout(read(damaged).pages).text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.binary(min_size=1, max_size=40))
def test_no_damage_makes_reading_raise(place: int, junk: bytes) -> None:
    read_text(TEXT[:place] + junk + TEXT[place + len(junk) :])


def test_a_page_becomes_an_image_of_the_asked_width() -> None:
    with Image.open(io.BytesIO(pdf.render_page(TEXT, 1, 700))) as image:
        assert image.format == "PNG"
        assert image.width == pytest.approx(700, abs=1)
        assert image.height == pytest.approx(990, abs=2)


def test_an_encrypted_page_is_shown_with_its_password() -> None:
    known = "geheim"
    locked = encrypted_pdf(known)
    assert pdf.render_page(locked, 1, 100, password=known)
    assert pdf.render_page(locked, 1, 100) == b""


@pytest.mark.parametrize(("content", "page"), [(TEXT, 0), (TEXT, 2), (b"%PDF-", 1)])
def test_a_page_that_cannot_be_shown_is_no_image(content: bytes, page: int) -> None:
    assert pdf.render_page(content, page, 100) == b""


def test_a_huge_page_becomes_an_image_of_bounded_size() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14_400, 14_400))
    canvas.drawString(10, 10, "groot")
    canvas.save()
    image = pdf.page_image(out.getvalue(), 1, 50_000)
    assert image.width * image.height <= 16_100_000


def test_threads_do_not_disturb_one_another() -> None:
    def work(_: int) -> int:
        assert pdf.render_page(TEXT, 1, 120)
        return len(read(TEXT).pages[0].words)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(work, range(40)))) == 1
