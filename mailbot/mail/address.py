"""Our own addresses: what each form means (design: mail.md §1), read and written.

    aankoop-<dossier>@            purchase, sales and miscellaneous documents, in four languages
    aankoop.<journal>-<dossier>@  the same, straight into one journal
    <dossier>@                    the document tells its kind
    …+label+label@                labels
    vraag-<dossier>@              a conversation with the office
    vraag@                        the same, of somebody with one dossier; of the office with many
    r.<token>@, b.<token>@        an answer to a mail of ours, a bounce of it
    mailbot@, postmaster@, abuse@

Only the shape is looked at: `mailbot.rules.intake` says whether the dossier or token exists.
"""

import re
import unicodedata

from mailbot.domain.identifiers import read_enterprise_number
from mailbot.domain.mail import Language, Recipient, RecipientKind

#: the first word of an address, per language; singular and plural
_KINDS: dict[Language, dict[str, tuple[str, ...]]] = {
    "nl": {
        "purchase": ("aankoop", "aankopen"),
        "sales": ("verkoop", "verkopen"),
        "miscellaneous": ("divers", "diversen"),
        "question": ("vraag", "vragen"),
    },
    "fr": {
        "purchase": ("achat", "achats"),
        "sales": ("vente", "ventes"),
        "miscellaneous": ("divers",),
        "question": ("question", "questions"),
    },
    "en": {
        "purchase": ("purchase", "purchases"),
        "sales": ("sales", "sale"),
        "miscellaneous": ("misc", "miscellaneous"),
        "question": ("question", "questions"),
    },
    "de": {
        "purchase": ("einkauf", "einkaeufe"),
        "sales": ("verkauf", "verkaeufe"),
        "miscellaneous": ("diverses", "diverse"),
        "question": ("frage", "fragen"),
    },
}
_KIND_OF = {
    word: kind
    for kinds in _KINDS.values()
    for kind, words in kinds.items()
    for word in words
}  # fmt: skip
_COMMANDS = "mailbot"
_POSTMASTER = frozenset({"postmaster", "abuse"})
_TOKEN_KINDS = {"r": RecipientKind.REPLY, "b": RecipientKind.BOUNCE}

#: base32 as `storage.reply_tokens` writes it; shorter is a dossier whose code begins with "r."
_TOKEN = re.compile(r"([rb])\.([a-z2-7]{16,64})")
_WITH_KIND = re.compile(r"([a-z]+)(?:\.([^-]+))?-(.+)")
#: what may stand in a dossier's code; everything else is no address of ours
_DOSSIER = re.compile(r"[^\s\"(),:;<>@\[\\\]]{1,64}")
_WRITTEN_NUMBER = re.compile(r"(?:be[. ]?)?(\d{3,4}\.\d{3}\.\d{3}|\d{10})|be(\d{9})")


def read_recipient(address: str) -> Recipient:
    """Return what an envelope recipient means; UNKNOWN when it has no meaning at all.

    Case never matters. `address` of the result is lower case, without quotes, with its domain.
    """
    local, domain = _split(address)
    name, *labels = local.split("+")
    clean = f"{local}@{domain}" if domain else local
    return _recipient(name, clean, tuple(label for label in labels if label))


def write_reply_address(token: str, domain: str) -> str:
    """Return the Reply-To of a mail whose answers carry `token`."""
    return f"r.{token}@{domain}"


def write_bounce_address(token: str, domain: str) -> str:
    """Return the envelope sender of a mail whose bounces carry `token` (VERP)."""
    return f"b.{token}@{domain}"


def write_dossier_address(
    kind: str, dossier: str, domain: str, *, language: Language = "nl", journal: str = ""
) -> str:
    """Return the address that delivers to `dossier`, with the first word in `language`.

    `kind` is purchase, sales, miscellaneous, question, or "" when the document itself tells.
    Raises KeyError for another kind.
    """
    word = _KINDS[language][kind][0] if kind else ""
    first = f"{word}.{journal}" if journal else word
    return f"{first}-{dossier}@{domain}".lstrip("-").lower()


def _split(address: str) -> tuple[str, str]:
    """Return local part and domain, lower case; composed letters (RFC 6532) in one form."""
    text = unicodedata.normalize("NFC", address.strip().strip("<>")).lower()
    local, at, domain = text.rpartition("@")
    local = local if at else text
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    return local, domain.rstrip(".") if at else ""


def _recipient(name: str, address: str, labels: tuple[str, ...]) -> Recipient:
    if token := _TOKEN.fullmatch(name):
        return Recipient(kind=_TOKEN_KINDS[token[1]], address=address, token=token[2])
    if name == _COMMANDS or _KIND_OF.get(name) == "question":
        return Recipient(kind=RecipientKind.COMMANDS, address=address, labels=labels)
    if name in _POSTMASTER:
        return Recipient(kind=RecipientKind.POSTMASTER, address=address)
    typed = _WITH_KIND.fullmatch(name)
    kind = _KIND_OF.get(typed[1], "") if typed else ""
    journal, dossier = (typed[2] or "", typed[3]) if typed and kind else ("", name)
    if not _DOSSIER.fullmatch(dossier):
        return Recipient(kind=RecipientKind.UNKNOWN, address=address)
    is_question = kind == "question"
    return Recipient(
        kind=RecipientKind.QUESTION if is_question else RecipientKind.DELIVER,
        address=address,
        dossier=_dossier(dossier),
        document_kind="" if is_question else kind,
        journal=journal,
        labels=labels,
    )


def _dossier(text: str) -> str:
    """Return a code as it is, and an enterprise number however it was typed as ten digits.

    A bare number of nine digits stays: in the Netherlands these are numbers of their own.
    """
    if not _WRITTEN_NUMBER.fullmatch(text):
        return text
    return read_enterprise_number(text) or text
