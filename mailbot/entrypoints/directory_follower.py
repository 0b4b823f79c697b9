"""Writes this machine's directory of addresses anew when any machine has changed what it says."""

import threading

import structlog

from handlers.context import Context
from mailbot.domain.errors import Temporary
from mailbot.entrypoints.app import write_directory
from storage.shared_values import DIRECTORY, find_value

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2


class DirectoryFollower:
    """Follows while it runs; while the database is away, intake goes on with what it has."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._followed = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def follow(self) -> bool:
        """Write the file if something has changed since; return whether. Raises Temporary."""
        with self._context.database.reading() as session:
            # before the rest is read: what changes meanwhile is seen the next time
            version = find_value(session, DIRECTORY)
        if version == self._followed:
            return False
        write_directory(self._context)
        self._followed = version
        return True

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.follow()
            except (Temporary, OSError) as error:
                log.warning("the directory is not followed", why=str(error))
