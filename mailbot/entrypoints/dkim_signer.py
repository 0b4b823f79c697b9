"""Signs outgoing mails with DKIM (RFC 6376), Ed25519 or RSA, when a key is set."""

import re
from dataclasses import dataclass

import dkim

from mailbot.settings import Outbound

_HEADERS = [
    b"From",
    b"To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"Reply-To",
    b"In-Reply-To",
    b"References",
    b"MIME-Version",
    b"Content-Type",
    b"Auto-Submitted",
    b"List-Unsubscribe",
    b"List-Unsubscribe-Post",
]
_FROM_DOMAIN = re.compile(rb"^From:[^\r\n]*?@([\w.-]+)>?\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class DkimSigner:
    """A selector and its private key (PEM); without key mails leave unsigned."""

    selector: bytes = b""
    key: bytes = b""

    @classmethod
    def from_settings(cls, outbound: Outbound) -> "DkimSigner":
        """Read the key file. Raises OSError when it cannot be read."""
        if outbound.dkim_key is None:
            return cls()
        return cls(outbound.dkim_selector.encode(), outbound.dkim_key.read_bytes())

    def sign(self, raw: bytes) -> bytes:
        """Return the mail with a DKIM-Signature for the domain of its From."""
        domain = _FROM_DOMAIN.search(raw.partition(b"\r\n\r\n")[0])
        if not self.key or domain is None:
            return raw
        present = [name for name in _HEADERS if re.search(rb"(?im)^" + name + rb":", raw)]
        signature: bytes = dkim.sign(
            raw,
            self.selector,
            domain[1],
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=present,
            signature_algorithm=b"ed25519-sha256" if self._is_ed25519 else b"rsa-sha256",
        )
        return signature + raw

    @property
    def _is_ed25519(self) -> bool:
        """Whether the key is what dkimpy takes for Ed25519: 32 bytes in base64, not PEM."""
        return b"-----BEGIN" not in self.key
