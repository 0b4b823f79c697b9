"""One open IMAP mailbox (RFC 3501): which mails wait, their bytes, the mark of those kept."""

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, ProtocolError

from mailbot.settings import Imap, SettingsError
from storage.imap_positions import ImapPosition

#: a keyword of our own: a person who opens or unreads a mail does not change what we know
_KEPT = "MailbotKept"
_CONNECT_SECONDS = 15
_READ_SECONDS = 60

#: the connection is of no use any more
CONNECTION_TROUBLE = (IMAPClientAbortError, ProtocolError, OSError, EOFError)
#: whatever imapclient raises; it lets mistakes of a server through as ValueErrors and KeyErrors
IMAP_TROUBLE = (IMAPClientError, OSError, EOFError, ValueError, LookupError, AssertionError)


class ImapBox:
    """A selected mailbox."""

    def __init__(self, client: IMAPClient, account: Imap) -> None:
        """Select the folder. Raises one of IMAP_TROUBLE."""
        self._client = client
        self._account = account
        selected: dict[bytes, Any] = client.select_folder(account.folder)
        self.uidvalidity = int(selected[b"UIDVALIDITY"])
        #: the UID of the last mail that was there when the folder was selected
        self.last_uid = int(selected.get(b"UIDNEXT", 1)) - 1
        self._keeps_keywords = b"\\*" in selected.get(b"PERMANENTFLAGS", ())
        if account.done_folder and not client.folder_exists(account.done_folder):
            client.create_folder(account.done_folder)

    @property
    def can_idle(self) -> bool:
        """Whether the server tells of new mails by itself (RFC 2177)."""
        return bool(self._client.has_capability("IDLE"))

    def waiting(self, position: ImapPosition | None) -> list[int]:
        """Return the UIDs of mails to fetch, oldest first.

        These are the unread ones, and, read or not, those that came after `position`.
        """
        self._client.noop()
        not_kept = ["UNKEYWORD", _KEPT] if self._keeps_keywords else []
        found = set(self._client.search([*not_kept, "UNSEEN"]))
        if position and position.uidvalidity == self.uidvalidity:
            newer = self._client.search([*not_kept, "UID", f"{position.uid + 1}:*"])
            # "n:*" is never empty: it means the last mail, too
            found |= {uid for uid in newer if uid > position.uid}
        return sorted(found)

    def size(self, uid: int) -> int:
        """Return how many bytes a mail has, 0 when it is gone."""
        answer = self._client.fetch([uid], ["RFC822.SIZE"])
        return int(answer[uid][b"RFC822.SIZE"]) if uid in answer else 0

    def fetch(self, uid: int) -> bytes:
        """Return a mail byte for byte, without marking it as read; b"" when it is gone."""
        answer = self._client.fetch([uid], ["BODY.PEEK[]"])
        return bytes(answer.get(uid, {}).get(b"BODY[]") or b"")

    def head(self, uid: int) -> bytes:
        """Return the header fields of a mail, without marking it as read; b"" when it is gone."""
        answer = self._client.fetch([uid], ["BODY.PEEK[HEADER]"])
        return bytes(answer.get(uid, {}).get(b"BODY[HEADER]") or b"")

    def mark(self, uid: int) -> None:
        """Mark a kept mail, and move it where the operator wants it."""
        flags = ["\\Seen", _KEPT] if self._keeps_keywords else ["\\Seen"]
        self._client.add_flags([uid], flags, silent=True)
        if not self._account.done_folder:
            return
        if self._client.has_capability("MOVE"):
            self._client.move([uid], self._account.done_folder)
            return
        self._client.copy([uid], self._account.done_folder)
        self._client.add_flags([uid], ["\\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):
            # without UIDPLUS, what other people marked as deleted would go, too
            self._client.uid_expunge([uid])

    def idle(self, *, seconds: float, step: float, should_stop: Callable[[], bool]) -> None:
        """Wait until the server has something to say, `seconds` are over or we should stop.

        `step`: seconds between two questions whether to stop. IDLE goes on meanwhile, for what a
        server says between two IDLEs is easily missed.
        """
        self._client.idle()
        try:
            for _ in range(max(1, int(seconds / step))):
                if should_stop() or self._client.idle_check(timeout=step):
                    return
        finally:
            self._client.idle_done()


@contextmanager
def open_box(account: Imap) -> Iterator[ImapBox]:
    """Log in to the account and select its folder. Raises one of IMAP_TROUBLE."""
    client = IMAPClient(
        account.host,
        port=account.port,
        ssl=account.tls,
        ssl_context=ssl.create_default_context() if account.tls else None,
        timeout=SocketTimeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
    )
    try:
        if account.oauth:
            client.oauth2_login(account.user, account.oauth.read_text().strip())
        elif account.password_file:
            client.login(account.user, account.password_file.read_text().rstrip("\r\n"))
        yield ImapBox(client, account)
    finally:
        _leave(client)


def check_account(account: Imap) -> None:
    """Raise SettingsError when an account cannot work or would send its password in the clear."""
    if not (account.oauth or account.password_file):
        raise SettingsError(f"[[imap]] {account.user}: give password_file or oauth")
    if not account.tls and not _is_loopback(account.host):
        raise SettingsError(f"[[imap]] {account.user}: tls = false is for the loopback only")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except IMAP_TROUBLE:
        try:
            client.shutdown()
        except IMAP_TROUBLE:
            return
