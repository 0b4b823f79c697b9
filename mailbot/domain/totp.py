"""Time-based one-time passwords of authenticator apps (RFC 6238 on RFC 4226: SHA-1, 6 digits)."""

import base64
import hashlib
import hmac
from datetime import datetime

STEP_SECONDS = 30
DIGITS = 6
#: steps before and after the present one that count, too: clocks differ (RFC 6238 §5.2)
WINDOW = 1


def time_step(at: datetime) -> int:
    """Return the number of the 30 seconds in which a moment lies."""
    return int(at.timestamp()) // STEP_SECONDS


def totp_code(key: bytes, step: int) -> str:
    """Return the six digits of one time step (RFC 4226 §5.3)."""
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(key: bytes, code: str, at: datetime) -> int | None:
    """Return the time step whose code was typed, None when it is none around `at`."""
    now = time_step(at)
    steps = range(max(0, now - WINDOW), now + WINDOW + 1)
    # every step is compared, so that the time it takes says nothing
    found = [s for s in steps if hmac.compare_digest(totp_code(key, s).encode(), code.encode())]
    return found[-1] if found else None


def key_text(key: bytes) -> str:
    """Return a key as people type it into an app (base32, RFC 4648), without padding."""
    return base64.b32encode(key).decode().rstrip("=")
