"""Fetches mails from one IMAP mailbox: each is spooled first, and only then marked.

Between the two a crash may come; then the mail is fetched again under the same `source_key`, and
recording it a second time changes nothing. One mail that cannot be fetched never holds up the
others, and what cannot be kept now stays in the mailbox.
"""

import threading
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto

import structlog

from mailbot import measures
from mailbot.domain.clock import Clock
from mailbot.domain.directory import Directory
from mailbot.domain.errors import Temporary
from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import Channel, Envelope
from mailbot.entrypoints.app import places
from mailbot.entrypoints.imap_box import (
    CONNECTION_TROUBLE,
    IMAP_TROUBLE,
    ImapBox,
    check_account,
    open_box,
)
from mailbot.entrypoints.left_behind import write_left_behind
from mailbot.entrypoints.way_in import open_way_in
from mailbot.mail.address import read_recipient
from mailbot.mail.delivery import find_envelope_recipients, find_envelope_sender
from mailbot.rules.intake import answer_recipient, is_blacklisted
from mailbot.settings import Imap, Settings
from storage.imap_positions import ImapPosition, ImapPositions
from storage.spool import Spool

log = structlog.get_logger(__name__)

#: seconds between two looks when the server cannot IDLE, and when it should have told us
_POLL_SECONDS = 60.0
_IDLE_SECONDS = 120.0
#: how soon a stop is noticed while the server waits with us
_SLICE_SECONDS = 2.0
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0
_MAX_TRIES = 3
_STOP_SECONDS = 9.0
_MEGABYTE = 1024 * 1024


class _Outcome(Enum):
    """What became of one mail."""

    KEPT = auto()
    #: gone, refused or too large: not to be fetched
    LEFT = auto()
    WRONG = auto()


