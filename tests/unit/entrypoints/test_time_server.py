"""How far off the clock is, as a time server sees it."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from mailbot.domain.clock import StoppedClock
from mailbot.entrypoints.time_server import clock_ahead

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_EPOCH = 2_208_988_800


@contextmanager
def time_server(ahead: float, *, stratum: int = 2, mode: int = 4) -> Iterator[str]:
    """Answer as a time server whose clock is `ahead` seconds after noon."""
    told = NOON.timestamp() + ahead + _EPOCH
    answer = bytes([4 << 3 | mode, stratum]) + 38 * b"\0"
    answer += struct.pack("!II", int(told), int(told % 1 * 2**32))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question, socket = self.request
            if len(question) == 48 and question[0] & 7 == 3:
                socket.sendto(answer, self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("ahead", [0.0, 90.25, -3600.5])
def test_the_difference_is_told(ahead: float) -> None:
    with time_server(ahead) as server:
        assert clock_ahead(server, StoppedClock(NOON)) == pytest.approx(-ahead, abs=0.01)


@pytest.mark.parametrize("wrong", [{"stratum": 0}, {"mode": 3}])
def test_who_does_not_know_the_time_is_not_believed(wrong: dict[str, int]) -> None:
    with time_server(0, **wrong) as server, pytest.raises(OSError, match="does not know"):
        clock_ahead(server, StoppedClock(NOON))
