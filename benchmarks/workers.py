"""How much faster two workers are than one, on PostgreSQL: documents with text, and scans.

Each worker is a machine of its own: one processor, one document read at a time; PostgreSQL runs on
whatever they leave. The mails lie in the queue before the workers begin, and what starts with the
first document has started before. What it costs is counted in seconds of a processor, which say
more than the clock where other programs run.
"""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from handlers.context import Context
from mailbot.domain.clock import SystemClock
from mailbot.domain.document import Status
from mailbot.domain.events import Event, EventKind
from mailbot.domain.mail import Channel, Envelope
from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.intake import record_delivery
from mailbot.settings import read_settings
from storage.audit import record_event
from storage.database import Database
from storage.definitions import save_definition
from storage.documents import documents_in
from storage.failed_jobs import failed_jobs
from tests.kit.killed_service import start_service
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.pdf_builder import belgian_vat, scan_pdf, text_pdf
from tests.kit.postgres import Postgres, run_postgres
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
SUPPLIERS = [(f"Drukkerij Zandhaas {n} BV", belgian_vat(4_100_000 + n)) for n in range(41)]
#: documents of one measurement, and before it
TEXTS, SCANS, WARM = 200, 24, 4

File = tuple[str, str, bytes]


@dataclass(frozen=True)
class Measured:
    """What so many documents took: seconds by the clock, and of a processor."""

    documents: int
    seconds: float
    of_workers: float
    of_database: float


def rows() -> list[tuple[str, str]]:
    """Return what the table shows."""
    found = []
    with run_postgres() as server:
        for load, number, make in (("text", TEXTS, text_file), ("OCR", SCANS, scan_file)):
            one, two = (measure(server, workers, number, make) for workers in (1, 2))
            found += [*told(f"{load}, one worker", one), *told(f"{load}, two workers", two)]
            found += [(f"{load}, two against one", f"{one.seconds / two.seconds:.2f} times")]
        for writers in (1, 4):
            found += [(f"events, {writers} at a time", f"{event_commits(server, writers):.0f}/s")]
    return found


def event_commits(server: Postgres, writers: int, seconds: float = 5) -> float:
    """Return how many transactions with one event commit in a second; nothing is synced."""
    database = Database(server.new_migrated_database())
    event = Event(
        at=SystemClock().now(),
        kind=EventKind.MAIL_ACCEPTED,
        actor="mailbot",
        subject="0",
        data={"to": PURCHASE},
    )
    until = time.perf_counter() + seconds

    def write(_writer: int) -> int:
        written = 0
        while time.perf_counter() < until:
            with database.transaction() as session:
                record_event(session, event)
            written += 1
        return written

    with ThreadPoolExecutor(writers) as threads:
        total = sum(threads.map(write, range(writers)))
    database.close()
    return total / seconds


def told(name: str, measured: Measured) -> list[tuple[str, str]]:
    """Return the rows of one measurement."""
    each = 1000 / measured.documents
    worker, database = measured.of_workers * each, measured.of_database * each
    return [
        (name, f"{measured.documents / measured.seconds:.1f} documents/s"),
        (f"{name}, processor", f"{worker:.0f} ms a document, PostgreSQL {database:.0f} ms"),
    ]


def text_file(number: int) -> File:
    """Return an e-invoice or a PDF with text, in turn."""
    name = f"2026-{number:05}"
    if number % 2:
        return f"{name}.pdf", "application/pdf", paper(number)
    supplier, vat = SUPPLIERS[number % len(SUPPLIERS)]
    sample = Sample(number=name, supplier=supplier, supplier_vat=vat, customer_vat="BE0400000185")
    return f"{name}.xml", "application/xml", build_ubl(sample)


def scan_file(number: int) -> File:
    """Return a PDF that is a picture of a page."""
    name = f"2026-{number:05}"
    return f"{name}.pdf", "application/pdf", scan_pdf(paper(number))


def paper(number: int) -> bytes:
    """Return an invoice of one of the suppliers, as a PDF with text."""
    supplier, vat = SUPPLIERS[number % len(SUPPLIERS)]
    return text_pdf(number=f"2026-{number:05}", supplier=supplier, supplier_vat=vat)


