"""The tables of teaching: the trainers' inbox and what was made of it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from banking.adapters.db.schema import METADATA

MOMENT = DateTime(timezone=True)
_PENDING = "state IN ('accepted', 'corrected') AND change_id IS NULL"

# Messages that are alike, known by the first of them and by what they seem to mean.
INBOX_GROUPS = Table(
    "inbox_groups",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reading", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    UniqueConstraint("reading", "key"),
)

EXAMPLE_CHANGES = Table(
    "example_changes",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", MOMENT, nullable=False),
    Column("by", Text, nullable=False),
    Column("taught", JSONB, nullable=False),
    Column("diff", Text, nullable=False),
    Column("reverted_at", MOMENT),
    Column("reverted_by", Text, nullable=False, server_default=""),
)

INBOX_ITEMS = Table(
    "inbox_items",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("turn", BigInteger, nullable=False, unique=True),
    Column("conversation_id", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("text", Text, nullable=False),
    # The text without its case, signs and order of words: alike is found by it.
    Column("key", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("ranking", JSONB, nullable=False),
    Column("spans", JSONB, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("suggested", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("group", BigInteger, ForeignKey(INBOX_GROUPS.c.id), nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("decided_at", MOMENT),
    Column("lesson", JSONB(none_as_null=True)),
    Column("act", Text),
    Column("change_id", BigInteger, ForeignKey(EXAMPLE_CHANGES.c.id)),
    CheckConstraint(
        "state IN ('open', 'accepted', 'corrected', 'rejected')", name="state_known"
    ),
    CheckConstraint(
        "(lesson IS NOT NULL) = (state IN ('accepted', 'corrected'))",
        name="taught_has_lesson",
    ),
    Index("ix_inbox_items_state_group", "state", "group"),
    Index(None, "group"),
    Index(None, "at"),
    Index(None, "act", postgresql_where=text("act IS NOT NULL")),
    Index(None, "change_id", postgresql_where=text("change_id IS NOT NULL")),
    Index("ix_inbox_items_pending", "id", postgresql_where=text(_PENDING)),
)

# Up to which turn everything was looked at: one row.
INBOX_PROGRESS = Table(
    "inbox_progress",
    METADATA,
    Column("here", Boolean, primary_key=True, server_default=text("true")),
    Column("turn", BigInteger, nullable=False),
    CheckConstraint("here", name="one_row"),
)

TABLES = (INBOX_GROUPS, EXAMPLE_CHANGES, INBOX_ITEMS, INBOX_PROGRESS)
