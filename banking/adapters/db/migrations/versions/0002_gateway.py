"""The chat: conversations, messages both ways, handles, vault, turns."""

from alembic import op

from banking.adapters.db.schema_gateway import TABLES

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the gateway."""
    for table in TABLES:
        table.create(op.get_bind())


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        table.drop(op.get_bind())
