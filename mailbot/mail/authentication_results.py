"""Authentication-Results (RFC 8601), as a server that the operator trusts wrote them."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailbot.domain.mail import Authentication
from mailbot.mail.charsets import decode_text
from mailbot.mail.dmarc import is_aligned
from mailbot.mail.from_domain import find_from_domain, read_domain
from mailbot.mail.mime import MAX_HEADERS, read_head

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_VALUE = r'"(?:[^"\\]|\\.)*"(?:@[^\s;"]*)?|[^\s"]+'
#: `ptype.property = value`, where space may stand beside the point and the sign (RFC 8601 §2.2)
_PAIR = re.compile(rf"([\w-]+(?:\s*\.\s*[\w-]+)?)\s*=\s*({_VALUE})")
_METHOD = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*(\d+))?\s*=\s*([a-z]+)", re.IGNORECASE)
_ID = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s";=]+)\s*(\d*)\s*')
_LONGEST = 16 * 1024
#: best first: what one result of a method is worth when there are several
_ORDER = ("pass", "temperror", "fail", "softfail", "policy", "permerror", "neutral", "none")
#: words of older standards and of some servers
_SAME_AS = {"hardfail": "fail", "error": "temperror", "unknown": "permerror"}
#: "bestguesspass": Microsoft's word for a domain without a policy
_NO_OBJECTION = ("pass", "none", "bestguesspass")


@dataclass(frozen=True, kw_only=True)
class _Result:
    """One `method=result ptype.property=value …`."""

    method: str
    result: str
    properties: dict[str, str]


def read_authentication_results(raw: bytes, trusted_ids: Collection[str]) -> Authentication | None:
    """Return what the topmost Authentication-Results of a trusted server says of the mail `raw`.

    None when there is none: then nobody we believe has looked. Lower headers of the same name
    came with the mail and prove nothing. The header is read undecoded: an encoded word
    in it is the sender's and must not turn into results.
    """
    trusted = {one.lower() for one in trusted_ids}
    if not trusted:
        return None
    for header in read_head(raw[: 2 * MAX_HEADERS]).all_raw("authentication-results"):
        authserv_id, said = read_results(header, find_from_domain(raw))
        if authserv_id in trusted:
            return said
    return None


def read_results(header: bytes, from_domain: str) -> tuple[str, Authentication]:
    """Return who wrote a header value (authserv-id, lower case), and what it says of From."""
    authserv_id, results = _read(_FOLD.sub("", decode_text(header[:_LONGEST])))
    return authserv_id, _judge(results, from_domain, authserv_id)


def _judge(results: list[_Result], from_domain: str, authserv_id: str) -> Authentication:
    dmarc = _worst(results, "dmarc")
    by_dmarc = dmarc == "pass" and any(
        read_domain(_domain(one.properties.get("header.from", ""))) == from_domain
        for one in results
        if one.method == "dmarc"
    )
    vouched = any(_vouches(one, from_domain) for one in results)
    return Authentication(
        spf=_best(results, "spf"),
        dkim=_best(results, "dkim"),
        dmarc=dmarc,
        from_domain=from_domain,
        aligned=bool(from_domain) and (by_dmarc or (dmarc in _NO_OBJECTION and vouched)),
        source=authserv_id,
        spf_domain=_spf_domain(results),
    )


def _vouches(result: _Result, from_domain: str) -> bool:
    """Whether this pass is for a domain aligned with From, when DMARC says nothing."""
    if result.result != "pass" or result.method not in ("dkim", "spf"):
        return False
    found = result.properties
    names = ("header.d", "header.i") if result.method == "dkim" else ("smtp.mailfrom",)
    value = next((found[name] for name in names if name in found), "")
    return is_aligned(read_domain(_domain(value)), from_domain, strict=False)


def _spf_domain(results: list[_Result]) -> str:
    values = (one.properties.get("smtp.mailfrom", "") for one in results if one.method == "spf")
    return next((read_domain(_domain(value)) for value in values if value), "")


def _domain(value: str) -> str:
    return value.rpartition("@")[2]


def _best(results: list[_Result], method: str) -> str:
    found = [one.result for one in results if one.method == method and one.result in _ORDER]
    return min(found, key=_ORDER.index, default="none")


def _worst(results: list[_Result], method: str) -> str:
    """Return the one result of a method that has only one; two different ones prove nothing."""
    found = {one.result for one in results if one.method == method}
    return "permerror" if len(found) > 1 else next(iter(found), "none")


def _read(header: str) -> tuple[str, list[_Result]]:
    """Return authserv-id (lower case) and results; comments and quotes as RFC 8601 §2.2.

    A version other than 1 may mean anything: then nothing is read (§2.3).
    """
    first, *rest = _cut(header)
    found = _ID.fullmatch(first)
    if not found or found[2] not in ("", "1"):
        return "", []
    return found[1].strip('"').lower(), [one for piece in rest for one in _result(piece)]


def _result(piece: str) -> Iterator[_Result]:
    found = _METHOD.match(piece)
    if found and found[2] in (None, "1"):
        pairs = _PAIR.findall(piece[found.end() :])
        properties: dict[str, str] = {}
        for name, value in pairs:
            # the first one counts: a value that the sender chose may hold another pair
            properties.setdefault("".join(name.split()).lower(), _unquoted(value).lower())
        result = found[3].lower()
        yield _Result(
            method=found[1].lower(), result=_SAME_AS.get(result, result), properties=properties
        )


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    text, _, rest = value[1:].rpartition('"')
    return re.sub(r"\\(.)", r"\1", text) + rest


def _cut(header: str) -> list[str]:
    """Cut at semicolons outside quotes; a comment becomes a space."""
    pieces, depth, quoted, escaped = [""], 0, False, False
    for letter in header:
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == '"' and not depth:
            quoted = not quoted
        elif letter in "()" and not quoted:
            depth = depth + 1 if letter == "(" else max(0, depth - 1)
            pieces[-1] += " "
            continue
        elif letter == ";" and not quoted and not depth:
            pieces.append("")
            continue
        if not depth:
            pieces[-1] += letter
    return pieces
