"""`mailbot doctor`: is everything there that mailbot needs, and what to do about what is not."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

import typer

from mailbot.domain.clock import Clock, SystemClock
from mailbot.domain.errors import MailbotError
from mailbot.domain.finding import Finding, Health, wrong
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.shared import REFUSED, ConfigOption, JsonOption, settings_of
from mailbot.entrypoints.doctor_dns import look_at_dns
from mailbot.entrypoints.doctor_machine import (
    look_at_certificate,
    look_at_clock,
    look_at_disk,
    look_at_ports,
    look_at_secrets,
    look_at_tesseract,
)
from mailbot.entrypoints.doctor_services import (
    look_at_database,
    look_at_files,
    look_at_pages,
    look_at_sandbox,
    look_at_scanner,
    look_at_smarthost,
)
from mailbot.entrypoints.patience import Patience
from mailbot.settings import Settings

Look = Callable[[Settings, Clock], Iterator[Finding]]

#: in this order, by what is looked at
LOOKS: Final[Mapping[str, Look]] = {
    "disk": look_at_disk,
    "secrets": look_at_secrets,
    "clock": look_at_clock,
    "database": look_at_database,
    "files": look_at_files,
    "Tesseract": look_at_tesseract,
    "sandbox": look_at_sandbox,
    "clamd": look_at_scanner,
    "DNS": look_at_dns,
    "certificate": look_at_certificate,
    "ports": look_at_ports,
    "pages": look_at_pages,
    "smarthost": look_at_smarthost,
}
#: that one look may take
_SECONDS = 40.0
_MARKS = {Health.OK: "ok      ", Health.WARNING: "WARNING ", Health.WRONG: "WRONG   "}


def doctor(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check everything that mailbot needs; exit code 1 when something is wrong."""
    settings = settings_of(config)
    is_wrong = False
    for finding in findings(settings, SystemClock(), LOOKS):
        is_wrong = is_wrong or finding.health is Health.WRONG
        if as_json:
            print(json.dumps(to_data(finding), ensure_ascii=False), flush=True)
        else:
            _print(finding)
    if is_wrong:
        raise typer.Exit(REFUSED)


def findings(
    settings: Settings, clock: Clock, looks: Mapping[str, Look], *, seconds: float = _SECONDS
) -> Iterator[Finding]:
    """Yield what every look finds; one that fails or takes `seconds` is a finding, too."""
    patience = Patience()
    for about, look in looks.items():
        try:
            question = partial(_all, look, settings, clock)
            yield from patience.ask(about, question, seconds=seconds)
        except (MailbotError, OSError, ValueError) as error:
            yield wrong(about, f"{type(error).__name__}: {error}", "Mend that, and ask again.")


def _all(look: Look, settings: Settings, clock: Clock) -> list[Finding]:
    return list(look(settings, clock))


def _print(finding: Finding) -> None:
    print(f"{_MARKS[finding.health]} {finding.about:12} {finding.said}", flush=True)
    if finding.advice:
        print(f"{'':9}{'':12} → {finding.advice}", flush=True)
