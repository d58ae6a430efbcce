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
    # A database made before these has neither; one made after has both.
    op.execute(
        "ALTER TABLE messages_out"
        " ADD COLUMN IF NOT EXISTS response text NOT NULL DEFAULT ''"
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_messages_out_reply_to ON messages_out (reply_to)"
    )


def downgrade() -> None:
    METADATA.drop_all(op.get_bind(), tables=TABLES)
