"""What the sender's server is told: whether there is such a recipient, and the mail welcome.

Choices where the standards leave one:

- The null sender of bounces (RFC 5321 §4.5.5) is accepted at every address. Exchange forwards by
  rule with it, and a refused null-sender mail can be returned to nobody: it would just vanish.
  That such mail never commands and is never answered is settled when it is read.
- An unknown journal of a known dossier is accepted: a slip in an address must not cost an invoice,
  the office sees where it was meant to go.
- postmaster and abuse are open to everybody, blacklisted senders too (RFC 2142, RFC 5321 §4.5.1).
"""

import tomllib
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import resources

from mailbot.domain.directory import Directory, DossierEntry, SmtpAnswer
from mailbot.domain.mail import Language, Recipient, RecipientKind
from mailbot.domain.treatment import Treatment
from mailbot.rules.welcome import find_treatment, is_listed, treat_sender

#: code (RFC 5321) and enhanced status code (RFC 3463) of every answer; its sentences stand in
#: templates/<language>/smtp.toml under the same name
_CODES = {
    "recipient_ok": (250, "2.1.5"),
    "kept": (250, "2.0.0"),
    "unknown_dossier": (550, "5.1.1"),
    "unknown_token": (550, "5.1.1"),
    "inactive_dossier": (550, "5.2.1"),
    "blacklisted": (550, "5.7.1"),
    "not_listed": (550, "5.7.1"),
    "foreign_domain": (550, "5.7.1"),
    "mail_too_large": (552, "5.3.4"),
    "too_many_recipients": (452, "4.5.3"),
    "too_many_mails": (451, "4.7.0"),
    "greylisted": (451, "4.7.1"),
    "too_many_connections": (421, "4.7.0"),
    "too_many_mistakes": (421, "4.7.0"),
    "no_room": (452, "4.3.1"),
    "not_well": (451, "4.3.0"),
    "stopping": (421, "4.3.2"),
}

#: the language that most people behind a top-level domain read; Belgium reads its first one
_LANGUAGE_OF_TLD: dict[str, Language] = {
    "be": "nl", "nl": "nl", "sr": "nl", "vlaanderen": "nl", "gent": "nl", "amsterdam": "nl",
    "fr": "fr", "lu": "fr", "mc": "fr", "brussels": "fr", "paris": "fr",
    "de": "de", "at": "de", "ch": "de", "li": "de", "berlin": "de", "hamburg": "de",
}  # fmt: skip
_PLAIN_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def answer_recipient(
    recipient: Recipient,
    directory: Directory,
    *,
    envelope_sender: str,
    is_token_known: Callable[[str], bool],
) -> SmtpAnswer:
    """Return what RCPT is answered (design: mail.md §2).

    `envelope_sender` is "" for the null sender. Refusals are in the language of the dossier,
    else in that of the sender's top-level domain.
    """
    dossier = directory.find_dossier(recipient.dossier) if recipient.dossier else None
    reason = "recipient_ok"
    if not _is_ours(recipient, directory):
        reason = "foreign_domain"
    elif recipient.kind is RecipientKind.POSTMASTER:
        reason = "recipient_ok"
    elif is_blacklisted(envelope_sender, directory, dossier):
        reason = "blacklisted"
    elif _is_stranger(recipient, dossier, envelope_sender):
        reason = "not_listed"
    elif recipient.kind in (RecipientKind.REPLY, RecipientKind.BOUNCE):
        reason = "recipient_ok" if is_token_known(recipient.token) else "unknown_token"
    elif dossier is None and not _is_for_office(recipient, directory):
        reason = "unknown_dossier"
    elif dossier is not None and not dossier.active:
        reason = "inactive_dossier"
    return write_answer(reason, dossier.language if dossier else find_language(envelope_sender))


def _is_for_office(recipient: Recipient, directory: Directory) -> bool:
    """Whether somebody at the office reads it; our mails come from `directory.offices`."""
    return recipient.kind is RecipientKind.COMMANDS or recipient.address in directory.offices


def is_blacklisted(
    envelope_sender: str, directory: Directory, dossier: DossierEntry | None = None
) -> bool:
    """Whether a list refuses this sender: of `dossier` and its office, else of any office.

    The null sender is in no list.
    """
    if not envelope_sender:
        return False
    if dossier is None or dossier.senders is None:
        return is_listed(directory.blacklist, envelope_sender)
    return find_treatment(dossier.senders, envelope_sender) is Treatment.REJECT


def is_known_sender(dossier: DossierEntry | None, envelope_sender: str) -> bool:
    """Whether a list of the dossier or its office speaks for this sender."""
    if dossier is None or dossier.senders is None:
        return False
    found = find_treatment(dossier.senders, envelope_sender)
    return found in (Treatment.FORWARD, Treatment.INBOX)


def _is_stranger(recipient: Recipient, dossier: DossierEntry | None, envelope_sender: str) -> bool:
    """Whether the dossier takes documents of nobody that it does not list."""
    if dossier is None or dossier.senders is None or not envelope_sender:
        return False
    is_delivery = recipient.kind is RecipientKind.DELIVER
    return is_delivery and treat_sender(dossier.senders, envelope_sender) is Treatment.REJECT


def write_answer(reason: str, language: Language, **values: str) -> SmtpAnswer:
    """Return the answer called `reason`, in ASCII as SMTP wants it. Raises KeyError."""
    code, status = _CODES[reason]
    sentence = write_sentence(reason, language, **values)
    return SmtpAnswer(code=code, status=status, text=_ascii(sentence))


def write_sentence(name: str, language: Language, **values: str) -> str:
    """Return a sentence of templates/<language>/smtp.toml. Raises KeyError."""
    return _sentences(language)[name].format(**values)


def find_language(envelope_sender: str) -> Language:
    """Return the language that a sender most likely reads, by top-level domain."""
    return _LANGUAGE_OF_TLD.get(envelope_sender.lower().rpartition(".")[2], "en")


def _is_ours(recipient: Recipient, directory: Directory) -> bool:
    domain = recipient.address.rpartition("@")[2] if "@" in recipient.address else ""
    # RFC 5321 §4.5.1: "RCPT TO:<postmaster>" needs no domain
    is_bare_postmaster = not domain and recipient.kind is RecipientKind.POSTMASTER
    return domain in directory.domains or is_bare_postmaster


def _ascii(sentence: str) -> str:
    plain = unicodedata.normalize("NFKD", sentence.translate(_PLAIN_LETTERS))
    return plain.encode("ascii", errors="ignore").decode()


@cache
def _sentences(language: Language) -> dict[str, str]:
    file = resources.files("templates") / language / "smtp.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
