"""Everything that is counted, under the names by which Prometheus reads it.

Each process counts for itself, in memory, where the thing happens: in handlers, in entrypoints,
and where storage meets the outside; never in the crafts. What stands somewhere (a queue, a disk)
is not counted but looked at when somebody asks: `mailbot.entrypoints.gauges`. Labels have few
values: no address, no dossier.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
    write_to_textfile,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]

#: what this process counts
COUNTED = CollectorRegistry()
#: seconds; the jobs from a receipt to a long scan
_OF_JOBS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_OF_ACCEPTANCE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(name, meaning, labels, namespace="mailbot", registry=COUNTED)


def _seconds(name: str, meaning: str, buckets: Iterable[float], *labels: str) -> Histogram:
    return Histogram(
        f"{name}_seconds",
        meaning,
        labels,
        namespace="mailbot",
        registry=COUNTED,
        buckets=tuple(buckets),
    )


MAILS = _counter("mails", "Mails that came in, by the code that answered them", "channel", "code")
MAIL_BYTES = _counter("mail_accepted_bytes", "Bytes of the mails that were kept", "channel")
RECIPIENTS_REFUSED = _counter(
    "recipients_refused", "Recipients that were refused, by code", "channel", "code"
)
ACCEPTANCE = _seconds(
    "mail_acceptance",
    "From the end of a mail to its 250: checks and disk",
    _OF_ACCEPTANCE,
    "channel",
)
EVENTS = _counter("events", "Things that happened, as the audit log tells them", "event")
JOBS = _counter("jobs", "Jobs that ended: done, retry or buried", "kind", "outcome")
JOB_SECONDS = _seconds("job", "How long one try of a job took", _OF_JOBS, "kind")
DOCUMENTS = _counter(
    "documents_read", "Documents that were read, by what recognition says of them", "outcome"
)
RECOGNITION = _seconds("recognition", "How long reading took, by where the values came from",
                       _OF_JOBS, "source")  # fmt: skip
OCR_PAGES = _counter("ocr_pages", "Pages of the documents that were read by OCR")
LETTERS = _counter("letters", "Tries to send a mail of ours: sent, deferred or failed", "outcome")
STORE_ERRORS = _counter("store_errors", "Calls of database or blob store that failed", "store")
PAGES = _counter("pages_answered", "Pages that were answered, by the class of the code", "code")
PART_TROUBLES = _counter(
    "part_troubles", "Times that a part waited because something was ill", "part"
)


def leave_counts(file: Path) -> None:
    """Write down what this process counted, for the process that started it. Raises OSError."""
    write_to_textfile(str(file), COUNTED)


def exposition(*collectors: Collector, left: Iterable[Path] = ()) -> bytes:
    """Return everything in Prometheus' text format.

    `collectors` look at what stands somewhere; `left` are the files of processes that this one
    started: counts of all of them are added up.
    """
    shown = CollectorRegistry()
    shown.register(_Sums(left))
    for collector in collectors:
        shown.register(collector)
    return generate_latest(shown)


class _Sums(Collector):
    """The counts of this process and of others, added up."""

    def __init__(self, left: Iterable[Path]) -> None:
        self._left = tuple(left)

    def collect(self) -> Iterator[Metric]:
        """Yield each family once."""
        families: dict[str, Metric] = {}
        sums: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
        for metric in self._all():
            families.setdefault(metric.name, metric)
            summed = sums.setdefault(metric.name, {})
            for sample in metric.samples:
                key = (sample.name, tuple(sample.labels.items()))
                summed[key] = summed.get(key, 0) + sample.value
        for name, summed in sums.items():
            known = families[name]
            metric = Metric(name, known.documentation, known.type)
            for (sample_name, labels), value in summed.items():
                metric.add_sample(sample_name, dict(labels), value)
            yield metric

    def _all(self) -> Iterator[Metric]:
        yield from COUNTED.collect()
        for file in self._left:
            try:
                text = file.read_text()
            except FileNotFoundError:
                continue
            yield from text_string_to_metric_families(text)
