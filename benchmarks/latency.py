"""Measures from the 250 of a supplier mail to the approval mail leaving."""

import statistics
import tempfile
import time
from pathlib import Path

from mailbot.domain.people import Definition
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.pdf_builder import text_pdf
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
ROUNDS = 20


def measure(kind: str, rounds: int = ROUNDS) -> list[float]:
    """Return seconds from 250 to the approval mail at the approver's server, one per mail."""
    definition: Definition = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))
    seconds = []
    with tempfile.TemporaryDirectory() as folder, Story(Path(folder), definition) as story:
        for number in range(rounds + 1):
            story.say(SUPPLIER, PURCHASE, files=[_file(kind, number)])
            accepted = time.perf_counter()
            story.expect(APPROVER, f"2026-9{number:03}")
            seconds.append(time.perf_counter() - accepted)
            story.settle()
    return seconds[1:]  # the first one loads fonts, words and templates


def _file(kind: str, number: int) -> tuple[str, str, bytes]:
    name = f"2026-9{number:03}"
    if kind == "UBL":
        sample = Sample(number=name, customer_vat="BE0400000185")
        return (f"{name}.xml", "application/xml", build_ubl(sample))
    return (f"{name}.pdf", "application/pdf", text_pdf(number=name))


def rows() -> list[tuple[str, str]]:
    """Return what the table shows."""
    found = []
    for kind in ("UBL", "text PDF"):
        seconds = sorted(measure(kind))
        median, worst = statistics.median(seconds), seconds[-1]
        found.append(
            (f"250 to approval mail, {kind}", f"median {median:.2f} s, worst {worst:.2f} s")
        )
    return found
