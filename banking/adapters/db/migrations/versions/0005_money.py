"""Transfers, payees, parked requests and documents."""

from alembic import op

from banking.adapters.db.schema import METADATA
from banking.adapters.db.schema_money import TABLES

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=TABLES)


def downgrade() -> None:
    METADATA.drop_all(op.get_bind(), tables=TABLES)
