"""Moves mails from the spool into the database and the queue; a second time changes nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog

from handlers.context import Context, Unit
from mailbot import measures
from mailbot.domain.errors import Temporary
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.mail import Envelope, StoredMail
from storage.mails import find_delivery, record_mail
from storage.spool import Spool, SpoolDamaged, SpooledMail

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 0.5
_HALF_WRITTEN = timedelta(days=1)
_TROUBLE_SECONDS = 2.0
#: mails, and bytes of them, that are recorded in one transaction when many wait; few enough that
#: whoever else writes to the database soon has his turn
_TOGETHER, _BYTES_TOGETHER = 25, 8 * 1024 * 1024
#: files that are kept at a time: most of it is waiting for a disk or for S3
_FILES = 4


class IntakeLoop:
    """Empties the spool while it runs; `wake` it when a mail was just accepted."""

    def __init__(self, context: Context, spool: Spool) -> None:
        self._context = context
        self._spool = spool
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._files = ThreadPoolExecutor(_FILES, thread_name_prefix="intake-file")

    def start(self) -> None:
        """Begin; what a dead process left half written, and was never promised, goes."""
        self._spool.clean(self._context.now() - _HALF_WRITTEN)
        self._thread.start()

    def wake(self) -> None:
        """Look at the spool now."""
        self._awake.set()

    def stop(self) -> None:
        """End after the mails at hand."""
        self._stopping.set()
        self._awake.set()
        self._thread.join(timeout=10)
        self._files.shutdown(wait=False)

    def empty_spool(self) -> None:
        """Take every mail that lies in the spool now. Raises Temporary."""
        for mails in self._in_groups(self._spool.entries()):
            self._record(mails)
            if self._stopping.is_set():
                return

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            pause = _IDLE_SECONDS
            try:
                self.empty_spool()
            except (Temporary, OSError) as error:
                # the mail stays in the spool: nothing is lost while database or disk are ill
                measures.PART_TROUBLES.labels("intake").inc()
                log.warning("intake waits", why=str(error))
                pause = _TROUBLE_SECONDS
            self._awake.wait(pause)

    def _in_groups(self, spool_ids: list[str]) -> Iterator[list[SpooledMail]]:
        """Yield the mails, as many at a time as may be recorded together."""
        group: list[SpooledMail] = []
        size = 0
        for spool_id in spool_ids:
            mail = self._read(spool_id)
            if mail is None:
                continue
            if group and (len(group) >= _TOGETHER or size + len(mail.raw) > _BYTES_TOGETHER):
                yield group
                group, size = [], 0
            group.append(mail)
            size += len(mail.raw)
        if group:
            yield group

    def _read(self, spool_id: str) -> SpooledMail | None:
        try:
            return self._spool.read(spool_id)
        except KeyError:
            log.warning("another process took a mail out of the spool", spool_id=spool_id)
        except SpoolDamaged as damage:
            self._spool.quarantine(spool_id, str(damage))
            log.warning("spool entry set apart", spool_id=spool_id, why=str(damage))
        return None

    def _record(self, mails: list[SpooledMail]) -> None:
        files = list(self._files.map(self._context.blobs.put, [mail.raw for mail in mails]))
        with self._context.transaction() as unit:
            for mail, sha256 in zip(mails, files, strict=True):
                for recipient in mail.envelope.envelope_recipients:
                    record_delivery(unit, mail.envelope, recipient, sha256)
        for mail in mails:
            self._spool.remove(mail.envelope.spool_id)


def record_delivery(unit: Unit, envelope: Envelope, recipient: str, sha256: str) -> None:
    """Make one mail row and one job of one delivery, unless it was made before."""
    source = envelope.source_key or envelope.spool_id
    delivery_key = f"{source}:{recipient.lower()}"
    if find_delivery(unit.session, delivery_key) is not None:
        return
    mail = StoredMail(
        id=unit.context.new_id(),
        envelope=envelope,
        envelope_recipient=recipient.lower(),
        sha256=sha256,
    )
    record_mail(unit.session, mail, delivery_key=delivery_key)
    facts = {"to": recipient.lower(), "from": envelope.envelope_sender}
    unit.note(EventKind.MAIL_ACCEPTED, mail.id, sha256=sha256, **facts)
    unit.put(JobKind.INCOMING_MAIL, key=mail.id, mail=mail.id)
