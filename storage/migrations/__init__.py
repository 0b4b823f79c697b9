"""The history of our tables (alembic), one for SQLite and PostgreSQL."""
