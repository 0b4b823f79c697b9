"""Reads a whole set and says what is wrong with it, before anybody needs it."""

from collections.abc import Iterator
from typing import Any

from storage.audit import broken_rows
from storage.backup.rows import read_rows, read_value
from storage.backup.sets import BackupFolder, BackupSet
from storage.backup.tables import kind_of
from storage.blobs import BlobError
from storage.tables import METADATA, AuditRow

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
        yield from _wrong_counts(kept, folder)
        yield from _audit(kept, folder)
        yield from _not_in_set(kept, folder)


def values_of(folder: BackupFolder, kept: BackupSet, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of one table as its columns have them. Raises BlobError."""
    table, listing = METADATA.tables[name], kept.tables[name]
    kinds = [kind_of(table.columns[column]) for column in listing.columns]
    for row in read_rows(folder.pool, listing):
        values = map(read_value, kinds, row)
        yield dict(zip(listing.columns, values, strict=True))


def _wrong_counts(kept: BackupSet, folder: BackupFolder) -> Iterator[str]:
    for name, listing in {**kept.tables, "files": kept.blobs}.items():
        count = sum(1 for _ in read_rows(folder.pool, listing))
        if count != listing.n_rows:
            yield f"{name}: {count} rows, and {listing.n_rows} were kept"


def _audit(kept: BackupSet, folder: BackupFolder) -> Iterator[str]:
    """Check the chain, and that it ends where it ended."""
    last = [0, ""]

    def rows() -> Iterator[AuditRow]:
        for values in values_of(folder, kept, "audit"):
            last[:] = [values["number"], values["hash"]]
            yield AuditRow(**values)

    for number in broken_rows(rows()):
        yield f"audit event {number} does not fit its hash"
    if last != [kept.audit_number, kept.audit_hash]:
        yield f"the audit log ends with event {last[0]}, and did with {kept.audit_number}"


def _not_in_set(kept: BackupSet, folder: BackupFolder) -> Iterator[str]:
    for name in _NAMING:
        column = kept.tables[name].columns.index("sha256")
        for row in read_rows(folder.pool, kept.tables[name]):
            if row[column] not in kept.missing and not folder.pool.has(row[column]):
                yield f"{name} {row[0]} names the file {row[column]}, which is not in the set"
