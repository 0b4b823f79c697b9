"""What mailbot asks its database every day, each time about something else."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles

from sqlmodel import Session

from benchmarks.growth.rows import DOSSIERS, WHOLE, document_id, mail_id, sha_of
from mailbot.domain.conversation import ConversationState
from mailbot.domain.document import Status
from mailbot.domain.mail import StoredMail
from mailbot.domain.search import Sight
from mailbot.mail.search_words import read_search
from storage.approvals import approvals_of, open_approvals_by
from storage.audit import events_about, last_event
from storage.conversations import conversations_in
from storage.database import Database
from storage.definitions import find_definition, find_dossier, get_dossier, is_office_address
from storage.documents import documents_in, documents_on_hold, find_document, look_alikes
from storage.mails import find_earlier_copy, get_mail
from storage.outbox import claim_entries, count_answers, find_entry_from, has_message_id
from storage.search import find_entries
from storage.senders import proved_domains, seen_with_name
from storage.suppliers import find_habits
from storage.tokens import find_token
from storage.watching import waiting_documents, waiting_letters

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class House:
    """What is asked about."""

    documents: int
    offices: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How long one question takes: milliseconds."""

    median: float
    #: 95th percentile
    late: float
    #: 95th percentile of the processor time of this process: all of it on SQLite
    busy_late: float
    #: of all rounds
    rows: int


