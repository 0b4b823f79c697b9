"""What is odd about who sent a mail: warnings for people, never a reason to refuse (mail.md §7).

A warning is an id of table `warnings` in templates/<language>/sentences.toml; what stands behind
its colon is named in the sentence.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mailbot.domain.domain_names import organisation, split_organisation
from mailbot.domain.mail import Authentication, MailAddress
from mailbot.domain.seen_senders import SeenSender
from mailbot.rules.look_alikes import find_look_alike, organisation_is_known
from mailbot.rules.sender_words import sender_words

#: proved mails and days after which a domain is no stranger any more
_ESTABLISHED_MAILS = 5
_ESTABLISHED_DAYS = 14
#: proved mails after which a name is known to be somebody's
_OWNED_MAILS = 3
#: proved mails after which one without proof stands out, if most were proved; forged ones that
#: came meanwhile, each told about, do not soon hide the next
_USUALLY_PROVED_MAILS = 3
_USUAL_SHARE = 2 / 3
_LONGEST_NAME = 200
_LONGEST_SHOWN = 80
_ADDRESS = re.compile(r"[^\s<>()\",;:@]{1,64}@([\w-]{1,63}\.)+[\w-]{2,63}")
_PUNCTUATION = re.compile(r"[\W_]+")
#: what mail programs and portals write behind a name
_VIA = re.compile(r"\s(?:via|on behalf of|namens|au nom de|im auftrag von)\s.*\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class KnownSenders:
    """What an office knows of people and senders, without the mail that is judged."""

    #: names of people of the office and of the dossier, folded, to their addresses
    people: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: domains of the office, of its people and of senders that were proved
    domains: Collection[str] = ()
    #: what was seen of this very address, and of others with the same name
    same_address: Collection[SeenSender] = ()
    same_name: Collection[SeenSender] = ()
    #: where proved mails of this very sender sent answers before
    usual_replies: Collection[str] = ()


def find_suspicions(
    sender: MailAddress,
    reply_to: Collection[MailAddress],
    authentication: Authentication,
    known: KnownSenders,
    *,
    expects_known_sender: bool,
) -> list[str]:
    """Return the warnings about who sent a mail, the gravest first.

    `expects_known_sender`: the supplier of the document is known, so that a new sender stands out.
    """
    if authentication.source == "import":
        return []
    found = [
        _of_proof(authentication, known),
        _of_domain(sender, known),
        _of_name(sender, known),
        "" if _is_portal(sender, authentication) else _of_reply(sender, reply_to, known),
    ]
    if expects_known_sender and not any(found) and _is_stranger(sender, known):
        found.append("first_contact")
    return [one for one in found if one]


def name_key(name: str) -> str:
    """Return what makes two display names the same one, "" for names that many share."""
    folded = "".join(
        one
        for one in unicodedata.normalize("NFKD", _VIA.sub("", name).casefold())
        if not unicodedata.combining(one) and (one.isprintable() or one.isspace())
    ).translate(dict(sender_words().foreign_alike))
    key = " ".join(_PUNCTUATION.sub(" ", folded).split())[:_LONGEST_NAME]
    return "" if key in sender_words().desks else key


def _of_proof(authentication: Authentication, known: KnownSenders) -> str:
    """Tell of a mail that is not from there, or not as well proved as the others were."""
    if authentication.aligned:
        return ""
    if authentication.dmarc == "fail":
        return "failed_authentication"
    verdicts = (authentication.spf, authentication.dkim, authentication.dmarc)
    if "temperror" in verdicts:
        return ""  # a bad day of DNS says nothing about the sender
    mails = sum(one.mails for one in known.same_address)
    proved = sum(one.proved for one in known.same_address)
    is_usual = proved >= _USUALLY_PROVED_MAILS and proved >= _USUAL_SHARE * mails
    return "unusual_authentication" if is_usual else ""


def _of_domain(sender: MailAddress, known: KnownSenders) -> str:
    """Tell of a domain that may be taken for a known one."""
    domain = _ascii(sender.domain)
    if any(_is_established(one) for one in known.same_address):
        return ""
    alike = find_look_alike(domain, known.domains)
    return f"lookalike_domain:{alike}" if alike else ""


def _of_name(sender: MailAddress, known: KnownSenders) -> str:
    """Tell of a name that belongs to somebody else."""
    named = _ADDRESS.search(sender.display_name[:_LONGEST_NAME].lower())
    if named and not _is_same_organisation(named[0], sender.address):
        return f"name_is_address:{_shown(named[0])}"
    key = name_key(sender.display_name)
    if not key or any(_is_established(one) for one in known.same_address):
        return ""
    if " " in key and key in known.people and sender.address not in known.people[key]:
        return f"name_of_person:{_shown(sender.display_name)}"
    others = [
        one for one in known.same_name if not _is_same_organisation(one.address, sender.address)
    ]
    owner = max(others, key=lambda one: one.proved, default=None)
    return (
        f"name_of_other_address:{owner.address}" if owner and owner.proved >= _OWNED_MAILS else ""
    )


def _shown(text: str) -> str:
    """Return what a sender wrote, fit to stand in a sentence: short, and what one sees is all."""
    plain = "".join(one for one in text if one.isprintable() and one not in ",<>")
    return plain if len(plain) <= _LONGEST_SHOWN else f"{plain[:_LONGEST_SHOWN]}…"


def _is_portal(sender: MailAddress, authentication: Authentication) -> bool:
    """Whether a robot wrote, whose mails others answer for; a portal of e-invoices, say."""
    is_robot = sender.address.partition("@")[0] in sender_words().robots
    return is_robot and authentication.aligned


def _of_reply(sender: MailAddress, reply_to: Collection[MailAddress], known: KnownSenders) -> str:
    """Tell of answers that would go to another organisation.

    Not when it is one that we know, or answers went there before: portals send in the name of
    suppliers, and small ones answer from a provider of addresses.
    """
    strange = [
        one.address
        for one in reply_to
        if one.domain
        and one.address not in known.usual_replies
        and not _is_same_organisation(one.address, sender.address)
        and (
            _is_of_provider(one.address)
            or not organisation_is_known(_ascii(one.domain), known.domains)
        )
    ]
    has_own = len(strange) < len([one for one in reply_to if one.domain])
    return "" if has_own or not strange else f"reply_to_differs:{_shown(strange[0])}"


def _is_stranger(sender: MailAddress, known: KnownSenders) -> bool:
    is_person = any(sender.address in addresses for addresses in known.people.values())
    if is_person or known.same_address:
        return False
    # a provider's domain is known by others who have their address there
    is_known = organisation_is_known(_ascii(sender.domain), known.domains)
    return _is_of_provider(sender.address) or not is_known


def _is_established(seen: SeenSender) -> bool:
    days = (seen.last_at - seen.first_at).days
    return seen.proved >= _ESTABLISHED_MAILS and days >= _ESTABLISHED_DAYS


def _is_of_provider(address: str) -> bool:
    label, _ = split_organisation(_ascii(address.rpartition("@")[2]))
    return label in sender_words().providers


def _is_same_organisation(first: str, second: str) -> bool:
    one, other = (_ascii(address.rpartition("@")[2]) for address in (first, second))
    return one == other or (bool(organisation(one)) and organisation(one) == organisation(other))


def _ascii(domain: str) -> str:
    """Return a domain as DNS knows it (IDNA), as it stands when it is none."""
    try:
        return domain.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.lower()
