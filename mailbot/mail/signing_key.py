"""The public key of a signature, as its domain publishes it in DNS (RFC 6376 §3.6, 8301, 8463)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from dkim.asn1 import ASN1FormatError
from dkim.crypto import UnparsableKeyError, parse_public_key
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from mailbot.mail.signature_tags import packed, read_tags

#: RFC 8301 §3.2; what is longer than the second costs more than it proves
_SHORTEST_RSA = 1024
_LONGEST_RSA = 4096
_LARGEST_EXPONENT = 2**32
_ED25519_BYTES = 32
#: DER of a SHA-256 DigestInfo without the digest (RFC 8017 §9.2, note 1)
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
#: what dkimpy's reader of DER lets through on hostile keys
_DER_TROUBLE = (UnparsableKeyError, ASN1FormatError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key that may be used for mail; what is wrong with any other one stands in `fault`."""

    #: "rsa" or "ed25519"
    kind: str = ""
    #: modulus and exponent of an RSA key
    modulus: int = 0
    exponent: int = 0
    #: the 32 bytes of an Ed25519 key
    point: bytes = b""
    #: t=s: the signer speaks for exactly its own domain
    is_strict: bool = False
    #: "permerror" or "policy" with its reason, ("", "") for a good key
    fault: tuple[str, str] = ("", "")

    def verifies(self, signed: bytes, signature: bytes) -> bool:
        """Whether `signature` was made of `signed` with this key."""
        digest = hashlib.sha256(signed).digest()
        if self.kind == "ed25519":
            return _verify_ed25519(self.point, digest, signature)
        size = (self.modulus.bit_length() + 7) // 8
        filler = b"\xff" * (size - len(_SHA256_INFO) - len(digest) - 3)
        expected = b"\x00\x01" + filler + b"\x00" + _SHA256_INFO + digest
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        return pow(number, self.exponent, self.modulus).to_bytes(size) == expected


def read_key(records: tuple[bytes, ...]) -> SigningKey:
    """Return the key in the TXT records of a selector."""
    found = [one for one in records if b"p=" in one]
    if len(found) != 1:
        # RFC 6376 §3.6.2.2: what several of them mean is not defined
        return _faulty("permerror", "several keys" if found else "no key")
    tags = read_tags(found[0])
    if tags is None or tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return _faulty("permerror", "the key record cannot be read")
    if "sha256" not in _choices(tags, "h", "sha256"):
        return _faulty("policy", "the key is not for SHA-256")
    if not _choices(tags, "s", "*") & {"*", "email"}:
        return _faulty("permerror", "the key is not for mail")
    return _read_material(tags)


def _read_material(tags: dict[str, str]) -> SigningKey:
    is_strict = "s" in _choices(tags, "t", "")
    try:
        material = base64.b64decode(packed(tags["p"]), validate=True)
    except (binascii.Error, ValueError):
        return _faulty("permerror", "the key cannot be read")
    if not material:
        return _faulty("permerror", "the key was revoked")
    kind = tags.get("k", "rsa").lower()
    if kind == "ed25519":
        if len(material) != _ED25519_BYTES:
            return _faulty("permerror", "the key cannot be read")
        return SigningKey(kind=kind, point=material, is_strict=is_strict)
    return _read_rsa(material, is_strict=is_strict) if kind == "rsa" else _faulty(
        "permerror", "a kind of key that is not known"
    )  # fmt: skip


def _read_rsa(material: bytes, *, is_strict: bool) -> SigningKey:
    try:
        numbers = parse_public_key(material)
        modulus, exponent = int(numbers["modulus"]), int(numbers["publicExponent"])
    except _DER_TROUBLE:
        return _faulty("permerror", "the key cannot be read")
    if not _SHORTEST_RSA <= modulus.bit_length() <= _LONGEST_RSA:
        return _faulty("policy", f"a key of {modulus.bit_length()} bits")
    if not 1 < exponent < _LARGEST_EXPONENT or not exponent % 2:
        return _faulty("policy", "the exponent of the key")
    return SigningKey(kind="rsa", modulus=modulus, exponent=exponent, is_strict=is_strict)


def _verify_ed25519(point: bytes, digest: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(point).verify(digest, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def _choices(tags: dict[str, str], name: str, default: str) -> set[str]:
    return {one.lower() for one in packed(tags.get(name, default)).split(":")}


def _faulty(result: str, reason: str) -> SigningKey:
    return SigningKey(fault=(result, reason))
