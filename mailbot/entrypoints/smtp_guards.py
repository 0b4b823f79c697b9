"""What keeps one client, or a flood of them, from taking the SMTP server away from the others."""

from dataclasses import dataclass

from mailbot.domain.clock import Clock
from mailbot.entrypoints.greylist import Greylist
from mailbot.entrypoints.smtp_limits import Connections, Traffic
from mailbot.entrypoints.smtp_memory import Memory
from mailbot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Guards:
    """The limits of one listener."""

    connections: Connections
    traffic: Traffic
    greylist: Greylist


def open_guards(
    settings: Settings, clock: Clock, memory: Memory, *, place: int = 0, processes: int = 1
) -> Guards:
    """Return the limits that `settings` set, for process `place` of `processes`."""
    limits = settings.limits
    return Guards(
        connections=Connections(
            settings.smtp.max_connections, memory, place=place, processes=processes
        ),
        traffic=Traffic(mails_per_minute=limits.mails_per_minute, clock=clock, memory=memory),
        greylist=Greylist(flood_per_minute=limits.flood_per_minute, clock=clock, memory=memory),
    )
