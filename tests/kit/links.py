"""Finds what the mails of a house carry: tokens of links, one-time codes."""

import re

from tests.kit.browser import House


def token_in(house: House, letter: str, to: str = "") -> str:
    """Return the token of the links in the newest mail of a kind."""
    found = re.findall(r"/d/([a-z2-7]{32})", text_of(house, letter, to))
    return str(found[0])


def code_in(house: House, letter: str = "confirmation", to: str = "") -> str:
    """Return the one-time code in the newest mail of a kind."""
    found = re.findall(r"\b(\d{3} \d{3})\b", text_of(house, letter, to))
    return str(found[0])


def text_of(house: House, letter: str, to: str = "") -> str:
    """Return the newest mail of a kind, to somebody, with its soft line ends mended."""
    kind = [mail for mail in house.mails() if mail.letter == letter]
    sent = next(mail for mail in kind if to in ("", mail.recipient))
    return house.context.blobs.get(sent.sha256).decode().replace("=\r\n", "")
