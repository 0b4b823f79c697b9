"""Writes the pages with the mails that would have left, for whoever tries mailbot out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.compose.page_words import words
from mailbot.compose.pages import render_page
from mailbot.compose.wording import moment
from mailbot.domain.mail import Language

_LINK = re.compile(r"(https?://[^\s<>]+)")


@dataclass(frozen=True, kw_only=True)
class OutboxLine:
    """One mail of ours."""

    id: str
    to: str
    subject: str
    #: id in table `outbox`: queued, deferred, sent, failed
    state: str
    at: datetime


def write_outbox(language: Language, lines: Sequence[OutboxLine], *, time_zone: str) -> str:
    """Return the page that lists our mails."""
    facts = {
        "title": words(language)["outbox"]["title"],
        "lines": [_facts(line, language, time_zone) for line in lines],
    }
    return render_page("page_outbox.html", language, facts)


def write_outbox_mail(
    language: Language, line: OutboxLine, *, text: str, has_html: bool, time_zone: str
) -> str:
    """Return the page that shows one mail of ours."""
    facts = {
        "title": line.subject,
        "mail": _facts(line, language, time_zone),
        "has_html": has_html,
    }
    # the odd parts are links
    layout = [_LINK.split(line) for line in text.splitlines()]
    return render_page("page_outbox_mail.html", language, facts, layout=layout)


def _facts(line: OutboxLine, language: Language, time_zone: str) -> dict[str, str]:
    return {
        "id": line.id,
        "to": line.to,
        "subject": line.subject,
        "state": words(language)["outbox"].get(line.state, line.state),
        "at": moment(line.at, language, time_zone),
    }
