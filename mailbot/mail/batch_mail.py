"""Reads a mail of the office that is meant for many dossiers: `vraag aan: bakkerij, slagerij`."""

import re
from dataclasses import dataclass

from mailbot.mail.talk import stands_in

_FIRST_LINE = re.compile(r"\s*([^:\n]{1,40}?)\s*:[ \t]*([^\n]+)(?:\n|$)")
#: ids of filters, as `handlers.batches.select_dossiers` takes them
_FILTERS = (
    "all",
    "missing_documents",
    "inbox",
    "to_approve",
    "unreadable",
    "open_conversations",
)


@dataclass(frozen=True, kw_only=True)
class BatchAsk:
    """To which dossiers something is to go, and what."""

    #: id of a filter, "" when the dossiers are named
    which: str = ""
    #: codes or names of dossiers, as typed
    dossiers: tuple[str, ...] = ()
    text: str


def read_batch(written: str) -> BatchAsk | None:
    """Return what a mail asks to send to many; None when its first line names no dossiers."""
    first = _FIRST_LINE.match(written)
    if first is None or not (stands_in("to", first[1]) or stands_in("question", first[1])):
        return None
    text = written[first.end() :].strip()
    which = next((name for name in _FILTERS if stands_in(f"filter_{name}", first[2])), "")
    if which:
        return BatchAsk(which=which, text=text)
    names = tuple(name.strip(" .") for name in re.split(r"[,;]", first[2]) if name.strip(" ."))
    return BatchAsk(dossiers=tuple(dict.fromkeys(names)), text=text)
