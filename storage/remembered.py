"""What a session has read and will be asked again: offices, dossiers, freezes, absences.

A handler asks for the same dossier dozens of times in one transaction; it is read once. What the
session itself has changed is read anew, and all of it behind a lock that it may have waited for.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlmodel import Session

T = TypeVar("T")
_KEY = "remembered"


def remembered(session: Session, what: tuple[str, ...], read: Callable[[], T]) -> T:
    """Return what `read` returned when this session first asked for `what`."""
    known: dict[tuple[str, ...], Any] = session.info.setdefault(_KEY, {})
    if what not in known:
        known[what] = read()
    return cast("T", known[what])


def forget(session: Session) -> None:
    """Let this session read everything anew."""
    session.info.pop(_KEY, None)
