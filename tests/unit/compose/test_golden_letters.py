"""Every letter as a person has read it, in four languages."""

import email
import re
from datetime import UTC, datetime
from email import policy

import pytest

from mailbot.compose.message import write_message
from mailbot.domain.mail import LANGUAGES, Language, MailAddress
from tests.kit.every_letter import LETTERS
from tests.kit.golden import Golden
from tests.kit.letters import a_letterhead, a_reader

SENDER = MailAddress(address="facturen@kantoor.example", display_name="Kantoor Voorbeeld")


def as_read(raw: bytes) -> str:
    """Return a mail as people see it: headers, text, and HTML without its looks."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    headers = [f"{name}: {value}" for name, value in mail.items() if name != "Content-Type"]
    parts = [part for part in mail.walk() if not part.is_multipart()]
    shown = [f"[{p.get_content_type()} {p.get_filename() or p['Content-ID']}]" for p in parts[2:]]
    text, page = (part.get_content().replace("\r\n", "\n") for part in parts[:2])
    return "\n".join(("\n".join(headers), "", text, _without_looks(page), *shown, ""))


def _without_looks(page: str) -> str:
    bare = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    bare = re.sub(r' (?:style|role|cellpadding|cellspacing|border|width)="[^"]*"', "", bare)
    return "\n".join(line for line in bare.splitlines() if line.strip())


@pytest.mark.feature("CF-IN-19")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_letter(name: str, language: Language, golden: Golden) -> None:
    raw = write_message(
        LETTERS[name](a_letterhead(language)),
        sender=SENDER,
        recipient=a_reader(language),
        message_id="<id@mail.kantoor.example>",
        reply_to="r.token@mail.kantoor.example",
        date=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        references=("<document.0198c0ffee@mail.kantoor.example>",),
    )
    golden(f"{language}/{name}.txt", as_read(raw))


def test_the_looks_of_an_approval_mail(golden: Golden) -> None:
    golden("approval.html", LETTERS["approval"](a_letterhead()).html)
