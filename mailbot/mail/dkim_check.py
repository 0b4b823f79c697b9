"""DKIM (RFC 6376, 8301, 8463): which domains signed a mail, and which signatures count.

dkimpy takes rsa-sha1, partial bodies (`l=`), a second From or Subject on top of a signed one, and
a key for another use; its expressions need hours for some hostile mails. So only its reader of
keys is used (decision 14); every step here takes time in proportion to the mail.
"""

from collections import Counter
from collections.abc import Iterable

from mailbot.domain.mail import Signature
from mailbot.mail.lookup import DnsLookup, LookupFailed
from mailbot.mail.raw_mail import RawHeader, RawMail, read_raw_mail
from mailbot.mail.signature_tags import (
    SignatureTags,
    find_fault,
    is_outside_domain,
    read_signature,
)
from mailbot.mail.signing_key import read_key

MAX_SIGNATURES = 8
_LONGEST_HEADER = 8 * 1024
_NAME = "dkim-signature"
_NEEDED = ("v", "a", "b", "bh", "d", "h", "s")
#: best first
_ORDER = ("pass", "temperror", "fail", "policy", "permerror", "neutral", "none")
#: RFC 5322 §3.6 allows one of each; a second one, unsigned, is what people would read
_SINGLE = frozenset(
    {
        "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to",
        "references", "mime-version", "content-type", "content-transfer-encoding",
    }
)  # fmt: skip


def check_signatures(raw: bytes, lookup: DnsLookup, *, now: float) -> tuple[Signature, ...]:
    """Return the verdict on each DKIM signature of the mail `raw`, topmost first; never raises.

    `now` is in seconds since 1970.
    """
    mail = read_raw_mail(raw)
    return check_signatures_of(mail, lookup, now=now) if mail else ()


def check_signatures_of(mail: RawMail, lookup: DnsLookup, *, now: float) -> tuple[Signature, ...]:
    """Return the verdict on each DKIM signature of a mail, topmost first; never raises."""
    headers = mail.named(_NAME)
    if len(headers) > MAX_SIGNATURES:
        return (Signature(result="policy", domain="", reason="too many signatures"),)
    return tuple(_check(mail, header, lookup, now) for header in headers)


def best_result(signatures: Iterable[Signature]) -> str:
    """Return the result that stands for all: the best one, "none" without signatures."""
    return min((one.result for one in signatures), key=_ORDER.index, default="none")


def verify(
    mail: RawMail, found: SignatureTags, signed: bytes, lookup: DnsLookup
) -> tuple[str, str]:
    """Return result and reason of a signature over `signed` and, with bh=, over the body."""
    if "bh" in found.tags:
        is_relaxed = found.forms[1] == "relaxed"
        if found.body_digest != mail.body_digest(is_relaxed=is_relaxed):
            return "fail", "the body was changed"
    try:
        key = read_key(lookup.txt(found.key_name))
    except LookupFailed:
        return "temperror", "DNS gave no key"
    if key.fault != ("", ""):
        return key.fault
    if key.kind != found.algorithm.partition("-")[0]:
        return "permerror", "the key is of another kind"
    if key.is_strict and _identity_domain(found) not in ("", found.get("d").lower()):
        return "permerror", "the key is for exactly its domain"
    is_valid = key.verifies(signed, found.signature or b"")
    return ("pass", "") if is_valid else ("fail", "the signature is not of what is here")


def signed_head(mail: RawMail, found: SignatureTags) -> bytes:
    """Return the bytes of the head that a signature is about (RFC 6376 §3.7, §5.4.2)."""
    is_relaxed = found.forms[0] == "relaxed"
    waiting: dict[str, list[RawHeader]] = {}
    for header in mail.headers:
        waiting.setdefault(header.key, []).append(header)
    # from the bottom up; a name without a header left says that there must be none
    chosen = [waiting[name].pop() for name in found.signed_names if waiting.get(name)]
    chosen.append(found.without_signature())
    lines = (one.relaxed if is_relaxed else one.simple for one in chosen)
    return b"\r\n".join(lines)


def find_unsigned(mail: RawMail, found: SignatureTags) -> str:
    """Return the name of a header that stands there more often than it was signed, "" if none.

    One that nobody signed may stand there once: a second Content-Type says what the text is, too.
    """
    signed = Counter(found.signed_names)
    there = Counter(header.key for header in mail.headers)
    unsafe = [name for name in _SINGLE if there[name] > max(1, signed[name])]
    return min(unsafe, default="")


def _check(mail: RawMail, header: RawHeader, lookup: DnsLookup, now: float) -> Signature:
    if len(header.value) > _LONGEST_HEADER:
        return Signature(result="policy", domain="", reason="too long")
    found = read_signature(header)
    if found is None:
        return Signature(result="permerror", domain="", reason="it cannot be read")
    result, reason = find_fault(found, _NEEDED, now)
    if not result:
        result, reason = _fault_of_dkim(mail, found)
    if not result:
        result, reason = verify(mail, found, signed_head(mail, found), lookup)
    return Signature(
        result=result,
        reason=reason,
        domain=found.domain,
        selector=found.selector,
        algorithm=found.algorithm,
        signs_to="to" in found.signed_names,
    )


def _fault_of_dkim(mail: RawMail, found: SignatureTags) -> tuple[str, str]:
    """Return why a DKIM signature is not even tried, ("", "") to go on."""
    if found.get("v") != "1":
        return "permerror", "v= is not 1"
    if "dns/txt" not in (found.get("q").lower() or "dns/txt").split(":"):
        return "permerror", "the key is not in DNS"
    if is_outside_domain(found):
        return "permerror", "i= is outside of d="
    if "l" in found.tags:
        return "policy", "only a part of the body is signed"
    if "from" not in found.signed_names:
        return "permerror", "From is not signed"  # RFC 6376 §5.4
    doubled = find_unsigned(mail, found)
    return ("policy", f"a second {doubled} is not signed") if doubled else ("", "")


def _identity_domain(found: SignatureTags) -> str:
    return found.get("i").rpartition("@")[2].lower() if "@" in found.get("i") else ""
