"""The only place where objects with connections are made and tied together."""

import socket
from pathlib import Path

from handlers.context import Context
from handlers.readers import MODULES
from handlers.write_directory import handle as rewrite
from mailbot.domain.clock import Clock, SystemClock
from mailbot.domain.job import Job, JobKind
from mailbot.entrypoints.clamd import ClamdScanner
from mailbot.entrypoints.places import Places as Places
from mailbot.entrypoints.places import open_spool as open_spool
from mailbot.entrypoints.places import places as places
from mailbot.sandbox.pool import Sandbox, shared_sandbox
from mailbot.settings import Settings
from storage.backup.making import Installation
from storage.backup.restoring import MARKER
from storage.blobs import Blobs
from storage.blobs_folder import FolderBlobs
from storage.blobs_s3 import S3Blobs
from storage.database import Database
from storage.directory_file import DirectoryFile
from storage.durable import make_folder
from storage.jobs import Jobs
from storage.reply_tokens import fingerprint, read_secret
from storage.shared_values import FINGERPRINT, agree, find_value


def open_context(settings: Settings, clock: Clock | None = None) -> Context:
    """Make what every handler needs, with the database at this version of mailbot.

    Raises Temporary when the database does not answer, OSError when the data folder is no use,
    ValueError when something in it is not as it should be.
    """
    here = places(settings)
    if (here.data / MARKER).exists():
        raise ValueError(f"a restore into {here.data} has not ended: run mailbot restore again")
    make_folder(here.exports)
    database = Database(settings.database_url)
    database.migrate()
    scanner = {"find_virus": ClamdScanner(settings.clamd)} if settings.clamd.address else {}
    return Context(
        settings=settings,
        clock=clock or SystemClock(),
        database=database,
        blobs=open_blobs(settings),
        jobs=Jobs(database),
        sandbox=open_sandbox(settings),
        token_secret=_shared_secret(database, here.secret),
        directory_file=DirectoryFile(here.directory),
        **scanner,
    )


def open_sandbox(settings: Settings) -> Sandbox:
    """Return where strangers' files are read; its processes start with the first file."""
    worker = settings.worker
    return shared_sandbox(MODULES, size=worker.processes + worker.ocr_processes)


def open_blobs(settings: Settings) -> Blobs:
    """Return the blob store; a bucket is first asked when something is put or got.

    Raises OSError when the file of its secret key cannot be read.
    """
    if settings.blobs.url:
        return S3Blobs(settings.blobs)
    return FolderBlobs(places(settings).blobs)


def open_installation(context: Context, settings_file: Path | None) -> Installation:
    """Return everything that a backup holds."""
    return Installation(
        database=context.database,
        blobs=context.blobs,
        data=places(context.settings).data,
        settings_file=settings_file or Path("mailbot.toml"),
    )


def open_empty(settings: Settings) -> tuple[Installation, Jobs]:
    """Return the place that a backup is put back into, and its queue; nothing is made there."""
    database = Database(settings.database_url)
    data = places(settings).data
    return Installation(database=database, blobs=open_blobs(settings), data=data), Jobs(database)


def _shared_secret(database: Database, file: Path) -> bytes:
    """Return the secret of reply tokens, which is the same on all machines. Raises ValueError."""
    secret = read_secret(file)
    mark = fingerprint(secret)
    with database.reading() as session:
        known = find_value(session, FINGERPRINT)
    if not known:
        with database.transaction() as session:
            agree(session, FINGERPRINT, mark)
            known = find_value(session, FINGERPRINT)
    if known != mark:
        raise ValueError(
            f"{file} is not the secret of this database: copy it from another machine or a backup"
        )
    return secret


def close_context(context: Context) -> None:
    """Give back every connection."""
    context.jobs.close()
    context.database.close()


def write_directory(context: Context) -> None:
    """Write down what intake must know, from what the database says now. Raises Temporary."""
    rewrite(context, Job(key="now", kind=JobKind.WRITE_DIRECTORY, ids={}))


def machine_name(context: Context) -> str:
    """Return the name under which this machine's jobs are found again after a restart.

    An embedded database has one machine, whatever it is called now: a container gets a new name
    with every start.
    """
    return "only-machine" if context.database.is_sqlite else socket.gethostname()
