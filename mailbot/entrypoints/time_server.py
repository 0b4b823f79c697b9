"""Asks a time server how far off the clock of this machine is (SNTP, RFC 4330)."""

import socket
import struct

from mailbot.domain.clock import Clock

_PORT = 123
_SECONDS = 2.0
#: version 4, mode 3 (client); the rest of the 48 bytes is left to the server (RFC 4330 §5)
_QUESTION = b"\x23" + 47 * b"\0"
_SIZE = 48
#: seconds between 1900, where NTP begins, and 1970
_EPOCH = 2_208_988_800
_SERVER_MODE = 4


def clock_ahead(server: str, clock: Clock) -> float:
    """Return how many seconds this clock is ahead of `server` ("host" or "host:port").

    Raises OSError when the server gives no answer that counts. The time that the answer took is
    halved, so it is right to a fraction of a second.
    """
    host, _, port = server.rpartition(":") if ":" in server else (server, "", "")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(_SECONDS)
        asked.connect((host, int(port or _PORT)))
        sent = clock.now().timestamp()
        asked.send(_QUESTION)
        answer = asked.recv(512)
        came = clock.now().timestamp()
    if len(answer) < _SIZE or answer[0] & 7 != _SERVER_MODE or not answer[1]:
        raise OSError(f"{server} does not know the time itself")
    seconds, fraction = struct.unpack("!II", answer[40:48])
    told = float(seconds - _EPOCH + fraction / 2**32)
    return (sent + came) / 2 - told
