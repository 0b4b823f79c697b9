"""Reads until when a certificate is good, and for which names, as the other side would see it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: a handshake takes two turns of each side
_TURNS = 4
#: X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the standard library does not name
_NO_CHECK_TIME = 0x200000


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """The first certificate of a file."""

    names: tuple[str, ...]
    ends: datetime

    def is_for(self, host: str) -> bool:
        """Whether it stands for a host; "*.office.example" does for one label (RFC 6125 §6.4)."""
        wanted = host.lower().rstrip(".")
        parent = wanted.partition(".")[2]
        return any(name.lower() in {wanted, f"*.{parent}"} for name in self.names)


def read_certificate(cert: Path, key: Path | None = None) -> Certificate:
    """Return what stands in a PEM file whose private key we have.

    The standard library shows a certificate only to who was offered it, so both sides of a
    handshake are played in memory: that proves at the same time that the key fits. Raises OSError
    when it does not, or when a file cannot be read.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(cert)
    # whoever signed it, and however old it is: this is about what it says
    flags = ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    client.verify_flags = ssl.VerifyFlags(int(client.verify_flags) | flags)
    shown = _shake_hands(server, client) or {}
    ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
    return Certificate(
        names=tuple(value for kind, value in shown.get("subjectAltName", ()) if kind == "DNS"),
        ends=datetime.fromtimestamp(ends, UTC),
    )


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> dict[str, Any] | None:
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(back, there), server.wrap_bio(there, back, server_side=True))
    for _ in range(_TURNS):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return ends[0].getpeercert()
