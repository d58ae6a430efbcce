"""The staff door: who works here, their sessions and invitations."""

from alembic import op

from banking.adapters.db.schema import METADATA
from banking.adapters.db.schema_staff import TABLES

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=TABLES)


def downgrade() -> None:
    METADATA.drop_all(op.get_bind(), tables=TABLES)
