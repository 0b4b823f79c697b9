"""A real Dovecot on a free loopback port, with its own folder and one user."""

import getpass
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from mailbot.settings import Imap
from tests.kit.ports import free_port

USER = "facturen"
PASSWORD = "geheim-2026"  # noqa: S105 - of a server that lives for one test
_CONFIG = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {login_user}
default_internal_user = {login_user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
{capability}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
}}
"""


@dataclass
class Dovecot:
    """The running server."""

    port: int
    folder: Path

    def account(self, **changes: object) -> Imap:
        """Return the account as an operator would write it down."""
        password_file = self.folder / "password"
        values = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "password_file": password_file,
            "tls": False,
        }
        return Imap.model_validate({**values, **changes})

    @contextmanager
    def mailbox(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """Log in as the user, with `folder` open."""
        with IMAPClient("127.0.0.1", port=self.port, ssl=False) as client:
            client.login(USER, PASSWORD)
            client.select_folder(folder)
            yield client

    def append(self, raw: bytes, folder: str = "INBOX", flags: tuple[str, ...] = ()) -> None:
        """Put a mail into the mailbox."""
        with self.mailbox() as client:
            client.append(folder, raw, flags)


@contextmanager
def dovecot(capability: str = "") -> Iterator[Dovecot]:
    """Run a Dovecot that ends with the block; `capability` replaces what it offers."""
    # the user that reads mail must get through the folders above it, which pytest's hide
    folder = Path(tempfile.mkdtemp(prefix="mailbot-dovecot-"))
    port = free_port()
    try:
        _write_files(folder, port, capability)
        with _process(folder):
            _wait_until_it_answers(port, folder)
            yield Dovecot(port, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_files(folder: Path, port: int, capability: str) -> None:
    is_root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody" if is_root else getpass.getuser())
    login_user = "dovenull" if is_root else owner.pw_name
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    shutil.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    config = _CONFIG.format(
        folder=folder,
        port=port,
        login_user=login_user,
        group=grp.getgrgid(pwd.getpwnam(login_user).pw_gid).gr_name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        capability=f"imap_capability = {capability}" if capability else "",
    )
    (folder / "dovecot.conf").write_text(config)


@contextmanager
def _process(folder: Path) -> Iterator[None]:
    command = [_program(), "-F", "-c", str(folder / "dovecot.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            yield
        finally:
            process.terminate()


def _program() -> str:
    return shutil.which("dovecot") or "/usr/sbin/dovecot"


def _wait_until_it_answers(port: int, folder: Path) -> None:
    for _ in range(200):
        try:
            with IMAPClient("127.0.0.1", port=port, ssl=False) as client:
                client.login(USER, PASSWORD)
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = folder / "log"
    raise AssertionError(f"Dovecot did not start: {log.read_text() if log.exists() else ''}")
