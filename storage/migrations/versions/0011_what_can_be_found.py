"""What can be found by its words."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_POSTGRESQL = """
CREATE INDEX ix_search_entry_words ON search_entry USING gin (
  to_tsvector('simple', words || ' ' || written || ' ' || coalesce(text, ''))
) WITH (fastupdate = off)
"""
# the words stand in search_entry; what FTS5 keeps of them follows by triggers
# (https://www.sqlite.org/fts5.html#external_content_tables)
_GONE = """
INSERT INTO search_words (search_words, rowid, words, written, text)
VALUES ('delete', old.number, old.words, old.written, old.text);
"""
_THERE = """
INSERT INTO search_words (rowid, words, written, text)
VALUES (new.number, new.words, new.written, new.text);
"""
_FTS5 = """
CREATE VIRTUAL TABLE search_words USING fts5 (
  words, written, text, content='search_entry', content_rowid='number', columnsize=0,
  tokenize='unicode61 remove_diacritics 2'
)
"""
_CHANGED = f"{_GONE} {_THERE}"
_SQLITE = (
    _FTS5,
    f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {_THERE} END",
    f"CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN {_GONE} END",
    f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN {_GONE} {_THERE} END",
)


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "search_entry",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("is_document", sa.Boolean(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_search_entry_key")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else (_POSTGRESQL,):
        op.execute(statement)


def downgrade() -> None:
    """Go back to the version before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entry")
