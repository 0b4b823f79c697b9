"""ARC (RFC 8617): what forwarders say they saw, each seal over all that came before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.mail.dkim_check import find_unsigned, signed_head, verify
from mailbot.mail.lookup import DnsLookup
from mailbot.mail.raw_mail import RawHeader, RawMail
from mailbot.mail.signature_tags import SignatureTags, find_fault, read_signature

#: RFC 8617 §4.2.1
MAX_INSTANCES = 50
_RESULTS, _MESSAGE, _SEAL = "arc-authentication-results", "arc-message-signature", "arc-seal"
_LONGEST_HEADER = 16 * 1024
#: RFC 8617 §4.1.1: the instance comes first
_INSTANCE = re.compile(rb"\s*i\s*=\s*([0-9]{1,3})\s*;(.*)", re.DOTALL)
_MESSAGE_NEEDS = ("i", "a", "b", "bh", "d", "h", "s")
_SEAL_NEEDS = ("i", "a", "b", "cv", "d", "s")


@dataclass(frozen=True, kw_only=True)
class ArcChain:
    """The verdict on the chain of a mail, and who sealed it last."""

    #: none, pass, fail or temperror
    result: str = "none"
    #: domain of the last seal (d=), only when the chain passes
    sealer: str = ""
    #: what the last sealer saw, in the words of an Authentication-Results header
    results: bytes = b""


NO_CHAIN = ArcChain()
BROKEN = ArcChain(result="fail")


@dataclass(frozen=True, kw_only=True)
class _Set:
    """What one forwarder added."""

    results: RawHeader
    message: SignatureTags
    seal: SignatureTags

    @property
    def headers(self) -> tuple[RawHeader, ...]:
        """In the order in which they are sealed (RFC 8617 §5.1.1)."""
        return self.results, self.message.header, self.seal.header


def check_arc(mail: RawMail, lookup: DnsLookup, *, now: float) -> ArcChain:
    """Return what the ARC headers of a mail are worth (RFC 8617 §5.2); never raises.

    `now` is in seconds since 1970.
    """
    headers = mail.named(_RESULTS, _MESSAGE, _SEAL)
    if not headers:
        return NO_CHAIN
    sets = _read_sets(headers)
    if not sets or not _is_coherent(sets, now):
        return BROKEN
    last = sets[-1]
    if find_unsigned(mail, last.message):
        return BROKEN
    outcomes = [verify(mail, last.message, signed_head(mail, last.message), lookup)[0]]
    for number in range(len(sets), 0, -1):
        if outcomes[-1] != "pass":
            break
        outcomes.append(_verify_seal(mail, sets[:number], lookup))
    if outcomes[-1] != "pass":
        return ArcChain(result="temperror") if outcomes[-1] == "temperror" else BROKEN
    return ArcChain(result="pass", sealer=last.seal.domain, results=_said(last.results))


def _read_sets(headers: Sequence[RawHeader]) -> list[_Set]:
    """Return the sets from the first forwarder to the last; [] when any is not whole."""
    found: dict[tuple[int, str], RawHeader] = {}
    for header in headers:
        instance = _read_instance(header)
        if not instance or (instance, header.key) in found:
            return []
        found[instance, header.key] = header
    count = len(found) // 3
    if len(found) != 3 * count or count > MAX_INSTANCES:
        return []
    sets = [_read_set(found, number) for number in range(1, count + 1)]
    whole = [one for one in sets if one]
    return whole if len(whole) == count else []


def _read_set(found: dict[tuple[int, str], RawHeader], number: int) -> _Set | None:
    try:
        results, message, seal = (found[number, name] for name in (_RESULTS, _MESSAGE, _SEAL))
    except KeyError:
        return None
    message_tags, seal_tags = read_signature(message), read_signature(seal)
    if not message_tags or not seal_tags:
        return None
    return _Set(results=results, message=message_tags, seal=seal_tags)


def _read_instance(header: RawHeader) -> int:
    """Return which set a header belongs to, 0 when it does not say."""
    if len(header.value) > _LONGEST_HEADER:
        return 0
    if header.key == _RESULTS:
        found = _INSTANCE.match(header.unfolded)
        return int(found[1]) if found else 0
    tags = read_signature(header)
    number = tags.get("i") if tags else ""
    return int(number) if number.isdecimal() and len(number) <= 3 else 0


def _is_coherent(sets: Sequence[_Set], now: float) -> bool:
    """Whether each set is well-formed and each forwarder found the chain before it whole."""
    for number, one in enumerate(sets, start=1):
        if one.seal.get("cv").lower() != ("none" if number == 1 else "pass"):
            return False
        if "h" in one.seal.tags or "bh" in one.seal.tags or _is_unusable(one.message):
            return False
        if find_fault(one.seal, _SEAL_NEEDS, now)[0]:
            return False
        if find_fault(one.message, _MESSAGE_NEEDS, now)[0]:
            return False
    return True


def _is_unusable(message: SignatureTags) -> bool:
    """Whether a message signature leaves out what it must cover, or covers a seal (§4.1.2)."""
    names = message.signed_names
    return "from" not in names or _SEAL in names or "l" in message.tags


def _verify_seal(mail: RawMail, sets: Sequence[_Set], lookup: DnsLookup) -> str:
    """Return the verdict on the seal of the last of `sets`, which is over all of them."""
    seal = sets[-1].seal
    before = [header for one in sets for header in one.headers][:-1]
    lines = [*(one.relaxed for one in before), seal.without_signature().relaxed]
    return verify(mail, seal, b"\r\n".join(lines), lookup)[0]


def _said(results: RawHeader) -> bytes:
    found = _INSTANCE.match(results.unfolded)
    return found[2].strip() if found else b""
