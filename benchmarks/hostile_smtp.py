"""What hostile clients cost the SMTP server, and whether others are still served.

    python -m benchmarks.hostile_smtp [--connections 10000]

Each attack runs against one fresh SMTP process. Beside it a well-behaved client delivers mails;
the table says how long these took, and the most memory that the process had.
"""

import argparse
import resource
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.table import Table

from benchmarks.acceptance import peak_memory, running_mailbot
from mailbot.entrypoints.smtp_limits import is_loopback
from tests.kit.smtp import PURCHASE, SUPPLIER, RawClient

_SECONDS = 8.0
_HONEST = b"Subject: honest\r\n\r\ntext\r\n.\r\n"


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def many_connections(port: int, until: float, count: int = 10_000) -> str:
    """Open thousands of connections and hold them; each is served or refused with 421."""
    held: list[socket.socket] = []
    refused = 0
    while len(held) < count and time.monotonic() < until + 60:
        with suppress(OSError):
            held.append(_connect(port))
            refused += held[-1].recv(3) == b"421"
    for one in held:
        one.close()
    return f"{len(held)} connections, {refused} refused with 421"


def slow_commands(port: int, until: float) -> str:
    """Hold half of the places with commands that come byte by byte."""
    held = [_connect(port) for _ in range(50)]
    while time.monotonic() < until:
        for one in held:
            with suppress(OSError):
                one.send(b"N")
        time.sleep(0.5)
    for one in held:
        one.close()
    return "50 connections, a byte each half second"


def slow_data(port: int, until: float) -> str:
    """Hold half of the places with mails that come byte by byte."""
    held = [RawClient(port).__enter__() for _ in range(50)]
    for one in held:
        one.begin()
    while time.monotonic() < until:
        for one in held:
            with suppress(OSError):
                one.send(b"x")
        time.sleep(0.5)
    for one in held:
        one.__exit__()
    return "50 mails, a byte each half second"


def endless_mail(port: int, until: float) -> str:
    """Send mails that never end, after saying nothing of their size."""
    sent, cut_off = 0, 0
    while time.monotonic() < until:
        with RawClient(port, seconds=30) as client:
            client.begin()
            try:
                for _ in range(1000):
                    client.send(b"x" * 1_000_000)
                    sent += 1
            except OSError:
                cut_off += 1
    return f"{sent} MB sent, {cut_off} mails cut off"


def huge_by_size(port: int, until: float) -> str:
    """Announce 1 GB in SIZE."""
    refused = 0
    with RawClient(port) as client:
        client.reply()
        client.say("EHLO client.example")
        while time.monotonic() < until and refused < 500:
            refused += client.say(f"MAIL FROM:<{SUPPLIER}> SIZE=1000000000")[:3] == "552"
    return f"{refused} refused with 552 before a byte came"


def many_recipients(port: int, until: float, count: int = 100_000) -> str:
    """Name a hundred thousand recipients for one mail."""
    answers: dict[str, int] = {}
    with RawClient(port, seconds=60) as client:
        client.reply()
        client.say("EHLO client.example")
        client.say(f"MAIL FROM:<{SUPPLIER}>")
        for at in range(0, count, 500):
            client.send(f"RCPT TO:<{PURCHASE}>\r\n".encode() * min(500, count - at))
            for _ in range(min(500, count - at)):
                code = client.reply()[:3]
                answers[code] = answers.get(code, 0) + 1
            if time.monotonic() > until + 30:
                break
    return ", ".join(f"{number} x {code}" for code, number in answers.items())


def endless_line(port: int, until: float) -> str:
    """Send one command, or one header line, without end."""
    sent = 0
    with RawClient(port) as command, RawClient(port) as header:
        header.begin()
        header.send(b"Subject: ")
        with suppress(OSError):
            while time.monotonic() < until:
                command.send(b"A" * 100_000)
                header.send(b"A" * 100_000)
                sent += 1
    return f"{sent * 100_000 // 1_000_000} MB on each"


def resets(port: int, until: float) -> str:
    """Send nothing but RSET, as many ahead as the line takes."""
    sent = 0
    while time.monotonic() < until:
        with suppress(OSError), RawClient(port) as client:
            client.reply()
            client.send(b"RSET\r\n" * 2000)
            while client.reply():
                sent += 1
    return f"{sent} answered"


def bounces(port: int, until: float) -> str:
    """Send mails of the null sender as fast as they are taken."""
    kept = 0
    with RawClient(port) as client:
        client.reply()
        client.say("HELO client.example")
        while time.monotonic() < until and kept < 900:
            client.send(f"MAIL FROM:<>\r\nRCPT TO:<{PURCHASE}>\r\nDATA\r\n".encode() + _HONEST)
            kept += [client.reply()[:3] for _ in range(4)][-1] == "250"
    return f"{kept} kept"


ATTACKS: dict[str, Callable[[int, float], str]] = {
    "10 000 connections": many_connections,
    "slow commands": slow_commands,
    "slow mails": slow_data,
    "mails without end": endless_mail,
    "1 GB announced": huge_by_size,
    "100 000 recipients": many_recipients,
    "lines without end": endless_line,
    "RSET without end": resets,
    "bounces": bounces,
}


@contextmanager
def _honest_client(port: int) -> Iterator[list[float]]:
    """Deliver a mail every tenth of a second; give the seconds that each took."""
    seconds: list[float] = []
    stopping = threading.Event()

    def deliver() -> None:
        with RawClient(port, seconds=60) as client:
            client.reply()
            client.say("HELO honest.example")
            while not stopping.wait(0.1):
                started = time.perf_counter()
                client.say(f"MAIL FROM:<{SUPPLIER}>")
                client.say(f"RCPT TO:<{PURCHASE}>")
                client.say("DATA")
                client.send(_HONEST)
                if client.reply().startswith("250"):
                    seconds.append(time.perf_counter() - started)

    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        yield seconds
    finally:
        stopping.set()
        thread.join()


def tables() -> Iterator[Table]:
    """Yield one table of all attacks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    table = Table(
        "attack", "what came of it", "honest mails", "median ms", "longest ms", "peak MB",
        title="Hostile clients, one SMTP process",
    )  # fmt: skip
    assert is_loopback("127.0.0.1"), "the attackers may take every place but one"
    for name, attack in ATTACKS.items():
        with running_mailbot(1, max_connections=100) as (port, pid):
            with _honest_client(port) as seconds:
                found = attack(port, time.monotonic() + _SECONDS)
            taken = [1000 * one for one in seconds] or [float("nan")]
            table.add_row(
                name,
                found,
                str(len(seconds)),
                f"{statistics.median(taken):.1f}",
                f"{max(taken):.0f}",
                f"{peak_memory(pid) / 1_048_576:.0f}",
            )
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    yield table


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0]).parse_args()
    for table in tables():
        Console(width=140).print(table)


if __name__ == "__main__":
    main()
