"""Lays a database with our tables where a test wants one: to make them takes longer than most."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.database import Database


def lay_database(folder: Path) -> str:
    """Put a SQLite database with every table and nothing in it into `folder`; return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "mailbot.db"
    file.write_bytes(_empty_database())
    return f"sqlite:///{file}"


def migrate(url: str) -> None:
    """Make our tables in a database, as `mailbot serve` does when it starts."""
    fresh = Database(url)
    fresh.migrate()
    fresh.close()


@cache
def _empty_database() -> bytes:
    """Return the file of a database that was migrated once in this process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mailbot.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()
