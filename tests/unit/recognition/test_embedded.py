"""Files inside PDFs are found under every name and in every place, and never inflate for ever."""

import io

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.recognition import embedded
from mailbot.recognition.embedded import find_embedded_files, find_xml_files
from tests.kit.structured_builders import attach, build_cii, build_pdf

PAGE = build_pdf(["Factuur"])
XML = b"<?xml version='1.0'?><a/>"


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "a b"])
def test_attachments_are_found_by_content(name: str) -> None:
    assert find_embedded_files(attach(PAGE, {name: XML})) == [(name, "application/xml", XML)]


def test_names_of_the_standards_come_first() -> None:
    files = {
        "a.xml": b"<a/>",
        "Factur-X.XML": b"<b/>",
        "notes.txt": b"x",
        "xrechnung.xml": b"<c/>",
    }
    found = find_xml_files(find_embedded_files(attach(PAGE, files)))
    assert [name for name, _, _ in found] == ["Factur-X.XML", "xrechnung.xml", "a.xml"]


def _placed(place: str) -> bytes:
    """Return a PDF whose attachment is only an associated file or only an annotation."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(attach(PAGE, {"factur-x.xml": XML}))) as pdf:
        specification = pdf.attachments["factur-x.xml"].obj
        del pdf.Root.Names
        if "/AF" in pdf.Root:
            del pdf.Root.AF
        if place == "associated":
            pdf.Root.AF = pikepdf.Array([specification])
        else:
            annotation = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.FileAttachment,
                Rect=[0, 0, 1, 1],
                FS=specification,
            )
            pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(annotation)])
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("place", ["associated", "annotation"])
def test_attachments_outside_the_name_tree_are_found(place: str) -> None:
    assert find_embedded_files(_placed(place)) == [("factur-x.xml", "application/xml", XML)]


def test_a_pdf_that_opens_without_password_is_read_though_encrypted() -> None:
    locked = attach(PAGE, {"factur-x.xml": XML}, locked_with="")
    assert find_embedded_files(locked)[0][2] == XML


def test_a_locked_pdf_is_read_with_its_password_only() -> None:
    locked = attach(PAGE, {"factur-x.xml": XML}, locked_with="geheim")
    assert find_embedded_files(locked, ["wrong"]) == []
    assert find_embedded_files(locked, ["wrong", "geheim"])[0][2] == XML


def test_a_file_that_inflates_over_the_limit_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = attach(PAGE, {"factur-x.xml": b"<a>" + b"x" * 5_000_000 + b"</a>"})
    assert len(bomb) < 50_000
    monkeypatch.setattr(embedded, "MAX_FILE", 1_000_000)
    assert find_embedded_files(bomb) == []


def test_all_files_together_stay_under_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = attach(PAGE, {f"{n}.xml": b"<a>%d</a>" % n for n in range(9)})
    monkeypatch.setattr(embedded, "MAX_TOTAL", 30)
    assert len(find_embedded_files(pdf)) == 3


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.data())
def test_damaged_pdfs_never_raise(data: st.DataObject) -> None:
    pdf = bytearray(attach(PAGE, {"factur-x.xml": build_cii()}))
    for _ in range(data.draw(st.integers(1, 20))):
        pdf[data.draw(st.integers(0, len(pdf) - 1))] = data.draw(st.integers(0, 255))
    find_embedded_files(bytes(pdf[: data.draw(st.integers(0, len(pdf)))]))
