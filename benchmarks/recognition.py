"""Measures what reading one document costs, from bytes to fields."""

import statistics
import time

from mailbot.recognition.pdf import render_page
from mailbot.recognition.pipeline import recognise
from tests.kit.pdf_builder import scan_pdf, text_pdf
from tests.kit.structured_builders import Sample, build_ubl


def rows() -> list[tuple[str, str]]:
    """Return what the table shows."""
    pdf = text_pdf()
    return [
        ("read a UBL", _median(lambda: recognise(build_ubl(Sample()), "f.xml"), 50)),
        ("read a text PDF of one page", _median(lambda: recognise(pdf, "f.pdf"), 20)),
        ("render page 1 for a mail", _median(lambda: render_page(pdf, 1, 600), 20)),
        ("read a scan of one page (OCR)", _median(lambda: recognise(scan_pdf(), "s.pdf"), 2)),
    ]


def _median(work: object, times: int) -> str:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()  # type: ignore[operator]
        seconds.append(time.perf_counter() - started)
    return f"median {1000 * statistics.median(seconds):.1f} ms"
