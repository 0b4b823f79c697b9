"""The disk lies or refuses, files run out: no mail is accepted that is not kept."""

import errno
import os
import resource
import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.smtp import PURCHASE, SUPPLIER, RunningIntake, mail, running_intake


class FailingSyncs:
    """Lets one call of fsync fail; all after it say that all is well, as Linux does."""

    def __init__(self, fails: int) -> None:
        self._left = fails
        self._lock = threading.Lock()
        self.has_failed = False

    def around(self, sync: Callable[[int], None]) -> Callable[[int], None]:
        def failing(descriptor: int) -> None:
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    self.has_failed = True
                    raise OSError(errno.EIO, "Input/output error")
            sync(descriptor)

        return failing


def try_to_send(intake: RunningIntake, subject: str) -> bool:
    """Hand a mail over once; whether there was a 250."""
    try:
        with smtplib.SMTP("127.0.0.1", intake.smtp_port, timeout=30) as client:
            client.send_message(mail(subject), SUPPLIER, [PURCHASE])
    except (OSError, smtplib.SMTPException):
        return False
    return True


@pytest.mark.feature("KA-MAIL-03")
@pytest.mark.parametrize("fails", [1, 2], ids=["of the file", "of its name"])
def test_a_mail_whose_sync_failed_is_not_accepted_and_not_trusted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    with running_intake(tmp_path) as intake:
        assert try_to_send(intake, "before")
        disk = FailingSyncs(fails)
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, disk.around(getattr(os, name)))
        assert not try_to_send(intake, "tried")
        assert disk.has_failed
        assert try_to_send(intake, "again")
        kept = [one.raw for one in intake.kept()]
        assert [b"before" in kept[0], b"again" in kept[-1]] == [True, True]
        # what was not promised may lie there, and comes again: never a second time as a promise
        assert len(kept) <= 3


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open no more files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_too_many_open_files_lose_no_mail(tmp_path: Path) -> None:
    with running_intake(tmp_path) as intake:
        with smtplib.SMTP("127.0.0.1", intake.smtp_port, timeout=30) as client:
            client.ehlo("client.example")
            with no_more_files(), pytest.raises(smtplib.SMTPException):
                client.send_message(mail("tried"), SUPPLIER, [PURCHASE])
        assert intake.kept() == []
        assert try_to_send(intake, "again")
        assert b"again" in intake.only_kept().raw
