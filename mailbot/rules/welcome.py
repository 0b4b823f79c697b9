"""Whose documents are welcome, and whose go straight to the office (CF-IN-13…17, mail.md §2).

The most specific entry counts: an address before its domain, a domain before one above it. Of
equal ones the strictest counts, whoever wrote it. No entry: the dossier's default, else that of
its office.
"""

from collections.abc import Iterable

from mailbot.domain.mail import Authentication
from mailbot.domain.people import Dossier, JournalKind
from mailbot.domain.treatment import SenderLists, Treatment
from mailbot.rules.access import speaks_against

#: (kind of entry, length): the higher, the more specific; an entry that does not fit has none
Fit = tuple[int, int]

_ADDRESS, _DOMAIN, _BELOW = 3, 2, 1


def treat_sender(lists: SenderLists, sender: str, *, is_forged: bool = False) -> Treatment:
    """Return what becomes of a document of this sender.

    `is_forged`: who he says he is says that he is not; then no entry speaks for him.
    """
    return find_treatment(lists, sender, is_forged=is_forged) or lists.others


def find_treatment(
    lists: SenderLists, sender: str, *, is_forged: bool = False
) -> Treatment | None:
    """Return what the lists say of this very sender, None when no entry covers him."""
    strictest_first = [
        (Treatment.REJECT, lists.reject),
        (Treatment.QUARANTINE, lists.quarantine),
        (Treatment.INBOX, () if is_forged else lists.inbox),
        (Treatment.FORWARD, () if is_forged else lists.forward),
    ]
    best: Treatment | None = None
    best_fit: Fit = (0, 0)
    for treatment, entries in strictest_first:
        fit = max((_fit(entry, sender) for entry in entries), default=(0, 0))
        if fit > best_fit:
            best, best_fit = treatment, fit
    return best


def is_forwarded(dossier: Dossier, kind: JournalKind, treatment: Treatment) -> bool:
    """Whether a document of this kind skips the client's inbox."""
    return treatment is Treatment.FORWARD and kind in dossier.auto_forward


def is_forged(authentication: Authentication) -> bool:
    """Whether the domain of From says that the mail is not from there, and nothing vouches."""
    return not authentication.aligned and speaks_against(authentication)


def is_listed(entries: Iterable[str], sender: str) -> bool:
    """Whether an entry covers this sender."""
    return any(_fit(entry, sender) > (0, 0) for entry in entries)


def _fit(entry: str, sender: str) -> Fit:
    wanted, address = _plain(entry), _plain(sender)
    domain = address.rpartition("@")[2]
    if wanted.startswith("@"):
        return (_DOMAIN, 0) if wanted[1:] == domain else (0, 0)
    if wanted.startswith("."):
        is_below = f".{domain}".endswith(wanted)
        return (_BELOW, len(wanted)) if is_below else (0, 0)
    return (_ADDRESS, 0) if wanted == address else (0, 0)


def _plain(address: str) -> str:
    """Return it in lower case, its domain as DNS writes it (IDNA): one sender, one spelling."""
    local, at, domain = address.lower().rpartition("@")
    if domain.isascii():
        return f"{local}{at}{domain}"
    dot = "." if domain.startswith(".") else ""
    try:
        plain = domain.removeprefix(".").encode("idna").decode("ascii")
    except UnicodeError:
        plain = domain.removeprefix(".")
    return f"{local}{at}{dot}{plain}"
