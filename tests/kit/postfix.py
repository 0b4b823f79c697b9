"""A real Postfix on a free loopback port that hands on by LMTP what it gets; needs root."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.kit.ports import free_port, wait_for_port

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
myhostname = mta.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = mailbot.example
relay_transport = {transport}
smtpd_recipient_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
alias_maps =
alias_database =
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """The running server."""

    port: int
    folder: Path

    def wait_for(self, words: str) -> str:
        """Return the log once it says `words`."""
        for _ in range(300):
            log = (self.folder / "data" / "log").read_text()
            if words in log:
                return log
            time.sleep(0.05)
        raise AssertionError(f"Postfix never said {words!r}, but:\n{log}")


@contextmanager
def postfix(lmtp_port: int = 0, *, options: str = "") -> Iterator[Postfix]:
    """Run a Postfix before the LMTP listener at `lmtp_port`; it ends with the block.

    Without a port it throws away what it has in its queue. `options` are lines of main.cf.
    """
    # its own users must get through the folders above it, which pytest's hide
    folder = Path(tempfile.mkdtemp(prefix="mailbot-postfix-"))
    folder.chmod(0o755)
    for name in ("queue", "data", "etc"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    port = free_port()
    transport = f"lmtp:inet:127.0.0.1:{lmtp_port}" if lmtp_port else "discard:"
    values = {"folder": folder, "port": port, "transport": transport}
    (folder / "etc" / "main.cf").write_text(_said_once(_MAIN.format(**values) + options))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(**values))
    try:
        _start(folder)
        running = Postfix(port, folder)
        # it may log that it started before there is anybody who keeps the log
        wait_for_port(port)
        yield running
    finally:
        _kill(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _said_once(main_cf: str) -> str:
    """Keep the last value of each parameter: its daemons warn of every one that is there twice.

    So many warnings at once fill the socket of its log daemon, which then waits for itself.
    """
    lines = (line for line in main_cf.splitlines() if "=" in line and not line.startswith("#"))
    values = {name.strip(): value.strip() for name, value in (ln.split("=", 1) for ln in lines)}
    return "".join(f"{name} = {value}\n" for name, value in values.items())


def _start(folder: Path) -> None:
    command = [shutil.which("postfix") or "/usr/sbin/postfix", "-c", str(folder / "etc"), "start"]
    # its daemons would hold pipes open, and with them the test
    subprocess.run(  # noqa: S603
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60
    )


def _kill(folder: Path) -> None:
    # `postfix stop` sleeps by the second and once never came back on a busy machine
    with suppress(OSError, ValueError):
        os.killpg(int((folder / "queue" / "pid" / "master.pid").read_text()), signal.SIGKILL)
