"""Asks a clamd whether a mail is harmful (INSTREAM of clamd(8)); nobody is told "clean" by guess.

The mail is sent in pieces, each with its length before it, and clamd answers with one line. Since
clamd takes mails apart itself, the mail goes as it came in.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import structlog

from mailbot.domain.errors import Temporary
from mailbot.settings import Clamd, SettingsError

log = structlog.get_logger(__name__)

_PIECE = 256 * 1024
_CONNECT_SECONDS = 5
_LONGEST_ANSWER = 4096
_UNIX = "unix:"


class ClamdScanner:
    """One clamd; a connection of its own for each mail."""

    def __init__(self, settings: Clamd) -> None:
        """Look after `settings.address`. Raises SettingsError when it is none."""
        self._settings = settings
        self._target = read_clamd_address(settings.address)

    def __call__(self, content: bytes) -> str:
        """Return the name of what clamd found in `content`, "" when it found nothing.

        Raises Temporary when there is no answer, or none that says so: the mail must wait.
        """
        try:
            answer = self._ask(content)
        except OSError as error:
            raise self._alarm(str(error)) from error
        verdict = answer.partition(": ")[2]
        if verdict == "OK":
            return ""
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")
        raise self._alarm(f"it says {answer!r}; {_advice(answer)}")

    def _alarm(self, why: str) -> Temporary:
        log.error("no verdict of the virus scanner, mail waits", why=why)
        return Temporary(f"clamd at {self._settings.address}: {why}")

    def _ask(self, content: bytes) -> str:
        with closing(self._connect()) as connection:
            connection.settimeout(self._settings.seconds)
            try:
                for piece in _pieces(content):
                    connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                # it said why before it hung up
                pass
            return _read_line(connection)

    def _connect(self) -> socket.socket:
        if isinstance(self._target, Path):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(_CONNECT_SECONDS)
            connection.connect(str(self._target))
            return connection
        return socket.create_connection(self._target, timeout=_CONNECT_SECONDS)


def read_clamd_address(address: str) -> Path | tuple[str, int]:
    """Return the socket that "unix:/path" names, or host and port. Raises SettingsError."""
    if address.startswith(_UNIX):
        return Path(address.removeprefix(_UNIX))
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise SettingsError(f'[clamd] address = "{address}": write "unix:/path" or "host:port"')
    return host.strip("[]"), int(port)


def _pieces(content: bytes) -> Iterator[bytes]:
    yield b"zINSTREAM\0"
    view = memoryview(content)
    for start in range(0, len(content), _PIECE):
        piece = view[start : start + _PIECE]
        yield struct.pack("!I", len(piece)) + piece
    yield struct.pack("!I", 0)


def _read_line(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        more = connection.recv(_LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace")


def _advice(answer: str) -> str:
    if "size limit" in answer:
        return "set its StreamMaxLength to smtp.max_size or more"
    return "see its log"
