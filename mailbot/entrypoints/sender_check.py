"""Who sent a mail, within a limit of time; shared by every way in."""

import re
from collections.abc import Collection

from mailbot.domain.clock import Clock, SystemClock
from mailbot.domain.mail import Authentication
from mailbot.entrypoints.dns_lookup import DnsResolver, NotKnown
from mailbot.mail.authentication import authenticate
from mailbot.mail.authentication_results import read_authentication_results
from mailbot.mail.lookup import DnsLookup
from mailbot.mail.mime import MAX_HEADERS
from mailbot.mail.raw_mail import MAX_HEAD
from mailbot.settings import Settings

#: seconds that DNS may take for one mail, all questions together
SECONDS = 5.0
#: the first bytes of a mail that are looked at when nothing is signed
UNSIGNED_BYTES = 2 * MAX_HEADERS
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_PLAIN_BEGINNING = re.compile(rb"(?!>?From )[!-9;-~]{1,200}:")
_SIGNATURE = re.compile(rb"^(?:dkim-signature|arc-[a-z-]+):", re.IGNORECASE | re.MULTILINE)


def is_signed(head: bytes) -> bool:
    """Whether the whole mail must be read to judge its sender, as far as its head tells."""
    blank = _BLANK_LINE.search(head, 0, MAX_HEAD)
    # without a blank line no signature counts (mailbot.mail.raw_mail)
    return bool(blank and _SIGNATURE.search(head, 0, blank.end()))


def head_of(raw: bytes) -> bytes:
    """Return a mail without its body, when nothing in the body changes how its head is read.

    `mailbot.mail.mime` mends what some servers put before a head, or into all of a mail.
    """
    blank = _BLANK_LINE.search(raw, 0, MAX_HEAD)
    is_plain = blank and _PLAIN_BEGINNING.match(raw) and b"\r\r\n" not in raw[:MAX_HEADERS]
    return raw[: blank.end()] if blank and is_plain else raw


class SenderCheck:
    """Judges senders; safe to use from several threads."""

    def __init__(
        self,
        resolver: DnsResolver,
        trusted_authserv_ids: Collection[str],
        *,
        arc_sealers: Collection[str] = (),
        is_development: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """Believe servers called `trusted_authserv_ids`, and forwarders of `arc_sealers`.

        `is_development`: nothing stands in front of us, so a client on this machine is the sender.
        """
        self._is_development = is_development
        self._resolver = resolver
        self._trusted = frozenset(trusted_authserv_ids)
        self._arc_sealers = frozenset(arc_sealers)
        self._clock = clock or SystemClock()

    def judge(
        self,
        raw: bytes,
        *,
        client_address: str,
        client_name: str,
        envelope_sender: str,
        is_relayed: bool,
    ) -> Authentication:
        """Return what is known of who sent the mail `raw`.

        `is_relayed`: a server of our own side handed it over. Then the Authentication-Results of
        a trusted server count, and without them only the signatures: SPF is about the client that
        our side's server saw. From a stranger such a header proves nothing.
        """
        said = read_authentication_results(raw, self._trusted) if is_relayed else None
        if said and (said.aligned or not self._arc_sealers):
            return said
        own = self._authenticate(
            raw,
            self._resolver.within(SECONDS),
            client_address="" if is_relayed and not self._is_development else client_address,
            client_name=client_name,
            envelope_sender=envelope_sender,
        )
        # our side's server saw a mail that was changed on its way, by somebody who is trusted too
        return said if said and not own.source.startswith("arc:") else own

    def find_at_once(
        self, raw: bytes, *, client_name: str, envelope_sender: str
    ) -> Authentication | None:
        """Return what `judge` would say of a relayed mail, None when that would take longer.

        It does when something is signed, when SPF is asked, or when DNS must be.
        """
        if self._is_development or is_signed(raw):
            return None
        said = read_authentication_results(raw, self._trusted)
        if said:
            return said
        try:
            return self._authenticate(
                head_of(raw),
                self._resolver.known(),
                client_address="",
                client_name=client_name,
                envelope_sender=envelope_sender,
            )
        except NotKnown:
            return None

    def _authenticate(
        self,
        raw: bytes,
        lookup: DnsLookup,
        *,
        client_address: str,
        client_name: str,
        envelope_sender: str,
    ) -> Authentication:
        return authenticate(
            raw,
            client_address=client_address,
            client_name=client_name,
            envelope_sender=envelope_sender,
            lookup=lookup,
            now=self._clock.now().timestamp(),
            arc_sealers=self._arc_sealers,
        )


def open_sender_check(settings: Settings) -> SenderCheck:
    """Return the check as the settings want it. Raises ValueError for a bad DNS server."""
    return SenderCheck(
        DnsResolver(settings.dns.server),
        settings.trusted_authserv.ids,
        arc_sealers=settings.trusted_authserv.arc_sealers,
        is_development=not settings.outbound.host,
    )


def judge_file(raw: bytes, check: SenderCheck) -> Authentication:
    """Return what can still be known of a mail that lies in a file: nobody saw its client."""
    return check.judge(raw, client_address="", client_name="", envelope_sender="", is_relayed=True)
