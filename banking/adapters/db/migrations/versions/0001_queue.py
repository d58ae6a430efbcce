"""The job queue, as the installed Procrastinate defines it."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Install the queue's tables, types and functions."""
    # As the driver's own SQL: it holds %, :: and ; that nobody should interpret.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: queued jobs are promises to customers."""
    raise NotImplementedError("the queue is not removed")
