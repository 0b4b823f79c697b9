"""Mails every bomb to a running mailbot, and an ordinary invoice right behind it.

python -m benchmarks.bombs [name…]
"""

import logging
import os
import smtplib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.bombs import archives, others, pdfs
from mailbot.domain.document import Document
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
_PATIENCE_SECONDS = 600
_HEAD = f"From: {SUPPLIER}\r\nTo: {PURCHASE}\r\nMessage-ID: <%d@bomb.example>\r\n"

#: name of the file -> what makes it
FILES: Mapping[str, tuple[Callable[[], bytes], ...]] = {
    "factuur.zip": (
        archives.one_large_file,
        archives.nested,
        archives.overlapping,
        archives.many_files,
        archives.links_and_places,
    ),
    "factuur.msg": (archives.msg_in_circles,),
    "winmail.dat": (archives.winmail,),
    "factuur.pdf": (
        pdfs.endless_lines,
        pdfs.endless_text,
        pdfs.forms_in_forms,
        pdfs.form_in_itself,
        pdfs.deep_pages,
        pdfs.many_pages,
        pdfs.xref_in_circles,
        pdfs.packed_many_times,
        pdfs.object_stream,
        pdfs.large_picture,
        pdfs.jbig2,
        pdfs.jpeg_2000,
    ),
    "factuur.xml": (
        others.deep_xml,
        others.many_attributes,
        others.laughs,
        others.many_lines,
    ),
    "factuur.png": (others.large_png, others.largest_png),
    "factuur.webp": (others.webp,),
    "factuur.gif": (others.many_frames,),
    "factuur.tif": (others.tiff_pages,),
}
MAILS: tuple[Callable[[bytes], bytes], ...] = (
    others.many_parts,
    others.mails_in_mails,
    others.parts_in_parts,
    others.long_header,
    others.many_headers,
    others.encoded_words,
    others.almost_boundaries,
    others.many_recipients,
)


@dataclass
class Peak:
    """The most memory that processes had, in megabytes."""

    #: of one process that this one started
    child: float = 0.0
    #: of this process, which is mailbot and the sender of the bomb at once
    own: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What became of one bomb."""

    size: int
    seconds: float
    peak: Peak
    behind: float
    what: str


def main(names: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Mail the bombs that were named, or all of them, and print a table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    columns = ("bomb", "size", "seconds", "MB child", "MB own", "behind it", "outcome")
    table = Table(*columns, title="bombs")
    for number, (name, send) in enumerate(_bombs()):
        if names and name not in names:
            continue
        found = _mail(number, send)
        seconds = (f"{found.seconds:.1f}", f"{found.behind:.1f} s")
        memory = (f"{found.peak.child:.0f}", f"{found.peak.own:.0f}")
        row = (name, f"{found.size / 1024:.0f} kB", seconds[0], *memory, seconds[1], found.what)
        print(*row, sep=" | ", flush=True)
        table.add_row(*row)
    Console(width=150).print(table)


def _bombs() -> Iterator[tuple[str, Callable[[Story, int], int]]]:
    """Yield the name of each bomb and what mails it, which returns its size."""
    for file, makers in FILES.items():
        for make in makers:
            yield make.__name__, _as_file(file, make)
    for make_mail in MAILS:
        yield make_mail.__name__, _as_mail(make_mail)


def _as_file(name: str, make: Callable[[], bytes]) -> Callable[[Story, int], int]:
    def send(story: Story, _number: int) -> int:
        content = make()
        with suppress(smtplib.SMTPResponseException):  # refused at the door
            story.say(SUPPLIER, PURCHASE, files=[(name, "application/octet-stream", content)])
        return len(content)

    return send


def _as_mail(make: Callable[[bytes], bytes]) -> Callable[[Story, int], int]:
    def send(story: Story, number: int) -> int:
        content = make((_HEAD % number).encode())
        client = smtplib.SMTP("127.0.0.1", story.smtp_port, timeout=300)
        with client, suppress(smtplib.SMTPResponseException):  # refused at the door
            client.sendmail(SUPPLIER, [PURCHASE], content)
        return len(content)

    return send


def _mail(number: int, send: Callable[[Story, int], int]) -> Outcome:
    """Start a mailbot, mail it a bomb and an invoice, and see what happens."""
    definition = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder), definition)
        with story:
            _invoice(story, "warm")  # fonts, words and templates are loaded
            with _watched() as peak:
                size = send(story, number)
                started = time.perf_counter()
                behind = _invoice(story, "behind")
                _wait(story)
                seconds = time.perf_counter() - started
            return Outcome(size, seconds, peak, behind, _outcome(story))


def _invoice(story: Story, name: str) -> float:
    """Mail an invoice and return the seconds until its approver is asked."""
    content = build_ubl(Sample(number=f"2026-{name}", customer_vat="BE0400000185"))
    story.say(SUPPLIER, PURCHASE, files=[("f.xml", "application/xml", content)])
    started = time.perf_counter()
    while not story.postbox.find_new(APPROVER, f"2026-{name}"):
        if time.perf_counter() > started + _PATIENCE_SECONDS:
            return float("inf")
        time.sleep(0.02)
    return time.perf_counter() - started


def _wait(story: Story) -> None:
    until = time.perf_counter() + _PATIENCE_SECONDS
    while not (story._is_quiet() and story._is_quiet()) and time.perf_counter() < until:  # noqa: SLF001
        time.sleep(0.05)


def _outcome(story: Story) -> str:
    """Tell what became of what the bomb brought, and who was told."""
    dossiers = story.definition.dossiers
    documents = [d for one in dossiers for d in story.documents(one.code) if d.title != "f.xml"]
    told = [f"{mail.recipient.split('@')[0]}: {mail.subject}" for mail in story.postbox.unread()]
    return f"{_counted(documents)}; {' / '.join(told) or 'nobody is told'}"


def _counted(documents: list[Document]) -> str:
    statuses = [document.status.value for document in documents]
    found = sorted({(statuses.count(one), one) for one in statuses}, reverse=True)
    return ", ".join(f"{number} {status}" for number, status in found) or "no document"


@contextmanager
def _watched() -> Iterator[Peak]:
    """Give the peaks of this process and of those it started, while they are looked at."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak.own = max(peak.own, _megabytes(os.getpid()))
            peak.child = max([peak.child, *map(_megabytes, _descendants())])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def _megabytes(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1024 / 1024
    except (OSError, IndexError):
        return 0.0


def _descendants() -> list[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(stat[1])
    found = {os.getpid()}
    for _ in range(4):
        found |= {pid for pid, parent in parents.items() if parent in found}
    return [pid for pid in found if pid != os.getpid()]


if __name__ == "__main__":
    typer.run(main)
