"""How fast mails are accepted durably, beside Postfix and beside aiosmtpd alone, in one run.

    python -m benchmarks.acceptance [--sizes 2000,200000] [--seconds 4] [--memory]

Each server gets the same command: smtp-source with 20 connections, one mail each or (-d) many.
Postfix runs with its queue on the same disk and throws away what it has queued. Needs root for it.
"""

import argparse
import multiprocessing
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from rich.console import Console
from rich.table import Table

from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.intake import IntakeLoop
from mailbot.entrypoints.smtp_children import Children
from mailbot.entrypoints.smtp_server import SmtpIntake
from mailbot.settings import Settings
from storage.durable import write_durably
from storage.spool import Spool
from tests.kit.databases import lay_database
from tests.kit.dns import dns_server, txt
from tests.kit.ports import free_port
from tests.kit.postfix import postfix
from tests.kit.smtp import PURCHASE, SUPPLIER, settings, write_facts

SIZES = (2_000, 200_000, 2_000_000)
_CONNECTIONS = 20
_LARGEST = 60_000_000
#: mails of the first, short run, from which the number of the real one is reckoned
_FIRST = 60
_MEGABYTE = 1024 * 1024
#: mails in flight when memory is measured, and their size
_IN_FLIGHT, _LARGE = 100, 25_000_000

#: as of most senders: mailbot asks once, and remembers it as long as DNS says
_ZONE = {("_dmarc." + SUPPLIER.partition("@")[2], "TXT"): [txt("v=DMARC1; p=none")]}

Server = Callable[[], AbstractContextManager[int]]


def send(
    port: int, size: int, count: int, *, reuses: bool, connections: int = _CONNECTIONS
) -> float:
    """Send `count` mails of `size` bytes; return how many were accepted a second."""
    command = ["smtp-source", "-s", str(connections), "-m", str(count), "-l", str(size)]
    if reuses:
        command.append("-d")
    started = time.perf_counter()
    subprocess.run(
        [*command, "-f", SUPPLIER, "-t", PURCHASE, f"127.0.0.1:{port}"], check=True, timeout=600
    )
    return count / (time.perf_counter() - started)


def rate(port: int, size: int, *, reuses: bool, seconds: float) -> float:
    """Return the mails a second of a run that takes about so many seconds."""
    first = send(port, size, _FIRST, reuses=reuses)
    return send(port, size, max(_FIRST, int(first * seconds)), reuses=reuses)


@contextmanager
def run_postfix() -> Iterator[int]:
    """Run Postfix: into its queue, synced, then 250, and from there nowhere."""
    with postfix(options=f"message_size_limit = {_LARGEST}\n") as running:
        yield running.port


@contextmanager
def run_mailbot(processes: int, *, records: bool = False) -> Iterator[int]:
    """Run `processes` SMTP processes; `records`: what they keep goes into a database at once."""
    with _mailbot(processes, records=records) as (intake, _):
        yield intake.addresses[0][1]


@contextmanager
def running_mailbot(processes: int, *, max_connections: int) -> Iterator[tuple[int, int]]:
    """Run mailbot; give its port, and the id of its first process."""
    with _mailbot(processes, records=False, max_connections=max_connections) as (intake, _):
        yield intake.addresses[0][1], _process(intake)


@contextmanager
def run_aiosmtpd() -> Iterator[int]:
    """Run aiosmtpd as it comes, with a handler that writes and syncs a file for each mail."""
    folder, port = Path(tempfile.mkdtemp()), free_port()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve_aiosmtpd, args=(folder, port)
    )
    process.start()
    while not (folder / "ready").exists():
        time.sleep(0.05)
    try:
        yield port
    finally:
        process.kill()
        process.join()
        shutil.rmtree(folder)


@contextmanager
def _mailbot(
    processes: int, *, records: bool, max_connections: int = 4 * _IN_FLIGHT
) -> Iterator[tuple[SmtpIntake, Spool]]:
    folder = Path(tempfile.mkdtemp())
    write_facts(folder)
    with dns_server(_ZONE) as dns:
        chosen = settings(
            folder,
            smtp={
                "processes": processes,
                "max_connections": max_connections,
                "max_size": _LARGEST,
            },
            limits={"mails_per_minute": 10**9, "flood_per_minute": 0, "max_spool": 0},
            dns={"server": dns},
            outbound={"host": "smarthost.example"},
        )
        spool = Spool(folder / "spool")
        recording = _recording(chosen, spool) if records else nullcontext(lambda: None)
        with recording as wake, _logs_in(folder / "log"):
            intake = SmtpIntake(chosen, spool, wake)
            intake.start()
            try:
                yield intake, spool
            finally:
                intake.stop()
    shutil.rmtree(folder)


