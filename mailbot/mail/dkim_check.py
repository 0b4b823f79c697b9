"""DKIM (RFC 6376) by dkimpy, with the guards that it lacks.

dkimpy alone takes rsa-sha1 (refused by RFC 8301), signatures that leave From unsigned or sign only
the first bytes of the body (`l=`), and its expressions need hours for some hostile mails: sizes
are checked first, and the body is brought into relaxed form here, in one pass.
"""

import logging
import re
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailbot.mail.lookup import DnsLookup, LookupFailed

#: dkimpy compares each signed name with each header, and adds folded lines one by one
MAX_HEAD = 128 * 1024
MAX_HEADERS = 1000
MAX_SIGNATURES = 8
_MAX_SIGNATURE = 8 * 1024
_LONG_SPACE = re.compile(rb"\s{65,}")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_SPACES = re.compile(rb"[ \t]+")
_SIGNATURE_NAME = b"dkim-signature"
_ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
_FIELD = re.compile(rb"\s*:\s*")
#: best first
_ORDER = ("pass", "temperror", "fail", "policy", "permerror", "neutral", "none")
#: what dkimpy and its key parser let through on hostile signatures and keys (by its source);
#: binascii.Error and UnicodeError are ValueErrors
_DKIMPY_TROUBLE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError,
    dkim.UnparsableKeyError,
)  # fmt: skip
# a signature that does not hold is a fact about a mail, not an error of this program
logging.getLogger("dkimpy").setLevel(logging.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature of a mail and what it is worth."""

    #: pass, fail, neutral, policy (valid perhaps, but not good enough), temperror, permerror
    result: str
    #: the domain that signed (d=), lower case; "" when it cannot be read
    domain: str


def check_signatures(raw: bytes, lookup: DnsLookup) -> tuple[Signature, ...]:
    """Return the verdict on each DKIM signature of the mail `raw`, topmost first; never raises."""
    blank = _BLANK_LINE.search(raw, 0, MAX_HEAD)
    if not blank:
        return ()
    try:
        verifier = dkim.DKIM(raw[: blank.start()] + b"\r\n\r\n")
    except (dkim.DKIMException, *_DKIMPY_TROUBLE):
        return ()
    count = sum(name.lower() == _SIGNATURE_NAME for name, _ in verifier.headers)
    if len(verifier.headers) > MAX_HEADERS or count > MAX_SIGNATURES:
        return (Signature(result="policy", domain=""),) if count else ()
    body = raw[blank.end() :].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return tuple(_check(verifier, number, body, lookup) for number in range(count))


def best_result(signatures: tuple[Signature, ...]) -> str:
    """Return the result that stands for all: the best one, "none" without signatures."""
    return min((one.result for one in signatures), key=_ORDER.index, default="none")


def _check(verifier: dkim.DKIM, number: int, body: bytes, lookup: DnsLookup) -> Signature:
    header = _signature_header(verifier, number)
    try:
        tags = parse_tag_value(header)
    except InvalidTagValueList:
        return Signature(result="permerror", domain="")
    domain = tags.get(b"d", b"").decode("ascii", errors="replace").strip(".").lower()
    refusal = _refusal(header, tags)
    if refusal:
        return Signature(result=refusal, domain=domain)
    is_relaxed = b"/relaxed" in tags.get(b"c", b"").lower()
    verifier.body = _relaxed(body) if is_relaxed else body
    return Signature(result=_verify(verifier, number, lookup), domain=domain)


def _signature_header(verifier: dkim.DKIM, number: int) -> bytes:
    found = [value for name, value in verifier.headers if name.lower() == _SIGNATURE_NAME]
    return bytes(found[number])


def _refusal(header: bytes, tags: dict[bytes, bytes]) -> str:
    """Return why a signature is not even tried: "policy", "permerror", or "" to go on."""
    if len(header) > _MAX_SIGNATURE or _LONG_SPACE.search(header):
        return "policy"
    if tags.get(b"a") not in _ALGORITHMS or b"l" in tags:
        return "policy"
    # RFC 6376 §5.4: From must be signed
    signed = _FIELD.split(tags.get(b"h", b"").strip().lower())
    return "" if b"from" in signed else "permerror"


def _verify(verifier: dkim.DKIM, number: int, lookup: DnsLookup) -> str:
    trouble: list[str] = []

    def find_key(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - as dkimpy asks
        try:
            records = lookup.txt(name.decode("ascii").rstrip("."))
        except LookupFailed as error:
            trouble.append("temperror")
            raise dkim.DnsTimeoutError(str(error)) from error
        keys = [one for one in records if b"p=" in one]
        if not keys:
            trouble.append("permerror")
        return keys[0] if keys else None

    try:
        is_valid = verifier.verify(number, dnsfunc=find_key)
    except (dkim.KeyFormatError, dkim.UnknownKeyTypeError):
        return "policy"  # a key below 1024 bits, or of a kind that we cannot check
    except dkim.NaClNotFoundError:
        return "neutral"
    except dkim.ValidationError:
        return "fail"
    except (dkim.DKIMException, *_DKIMPY_TROUBLE):
        return "permerror"
    return "pass" if is_valid else (trouble[0] if trouble else "fail")


def _relaxed(body: bytes) -> bytes:
    """Return a CRLF body with its spaces as RFC 6376 §3.4.4 wants them, in one pass.

    dkimpy does the same with an expression that takes quadratic time on long runs of spaces.
    """
    return _SPACES.sub(b" ", body).replace(b" \r\n", b"\r\n")
