"""What must hold when all is quiet again: everything that was accepted is there, and once."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from benchmarks.faults.load import DOSSIERS, Letter
from benchmarks.faults.world import World
from mailbot.domain.document import Document, Status
from mailbot.domain.values import from_json
from mailbot.entrypoints.app import open_spool
from storage.audit import broken_links
from storage.audit_witnesses import unwitnessed
from storage.failed_jobs import failed_jobs
from tests.kit.office import APPROVER, MANAGER

#: dossier -> the letters that each of its documents makes, as (reader, name)
_LETTERS = {
    "bakkerij": Counter(
        {(APPROVER, "approval"): 1, (APPROVER, "transcript"): 1,
         (MANAGER, "review"): 1, (MANAGER, "transcript"): 1}
    ),
    "slagerij": Counter({(MANAGER, "review"): 1, (MANAGER, "transcript"): 1}),
}  # fmt: skip
#: dossier -> what is told of each of its documents once, and once only
_EVENTS = {
    "bakkerij": ("document_received", "document_recognised", "approved", "reviewed", "exported"),
    "slagerij": ("document_received", "document_recognised", "reviewed", "exported"),
}
#: the fourth field of a line of act.txt
_NUMBER = re.compile(r'^"[^"]*","[^"]*","[^"]*","(\d+)"', re.MULTILINE)
#: letters that come by the clock, not by a document
_TIMED = frozenset({"digest", "reminder", "alarm", "all_clear"})


@dataclass(frozen=True)
class Ending:
    """The database, the disk and everybody's mailboxes after a scenario."""

    world: World
    sent: Sequence[Letter]

    def problems(self) -> Iterator[str]:
        """Yield a sentence for everything that was lost, doubled or left over."""
        yield from self._promises()
        yield from self._mails()
        yield from self._documents()
        yield from self._letters()
        yield from self._bookings()
        yield from self._audit()
        yield from self._leftovers()

    def figures(self) -> dict[str, int]:
        """Return how much there was."""
        return {
            "mails": len(self._mail_rows),
            "documents": len(self._found),
            "letters": len(self._outbox_rows),
            "letters twice": sum(count - 1 for count in self._received.values()),
            "half-written files": len(list(self.world.data.rglob(".*.new"))),
        }

    def _rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        with self.world.context.database.reading() as session:
            found = session.execute(sa.text(f"SELECT * FROM {table}")).mappings()
            return [dict(row) for row in found]

    @cached_property
    def _mail_rows(self) -> Sequence[Mapping[str, Any]]:
        return self._rows("mail")

    @cached_property
    def _outbox_rows(self) -> Sequence[Mapping[str, Any]]:
        return self._rows("outbox")

    @cached_property
    def _found(self) -> Sequence[Document]:
        return [from_json(Document, row["data"]) for row in self._rows("document")]

    @cached_property
    def _received(self) -> Counter[str]:
        """How often each mail of ours reached the smarthost, by Message-ID."""
        return Counter(str(mail.message["Message-ID"]) for mail in self.world.smarthost.mails)

    def _promises(self) -> Iterator[str]:
        """Every 250 is a mail for each recipient, with the bytes that were sent."""
        made = {row["delivery_key"]: row["sha256"] for row in self._mail_rows}
        for one in self.world.server.accepted:
            for recipient in one.letter.recipients:
                sha256 = made.get(f"{one.spool_id}:{recipient.lower()}")
                if sha256 is None:
                    yield f"LOST: {one.spool_id} to {recipient} had its 250"
                elif one.letter.raw not in self.world.context.blobs.get(sha256):
                    yield f"{one.spool_id} is kept with other bytes than were sent"

    def _mails(self) -> Iterator[str]:
        """Of each mail that came once or more, one was read for each recipient."""
        states: dict[tuple[str, str], Counter[str]] = {}
        for row in self._mail_rows:
            states.setdefault((row["message_id"], row["envelope_recipient"]), Counter()).update(
                [row["state"]]
            )
        letters = {*self.sent, *self.world.people.answers.values()}
        expected = {(o.message_id, to.lower()) for o in letters for to in o.recipients}
        for key in expected | set(states):
            found = states.get(key, Counter())
            if key not in expected or found["read"] != 1 or set(found) - {"read", "repeated"}:
                yield f"mail {key}: {dict(found)}"

    def _documents(self) -> Iterator[str]:
        """Each invoice is one document of each dossier that it was sent to, and exported."""
        wanted = Counter(
            (dossier, letter.number)
            for letter in set(self.sent)
            for dossier, customer in DOSSIERS.items()
            if any(customer in to for to in letter.recipients)
        )
        found = Counter(
            (d.dossier, str(d.invoice and d.invoice.invoice_number)) for d in self._found
        )
        yield from (f"LOST document {key}" for key in wanted - found)
        yield from (f"DOUBLED document {key}" for key in found - wanted)
        for document in self._found:
            if document.status is not Status.EXPORTED:
                yield f"{document.title} is {document.status}: {document.warnings}"

    def _letters(self) -> Iterator[str]:
        """Each question and each transcript was made once and reached the smarthost."""
        made: dict[str, Counter[tuple[str, str]]] = {}
        for row in self._outbox_rows:
            name = row["letter"].rpartition(".")[2]
            if name not in _TIMED:
                made.setdefault(row["document_id"], Counter()).update([(row["recipient"], name)])
            if row["state"] != "sent" or not self._received[row["message_id"]]:
                yield f"letter {name} to {row['recipient']}: {row['state']}, {row['last_answer']}"
        for document in self._found:
            if made.pop(document.id, Counter()) != _LETTERS[document.dossier]:
                yield f"letters about {document.title}: {made}"
        yield from (f"letters about {key or 'nothing'}: {dict(made[key])}" for key in made)
        known = {row["message_id"] for row in self._outbox_rows}
        yield from (
            f"a letter left that is not kept: {each}" for each in set(self._received) - known
        )

    def _bookings(self) -> Iterator[str]:
        """Each document is one booking in the folder, and numbers have no gaps."""
        exported = Counter(row["document_id"] for row in self._rows("export"))
        if exported != Counter(document.id for document in self._found):
            yield f"exports: {exported}"
        exports = self.world.data / "exports"
        for dossier in DOSSIERS:
            mine = [d for d in self._found if d.dossier == dossier]
            pattern = "*/act.txt" if dossier == "bakkerij" else "*.csv"
            files = list((exports / dossier).glob(pattern))
            if len(files) != len(mine):
                yield f"{dossier}: {len(files)} bookings in the folder for {len(mine)} documents"
            numbers = sorted(d.booking.number for d in mine if d.booking)
            if numbers != [f"26{number:05}" for number in range(1, len(mine) + 1)]:
                yield f"{dossier}: numbers of bookings {numbers}"
        files = list((exports / "bakkerij").glob("*/act.txt"))
        told = Counter(str(set(_NUMBER.findall(file.read_text("cp1252")))) for file in files)
        yield from (f"number {number} was exported twice" for number in told if told[number] > 1)

    def _audit(self) -> Iterator[str]:
        """Of all that is kept the chain tells, and it is whole; each step was taken once."""
        with self.world.context.database.reading() as session:
            yield from (f"audit event {number} does not hold" for number in broken_links(session))
            yield from unwitnessed(session)
        told = Counter((row["subject"], row["event"]) for row in self._rows("audit"))
        for document in self._found:
            for event in _EVENTS[document.dossier]:
                if told[document.id, event] != 1:
                    yield f"{document.title}: {event} {told[document.id, event]} times"

    def _leftovers(self) -> Iterator[str]:
        """Nothing waits, was buried, or lies about half-written."""
        context = self.world.context
        spool = open_spool(self.world.installation.settings)
        with context.database.reading() as session:
            yield from (f"job {f.job.key} {f.state}: {f.reason}" for f in failed_jobs(session))
        exports = self.world.data / "exports"
        yield from (f"half-written: {path}" for path in exports.rglob(".*.new"))
        yield from (f"in the spool: {one}" for one in spool.entries())
        yield from (f"set apart: {one}" for one in spool.quarantined())
        yield from (f"damaged blob: {one}" for one in context.blobs.verify())
        jobs = {name: n for name, n in context.jobs.counts().items() if name != "SUCCESS"}
        yield from (f"{n} jobs {name}" for name, n in jobs.items())
