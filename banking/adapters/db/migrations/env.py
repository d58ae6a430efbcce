"""How Alembic runs here: on the connection that ``migrate`` hands over."""

from alembic import context

from banking.adapters.db.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
