"""`mailbot serve`: run until told to stop."""

import signal
import sys
import threading
from typing import Annotated

import structlog
import typer

from mailbot.domain.errors import MailbotError
from mailbot.entrypoints.app import places
from mailbot.entrypoints.cli.shared import USAGE, ConfigOption, fail, settings_of
from mailbot.entrypoints.logs import start_logging
from mailbot.entrypoints.service import PARTS, Service
from mailbot.settings import Settings, SettingsError

log = structlog.get_logger(__name__)

_CANNOT_START = (MailbotError, SettingsError, OSError, ValueError)


def serve(
    only: Annotated[
        str, typer.Option(help=f"Parts to run, with commas: {','.join(PARTS)}. Default: all.")
    ] = "",
    config: ConfigOption = None,
) -> None:
    """Run mailbot; SIGTERM or Ctrl-C ends it cleanly."""
    wanted = tuple(filter(None, only.split(","))) or PARTS
    unknown = set(wanted) - set(PARTS)
    if unknown:
        known = ", ".join(PARTS)
        print(f"no such part: {', '.join(sorted(unknown))}; there are {known}", file=sys.stderr)
        raise typer.Exit(USAGE)
    settings = settings_of(config)
    start_logging()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    service = _start(settings, wanted)
    _say_where(settings)
    stopping.wait()
    service.stop()


def _start(settings: Settings, wanted: tuple[str, ...]) -> Service:
    """Start everything, or end with one clear sentence."""
    try:
        service = Service(settings, wanted)
    except _CANNOT_START as error:
        fail(f"mailbot cannot start: {error}")
    try:
        service.start()
    except _CANNOT_START as error:
        service.stop()
        fail(f"mailbot cannot start: {error}")
    return service


def _say_where(settings: Settings) -> None:
    data, pages = places(settings).data, settings.service.public_url
    print(f"mailbot takes mail on {settings.smtp.listen} (SMTP); pages are on {pages}.")
    print(f"Data is in {data}.")
    if not settings.outbound.host:
        print(f"No smarthost is set: mails that go out are on {pages}/outbox")
        print(f"and in {data / 'outbox'}/*.eml.")
    sys.stdout.flush()
