"""Which response of the assistant a bubble is made of."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A new bank has it from the start: its tables are made as they are today.
    op.execute(
        "ALTER TABLE messages_out ADD COLUMN IF NOT EXISTS"
        " response text NOT NULL DEFAULT ''"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE messages_out DROP COLUMN response")
