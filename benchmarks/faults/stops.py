"""SIGTERM under load: mails half sent, jobs and OCR running, letters leaving; ends within 10 s."""

import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.faults.world import World
from tests.kit.smtp import RawClient

#: what `mailbot serve` promises
BAR_SECONDS = 10
_HALF_SENT = 3
_RUNNING_SECONDS = 4
_START_SECONDS = 60


@dataclass
class Stopper:
    """Stops the whole service again and again."""

    world: World
    random: random.Random
    #: seconds that the slowest process of each stop took
    seconds: list[float] = field(default_factory=list)

    def run(self, times: int) -> None:
        """Stop and start so often. Raises AssertionError when a stop is slow or says 250."""
        for _ in range(times):
            self._wait_for_listener()
            time.sleep(self.random.uniform(0, _RUNNING_SECONDS))
            clients = [client for _ in range(_HALF_SENT) if (client := self._half_a_mail())]
            self.seconds.append(max(self.world.installation.restart().values()))
            for client in clients:
                answer = _last_word(client)
                assert not answer.startswith("250"), f"half a mail was answered {answer}"
        slowest = max(self.seconds)
        self.world.figures["ms, slowest of so many stops"] = round(1000 * slowest)
        assert slowest <= BAR_SECONDS, f"stops took {self.seconds}"

    def _wait_for_listener(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with (
                suppress(OSError),
                socket.create_connection(
                    ("127.0.0.1", self.world.installation.smtp_port), timeout=5
                ),
            ):
                return
            time.sleep(0.1)

    def _half_a_mail(self) -> RawClient | None:
        client = RawClient(self.world.installation.smtp_port)
        try:
            client.__enter__()
            client.begin("aankoop-0400000185@in.example")
            client.send(b"Subject: half a mail\r\n\r\n" + b"x" * 70_000)
        except (OSError, AssertionError):
            return None
        return client


def stops(times: int, seed: int) -> Callable[[World], None]:
    """Return the fault that stops everything so often."""
    return lambda world: Stopper(world, random.Random(seed)).run(times)


def _last_word(client: RawClient) -> str:
    """Return what the server said before it hung up, "" for nothing."""
    try:
        return client.reply()
    except OSError:
        return ""
    finally:
        client.__exit__()
