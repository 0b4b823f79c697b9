"""Looks at what one machine knows of itself: its spool, disk, certificate and clock."""

import shutil
from datetime import datetime

import structlog

from handlers.context import Context
from mailbot.domain.identifiers import moment_of_id
from mailbot.domain.watching import Here, Waiting
from mailbot.entrypoints.app import machine_name, open_spool
from mailbot.entrypoints.certificate import read_certificate
from mailbot.entrypoints.time_server import clock_ahead
from mailbot.settings import Monitoring, Settings, Smtp

log = structlog.get_logger(__name__)


def look_here(context: Context) -> Here:
    """Return how this machine is. Raises OSError when its data folder cannot be looked at."""
    settings = context.settings
    spool = open_spool(settings)
    return Here(
        place="" if context.database.is_sqlite else machine_name(context),
        spool=waiting_mails(settings),
        damaged=len(spool.quarantined()),
        disk_free=shutil.disk_usage(settings.service.data).free,
        certificate_ends=_certificate_ends(settings.smtp),
        clock_ahead=_clock_ahead(settings.monitoring, context),
    )


def waiting_mails(settings: Settings) -> Waiting:
    """Return what lies in the spool of this machine; its ids tell when each mail came."""
    entries = open_spool(settings).entries()
    return Waiting(count=len(entries), since=moment_of_id(entries[0]) if entries else None)


def _certificate_ends(smtp: Smtp) -> datetime | None:
    if smtp.tls_cert is None:
        return None
    try:
        return read_certificate(smtp.tls_cert, smtp.tls_key).ends
    except OSError as error:
        log.warning("the certificate cannot be used", why=str(error))
        return None


def _clock_ahead(monitoring: Monitoring, context: Context) -> float | None:
    if not monitoring.ntp_server:
        return None
    try:
        return clock_ahead(monitoring.ntp_server, context.clock)
    except OSError as error:
        log.warning("the time server does not answer", why=str(error))
        return None
