"""What stands in the header of a signature (RFC 6376 §3.2, §3.5), and what is wrong with it."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from mailbot.domain.domain_names import is_public_suffix
from mailbot.mail.from_domain import read_domain
from mailbot.mail.raw_mail import RawHeader

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINE_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_SELECTOR = re.compile(r"(?=.{1,190}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,12}")
_FORMS = frozenset({"simple", "relaxed"})
#: RFC 8301 §3.1 took rsa-sha1 away, RFC 8463 brought Ed25519
_ALGORITHMS = frozenset({"rsa-sha256", "ed25519-sha256"})
#: seconds that the clock of an honest server may be wrong
_SKEW = 600


def read_tags(value: bytes) -> dict[str, str] | None:
    """Return the tags of a tag list, None when it breaks RFC 6376 §3.2 (no tag twice)."""
    text = _LINE_FOLD.sub(b"", value).decode("utf-8", errors="replace")
    tags: dict[str, str] = {}
    pieces = text.split(";")
    for piece in pieces if pieces[-1].strip() else pieces[:-1]:
        name, equals, content = piece.partition("=")
        name = name.strip()
        if not equals or not _TAG.fullmatch(name) or name in tags:
            return None
        tags[name] = content.strip()
    return tags


def packed(text: str) -> str:
    """Return `text` without white space."""
    return "".join(text.split())


@dataclass(frozen=True)
class SignatureTags:
    """The tags of one signature, read."""

    header: RawHeader
    tags: dict[str, str]

    def get(self, name: str) -> str:
        """Return the value of a tag without white space, "" if there is none."""
        return packed(self.tags.get(name, ""))

    @property
    def algorithm(self) -> str:
        """E.g. "rsa-sha256"."""
        return self.get("a").lower()

    @cached_property
    def domain(self) -> str:
        """Who signed, in ASCII and lower case; "" when it is no domain name."""
        return read_domain(self.tags.get("d", ""))

    @property
    def selector(self) -> str:
        """Which of its keys; "" when it cannot be one."""
        selector = self.tags.get("s", "")
        return selector if _SELECTOR.fullmatch(selector) else ""

    @property
    def key_name(self) -> str:
        """Where the key lies in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def signed_names(self) -> list[str]:
        """The names of signed header fields, in order, lower case."""
        return [one.lower() for one in self.get("h").split(":")]

    @property
    def forms(self) -> tuple[str, str]:
        """How head and body were brought into form: "simple" or "relaxed"."""
        head, _, body = (self.get("c").lower() or "simple").partition("/")
        return head, body or "simple"

    @property
    def signature(self) -> bytes | None:
        """The signature itself, None when it cannot be read."""
        return _decoded(self.get("b"))

    @property
    def body_digest(self) -> bytes | None:
        """The digest of the body that was signed, None when it cannot be read."""
        return _decoded(self.get("bh"))

    def moment(self, name: str) -> int | None:
        """Return the seconds since 1970 in a tag, None if there are none."""
        value = self.get(name)
        return int(value) if _SECONDS.fullmatch(value) else None

    def without_signature(self) -> RawHeader:
        """Return the header with the value of b= left out, as it was signed (RFC 6376 §3.7)."""
        pieces = self.header.value.split(b";")
        kept = [
            piece.partition(b"=")[0] + b"=" if piece.partition(b"=")[0].strip() == b"b" else piece
            for piece in pieces
        ]
        return RawHeader(name=self.header.name, value=b";".join(kept))


def read_signature(header: RawHeader) -> SignatureTags | None:
    """Return the signature in a header, None when it cannot be read."""
    tags = read_tags(header.value)
    return None if tags is None else SignatureTags(header, tags)


def find_fault(found: SignatureTags, needed: tuple[str, ...], now: float) -> tuple[str, str]:
    """Return result and reason why a signature is not even tried, ("", "") to go on.

    `needed` names the tags that must be there; `now` is in seconds since 1970. A dishonoured
    signature is "policy" (RFC 8601 §2.7.1), a malformed one "permerror".
    """
    for name in needed:
        if not found.get(name):
            return "permerror", f"{name}= is missing"
    holds = (fault for fault, is_so in _FAULTS if is_so(found, now))
    return next(holds, ("", ""))


def _is_after(first: int | None, second: float | None) -> bool:
    return first is not None and second is not None and first > second


def _has_bad_moment(found: SignatureTags, _now: float) -> bool:
    return any(name in found.tags and found.moment(name) is None for name in ("t", "x"))


#: read from top to bottom: the first one that is so counts
_FAULTS: tuple[tuple[tuple[str, str], Callable[[SignatureTags, float], bool]], ...] = (
    (("permerror", "d= is no domain"), lambda found, _: not found.domain),
    (("permerror", "s= is no selector"), lambda found, _: not found.selector),
    (("policy", "weak or unknown algorithm"), lambda found, _: found.algorithm not in _ALGORITHMS),
    (("permerror", "c= is not known"), lambda found, _: not _FORMS.issuperset(found.forms)),
    (("permerror", "b= or bh= cannot be read"),
     lambda found, _: found.signature is None or found.body_digest is None),
    (("policy", "the domain is a public suffix"), lambda found, _: is_public_suffix(found.domain)),
    (("permerror", "t= or x= is no moment"), _has_bad_moment),
    (("policy", "signed in the future"),
     lambda found, now: _is_after(found.moment("t"), now + _SKEW)),
    (("permerror", "it ended before it began"),
     lambda found, _: _is_after(found.moment("t"), found.moment("x"))),
    (("policy", "expired"),
     lambda found, now: "x" in found.tags and not _is_after(found.moment("x"), now - _SKEW)),
)  # fmt: skip


def is_outside_domain(found: SignatureTags) -> bool:
    """Whether i= names somebody outside of the domain that signed (RFC 6376 §3.5)."""
    if "i" not in found.tags:
        return False
    identity = read_domain(found.get("i").rpartition("@")[2])
    return identity != found.domain and not identity.endswith(f".{found.domain}")


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