def measure(
    server: Postgres, workers: int, documents: int, make: Callable[[int], File]
) -> Measured:
    """Let so many workers read and pass on so many documents."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        url = server.new_database()
        configs = [write_config(Path(folder), url, number) for number in range(workers)]
        context = running.enter_context(office(configs[0]))
        started = [running.enter_context(worker(config)) for config in configs]
        put(context, [make(number) for number in range(WARM * workers)])
        wait_until_read(context, WARM * workers)
        pause(started, signal.SIGSTOP)
        put(context, [make(WARM * workers + number) for number in range(documents)])
        groups, servers = [process.pid or 0 for process in started], [postmaster(server)]
        used = processor_seconds(groups), processor_seconds(servers)
        began = time.perf_counter()
        pause(started, signal.SIGCONT)
        wait_until_read(context, WARM * workers + documents)
        return Measured(
            documents,
            time.perf_counter() - began,
            processor_seconds(groups) - used[0],
            processor_seconds(servers) - used[1],
        )


def write_config(folder: Path, url: str, number: int) -> Path:
    """Write the settings of a machine: its own data folder, with the files and secret of all."""
    data, first = folder / f"data-{number}", folder / "data-0"
    data.mkdir()
    if number:
        for shared in ("blobs", "secrets"):
            (data / shared).symlink_to(first / shared)
    config = folder / f"mailbot-{number}.toml"
    config.write_text(
        f'[service]\ndata = "{data}"\ndomain = "in.example"\n'
        f'[database]\nurl = "{url}"\n[worker]\nocr_processes = 1\n'
    )
    return config


@contextmanager
def office(config: Path) -> Iterator[Context]:
    """Give an office whose documents go to an approver."""
    context = open_context(read_settings(config))
    with context.transaction() as unit:
        dossier = make_dossier(approval_rules=needs_approval(APPROVER))
        save_definition(unit.session, make_definition(dossier))
    yield context
    close_context(context)


@contextmanager
def worker(config: Path) -> Iterator[ForkServerProcess]:
    """Run `mailbot serve --only worker` on a processor of its own."""
    log = config.with_suffix(".log")
    number = int(config.stem.rpartition("-")[2])
    process = start_service(config, log, only="worker", machine=config.stem)
    os.sched_setaffinity(process.pid or 0, {number % (os.cpu_count() or 1)})
    yield process
    process.terminate()
    process.join()


def put(context: Context, files: Sequence[File]) -> None:
    """Put mails into the queue, as if they had been taken in."""
    for file in files:
        raw = write_mail(file)
        sha256 = context.blobs.put(raw)
        envelope = Envelope(
            spool_id=context.new_id(),
            received_at=context.now(),
            channel=Channel.SMTP,
            envelope_sender=SUPPLIER,
            envelope_recipients=(PURCHASE,),
        )
        with context.transaction() as unit:
            record_delivery(unit, envelope, PURCHASE, sha256)


def write_mail(file: File) -> bytes:
    """Return a supplier's mail with one file."""
    name, media_type, content = file
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SUPPLIER, PURCHASE, f"Factuur {name}"
    mail["Message-ID"] = f"<{name}@drukkerij.example>"
    mail.set_content("In bijlage onze factuur.")
    main, sub = media_type.split("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def pause(processes: Sequence[ForkServerProcess], signal_number: signal.Signals) -> None:
    """Stop or go on, all of them."""
    for process in processes:
        assert process.pid  # 0 would be our own group
        os.killpg(process.pid, signal_number)


def wait_until_read(context: Context, documents: int) -> None:
    """Wait until so many documents were read and nothing is left to do about them."""
    while True:
        time.sleep(0.2)
        if context.jobs.under_way():
            continue
        with context.database.reading() as session:
            read = documents_in(session, ["bakkerij"], [Status.TO_APPROVE])
            failed = failed_jobs(session)
        assert not failed, failed[0].reason
        assert len(read) == documents, f"{len(read)} of {documents} documents were read"
        return


def postmaster(server: Postgres) -> int:
    """Return the process whose children serve the connections."""
    return int((server.folder / "data" / "postmaster.pid").read_text().split()[0])


def processor_seconds(leaders: Sequence[int]) -> float:
    """Return what these have computed, with their children and sessions, ended ones too."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if {int(stat.parent.name), int(fields[1]), int(fields[3])} & set(leaders):
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
