"""Somebody is away from today on: ask who stands in for them about what waits."""

from handlers.context import Context
from mailbot.domain.job import Job, JobKind
from storage.approvals import open_approvals_by
from storage.documents import find_document


def handle(context: Context, job: Job) -> None:
    """Ask anew about what waits for a person; who was asked already gets no second mail."""
    with context.transaction() as unit:
        for approval in open_approvals_by(unit.session, job.ids["person"]):
            document = find_document(unit.session, approval.document_id, is_locked=False)
            if document is not None and document.dossier == job.ids["dossier"]:
                key = f"{document.id}:{job.key}"
                unit.put(JobKind.REQUEST_APPROVAL, key=key, document=document.id)
