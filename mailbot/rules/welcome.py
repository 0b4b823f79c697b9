"""Whose documents are welcome, and whose go straight to the office (CF-IN-13…17, mail.md §2)."""

from collections.abc import Iterable

from mailbot.domain.people import Dossier, JournalKind


def is_welcome(dossier: Dossier, sender: str, *, verdict: str | None, is_person: bool) -> bool:
    """Whether a document of this sender needs no word from the dossier's admin.

    `verdict` is what the admin said before: "allow", "block" or None.
    """
    if verdict is not None:
        return verdict == "allow"
    return not dossier.use_whitelist or is_person or is_listed(dossier.whitelist, sender)


def is_auto_forwarded(
    dossier: Dossier, kind: JournalKind, sender: str, *, verdict: str | None, is_person: bool
) -> bool:
    """Whether a document of this kind and sender skips the client's inbox."""
    if kind not in dossier.auto_forward:
        return False
    known = is_person or verdict == "allow" or is_listed(dossier.whitelist, sender)
    return known or not dossier.whitelist


def is_listed(entries: Iterable[str], sender: str) -> bool:
    """Whether an address, or its @domain, stands in a list (any case)."""
    address = sender.lower()
    domain = "@" + address.rpartition("@")[2]
    return any(entry.lower() in (address, domain) for entry in entries)
