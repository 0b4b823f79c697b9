"""The intake is killed in the middle of its work: whatever got a 250 is there."""

import smtplib
import threading
import time
from pathlib import Path

import pytest

from mailbot.entrypoints.app import Places
from storage.spool import Spool
from tests.kit.killed_service import forking
from tests.kit.smtp import PURCHASE, SUPPLIER, mail, serve_until_killed

_CLIENTS = 4


def send_until_it_dies(port: int, client: int, accepted: list[str]) -> None:
    """Send mails one after the other and note the subject of each that got a 250."""
    try:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for number in range(100_000):
                subject = f"mail-{client}-{number}"
                connection.send_message(mail(subject), SUPPLIER, [PURCHASE])
                accepted.append(subject)
    except (smtplib.SMTPException, OSError):
        return


@pytest.mark.feature("KA-MAIL-03")
@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.7])
def test_every_mail_that_got_a_250_survives_kill_9(tmp_path: Path, seconds: float) -> None:
    process = forking().Process(target=serve_until_killed, args=(tmp_path,))
    process.start()
    while not (tmp_path / "port").exists():
        time.sleep(0.02)
    port = int((tmp_path / "port").read_text())
    accepted: list[str] = []
    clients = [
        threading.Thread(target=send_until_it_dies, args=(port, n, accepted))
        for n in range(_CLIENTS)
    ]
    for client in clients:
        client.start()
    while not accepted:
        time.sleep(0.01)
    time.sleep(seconds)
    process.kill()
    for client in clients:
        client.join()
    process.join()
    process.close()
    spool = Spool(Places(tmp_path).spool)
    subjects = [spool.read(one).raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
                for one in spool.entries()]  # fmt: skip
    assert accepted
    assert set(accepted) <= set(subjects)
    assert len(subjects) == len(set(subjects))
    assert len(subjects) <= len(accepted) + _CLIENTS, "at most one was under way for each client"
