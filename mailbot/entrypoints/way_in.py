"""What every way in needs, whether mail is brought or fetched: none of it asks a database."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mailbot.domain.clock import Clock, SystemClock
from mailbot.domain.directory import Directory
from mailbot.entrypoints.places import places
from mailbot.entrypoints.sender_check import SenderCheck, open_sender_check
from mailbot.settings import Settings
from storage.directory_file import DirectoryFile
from storage.reply_tokens import is_well_formed, read_secret
from storage.spool import Spool

#: seconds for which the directory need not be looked at again
_RECENT = 0.05


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """Who exists, where mails are kept, who checks senders."""

    settings: Settings
    spool: Spool
    #: the addresses that exist; raises Temporary when that is not known now
    directory: Callable[[], Directory]
    is_token_known: Callable[[str], bool]
    sender_check: SenderCheck
    clock: Clock
    #: called after each mail that was kept
    on_mail: Callable[[], None]


def open_way_in(
    settings: Settings, spool: Spool, on_mail: Callable[[], None], clock: Clock | None = None
) -> WayIn:
    """Return what a way in needs, from the data folder.

    Raises ValueError for a DNS server that is no address or a spoilt token secret, OSError.
    """
    here = places(settings)
    secret = read_secret(here.secret)
    return WayIn(
        settings=settings,
        spool=spool,
        directory=_Recent(DirectoryFile(here.directory).read),
        is_token_known=partial(is_well_formed, secret=secret),
        sender_check=open_sender_check(settings),
        clock=clock or SystemClock(),
        on_mail=on_mail,
    )


class _Recent:
    """The directory as it was a moment ago: in a flood, not every mail need look at the file."""

    def __init__(self, read: Callable[[], Directory]) -> None:
        self._read = read
        self._known: Directory | None = None
        self._read_at = 0.0

    def __call__(self) -> Directory:
        now = time.monotonic()
        if self._known is None or now - self._read_at > _RECENT:
            self._known, self._read_at = self._read(), now
        return self._known
