"""How far each fetched mailbox was read, so that a mail which somebody opened is not missed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mailbot.domain.values import from_json, to_json
from storage.durable import make_folder, write_durably


@dataclass(frozen=True, kw_only=True)
class ImapPosition:
    """Every mail up to `uid` was looked at; with another UIDVALIDITY, UIDs count anew."""

    uidvalidity: int
    uid: int


class ImapPositions:
    """One small file per mailbox; losing one costs nothing but a look at what is unread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, mailbox: str) -> ImapPosition | None:
        """Return the position in `mailbox`, None when there is none that can be used."""
        try:
            return from_json(ImapPosition, self._path(mailbox).read_text())
        except (FileNotFoundError, ValidationError, UnicodeDecodeError):
            return None

    def record(self, mailbox: str, position: ImapPosition) -> None:
        """Remember the position in `mailbox`. Raises OSError."""
        make_folder(self._folder)
        write_durably(self._path(mailbox), to_json(position).encode())

    def _path(self, mailbox: str) -> Path:
        return self._folder / f"{hashlib.sha256(mailbox.encode()).hexdigest()[:32]}.json"
