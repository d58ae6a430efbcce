"""Identity: customers, sessions, links, challenges, counters, the audit log."""

from alembic import op

from banking.adapters.db.schema import METADATA
from banking.adapters.db.schema_identity import TABLES

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=list(TABLES))


def downgrade() -> None:
    METADATA.drop_all(op.get_bind(), tables=list(TABLES))
    op.execute("DROP FUNCTION IF EXISTS audit_join_chain")
    op.execute("DROP FUNCTION IF EXISTS audit_keep")
