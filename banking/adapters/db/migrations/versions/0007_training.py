"""The trainers' inbox, and the changes of training data made of it."""

from alembic import op

from banking.adapters.db.schema import METADATA
from banking.adapters.db.schema_training import TABLES

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=TABLES)


def downgrade() -> None:
    METADATA.drop_all(op.get_bind(), tables=TABLES)
