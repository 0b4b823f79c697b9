"""`mailbot serve`: run until told to stop."""

import os
import signal
import sys
import threading
from functools import partial
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

#: names of threads
_PARTS_LIVE_IN = frozenset({"intake", "sender", "imap", "smtp", "watchdog"})
#: after SIGTERM; who sent it waits for ten
_LAST_SECONDS = 9
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
    stopping, died = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.excepthook = partial(_note_death, stopping=stopping, died=died)
    service = _start(settings, wanted)
    _say_where(settings)
    stopping.wait()
    _end_in_time()
    service.stop()
    if died.is_set():
        raise typer.Exit(1)


def _end_in_time() -> None:
    """End at the latest then, whatever still hangs on a server that does not answer.

    Nothing is lost with it: what was accepted is on disk, and the job is taken up again.
    """
    last = threading.Timer(_LAST_SECONDS, os._exit, args=(0,))
    last.daemon = True
    last.start()


def _note_death(
    args: threading.ExceptHookArgs, *, stopping: threading.Event, died: threading.Event
) -> None:
    """Log what a thread died of; end when it was one that a part lives in.

    Whoever started us starts us again. Without it we would look alive and do nothing.
    """
    name = args.thread.name if args.thread else "unknown"
    trace = (args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    log.critical("a thread died of a mistake", thread=name, exc_info=trace)
    if name in _PARTS_LIVE_IN:
        died.set()
        stopping.set()


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
