"""Signs outgoing mails with DKIM (RFC 6376, RSA-SHA256), when a key is set."""

import re
from dataclasses import dataclass

import dkim

from mailbot.settings import Outbound, SettingsError

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
_FOLD = re.compile(rb"\r\n(?=[ \t])")
#: signed once at the start, to see that the key can sign
_PROBE = b"From: probe@mailbot.invalid\r\n\r\nprobe\r\n"


@dataclass(frozen=True)
class DkimSigner:
    """A selector and its private key (PEM); without key mails leave unsigned."""

    selector: bytes = b""
    key: bytes = b""

    @classmethod
    def from_settings(cls, outbound: Outbound) -> "DkimSigner":
        """Read the key file. Raises OSError, and SettingsError when it cannot sign."""
        if outbound.dkim_key is None:
            return cls()
        if not outbound.dkim_selector:
            raise SettingsError("outbound.dkim_selector: give the name that DNS has the key at")
        signer = cls(outbound.dkim_selector.encode(), outbound.dkim_key.read_bytes())
        try:
            signer.sign(_PROBE)
        except (dkim.DKIMException, dkim.crypto.UnparsableKeyError, ValueError) as error:
            raise SettingsError(
                f"outbound.dkim_key: {outbound.dkim_key} is no RSA key in PEM: {error}"
            ) from error
        return signer

    def sign(self, raw: bytes) -> bytes:
        """Return the mail with a DKIM-Signature for the domain of its From."""
        headers = _FOLD.sub(b"", raw.partition(b"\r\n\r\n")[0])
        domain = _FROM_DOMAIN.search(headers)
        if not self.selector or domain is None:
            return raw
        present = [name for name in _HEADERS if re.search(rb"(?im)^" + name + rb":", headers)]
        signature: bytes = dkim.sign(
            raw,
            self.selector,
            domain[1],
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=present,
            signature_algorithm=b"rsa-sha256",
        )
        return signature + raw
