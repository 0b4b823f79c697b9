"""Offices, dossiers or refused senders changed: write down anew what intake must know."""

from handlers.context import Context
from mailbot.domain.job import Job
from storage.definitions import all_definitions, make_directory
from storage.people import judged_senders


def handle(context: Context, _job: Job) -> None:
    """Write the directory from what the database says now; doing it again is harmless."""
    # who waited for another writer reads after it: the newest state is written last
    with context.directory_file.locked():
        with context.database.reading() as session:
            definitions = all_definitions(session)
            judged = judged_senders(session)
        directory = make_directory(definitions, [context.settings.service.domain], judged)
        context.directory_file.write(directory)
