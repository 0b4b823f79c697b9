"""One dossier's part of what the office writes to many at once."""

from handlers.batches import begin_one
from handlers.context import Context
from mailbot.domain.job import Job
from storage.conversations import find_batch


def handle(context: Context, job: Job) -> None:
    """Begin the conversation of a batch with one dossier, once. `job.ids`: batch, dossier."""
    with context.transaction() as unit:
        batch = find_batch(unit.session, job.ids["batch"])
        if batch is not None:
            begin_one(unit, batch, job.ids["dossier"])
