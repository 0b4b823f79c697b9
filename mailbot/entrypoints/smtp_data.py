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
        self.is_too_large = False
        self.was_given_up = False

    @property
    def is_complete(self) -> bool:
        """Whether the lone dot has come."""
        return self._end >= 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. Not to be called any more once the data is complete."""
        start = max(0, len(self._buffer) - len(_END) + 1)
        self._buffer += chunk
        self._end = self._buffer.find(_END, start)
        if self.is_complete:
            return
        self.is_too_large = self.is_too_large or len(self._buffer) > self._limit_on_line
        self._forget()

    def give_up(self) -> None:
        """Hold nothing of this mail any more; go on looking for its end."""
        self.was_given_up = True
        self._forget()

    def _forget(self) -> None:
        if not self.is_complete and (self.is_too_large or self.was_given_up):
            del self._buffer[: -len(_END) + 1]

    def __len__(self) -> int:
        """Return how many bytes are held in memory."""
        return len(self._buffer)

    @property
    def rest(self) -> bytes:
        """What came after the end: commands that were sent ahead (RFC 2920)."""
        return bytes(self._buffer[self._end + len(_END) :])

    def content(self) -> bytes:
        """Return the mail, byte for byte as it was before its dots were doubled.

        b"" when it is too large or was given up, as `is_too_large` and `was_given_up` say.
        """
        if self.is_too_large or self.was_given_up:
            return b""
        lines = bytes(memoryview(self._buffer)[2 : self._end + 2])
        mail = lines.removeprefix(b".").replace(b"\r\n.", b"\r\n")
        self.is_too_large = len(mail) > self._limit
        return b"" if self.is_too_large else mail
