"""The clock struck: waits are over, approvers are reminded, questions are remembered."""

from dataclasses import replace

from handlers.approval_reminders import remind_approvers
from handlers.chasing import remind
from handlers.context import Context
from handlers.progress import ask
from mailbot.domain.clock import local_date
from mailbot.domain.document import revised
from mailbot.domain.job import Job
from storage.conversations import conversations_to_remind
from storage.definitions import get_dossier, get_office
from storage.documents import documents_on_hold, get_document, record_document


def handle(context: Context, _job: Job) -> None:
    """Release every document that waited until today; remind of what nobody has answered."""
    with context.database.reading() as session:
        held = [document.id for document in documents_on_hold(session) if document.hold_until]
        due = conversations_to_remind(session, context.now())
    for document_id in held:
        _release(context, document_id)
    remind_approvers(context)
    for conversation_id in due:
        with context.transaction() as unit:
            remind(unit, conversation_id)


def _release(context: Context, document_id: str) -> None:
    with context.transaction() as unit:
        document = get_document(unit.session, document_id)
        dossier = get_dossier(unit.session, document.dossier)
        office, _employees = get_office(unit.session, dossier.office)
        until = document.hold_until
        today = local_date(context.now(), office.time_zone)
        if not document.on_hold or until is None or until > today:
            return
        # a new version, so that everyone is asked anew
        freed = revised(replace(document, on_hold=False, hold_until=None))
        record_document(unit.session, freed)
        ask(unit, freed)
