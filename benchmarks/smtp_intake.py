"""How fast mails are accepted: SMTP on the loopback, with every fsync before its 250."""

import smtplib
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.kit.smtp import PURCHASE, SUPPLIER, mail, running_intake

_MAILS = 200
_CLIENTS = 8


def _mail(size: int) -> bytes:
    """Return a mail of about `size` bytes, as a PDF in base64 would make it."""
    return mail(text=("x" * 76 + "\n") * (size // 77)).as_bytes()


def _deliver(port: int, raw: bytes, count: int) -> list[float]:
    """Send `count` mails over one connection; return the seconds that each took."""
    seconds = []
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(count):
            started = time.perf_counter()
            client.sendmail(SUPPLIER, [PURCHASE], raw)
            seconds.append(time.perf_counter() - started)
    return seconds


def measure(size: int, clients: int) -> tuple[float, float]:
    """Return accepted mails a second, and the median milliseconds from MAIL to 250."""
    raw = _mail(size)
    with tempfile.TemporaryDirectory() as folder, running_intake(Path(folder)) as intake:
        started = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            work = [
                pool.submit(_deliver, intake.smtp_port, raw, _MAILS // clients)
                for _ in range(clients)
            ]
            seconds = [one for part in work for one in part.result()]
        passed = time.perf_counter() - started
        assert intake.spool.count() == len(seconds)
        return len(seconds) / passed, statistics.median(seconds) * 1000


def rows() -> list[tuple[str, str]]:
    """Return what the table shows."""
    found = []
    for size in (2_000, 200_000, 5_000_000):
        for clients in (1, _CLIENTS):
            rate, milliseconds = measure(size, clients)
            name = f"accept mails of {size // 1000} kB, {clients} clients"
            found.append((name, f"{rate:.0f} mails/s, median {milliseconds:.1f} ms"))
    return found
