"""The only place that asks what time it is, so that tests can stop the clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time; every function that needs it takes a clock as argument."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class StoppedClock:
    """A clock that stands still until a test moves it."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self.moment

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by


def local_date(moment: datetime, time_zone: str) -> date:
    """Return the calendar date that a reader in `time_zone` (IANA name) sees at `moment`."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def local_hour(moment: datetime, time_zone: str) -> int:
    """Return the hour of the day, 0 to 23, at `moment` in `time_zone` (IANA name)."""
    return moment.astimezone(ZoneInfo(time_zone)).hour
