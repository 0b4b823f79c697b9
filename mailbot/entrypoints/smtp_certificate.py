"""Our certificate for STARTTLS (RFC 3207); read again when the file was renewed."""

import ssl

import structlog

from mailbot.domain.errors import Permanent
from mailbot.settings import Smtp

log = structlog.get_logger(__name__)
#: seconds between two looks at the file
_LOOK_SECONDS = 1.0


class Certificate:
    """Our certificate for STARTTLS; read again when the file was renewed."""

    def __init__(self, smtp: Smtp) -> None:
        """Read the files. Raises Permanent."""
        self._files = (smtp.tls_cert, smtp.tls_key) if smtp.tls_cert and smtp.tls_key else None
        self._context: ssl.SSLContext | None = None
        self._read_at = 0
        if self._files:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            try:
                self._read()
            except OSError as error:  # ssl.SSLError is one
                raise Permanent(f"the certificate {smtp.tls_cert} is no good: {error}") from error

    def context(self) -> ssl.SSLContext | None:
        """Return what a new connection uses, None without STARTTLS."""
        try:
            self._read()
        except OSError as error:
            log.warning("the renewed certificate is no good, the old one stays", why=str(error))
        return self._context

    def _read(self) -> None:
        if self._files is None or self._context is None:
            return
        changed_at = self._files[0].stat().st_mtime_ns
        if changed_at != self._read_at:
            self._context.load_cert_chain(*self._files)
            self._read_at = changed_at