class Scene:
    """One question about something that nobody asked about just now."""

    def __init__(self, session: Session, house: House, seed: int) -> None:
        self.session, self.documents, self.offices = session, house.documents, house.offices
        self.random = random.Random(seed)

    def number(self) -> int:
        """Return the number of a document whose dossier holds all of each."""
        while True:
            number = self.random.randrange(2, self.documents, 2)
            if (number // 2 * 7919) % DOSSIERS < WHOLE and number % 500:
                return number

    def dossier(self, most: int = WHOLE) -> str:
        """Return the code of a dossier."""
        return f"d{self.random.randrange(most):06}"

    def office(self) -> str:
        """Return the code of an office."""
        return f"kantoor{self.random.randrange(self.offices):03}"

    def kept(self) -> list[str]:
        """Return 200 dossiers of one manager."""
        first = self.random.randrange(WHOLE // 200) * 200
        return [f"d{number:06}" for number in range(first, first + 200)]


def _worklist(scene: Scene) -> int:
    found = [
        documents_in(scene.session, kept, [status])
        for kept in [scene.kept()]
        for status in (Status.TO_REVIEW, Status.EXPORT_FAILED, Status.UNREADABLE)
    ]
    return sum(map(len, found))


def _digest_of_client(scene: Scene) -> int:
    code = scene.dossier()
    asked = open_approvals_by(scene.session, f"karim@{code}.example")
    documents = [find_document(scene.session, a.document_id, is_locked=False) for a in asked]
    found = documents_in(scene.session, [code], [Status.INBOX])
    found2 = documents_in(scene.session, [code], [Status.QUARANTINED])
    return len(documents) + len(found) + len(found2)


def _duplicates(scene: Scene) -> int:
    document = find_document(scene.session, document_id(scene.number(), scene.documents))
    assert document is not None
    return len(look_alikes(scene.session, document))


def _duplicates_in_a_giant(scene: Scene) -> int:
    number = scene.random.randrange(500, scene.documents, 500)
    document = find_document(scene.session, document_id(number, scene.documents))
    assert document is not None
    return len(look_alikes(scene.session, document))


def _earlier_copy(scene: Scene) -> int:
    number = scene.number()
    mail: StoredMail = get_mail(scene.session, mail_id(number, scene.documents))
    return int(find_earlier_copy(scene.session, mail) is not None)


def _token(scene: Scene) -> int:
    number = scene.random.randrange(6, scene.documents, 6)
    return int(find_token(scene.session, sha_of(number)) is not None)


def _search(text: str, *, is_office: bool) -> Callable[[Scene], int]:
    def ask(scene: Scene) -> int:
        said = text.format(
            n=scene.random.randrange(300),
            m=scene.random.randrange(3000),
            f=scene.number(),
            s=scene.random.randrange(20000),
        )
        code = scene.dossier(DOSSIERS)
        office = f"kantoor{int(code[1:]) * scene.offices // DOSSIERS:03}"
        sight = Sight(office=office, reader="x@y.example", is_office=True)
        if not is_office:
            sight = Sight(office=office, reader="x@y.example", dossiers=(code,))
        query = read_search(said)
        return len(find_entries(scene.session, query, sight, limit=11, today=TODAY))

    return ask


def _definition(scene: Scene) -> int:
    found = find_definition(scene.session, scene.office())
    return len(found.dossiers) if found else 0


QUESTIONS: Mapping[str, Callable[[Scene], int]] = {
    "worklist of a manager, 200 dossiers": _worklist,
    "digest of a client": _digest_of_client,
    "duplicate check": _duplicates,
    "duplicate check, giant dossier": _duplicates_in_a_giant,
    "earlier copy of a mail": _earlier_copy,
    "token": _token,
    "approvals of a document": lambda s: len(
        approvals_of(s.session, document_id(s.number(), s.documents))
    ),
    "events about a document": lambda s: len(
        events_about(s.session, document_id(s.number(), s.documents))
    ),
    "last event": lambda s: int(last_event(s.session) is not None),
    "outbox: claim": lambda s: len(claim_entries(s.session, NOW, NOW, limit=20)),
    "outbox: answers of the last hour": lambda s: count_answers(
        s.session, f"karim@{s.dossier()}.example", NOW - timedelta(hours=1)
    ),
    "outbox: where a bounce belongs": lambda s: int(
        find_entry_from(s.session, f"b.{s.number() * 3:032x}@in.example") is not None
    ),
    "outbox: is it our mail": lambda s: int(has_message_id(s.session, "<no@no.example>")),
    "dossier by its code": lambda s: int(find_dossier(s.session, s.dossier(DOSSIERS)) is not None),
    "dossier by its number": lambda s: int(
        find_dossier(s.session, s.dossier(DOSSIERS)[1:].rjust(10, "0")) is not None
    ),
    "dossier, of a document": lambda s: len(get_dossier(s.session, s.dossier(DOSSIERS)).people),
    "definition of an office": _definition,
    "is it an office's address": lambda s: int(is_office_address(s.session, "a@b.example")),
    "open conversations of 200 dossiers": lambda s: len(
        conversations_in(s.session, s.kept(), [ConversationState.OPEN])
    ),
    "documents on hold": lambda s: len(documents_on_hold(s.session)),
    "status: documents": lambda s: len(waiting_documents(s.session)),
    "status: outbox": lambda s: len(waiting_letters(s.session)),
    "what is known of a supplier": lambda s: int(
        find_habits(s.session, s.office(), s.dossier(), vat="BE0456123791", name="Garage Snel")
        is not None
    ),
    "senders of one name": lambda s: len(
        seen_with_name(s.session, s.office(), "jan peeters", before_mail="x")
    ),
    "proved domains of an office": lambda s: len(
        proved_domains(s.session, s.office(), before_mail="x")
    ),
    "search, office: two common words": _search("drukkerij omschrijving", is_office=True),
    "search, office: common and rare": _search("factuurdatum w{n} w{m}", is_office=True),
    "search, office: nothing": _search("w{n} w{m} nergens", is_office=True),
    "search, office: a number": _search("F{f}", is_office=True),
    "search, office: a phrase and a month": _search(
        '"te betalen bedrag" maart 2021', is_office=True
    ),
    "search, office: a supplier and an amount": _search("leverancier{s} 1.263,00", is_office=True),
    "search, dossier: a common word": _search("drukkerij", is_office=False),
    "search, dossier: a word and a year": _search("w{n} 2019", is_office=False),
}


def measured(
    database: Database, house: House, question: Callable[[Scene], int], rounds: int
) -> Measured:
    """Ask so often, each time about something else."""
    taken, worked, rows = [], [], 0
    for number in range(rounds + 2):
        with database.reading() as session:
            scene = Scene(session, house, seed=number)
            began, busy = time.perf_counter(), time.process_time()
            rows += question(scene)
            worked.append((time.process_time() - busy) * 1000)
            taken.append((time.perf_counter() - began) * 1000)
            session.rollback()
    # the first ones load code
    late, busy_late = (quantiles(each[2:], n=20)[18] for each in (taken, worked))
    return Measured(median=median(taken[2:]), late=late, busy_late=busy_late, rows=rows)
