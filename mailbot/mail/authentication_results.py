"""Authentication-Results (RFC 8601), as a server that the operator trusts wrote them."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailbot.domain.mail import Authentication
from mailbot.mail.charsets import decode_text
from mailbot.mail.dmarc import is_aligned
from mailbot.mail.from_domain import find_from_domain, read_domain
from mailbot.mail.mime import MAX_HEADERS, read_entity

_PAIR = re.compile(r'([\w.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s"]+)')
_METHOD = re.compile(r"\s*([a-z-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_LONGEST = 16 * 1024
#: best first: what one result of a method is worth when there are several
_ORDER = ("pass", "temperror", "fail", "softfail", "policy", "permerror", "neutral", "none")


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
    for header in read_entity(raw[: 2 * MAX_HEADERS]).all_raw("authentication-results"):
        authserv_id, results = _read(decode_text(header[:_LONGEST]))
        if authserv_id in trusted:
            return _judge(results, find_from_domain(raw), authserv_id)
    return None


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
    )


def _vouches(result: _Result, from_domain: str) -> bool:
    """Whether this pass is for a domain aligned with From, when DMARC says nothing."""
    if result.result != "pass" or result.method not in ("dkim", "spf"):
        return False
    found = result.properties
    names = ("header.d", "header.i") if result.method == "dkim" else ("smtp.mailfrom",)
    value = next((found[name] for name in names if name in found), "")
    return is_aligned(read_domain(_domain(value)), from_domain, strict=False)


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
    """Return authserv-id (lower case) and results; comments and quotes as RFC 8601 §2.2."""
    first, *rest = _cut(header)
    authserv_id = first.split()[0].strip('"').lower() if first.split() else ""
    return authserv_id, [one for piece in rest for one in _result(piece)]


def _result(piece: str) -> Iterator[_Result]:
    if found := _METHOD.match(piece):
        pairs = _PAIR.findall(piece[found.end() :])
        yield _Result(
            method=found[1].lower(),
            result=found[2].lower(),
            properties={name.lower(): value.strip('"').lower() for name, value in pairs},
        )


def _cut(header: str) -> list[str]:
    """Cut at semicolons outside quotes, and leave comments out."""
    pieces, depth, quoted, escaped = [""], 0, False, False
    for letter in header:
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == '"' and not depth:
            quoted = not quoted
        elif letter in "()" and not quoted:
            depth = depth + 1 if letter == "(" else max(0, depth - 1)
            continue
        elif letter == ";" and not quoted and not depth:
            pieces.append("")
            continue
        if not depth:
            pieces[-1] += letter
    return pieces
