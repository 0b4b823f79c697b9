"""How a reader and the program talk: messages on a pair of sockets.

What the program sends is pickled: it is trusted. What a reader sends may come from somebody who
took it over by a file: it is JSON, bytes beside it, and becomes the types that the program expects
or nothing.
"""

import io
import json
import pickle
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

#: bytes of one message: JSON, and all files beside it (a mail unfolds to 200 MB at most)
_MAX_JSON = 64 * 1024 * 1024
_MAX_FILES = 400 * 1024 * 1024
_MAX_N_FILES = 5000
_HEAD = struct.Struct("=cQI")
_SIZE = struct.Struct("=Q")
_CHUNK = 1024 * 1024
#: the one key of the JSON object that stands for bytes: their place beside the JSON
_BYTES = "\0bytes"


class BrokenTalkError(Exception):
    """The other side is gone, or says what it never may."""


class SilentError(Exception):
    """The other side said nothing in its time."""


class Kind(Enum):
    """What a message is."""

    #: program to reader: do this; here is what you asked for; what you asked for failed
    WORK, REPLY, RAISED = b"w", b"r", b"x"
    #: reader to program: done; done, and I end now; a question; an error of ours; a bug; no memory
    DONE, LAST, QUESTION, ERROR, BUG, TOO_LARGE = b"d", b"l", b"q", b"e", b"b", b"m"


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    kind: Kind
    body: bytes
    files: Sequence[bytes] = field(default=())


class Talk:
    """One end of a pair of sockets."""

    def __init__(self, end: socket.socket, *, largest: int = _MAX_JSON) -> None:
        self._end, self._largest = end, largest

    def send(self, message: Message, *, seconds: float | None = None) -> None:
        """Send a message. Raises BrokenTalkError, and SilentError if nobody takes it in time."""
        head = _HEAD.pack(message.kind.value, len(message.body), len(message.files))
        sizes = b"".join(_SIZE.pack(len(file)) for file in message.files)
        self._end.settimeout(seconds)
        try:
            self._end.sendall(head + sizes + message.body)
            for file in message.files:
                self._end.sendall(file)
        except TimeoutError as error:
            raise SilentError from error
        except OSError as error:
            raise BrokenTalkError("gone") from error

    def receive(self, *, seconds: float | None = None) -> Message:
        """Return the next message. Raises BrokenTalkError, and SilentError after `seconds`."""
        until = time.monotonic() + seconds if seconds is not None else None
        kind, length, n_files = _HEAD.unpack(self._take(_HEAD.size, until))
        if length > self._largest or n_files > _MAX_N_FILES:
            raise BrokenTalkError("too much")
        table = self._take(n_files * _SIZE.size, until)
        sizes = [size for (size,) in _SIZE.iter_unpack(table)]
        if sum(sizes) > _MAX_FILES:
            raise BrokenTalkError("too much")
        body = self._take(length, until)
        files = [self._take(size, until) for size in sizes]
        try:
            return Message(Kind(kind), body, files)
        except ValueError as error:
            raise BrokenTalkError("unknown kind") from error

    def _take(self, size: int, until: float | None) -> bytes:
        """Return the next `size` bytes; memory grows with what has come, not with the promise."""
        taken = io.BytesIO()
        while (left := size - taken.tell()) > 0:
            piece = self._some(min(left, _CHUNK), until)
            if len(piece) == size:
                return piece
            taken.write(piece)
        return taken.getvalue()

    def _some(self, most: int, until: float | None) -> bytes:
        try:
            if until is not None:
                self._end.settimeout(max(0.001, until - time.monotonic()))
            piece = self._end.recv(most)
        except TimeoutError as error:
            raise SilentError from error
        except OSError as error:
            raise BrokenTalkError("gone") from error
        if not piece:
            raise BrokenTalkError("gone")
        return piece


def trusted(kind: Kind, value: Any) -> Message:
    """Return what the program sends; only a reader may open it, never the program."""
    return Message(kind, pickle.dumps(value, protocol=5))


def open_trusted(message: Message) -> Any:
    """Return what the program sent."""
    return pickle.loads(message.body)  # noqa: S301 - a reader opens what its program made


def plain(kind: Kind, value: Any, type_: Any) -> Message:
    """Return what a reader sends: `value`, which is a `type_`, as JSON and bytes beside it."""
    files: list[bytes] = []

    def place(part: Any) -> Any:
        if isinstance(part, bytes):
            files.append(part)
            return {_BYTES: len(files) - 1}
        return part.value if isinstance(part, Enum) else str(part)

    data = _adapter(type_).dump_python(value)
    text = json.dumps(data, default=place, ensure_ascii=False, separators=(",", ":"))
    # half a surrogate pair can be kept nowhere
    return Message(kind, text.encode("utf-8", "replace"), files)


def open_plain(message: Message, type_: Any) -> Any:
    """Return the `type_` that a reader sent. Raises BrokenTalkError if it is something else."""

    def put_back(part: dict[str, Any]) -> Any:
        return message.files[part[_BYTES]] if part.keys() == {_BYTES} else part

    try:
        data = json.loads(message.body, object_hook=put_back)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise BrokenTalkError("no JSON") from error
    return checked(data, type_)


def checked(data: Any, type_: Any) -> Any:
    """Return `data` as the `type_` that it must be. Raises BrokenTalkError if it is none."""
    try:
        return _adapter(type_).validate_python(data)
    except (ValidationError, RecursionError) as error:
        raise BrokenTalkError("another type than agreed") from error


@cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_)
