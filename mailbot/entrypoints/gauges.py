"""Looks at what stands where when Prometheus asks: queues, outbox, spool, disk, memory."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

import mailbot
from handlers.context import Context
from handlers.watching import look
from mailbot.domain.errors import MailbotError
from mailbot.domain.watching import Waiting
from mailbot.entrypoints.here import waiting_mails
from mailbot.entrypoints.patience import Patience
from mailbot.entrypoints.readiness import Readiness
from storage.watching import all_troubles

#: Prometheus gives up after ten
_SECONDS = 5.0


class Gauges(Collector):
    """What stands where at this moment."""

    def __init__(self, context: Context, readiness: Readiness) -> None:
        self._context = context
        self._readiness = readiness
        self._patience = Patience()

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge; without a database those that need none."""
        yield _gauge(
            "version_info", "The version that runs", {(mailbot.__version__,): 1}, "version"
        )
        up = {(part,): float(runs) for part, runs in self._readiness.running().items()}
        yield _gauge("part_up", "Whether a part of this process runs", up, "part")
        yield _gauge(
            "memory_bytes", "Memory of this process and all that it started", {(): _memory()}
        )
        settings = self._context.settings
        free = shutil.disk_usage(settings.service.data).free
        yield _gauge("disk_free_bytes", "What is free on the disk of the data folder", {(): free})
        yield from self._waiting("spool", "mails", {"": waiting_mails(settings)}, "")
        try:
            found = self._patience.ask("database", self._in_database, seconds=_SECONDS)
        except (MailbotError, OSError):
            found = []
        is_up = {(): float(bool(found))}
        yield _gauge("database_up", "Whether the database answered this question", is_up)
        yield from found

    def _in_database(self) -> list[Metric]:
        standing = look(self._context)
        with self._context.database.reading() as session:
            lasting = all_troubles(session)
        troubles = {(each.trouble.id, each.trouble.place): 1.0 for each in lasting}
        metrics = [
            *self._waiting("queue", "jobs", standing.queues, "queue"),
            *self._waiting("outbox", "mails", standing.outbox, "state"),
            *self._waiting("open", "documents", standing.documents, "status"),
            *self._waiting("failed", "jobs", standing.failed, "state"),
            _gauge("trouble", "What an operator is told of", troubles, "trouble", "place"),
        ]
        if standing.backed_up_at:
            made = {(): standing.backed_up_at.timestamp()}
            metrics.append(_gauge("backup_timestamp_seconds", "When the last backup ended", made))
        return metrics

    def _waiting(
        self, where: str, what: str, waiting: Mapping[str, Waiting], label: str
    ) -> Iterator[Metric]:
        """Yield how many wait, and how long the oldest has."""
        labels = (label,) if label else ()
        counts = {(name,) if label else (): float(each.count) for name, each in waiting.items()}
        ages = {(name,) if label else (): self._age(each.since) for name, each in waiting.items()}
        yield _gauge(f"{where}_{what}", f"How many {what} wait ({where})", counts, *labels)
        oldest = f"How long the oldest of them has waited ({where})"
        yield _gauge(f"{where}_oldest_seconds", oldest, ages, *labels)

    def _age(self, since: datetime | None) -> float:
        if since is None:
            return 0
        return max(0.0, (self._context.now() - since).total_seconds())


def _gauge(
    name: str, meaning: str, values: Mapping[Any, float], *labels: str
) -> GaugeMetricFamily:
    """Return a family; `values` are by a tuple of the values of `labels`."""
    family = GaugeMetricFamily(f"mailbot_{name}", meaning, labels=labels)
    for named, value in values.items():
        family.add_metric(named, value)
    return family


def _memory() -> float:
    """Return the bytes in memory of this process and everything below it (Linux)."""
    page = os.sysconf("SC_PAGE_SIZE")
    waiting, total = [os.getpid()], 0
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        # who has ended in the meantime uses nothing
        with suppress(OSError, IndexError, ValueError):
            total += int((process / "statm").read_text().split()[1]) * page
            for children in process.glob("task/*/children"):
                waiting += map(int, children.read_text().split())
    return total
