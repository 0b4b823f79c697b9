"""The row of everything that can be found by its words; only storage sees it.

Both databases keep the words of a row in an index of their own kind, which follows the row: SQLite
in the FTS5 table `search_words`, PostgreSQL in the GIN index `ix_search_entry_words`; migration
0011 makes them.
"""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

#: PostgreSQL: what the index holds, and what a query must say word by word to use it
POSTGRESQL_WORDS = "to_tsvector('simple', words || ' ' || written || ' ' || coalesce(text, ''))"


class SearchEntryRow(SQLModel, table=True):
    """One document or conversation with its words, folded."""

    __tablename__ = "search_entry"
    #: sorts by the time of arrival
    number: int = Field(
        sa_column=sa.Column(
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        )
    )
    #: id of the document or conversation
    key: str = Field(unique=True)
    is_document: bool
    dossier: str
    #: what is known of it
    words: str = Field(sa_type=sa.Text)
    #: what was written in its mail, or in the conversation
    written: str = Field(sa_type=sa.Text)
    #: what stands on the document; NULL until it was read for this
    text: str | None = Field(default=None, sa_type=sa.Text)
