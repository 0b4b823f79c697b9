"""One file in, one reading out: the best source leads, and nothing raises."""

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mailbot.domain.invoice import DocumentClass, Invoice, Recognition, RecognitionStatus, Source
from mailbot.recognition import pipeline
from mailbot.recognition.pdf_invoice import SecondLook
from mailbot.recognition.pipeline import recognise
from tests.kit.structured_builders import (
    Sample,
    attach,
    build_cii,
    build_pdf,
    build_ubl,
    page_of,
)

OTHER_IBAN = "NL91ABNA0417164300"
FROM_PAGE = Recognition(
    invoice=Invoice(invoice_number="from the page"), status=RecognitionStatus.NOK
)


@pytest.fixture
def page_reader(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Sequence[str], str]]:
    """Stand in for the readers of pages and remember how they were called."""
    calls: list[tuple[str, Sequence[str], str]] = []

    def read_pdf(
        content: bytes, *, own_vat: str, passwords: Sequence[str], look: SecondLook
    ) -> Recognition:
        calls.append(("pdf", passwords, own_vat))
        return FROM_PAGE

    def read_image(content: bytes, *, own_vat: str, look: SecondLook) -> Recognition:
        calls.append(("image", (), own_vat))
        return FROM_PAGE

    monkeypatch.setattr(pipeline, "read_pdf", read_pdf)
    monkeypatch.setattr(pipeline, "read_image", read_image)
    return calls


def hybrid(name: str = "factur-x.xml", **shown: str) -> bytes:
    """Return a PDF whose page shows the sample with changes, and whose XML is the sample."""
    return attach(build_pdf(page_of(Sample(), **shown)), {name: build_cii()})


@pytest.mark.feature("CF-AIR-01", "CF-WL-10")
@pytest.mark.parametrize(
    ("content", "source"),
    [
        (build_ubl(), Source.UBL),
        (build_cii(), Source.CII),
        (build_cii(version=1), Source.CII),
        (hybrid(), Source.CII),
        (hybrid("ZUGFeRD-invoice.xml"), Source.CII),
        (attach(build_pdf(page_of(Sample())), {"UBL-Invoice.xml": build_ubl()}), Source.UBL),
    ],
)
def test_structured_sources_lead(content: bytes, source: Source) -> None:
    read = recognise(content, "document")
    assert read.status is RecognitionStatus.OK
    assert read.invoice.invoice_number == "2026-114"
    assert read.invoice.evidence["total_incl"].source is source
    assert read.warnings == ()


@pytest.mark.parametrize(
    "wrapper",
    [
        b"<StandardBusinessDocument xmlns='urn:sbdh'><Header/>%s</StandardBusinessDocument>",
        b"<s:Envelope xmlns:s='urn:soap'><s:Body>%s</s:Body></s:Envelope>",
    ],
)
def test_an_invoice_in_an_envelope_is_found(wrapper: bytes) -> None:
    content = wrapper % build_ubl().partition(b"?>")[2]
    assert recognise(content, "x.xml").invoice.invoice_number == "2026-114"


def test_a_second_invoice_in_the_envelope_is_warned_about() -> None:
    inner = build_ubl().partition(b"?>")[2]
    assert "several_invoices" in recognise(b"<batch>%s%s</batch>" % (inner, inner), "x").warnings


@pytest.mark.parametrize(
    ("shown", "warning"),
    [({"iban": OTHER_IBAN}, "xml_differs_iban"), ({"total_incl": "1623.00"}, "xml_differs_total")],
)
def test_a_page_that_says_otherwise_than_the_xml_is_warned_about(
    shown: dict[str, str], warning: str
) -> None:
    assert recognise(hybrid(**shown), "x.pdf").warnings == (warning,)


def test_the_picture_inside_a_ubl_is_compared_and_comes_first() -> None:
    sample = Sample()
    picture = build_pdf(page_of(sample, iban=OTHER_IBAN))
    sheet = build_pdf(["Time sheet", "1,00 2,00 3,00", f"IBAN {OTHER_IBAN}"])
    other = (
        build_ubl(sample, pdf=sheet)
        .partition(b"<cac:AdditionalDocumentReference>")[2]
        .partition(b"</cac:AdditionalDocumentReference>")[0]
    )
    extra = f"<cac:AdditionalDocumentReference>{other.decode()}</cac:AdditionalDocumentReference>"
    read = recognise(build_ubl(sample, pdf=picture, extra=extra), "x.xml")
    assert read.warnings == ("xml_differs_iban",)
    assert [content for _, _, content in read.embedded] == [picture, sheet]


def test_a_time_sheet_inside_a_ubl_proves_nothing() -> None:
    sheet = build_pdf(["Time sheet", "1,00 2,00 3,00", f"IBAN {OTHER_IBAN}"])
    assert recognise(build_ubl(pdf=sheet), "x.xml").warnings == ()


def test_a_pdf_without_xml_is_read_as_a_page(
    page_reader: list[tuple[str, Sequence[str], str]],
) -> None:
    read = recognise(build_pdf(["x"]), "x.pdf", passwords=["p"], own_vat="BE0400000185")
    assert read.invoice.invoice_number == "from the page"
    assert page_reader == [("pdf", ["p"], "BE0400000185")]


