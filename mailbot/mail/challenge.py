"""Tells the answer of a filter that wants the sender to prove that he is a person.

Two such filters, or one and an automatic answer, would write to each other for ever. What they
write stands in templates/words/challenges.toml.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.folding import fold

_LINK = re.compile(r"https?://[a-z0-9]", re.IGNORECASE)
_NOBODY = re.compile(r"no[-_.]?reply|notif|verif|captcha|challenge|antispam|quarantine|validation")
_READ = 20_000


def is_challenge(mail: Mail) -> bool:
    """Say whether a filter asks the sender of the mail that `mail` answers to prove himself."""
    if _is_of_a_filter(mail.sender):
        return True
    is_answer = bool(mail.in_reply_to or mail.references) or fold(mail.subject).startswith("re:")
    shown = f"{mail.text[:_READ]}\n{mail.html[:_READ]}"
    if not is_answer or not _LINK.search(shown):
        return False
    said = fold(shown)
    return any(phrase in said for phrase in _table()["phrases"])


def _is_of_a_filter(sender: MailAddress) -> bool:
    """Say whether a filter writes, and not one of the people whose mailboxes it keeps."""
    domain = f".{sender.domain}"
    is_there = any(domain.endswith(f".{known}") for known in _table()["domains"])
    return is_there and _NOBODY.search(sender.address.rpartition("@")[0]) is not None


@cache
def _table() -> dict[str, list[str]]:
    return dict(tomllib.loads((files("templates") / "words/challenges.toml").read_text("utf-8")))
