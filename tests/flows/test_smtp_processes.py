"""Several processes take mail at one address: one that dies takes nothing with it."""

import os
import signal
import smtplib
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from mailbot.domain.errors import Permanent
from mailbot.entrypoints.smtp_children import Children
from tests.kit.killed_service import forking
from tests.kit.smtp import (
    PURCHASE,
    SUPPLIER,
    RawClient,
    RunningIntake,
    eventually,
    mail,
    running_intake,
)

TWO = {"processes": 2, "max_connections": 20}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIntake]:
    with running_intake(tmp_path_factory.mktemp("processes"), smtp=TWO) as intake:
        yield intake


@pytest.fixture
def intake(running: RunningIntake) -> RunningIntake:
    for one in running.spool.entries():
        running.spool.remove(one)
    running.woken.clear()
    return running


def pids(intake: RunningIntake) -> list[int]:
    children = intake.server._server
    assert isinstance(children, Children)
    return children.pids()


def deliver(intake: RunningIntake, subject: str) -> None:
    with smtplib.SMTP("127.0.0.1", intake.smtp_port) as client:
        client.send_message(mail(subject), SUPPLIER, [PURCHASE])


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].startswith(" Z")
    return False


def subjects(intake: RunningIntake) -> list[str]:
    return [
        one.raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
        for one in intake.kept()
    ]  # fmt: skip


def test_each_mail_that_any_of_them_kept_is_told(intake: RunningIntake) -> None:
    for number in range(6):
        deliver(intake, str(number))
    assert sorted(subjects(intake)) == list("012345")
    eventually(lambda: len(intake.woken) == 6)


@pytest.mark.feature("KA-MAIL-03")
def test_one_that_is_killed_loses_nothing_and_another_takes_its_place(
    intake: RunningIntake,
) -> None:
    before = pids(intake)
    accepted: list[str] = []
    stopping = threading.Event()

    def send(client: int) -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            with suppress(smtplib.SMTPException, OSError):
                deliver(intake, f"{client}-{number}")
                accepted.append(f"{client}-{number}")

    clients = [threading.Thread(target=send, args=(n,)) for n in range(3)]
    for client in clients:
        client.start()
    for pid in before:
        so_far = len(accepted)
        eventually(lambda: len(accepted) > so_far + 3)  # noqa: B023 - called at once
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: len(pids(intake)) == 2 and pid not in pids(intake))  # noqa: B023
    so_far = len(accepted)
    eventually(lambda: len(accepted) > so_far)
    stopping.set()
    for client in clients:
        client.join()
    assert set(accepted) <= set(subjects(intake))
    assert not set(before) & set(pids(intake))


def test_they_count_their_connections_together(intake: RunningIntake) -> None:
    def ask() -> list[str]:
        with ExitStack() as open_ones:
            clients = [open_ones.enter_context(RawClient(intake.smtp_port)) for _ in range(22)]
            return sorted(one.reply()[:3] for one in clients)

    # those of the test before may still be going
    eventually(lambda: ask() == ["220"] * 20 + ["421"] * 2)


def test_they_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    process = forking().Process(target=serve_until_killed, args=(tmp_path,))
    process.start()
    eventually((tmp_path / "pids").exists)
    children = [int(one) for one in (tmp_path / "pids").read_text().split()]
    assert all(is_running(one) for one in children)
    process.kill()
    process.join()
    eventually(lambda: not any(is_running(one) for one in children))


def serve_until_killed(folder: Path) -> None:
    """Run the intake in a process of its own; `folder`/pids says which processes it started."""
    with running_intake(folder, smtp=TWO) as intake:
        new = folder / "pids.new"
        new.write_text(" ".join(map(str, pids(intake))))
        new.rename(folder / "pids")
        threading.Event().wait()


def test_a_stop_says_so_to_who_is_in_the_middle_of_a_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.entrypoints.smtp_listeners._GRACE", 0.1)
    with running_intake(tmp_path) as intake, RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(b"Subject: half\r\n")
        intake.server.stop()
        assert client.reply().startswith("421 4.3.2 ")
        assert intake.kept() == []


def test_what_keeps_them_from_starting_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    section = TWO | {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "cert.pem"}
    with (
        pytest.raises(Permanent, match=r"the certificate .*cert\.pem is no good"),
        running_intake(tmp_path, smtp=section),
    ):
        pass