@pytest.mark.parametrize(
    "xml",
    [
        b'<SCRDMCCBDACIOMessageStructure xmlns="urn:un:unece:uncefact:data:standard:x:1"/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<CrossIndustryInvoice>",
    ],
)
def test_xml_inside_that_is_no_invoice_leaves_the_page_to_lead(
    xml: bytes, page_reader: list[tuple[str, Sequence[str], str]]
) -> None:
    read = recognise(attach(build_pdf(["x"]), {"factur-x.xml": xml}), "x.pdf")
    assert read.invoice.invoice_number == "from the page"
    assert [name for name, _, _ in read.embedded] == ["factur-x.xml"]


def test_a_photo_is_read_as_an_image(
    page_reader: list[tuple[str, Sequence[str], str]],
) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (4, 4)).save(photo, "PNG")
    recognise(photo.getvalue(), "x.png", own_vat="BE0400000185")
    assert page_reader == [("image", (), "BE0400000185")]


def test_the_xml_of_a_locked_pdf_needs_the_password() -> None:
    locked = attach(
        build_pdf(page_of(Sample())), {"factur-x.xml": build_cii()}, locked_with="geheim"
    )
    assert recognise(locked, "x.pdf", passwords=["wrong"]).password_required
    opened = recognise(locked, "x.pdf", passwords=["geheim"])
    assert opened.invoice.invoice_number == "2026-114"
    assert opened.invoice.pages == 1


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "x.pdf", "empty"),
        (b"  \r\n", "x.xml", "empty"),
        (b"Dear customer", "x.txt", "unsupported"),
        (b"PK\x03\x04....", "x.docx", "unsupported"),
        (b"<a><b></a>", "x.xml", "unreadable"),
        (b'<!DOCTYPE a SYSTEM "http://evil.example/"><a/>', "x.xml", "unreadable"),
        (b"%PDF-1.7 and then nothing", "x.pdf", "unreadable"),
        (b"\x89PNG\r\n\x1a\n and then nothing", "x.png", "unreadable"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, name: str, reason: str) -> None:
    read = recognise(content, name)
    assert read.unreadable == reason
    assert read.status is RecognitionStatus.EMPTY
    assert read.invoice.document_class is DocumentClass.NOT_INVOICE


def test_xml_that_is_no_invoice_is_read_as_such() -> None:
    read = recognise(b"<Order><Note>Twelve chairs</Note></Order>", "x.xml")
    assert read.invoice == Invoice(document_class=DocumentClass.NOT_INVOICE)
    assert (read.unreadable, read.text) == ("", "Twelve chairs")


def test_the_text_is_kept_without_the_files_inside() -> None:
    text = recognise(build_ubl(pdf=build_pdf(["x"])), "x.xml").text
    assert "Drukkerij Voorbeeld BV" in text
    assert "JVBER" not in text


@pytest.mark.feature("CF-ST-01", "CF-ST-04", "CF-ST-05")
@pytest.mark.parametrize(
    ("sample", "status"),
    [
        (Sample(), RecognitionStatus.OK),
        (Sample(number=""), RecognitionStatus.NOK),
        (Sample(supplier=""), RecognitionStatus.NOK),
        (Sample(issue_date=""), RecognitionStatus.NOK),
        (Sample(total_incl="", amount_due=""), RecognitionStatus.NOK),
        (Sample(reference="", iban="", due_date=""), RecognitionStatus.OK),
        (
            Sample(
                supplier="", number="", issue_date="", currency="", total_incl="", amount_due=""
            ),
            RecognitionStatus.EMPTY,
        ),
    ],
)
def test_the_status_says_whether_every_mandatory_field_is_known(
    sample: Sample, status: RecognitionStatus
) -> None:
    assert recognise(build_ubl(sample), "x.xml").status is status


_HYBRID = hybrid()
_SAMPLES = [
    build_ubl(pdf=b"%PDF-1.4"),
    build_ubl(credit_note=True),
    build_cii(),
    build_cii(version=1),
]


@given(st.binary(max_size=2000).filter(lambda b: b"%PDF-" not in b), st.text(max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_bytes_never_raise(
    page_reader: list[tuple[str, Sequence[str], str]], content: bytes, name: str
) -> None:
    recognise(content, name)


@given(st.data())
def test_mutated_xml_never_raises(data: st.DataObject) -> None:
    """Bytes are changed, cut and doubled; values are replaced by what nobody expects."""
    content = bytearray(data.draw(st.sampled_from(_SAMPLES)))
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        content[start:end] = data.draw(st.binary(max_size=12))
    recognise(bytes(content) or b"<", "x.xml")


@given(st.data())
@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
def test_damaged_hybrid_pdfs_never_raise(
    page_reader: list[tuple[str, Sequence[str], str]], data: st.DataObject
) -> None:
    content = bytearray(_HYBRID)
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    recognise(bytes(content), "x.pdf")


@given(st.text(max_size=60), st.sampled_from(sorted(vars(Sample()).keys() - {"rows"})))
def test_any_value_in_any_field_never_raises(value: str, field: str) -> None:
    clean = "".join(c for c in value if c.isprintable())
    for build in (build_ubl, build_cii):
        recognise(build(replace(Sample(), **{field: clean})), "x.xml")


@given(st.tuples(*[st.from_regex(r"-?[0-9]{1,18}(\.[0-9]{0,12})?(E[0-9])?", fullmatch=True)] * 3))
def test_any_numbers_never_raise(row: tuple[str, str, str]) -> None:
    rate, base, vat = row
    recognise(build_ubl(Sample(rows=((rate, base, vat, "S"), ("", base, vat, "S")))), "x.xml")
