"""Counts what was read from documents, and how long it took."""

from collections import Counter

from mailbot import measures
from mailbot.domain.invoice import Recognition, Source


def measure_reading(read: Recognition, seconds: float) -> None:
    """Count one document that was read."""
    source = main_source(read)
    measures.RECOGNITION.labels(source).observe(seconds)
    measures.DOCUMENTS.labels(_outcome(read)).inc()
    if source == Source.OCR.value:
        measures.OCR_PAGES.inc(read.invoice.pages or 1)


def main_source(read: Recognition) -> str:
    """Return where most of the values came from, "none" when there are none."""
    sources = Counter(each.source.value for each in read.invoice.evidence.values())
    found = sources.most_common(1)
    return found[0][0] if found else "none"


def _outcome(read: Recognition) -> str:
    if read.password_required:
        return "password_required"
    return "unreadable" if read.unreadable else read.status.value
