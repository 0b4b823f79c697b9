r"""The bytes between DATA and the lone dot (RFC 5321 §4.1.1.4, §4.5.2), and not one more or less.

Only CRLF "." CRLF ends the data. A bare CR or LF is content: servers that disagree about that let
a sender smuggle a second mail behind the first one's back (CVE-2023-51764 and its kin).
"""

_END = b"\r\n.\r\n"


class DataCollector:
    """Takes chunks as they come from the line until the data is complete."""

    def __init__(self, limit: int) -> None:
        """Keep at most `limit` bytes of mail; of a larger one only the end is looked for."""
        self._limit = limit
        # doubled dots make a mail larger on the line; an eighth is more than real mail needs
        self._limit_on_line = limit + limit // 8 + 2 * len(_END)
        # the CRLF behind DATA itself: the first line may be the lone dot
        self._buffer = bytearray(b"\r\n")
        self._end = -1
        #: bytes that came, the lone dot included
        self.received = 0
        self.is_too_large = False

    @property
    def is_complete(self) -> bool:
        """Whether the lone dot has come."""
        return self._end >= 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. Not to be called any more once the data is complete."""
        start = max(0, len(self._buffer) - len(_END) + 1)
        self._buffer += chunk
        self.received += len(chunk)
        self._end = self._buffer.find(_END, start)
        if self.is_complete:
            return
        self.is_too_large = self.is_too_large or len(self._buffer) > self._limit_on_line
        if self.is_too_large:
            del self._buffer[: -len(_END) + 1]

    @property
    def rest(self) -> bytes:
        """What came after the end: commands that were sent ahead (RFC 2920)."""
        return bytes(self._buffer[self._end + len(_END) :])

    def content(self) -> bytes:
        """Return the mail, byte for byte as it was before its dots were doubled.

        b"" when it is too large, which `is_too_large` then says.
        """
        if self.is_too_large:
            return b""
        lines = bytes(memoryview(self._buffer)[: self._end + 2])
        mail = lines.replace(b"\r\n.", b"\r\n")[2:]
        self.is_too_large = len(mail) > self._limit
        return b"" if self.is_too_large else mail
