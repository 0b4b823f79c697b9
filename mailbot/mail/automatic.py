"""Tells mail that no person wrote: bounces, absences, receipts, lists (RFC 3834).

What such mail calls itself stands in templates/words/automatic.toml. X-Auto-Response-Suppress
is no evidence: Outlook and ticket systems put it on mails that people typed.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from mailbot.domain.mail import Automatic, Mail
from mailbot.mail.bounce import REPORT_TYPES, find_actions, has_status
from mailbot.mail.challenge import is_challenge
from mailbot.mail.folding import fold

#: iTIP methods (RFC 5546) whose text a calendar makes; PUBLISH comes with tickets and bookings
_CALENDAR_METHOD = re.compile(
    rb"(?im)^METHOD:(REPLY|COUNTER|DECLINECOUNTER|REFRESH|REQUEST|CANCEL|ADD)\s*$"
)
_KINDS = {kind.value: kind for kind in Automatic}


def find_automatic(mail: Mail, envelope_sender: str | None = None) -> Automatic | None:
    """Return what kind of automatic mail it is, None if a person wrote it.

    `envelope_sender`: "" is the null sender, None means that it is not known; then, and when
    a Return-Path header contradicts "", the Return-Path decides.
    """
    is_null = _has_null_sender(mail, envelope_sender)
    for rule in _RULES:
        if (kind := rule(mail, is_null)) is not None:
            return kind
    return None


def _has_null_sender(mail: Mail, envelope_sender: str | None) -> bool:
    return_path = mail.header("return-path").strip()
    if envelope_sender:
        return False
    return return_path == "<>" or (envelope_sender == "" and not return_path)


def _report(mail: Mail, is_null: bool) -> Automatic | None:
    """RFC 6522 reports name themselves; a mail about a delivery that went well is a receipt."""
    kinds, top = set(mail.structure), next(iter(mail.structure), "")
    is_report = top == "multipart/report"
    if not (is_report or top in REPORT_TYPES or is_null or _is_system(mail) or _is_marked(mail)):
        return None  # a person may forward a report
    label = mail.header("content-type").lower()
    if "message/disposition-notification" in kinds or "=disposition-notification" in label:
        return Automatic.RECEIPT
    if kinds & REPORT_TYPES:
        actions = find_actions(mail)
        is_good = bool(actions) and not actions & {"failed", "delayed"}
        return Automatic.RECEIPT if is_good else Automatic.BOUNCE
    # reports on abuse (RFC 5965) and on TLS (RFC 8460) concern no single mail
    is_other = "feedback-report" in label or "tlsrpt" in label
    return (Automatic.AUTOREPLY if is_other else Automatic.BOUNCE) if is_report else None


def _calendar(mail: Mail, _is_null: bool) -> Automatic | None:
    parts = (one.content for one in mail.parts if one.media_type == "text/calendar")
    return (
        Automatic.CALENDAR if any(_CALENDAR_METHOD.search(one[:5000]) for one in parts) else None
    )


def _mail_system(mail: Mail, is_null: bool) -> Automatic | None:
    """Bounces without a report: old, small and foreign mail systems."""
    subject, text = fold(mail.subject), fold(mail.text[:5000])
    has_subject = subject.startswith(tuple(_table()["subject_starts"]["bounce"]))
    # people, too, may answer as postmaster
    if _is_system(mail) and not mail.sender.address.startswith("postmaster@"):
        return Automatic.BOUNCE
    has_text = any(one in text for one in _table()["bounce_text"]["phrases"])
    evidence = is_null or _is_system(mail) or bool(mail.header("x-failed-recipients"))
    if evidence and (has_subject or has_text):
        return Automatic.BOUNCE
    return Automatic.BOUNCE if has_subject and (_is_marked(mail) or has_status(text)) else None


def _is_system(mail: Mail) -> bool:
    local_part = mail.sender.address.partition("@")[0]
    is_nobody = mail.header("from") == "<>"
    return is_nobody or local_part in _table()["mail_systems"]["local_parts"]


def _subject(mail: Mail, _is_null: bool) -> Automatic | None:
    subject, table = fold(mail.subject), _table()
    for kind, phrases in table["subject_contains"].items():
        if any(one in subject for one in phrases):
            return _KINDS[kind]
    starts = {key: value for key, value in table["subject_starts"].items() if key != "bounce"}
    for kind, phrases in starts.items():
        if subject.startswith(tuple(phrases)):
            return _KINDS[kind]
    if not (mail.in_reply_to or mail.references):
        return None
    for kind, phrases in table["answer_subject_starts"].items():
        if subject.startswith(tuple(phrases)):
            return _KINDS[kind]
    return None


def _challenge(mail: Mail, _is_null: bool) -> Automatic | None:
    return Automatic.AUTOREPLY if is_challenge(mail) else None


def _marked(mail: Mail, _is_null: bool) -> Automatic | None:
    return Automatic.AUTOREPLY if _is_marked(mail) else None


def _is_marked(mail: Mail) -> bool:
    """Auto-Submitted (RFC 3834 §5), Precedence: auto_reply, and the headers of single programs."""
    submitted = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if submitted.startswith("auto") or mail.header("precedence").strip().lower() == "auto_reply":
        return True
    return any(
        re.search(pattern, value, re.IGNORECASE)
        for name, pattern in _table()["headers"].items()
        for value in mail.all_headers(name)
        if value.strip().lower() not in {"no", "false", "0"}
    )


def _list(mail: Mail, _is_null: bool) -> Automatic | None:
    """Mailing lists (RFC 2919, 2369); List-Unsubscribe alone is on many a supplier's invoice."""
    precedence = mail.header("precedence").strip().lower()
    has_list = any(mail.header(name) for name in ("list-id", "list-post", "mailing-list"))
    return Automatic.LIST if has_list or precedence == "list" else None


def _bulk(mail: Mail, is_null: bool) -> Automatic | None:
    precedence = mail.header("precedence").strip().lower()
    return Automatic.AUTOREPLY if is_null or precedence in {"bulk", "junk"} else None


#: read from top to bottom: the surest and most telling first
_RULES: tuple[Callable[[Mail, bool], Automatic | None], ...] = (
    _report,
    _calendar,
    _mail_system,
    _subject,
    _challenge,
    _marked,
    _list,
    _bulk,
)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("templates") / "words/automatic.toml").read_text("utf-8"))