class ImapFetcher:
    """Looks after one account in a thread of its own, from `start` to `stop`."""

    def __init__(
        self,
        settings: Settings,
        account: Imap,
        spool: Spool,
        on_mail: Callable[[], None],
        *,
        clock: Clock | None = None,
    ) -> None:
        """Keep mails in `spool` and call `on_mail` after each. Raises SettingsError, OSError."""
        check_account(account)
        self._settings = settings
        self._account = account
        self._way_in = open_way_in(settings, spool, on_mail, clock)
        self._positions = ImapPositions(places(settings).data / "imap")
        self._name = f"{account.user}@{account.host}/{account.folder}"
        #: mails that went wrong, and how often; by UIDVALIDITY and UID
        self._trouble: Counter[tuple[int, int]] = Counter()
        #: not to be fetched again by this process, though the server may offer them again
        self._settled: set[tuple[int, int]] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imap", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the mail at hand."""
        self._stopping.set()
        self._thread.join(timeout=_STOP_SECONDS)

    def fetch_once(self) -> int:
        """Fetch what waits now and return how many mails were kept.

        Raises one of IMAP_TROUBLE, or Temporary when mails cannot be kept now.
        """
        with open_box(self._account) as box:
            return self._fetch(box)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                with open_box(self._account) as box:
                    while not self._stopping.is_set():
                        self._fetch(box)
                        pause = _FIRST_PAUSE
                        self._wait(box)
            except (*IMAP_TROUBLE, Temporary) as error:
                log.warning("mailbox waits", mailbox=self._name, why=str(error), seconds=pause)
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _wait(self, box: ImapBox) -> None:
        """Return when there may be something new, or we must stop."""
        if box.can_idle:
            box.idle(seconds=_IDLE_SECONDS, step=_SLICE_SECONDS, should_stop=self._stopping.is_set)
        else:
            self._stopping.wait(_POLL_SECONDS)

    def _fetch(self, box: ImapBox) -> int:
        position = self._positions.find(self._name)
        if position is None or position.uidvalidity != box.uidvalidity:
            # what lies read in a mailbox that we see for the first time is not ours to import
            position = ImapPosition(uidvalidity=box.uidvalidity, uid=box.last_uid)
            uids = box.waiting(None)
        else:
            uids = box.waiting(position)
        kept, is_gapless = 0, True
        for uid in uids:
            if self._stopping.is_set():
                return kept
            outcome = self._try(box, uid)
            kept += outcome is _Outcome.KEPT
            is_gapless = is_gapless and outcome is not _Outcome.WRONG
            if is_gapless and uid > position.uid:
                position = ImapPosition(uidvalidity=box.uidvalidity, uid=uid)
                self._positions.record(self._name, position)
            elif outcome is not _Outcome.WRONG:
                # the position stands still, before one that went wrong: remember it otherwise
                self._settled.add((box.uidvalidity, uid))
        self._positions.record(self._name, position)
        return kept

    def _try(self, box: ImapBox, uid: int) -> "_Outcome":
        """Keep one mail and mark it, unless that went wrong too often already."""
        key = (box.uidvalidity, uid)
        if key in self._settled:
            return _Outcome.LEFT
        if self._trouble[key] >= _MAX_TRIES:
            return _Outcome.WRONG
        self._trouble[key] += 1  # noted before, for the connection may not survive this mail
        try:
            outcome = self._keep(box, uid)
        except CONNECTION_TROUBLE:
            raise
        except Temporary:
            del self._trouble[key]  # it was not the mail's fault
            raise
        except IMAP_TROUBLE as error:
            log.warning("mail not fetched", mailbox=self._name, uid=uid, why=str(error))
            return _Outcome.WRONG
        del self._trouble[key]
        return outcome

    def _keep(self, box: ImapBox, uid: int) -> "_Outcome":
        size = box.size(uid)
        if size > self._settings.smtp.max_size:
            log.warning("mail too large, left unread", mailbox=self._name, uid=uid, size=size)
            self._tell_too_large(box, uid, size)
            self._settled.add((box.uidvalidity, uid))
            return _Outcome.LEFT
        raw = box.fetch(uid)
        if not raw:
            return _Outcome.LEFT
        sender = find_envelope_sender(raw)
        directory = self._way_in.directory()
        recipient = self._recipient(raw, directory)
        dossier = directory.find_dossier(read_recipient(recipient).dossier)
        is_welcome = not is_blacklisted(sender, directory, dossier)
        if is_welcome:
            source_key = f"imap:{self._name}:{box.uidvalidity}:{uid}"
            self._way_in.spool.put(raw, self._envelope(raw, sender, recipient, source_key))
            self._way_in.on_mail()
        # as SMTP would have answered
        code = "250" if is_welcome else "550"
        measures.MAILS.labels(Channel.IMAP.value, code).inc()
        log.info("mail fetched", source=self._name, uid=uid, sender=sender, kept=is_welcome)
        self._mark(box, uid)
        return _Outcome.KEPT if is_welcome else _Outcome.LEFT

    def _tell_too_large(self, box: ImapBox, uid: int, size: int) -> None:
        """Tell the office's admin, by a mail under a key of its own: a second one is a no-op."""
        service = self._settings.service
        to = f"postmaster@{service.domain}"
        notice = write_left_behind(
            box.head(uid),
            mailbox=f"{self._account.folder} ({self._account.user})",
            megabytes=size / _MEGABYTE,
            language=service.language,
            to=to,
        )
        source_key = f"imap-too-large:{self._name}:{box.uidvalidity}:{uid}"
        # an address at .invalid proves nobody and is written to by nobody
        sender = "left-behind@mailbox.invalid"
        self._way_in.spool.put(notice, self._envelope(notice, sender, to, source_key))
        self._way_in.on_mail()

    def _mark(self, box: ImapBox, uid: int) -> None:
        try:
            box.mark(uid)
        except CONNECTION_TROUBLE:
            raise
        except IMAP_TROUBLE as error:
            self._settled.add((box.uidvalidity, uid))
            log.warning("mail not marked", mailbox=self._name, uid=uid, why=str(error))

    def _recipient(self, raw: bytes, directory: Directory) -> str:
        """Return the address of ours that it came to; else the operator's choice; else postmaster.

        Nothing that lies in the mailbox is dropped: the office sees what nobody can place.
        """
        for address in find_envelope_recipients(raw):
            recipient = read_recipient(address)
            answer = answer_recipient(
                recipient,
                directory,
                envelope_sender="",
                is_token_known=self._way_in.is_token_known,
            )
            if answer.is_accepted:
                return recipient.address
        default = self._account.default_recipient or f"postmaster@{self._settings.service.domain}"
        return read_recipient(default).address

    def _envelope(self, raw: bytes, sender: str, recipient: str, source_key: str) -> Envelope:
        now = self._way_in.clock.now()
        return Envelope(
            spool_id=new_id(now),
            received_at=now,
            channel=Channel.IMAP,
            envelope_sender=sender,
            envelope_recipients=(recipient,),
            client_name=self._account.host,
            authentication=self._way_in.sender_check.judge(
                raw,
                client_address="",
                client_name="",
                envelope_sender=sender,
                is_relayed=True,
            ),
            source_key=source_key,
        )