@contextmanager
def _recording(chosen: Settings, spool: Spool) -> Iterator[Callable[[], None]]:
    lay_database(chosen.service.data)
    context = open_context(chosen)
    loop = IntakeLoop(context, spool)
    loop.start()
    try:
        yield loop.wake
    finally:
        loop.stop()
        close_context(context)


@contextmanager
def _logs_in(file: Path) -> Iterator[None]:
    """Lead what processes log into a file, as Postfix does."""
    before = os.dup(2)
    with file.open("ab") as log:
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


class _Syncing:
    """The handler of aiosmtpd alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        write_durably(self._folder / os.urandom(8).hex(), envelope.original_content or b"")
        return "250 kept"


def _serve_aiosmtpd(folder: Path, port: int) -> None:
    controller = Controller(
        _Syncing(folder), hostname="127.0.0.1", port=port, data_size_limit=_LARGEST
    )
    controller.start()
    (folder / "ready").touch()
    time.sleep(3600)


def servers() -> dict[str, Server]:
    """Return what is compared, Postfix first."""
    cores = os.cpu_count() or 1
    return {
        "Postfix": run_postfix,
        "mailbot, 1 process": lambda: run_mailbot(1),
        f"mailbot, {cores} processes": lambda: run_mailbot(cores),
        f"mailbot, {cores} processes, into SQLite": lambda: run_mailbot(cores, records=True),
        "aiosmtpd alone": run_aiosmtpd,
    }


def tables(sizes: tuple[int, ...] = SIZES, seconds: float = 4.0) -> Iterator[Table]:
    """Yield a table for each way of sending, and one of memory."""
    for reuses in (False, True):
        yield _compare(sizes, seconds, reuses=reuses)
    yield memory()


def _compare(sizes: tuple[int, ...], seconds: float, *, reuses: bool) -> Table:
    rates: dict[str, list[float]] = {}
    for name, server in servers().items():
        with server() as port:
            rates[name] = [rate(port, size, reuses=reuses, seconds=seconds) for size in sizes]
    way = "many mails a connection (-d)" if reuses else "a connection for each mail"
    heads = [f"{size // 1000} kB" for size in sizes]
    table = Table("server", *heads, title=f"Mails a second, of Postfix; {way}")
    base = rates["Postfix"]
    for name, found in rates.items():
        cells = [f"{one:.0f}  ({one / of:.2f} x)" for one, of in zip(found, base, strict=True)]
        table.add_row(name, *cells)
    return table


def memory() -> Table:
    """Return the most memory of one SMTP process while many large mails came in at a time."""
    with _mailbot(1, records=False) as (intake, spool):
        pid = _process(intake)
        before = peak_memory(pid)
        send(intake.addresses[0][1], _LARGE, _IN_FLIGHT, reuses=False, connections=_IN_FLIGHT)
        assert spool.count() == _IN_FLIGHT
        peak = peak_memory(pid)
    table = Table("what", "MB", title="Memory of one SMTP process")
    table.add_row("at rest", f"{before / _MEGABYTE:.0f}")
    table.add_row(f"{_IN_FLIGHT} mails of 25 MB in flight, peak", f"{peak / _MEGABYTE:.0f}")
    return table


def _process(intake: SmtpIntake) -> int:
    children = intake._server  # noqa: SLF001 - its process is what is measured
    assert isinstance(children, Children)
    return children.pids()[0]


def peak_memory(pid: int) -> int:
    """Return the most memory that a process had at a time (VmHWM), in bytes."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--memory", action="store_true", help="nothing but memory")
    asked = parser.parse_args()
    sizes = tuple(int(one) for one in asked.sizes.split(","))
    for table in [memory()] if asked.memory else tables(sizes, asked.seconds):
        Console().print(table)


if __name__ == "__main__":
    main()
