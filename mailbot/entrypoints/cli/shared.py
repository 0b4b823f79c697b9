"""What every command shares: its settings, its context, and how it says what went wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from handlers.context import Context
from mailbot.domain.errors import MailbotError
from mailbot.entrypoints.app import close_context, open_context
from mailbot.settings import Settings, SettingsError, read_settings

DONE, REFUSED, USAGE = 0, 1, 2

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file; default: mailbot.toml, if any."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print machine-readable lines.")]


def settings_of(config: Path | None) -> Settings:
    """Return the settings, or end the command with one sentence per mistake."""
    try:
        return read_settings(config)
    except SettingsError as error:
        fail(str(error))


@contextmanager
def opened(config: Path | None) -> Iterator[Context]:
    """Give a context, and say in one sentence why there is none."""
    try:
        context = open_context(settings_of(config))
    except (MailbotError, OSError, ValueError) as error:
        fail(f"mailbot cannot start: {error}")
    try:
        yield context
    except MailbotError as error:
        fail(str(error))
    finally:
        close_context(context)


def fail(sentence: str) -> NoReturn:
    """End the command as refused, with a sentence on standard error."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(REFUSED)
