"""What mailbot depends on: database, files, smarthost, sandbox, virus scanner, its own pages."""

import asyncio
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import aiosmtplib

from handlers.readers import MODULES
from mailbot.domain.clock import Clock
from mailbot.domain.finding import Finding, ok, warning, wrong
from mailbot.entrypoints.app import open_blobs
from mailbot.entrypoints.clamd import ClamdScanner
from mailbot.entrypoints.outgoing import SmtpTransport
from mailbot.sandbox.pool import Sandbox
from mailbot.settings import Settings
from storage.database import Database
from storage.database_facts import DatabaseFacts, read_facts

_SECONDS = 5.0
_PROBE = b"mailbot doctor was here\n"


def look_at_database(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield what is found about the database. Raises Temporary."""
    database = Database(settings.database_url)
    try:
        facts = read_facts(database)
    finally:
        database.close()
    yield ok("database", facts.version)
    yield _tables(facts)
    if facts.unsafe:
        said = f"{', '.join(facts.unsafe)}: what was committed may be lost with the power"
        yield wrong("database", said, "Set it back in the configuration of the server.")
    else:
        yield ok("database", "what is committed is on disk")


def _tables(facts: DatabaseFacts) -> Finding:
    if facts.revision == facts.newest:
        return ok("database", f"tables are of version {facts.revision}")
    if not facts.revision:
        advice = "`mailbot serve` makes them."
        return warning("database", "there are no tables of mailbot yet", advice)
    said = f"tables are of version {facts.revision}, this mailbot wants {facts.newest}"
    return warning(
        "database", said, "`mailbot serve` brings them there; an older mailbot runs too."
    )


def look_at_files(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield whether a file can be kept and read again. Raises MailbotError, OSError."""
    blobs = open_blobs(settings)
    kept = blobs.get(blobs.put(_PROBE))
    where = settings.blobs.url or "the data folder"
    if kept == _PROBE:
        yield ok("files", f"a file was kept in {where} and read again")
    else:
        yield wrong("files", f"{where} gave back something else", "Check the disk or the bucket.")


def look_at_smarthost(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield whether mails can leave: connected, encrypted, logged in, nothing sent."""
    outbound = settings.outbound
    if not outbound.host:
        said = "no smarthost is set: mails that go out stay in the outbox folder"
        yield warning("smarthost", said, "Set outbound.host before real people use it.")
        return
    where = f"{outbound.host}:{outbound.port}"
    try:
        asyncio.run(SmtpTransport(outbound).try_login())
    except aiosmtplib.SMTPAuthenticationError as error:
        advice = "Look at outbound.user and outbound.password_file."
        yield wrong("smarthost", f"{where} does not let us in: {error.code}", advice)
    except (aiosmtplib.SMTPException, OSError) as error:
        said = f"{where}: {type(error).__name__}: {error}"
        yield wrong("smarthost", said, "Look at outbound.host, port and security, and firewalls.")
    else:
        how = "in plain text" if outbound.security == "none" else "encrypted"
        yield ok("smarthost", f"{where} lets us in, {how}")


def look_at_sandbox(_settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield how well strangers' files are locked in. Raises Temporary."""
    sandbox = Sandbox(MODULES, size=1)
    try:
        refused = sandbox.refused()
    finally:
        sandbox.close()
    if refused:
        said = f"this system has no {' and no '.join(refused)}: readers keep their other limits"
        advice = "A newer kernel, libseccomp2, or a container that allows them (docs/security.md)."
        yield warning("sandbox", said, advice)
    else:
        yield ok("sandbox", "strangers' files are read without network, files or programs")


def look_at_scanner(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield whether the virus scanner answers, if one is set. Raises Temporary."""
    if settings.clamd.address:
        ClamdScanner(settings.clamd)(_PROBE)
        yield ok("clamd", f"{settings.clamd.address} answers")


def look_at_pages(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield whether the links in our mails lead here."""
    url = settings.service.public_url
    if not url.startswith("https://") and settings.outbound.host:
        said = f"{url} is not encrypted: who listens can decide"
        yield wrong("pages", said, "Put a proxy with a certificate in front; set public_url.")
    try:
        with urlopen(f"{url}/health", timeout=_SECONDS) as answer:  # noqa: S310 - the operator's own
            is_ours = answer.read(10).startswith(b"ok")
    except (URLError, OSError, ValueError) as error:
        advice = "Look from outside too: a machine behind a router may not see itself."
        yield warning("pages", f"{url} cannot be opened from here: {error}", advice)
        return
    if is_ours:
        yield ok("pages", f"{url} leads here")
    else:
        yield wrong("pages", f"{url} leads somewhere else", "Look at the proxy and public_url.")
