"""How alembic reaches our tables; the connection comes from `storage.database`."""

from alembic import context
from sqlmodel import SQLModel

from storage import tables

assert tables  # noqa: S101 - importing the module fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
