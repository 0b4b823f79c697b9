"""Measures what reading documents costs, from bytes to fields, beside the bars that must hold."""

import io
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.papers.collection import chosen_layouts, make_papers
from benchmarks.usage import core_seconds, peak_megabytes
from mailbot.recognition.ocr import LANGUAGES
from mailbot.recognition.pdf import render_page
from mailbot.recognition.pipeline import recognise
from tests.kit.pdf_builder import page_image, scan_pdf, text_pdf
from tests.kit.structured_builders import Sample, build_ubl

#: what one core, or one worker, must reach
UBL_A_SECOND = 300
PAGES_A_SECOND = 15
OCR_RATIO = 1.15
WORKER_MEGABYTES = 400

_N_UBL = 600
_N_PAPERS = 90
_SCAN_DPI = 200
_N_SCANS = 2
#: their pages must be read by OCR, which has a row of its own
_PICTURES = {"scan", "ocr-layer", "no-tounicode", "scanned-back"}


def rows() -> list[tuple[str, str]]:
    """Return what the table shows."""
    pdf = text_pdf()
    ours, every, one = measure_ocr()
    return [
        ("read a UBL", _median(lambda: recognise(build_ubl(Sample()), "f.xml"), 50)),
        ("read a text PDF of one page", _median(lambda: recognise(pdf, "f.pdf"), 20)),
        ("render page 1 for a mail", _median(lambda: render_page(pdf, 1, 600), 20)),
        ("read a scan of one page (OCR)", _median(lambda: recognise(scan_pdf(), "s.pdf"), 2)),
        (f"UBL, one core, bar {UBL_A_SECOND}/s", _rate(measure_ubl(), UBL_A_SECOND, "/s")),
        (
            f"made text PDFs, one core, bar {PAGES_A_SECOND} pages/s",
            _rate(measure_pages(), PAGES_A_SECOND, " pages/s"),
        ),
        (
            f"OCR page, bar {OCR_RATIO} of Tesseract with all languages",
            _ocr_row(ours, every),
        ),
        (f"OCR page, bar {OCR_RATIO} of Tesseract with the page's own", _ocr_row(ours, one)),
        (
            f"peak memory of a worker, bar {WORKER_MEGABYTES} MB",
            _verdict(f"{(peak := measure_memory()):.0f} MB", is_reached=peak <= WORKER_MEGABYTES),
        ),
    ]


def measure_ubl() -> float:
    """Return how many UBL invoices are read in a second of one core."""
    contents = [build_ubl(Sample(number=f"2026-{place:04}")) for place in range(_N_UBL)]
    started = core_seconds()
    for content in contents:
        recognise(content, "f.xml")
    return _N_UBL / (core_seconds() - started)


def measure_pages() -> float:
    """Return how many pages of made text PDFs are read in a second of one core, end to end."""
    papers = [
        made
        for made in make_papers(_N_PAPERS, 1, chosen_layouts("all"))
        if not _PICTURES & set(made.features)
    ]
    started = core_seconds()
    for made in papers:
        recognise(made.content, "f.pdf")
    return sum(made.pages for made in papers) / (core_seconds() - started)


def measure_ocr() -> tuple[float, float, float]:
    """Return core seconds a scan takes us, and Tesseract alone with all languages and with one.

    The page is a made one in Dutch with a full table.
    """
    paper = next(make_papers(1, 1, chosen_layouts("train", ("temp-work",))))
    image = page_image(paper.content, dpi=_SCAN_DPI)
    scan = io.BytesIO()
    image.save(scan, "PDF", resolution=_SCAN_DPI)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.png")
        image.save(page)
        recognise(scan.getvalue(), "s.pdf")  # a worker has its languages loaded
        return (
            _spent(lambda: recognise(scan.getvalue(), "s.pdf")),
            _spent(lambda: _run_tesseract(page, LANGUAGES)),
            _spent(lambda: _run_tesseract(page, ("nld",))),
        )


def _spent(work: Callable[[], object]) -> float:
    """Return the median core seconds of some runs."""
    seconds = []
    for _ in range(_N_SCANS):
        started = core_seconds()
        work()
        seconds.append(core_seconds() - started)
    return statistics.median(seconds)


def _run_tesseract(page: Path, languages: Sequence[str]) -> None:
    """Run the engine on one core, as it comes."""
    tesseract = ("tesseract", str(page), "stdout", "-l", "+".join(languages), "tsv")
    subprocess.run(["env", "OMP_THREAD_LIMIT=1", *tesseract], capture_output=True, check=True)


def measure_memory() -> float:
    """Return the peak of a worker that reads UBL, text PDFs and scans, in megabytes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak_of_reading).result()


def _peak_of_reading() -> float:
    """Read a bit of everything; an engine that runs as a process of its own counts, too."""
    for _ in range(20):
        recognise(build_ubl(Sample()), "f.xml")
    for made in make_papers(30, 2, chosen_layouts("all")):
        recognise(made.content, "f.pdf")
    recognise(scan_pdf(n_pages=3), "s.pdf")
    return peak_megabytes()


def _ocr_row(ours: float, alone: float) -> str:
    text = f"{ours:.2f} s, alone {alone:.2f} s, ratio {ours / alone:.2f}"
    return _verdict(text, is_reached=ours <= OCR_RATIO * alone)


def _rate(measured: float, bar: float, unit: str) -> str:
    return _verdict(f"{measured:.0f}{unit}", is_reached=measured >= bar)


def _verdict(text: str, *, is_reached: bool) -> str:
    return text if is_reached else f"{text}, NOT reached"


def _median(work: Callable[[], object], times: int) -> str:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return f"median {1000 * statistics.median(seconds):.1f} ms"
