"""Reads a whole set and says what is wrong with it, before anybody needs it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from storage.audit import broken_rows
from storage.backup.rows import read_rows, read_value
from storage.backup.sets import BackupFolder, BackupSet
from storage.backup.tables import kind_of
from storage.blobs import BlobError
from storage.tables import METADATA

#: where rows name a file by a column of its own
_NAMING = ("mail", "document", "outbox")


def faults_in(kept: BackupSet, folder: BackupFolder) -> Iterator[str]:
    """Yield a sentence for everything that is not as it was; what the set never had is no fault.

    Reads every file of the set. Raises OSError.
    """
    damaged = False
    try:
        for sha256 in folder.files_of(kept):
            try:
                folder.pool.get(sha256)
            except BlobError as error:
                damaged = True
                yield str(error)
    except BlobError:  # the list of files itself, which was told above
        return
    if not damaged:
        for name in kept.tables:
            yield from (_audit if name == "audit" else _rows)(kept, folder, name)


def values_of(folder: BackupFolder, kept: BackupSet, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of one table as its columns have them. Raises BlobError."""
    table, listing = METADATA.tables[name], kept.tables[name]
    kinds = [kind_of(table.columns[column]) for column in listing.columns]
    for row in read_rows(folder.pool, listing):
        values = map(read_value, kinds, row)
        yield dict(zip(listing.columns, values, strict=True))


def _rows(kept: BackupSet, folder: BackupFolder, name: str) -> Iterator[str]:
    """Check that all rows are there, and the files that they name."""
    listing = kept.tables[name]
    column = listing.columns.index("sha256") if name in _NAMING else None
    count = 0
    for row in read_rows(folder.pool, listing):
        count += 1
        if column is not None and not _has(kept, folder, row[column]):
            yield f"{name} {row[0]} names the file {row[column]}, which is not in the set"
    if count != listing.n_rows:
        yield f"{name}: {count} rows, and {listing.n_rows} were kept"


def _has(kept: BackupSet, folder: BackupFolder, sha256: str) -> bool:
    return sha256 in kept.missing or folder.pool.has(sha256)


def _audit(kept: BackupSet, folder: BackupFolder, name: str) -> Iterator[str]:
    """Check the chain, and that it ends where it ended: then no event is missing."""
    last = [0, ""]

    def rows() -> Iterator[SimpleNamespace]:
        for values in values_of(folder, kept, name):
            last[:] = [values["number"], values["hash"]]
            yield SimpleNamespace(**values)

    for number in broken_rows(rows()):
        yield f"audit event {number} does not fit its hash"
    if last != [kept.audit_number, kept.audit_hash]:
        yield f"the audit log ends with event {last[0]}, and did with {kept.audit_number}"
