"""Tables of the staff door: who works here, their sessions and invitations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Table,
    Text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from banking.adapters.db.schema import METADATA

_UTC = DateTime(timezone=True)

STAFF = Table(
    "staff",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # The name folded to one spelling: nobody can be almost somebody else.
    Column("name_key", Text, nullable=False, unique=True),
    Column("roles", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("password_hash", Text),
    Column("totp_sealed", Text),
    Column("totp_last_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", _UTC, nullable=False),
    Column("seen_at", _UTC),
)

STAFF_SESSIONS = Table(
    "staff_sessions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("token_sha256", Text, nullable=False, unique=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False, index=True),
    Column("started_at", _UTC, nullable=False),
    Column("expires_at", _UTC, nullable=False, index=True),
    Column("ended_at", _UTC),
)

STAFF_INVITATIONS = Table(
    "staff_invitations",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False, index=True),
    Column("issued_at", _UTC, nullable=False),
    Column("expires_at", _UTC, nullable=False),
    Column("claimed_by", Text),
    Column("password_hash", Text),
    Column("totp_sealed", Text),
    Column("over_at", _UTC),
)

TABLES = (STAFF, STAFF_SESSIONS, STAFF_INVITATIONS)
