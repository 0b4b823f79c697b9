"""Where what lies in the data folder, for who needs no database."""

from dataclasses import dataclass
from pathlib import Path

from mailbot.settings import Settings
from storage.spool import Spool


@dataclass(frozen=True)
class Places:
    """Where what lies in the data folder."""

    data: Path

    @property
    def spool(self) -> Path:
        """Mails that were accepted and are not in the database yet."""
        return self.data / "spool"

    @property
    def blobs(self) -> Path:
        """Every file, by its SHA-256, unless they are in a bucket."""
        return self.data / "blobs"

    @property
    def directory(self) -> Path:
        """What intake must know to answer RCPT."""
        return self.data / "directory.json"

    @property
    def secret(self) -> Path:
        """What reply tokens are signed with."""
        return self.data / "secrets" / "reply_tokens"

    @property
    def slots(self) -> Path:
        """What the processes of this machine share out among themselves."""
        return self.data / "slots"

    @property
    def outbox(self) -> Path:
        """Outgoing mails, as files, while no smarthost is set."""
        return self.data / "outbox"

    @property
    def exports(self) -> Path:
        """Bookings that leave by folder."""
        return self.data / "exports"


def places(settings: Settings) -> Places:
    """Return where what lies."""
    return Places(settings.service.data.absolute())


def open_spool(settings: Settings) -> Spool:
    """Return the spool; it needs no database."""
    limits = settings.limits
    return Spool(
        places(settings).spool, min_free_disk=limits.min_free_disk, max_entries=limits.max_spool
    )
