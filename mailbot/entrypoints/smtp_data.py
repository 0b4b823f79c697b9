r"""The bytes between DATA and the lone dot (RFC 5321 §4.1.1.4, §4.5.2), and not one more or less.

Only CRLF "." CRLF ends the data. A bare CR or LF is content: servers that disagree about that let
a sender smuggle a second mail behind the first one's back (CVE-2023-51764 and its kin).
"""

_END = b"\r\n.\r\n"
#: bytes that may be the beginning of the end
_HELD = len(_END) - 1
#: bytes of the line before, which tell whether a dot stands at the beginning of a line
_CONTEXT = 2


class DataCollector:
    """Takes chunks as they come from the line until the data is complete.

    `take` gives what has come of the mail so far; what was given is not held any more.
    """

    def __init__(self) -> None:
        # the CRLF behind DATA itself: the first line may be the lone dot
        self._buffer = bytearray(b"\r\n")
        self._end = -1

    @property
    def is_complete(self) -> bool:
        """Whether the lone dot has come."""
        return self._end >= 0

    def feed(self, chunk: bytes) -> bool:
        """Take the next bytes; whether the data is complete, and then nothing more is taken."""
        start = max(0, len(self._buffer) - _HELD)
        self._buffer += chunk
        self._end = self._buffer.find(_END, start)
        return self.is_complete

    def __len__(self) -> int:
        """Return how many bytes are held in memory."""
        return len(self._buffer)

    @property
    def rest(self) -> bytes:
        """What came after the end: commands that were sent ahead (RFC 2920)."""
        return bytes(self._buffer[self._end + len(_END) :])

    def take(self) -> bytes:
        """Return the next part of the mail, byte for byte, its doubled dots made one again."""
        stop = self._end + _CONTEXT if self.is_complete else len(self._buffer) - _HELD
        if stop <= _CONTEXT:
            return b""
        with memoryview(self._buffer) as held:
            part = bytes(held[:stop]).replace(b"\r\n.", b"\r\n")[_CONTEXT:]
        del self._buffer[: stop - _CONTEXT]
        if self.is_complete:
            self._end = 0
        return part
