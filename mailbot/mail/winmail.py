"""winmail.dat (TNEF) written as MIME by a process of its own, bounded in time and memory.

The library that reads TNEF can be made to eat all memory by a file of 53 bytes, so it never
runs in our process; it is also LGPL, which a process of its own keeps apart.
"""

import subprocess
import sys

from mailbot.sandbox.outside import outside

#: seconds on the clock for one file; the process has its own limit of processor time
WALL_TIME = 10.0
_MODULE = "mailbot.mail.winmail_process"


class UnreadableWinmailError(ValueError):
    """The file is no TNEF, is broken, or wants more than it may have."""


@outside
def winmail_to_mime(content: bytes) -> bytes:
    """Return the TNEF `content` as a MIME mail. Raises UnreadableWinmailError."""
    try:
        # only the path of this Python and constants: nothing of the mail is an argument
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-m", _MODULE],
            input=content,
            capture_output=True,
            timeout=WALL_TIME,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableWinmailError("takes too long") from error
    if done.returncode or not done.stdout:
        lines = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise UnreadableWinmailError(lines[-1][:200] if lines else f"ended with {done.returncode}")
    return done.stdout
