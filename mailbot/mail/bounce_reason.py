"""Why a mail did not arrive: the address, the mailbox, the mail itself, or the hour.

Status codes are those of RFC 3463 and its registry. "5.0.0" and the like say nothing; then the
words of the other server count (templates/words/bounces.toml).
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from mailbot.domain.outbox import Failure
from mailbot.mail.folding import fold

#: bad mailbox, system or syntax of it; a mailbox that moved or is disabled
_NO_ADDRESS = re.compile(r"5\.(1\.(1|2|3|4|6|10)|2\.1)")
#: another server tried for days
_EXPIRED = re.compile(r"[45]\.4\.7")
_FULL = re.compile(r"[45]\.2\.2")
#: what some servers say of everything; 5.4.x is about the way there, and some hide behind it
_VAGUE = re.compile(r"5\.\d{1,3}\.0|5\.[45]\.\d{1,3}|")
#: class, subject, detail; and a reply of SMTP (RFC 5321 §4.2)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"\s*(?:SMTP; ?)?([45])[0-5]\d\b", re.IGNORECASE)
_READ = 2000


def find_failure(*, status: str, diagnostic: str, is_permanent: bool) -> Failure:
    """Return why a mail did not arrive.

    `status` is an enhanced status code or "", `diagnostic` what the other server said.
    """
    said = fold(diagnostic[:_READ])
    if _FULL.fullmatch(status) or _says(said, "full"):
        return Failure.FULL
    if not is_permanent or _EXPIRED.fullmatch(status) or _says(said, "expired"):
        return Failure.PASSING
    if _says(said, "not_the_address"):
        return Failure.REFUSED
    if _NO_ADDRESS.fullmatch(status):
        return Failure.NO_ADDRESS
    if _VAGUE.fullmatch(status) and _says(said, "no_address"):
        return Failure.NO_ADDRESS
    return Failure.REFUSED


def read_smtp_answer(answer: str) -> Failure:
    """Return why a mail did not leave, from what the other server answered in the dialogue."""
    status = next((match[1] for match in _STATUS.finditer(answer[:_READ])), "")
    reply = _REPLY.match(answer)
    is_permanent = status.startswith("5") if status else reply is not None and reply[1] == "5"
    return find_failure(status=status, diagnostic=answer, is_permanent=is_permanent)


def _says(said: str, table: str) -> bool:
    return any(phrase in said for phrase in _phrases()[table])


@cache
def _phrases() -> dict[str, list[str]]:
    file = files("templates") / "words/bounces.toml"
    return dict(tomllib.loads(file.read_text("utf-8")))
