"""The tables of transfers, payees, parked requests and documents."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from banking.adapters.db.schema import METADATA

transfers = Table(
    "transfers",
    METADATA,
    Column("id", String, primary_key=True),
    Column("enrolment_id", String, nullable=False),
    Column("customer_number", String, nullable=False),
    Column("conversation_id", String, nullable=False),
    Column("service", String, nullable=False),
    Column("source_account", String, nullable=False),
    Column("source_shown", String, nullable=False),
    Column("payee_account", String, nullable=False),
    Column("payee_name", String, nullable=False),
    Column("payee_shown", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reference", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("authorised_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column("core_reference", String),
    Column("failure", String),
    CheckConstraint("amount_minor > 0", name="amount_positive"),
    CheckConstraint("fee_minor >= 0", name="fee_not_negative"),
    # Whatever the code believes, money that moved was authorised first.
    CheckConstraint(
        "state IN ('awaiting', 'cancelled', 'expired') OR authorised_at IS NOT NULL",
        name="authorised_first",
    ),
    CheckConstraint(
        "(state = 'posted') = (core_reference IS NOT NULL)", name="posted_has_reference"
    ),
    Index("ix_transfers_spent", "customer_number", "service", "authorised_at"),
    Index("ix_transfers_enrolment", "enrolment_id", "created_at"),
    Index(
        "ix_transfers_unfinished",
        "state",
        postgresql_where=text(
            "state IN ('awaiting', 'authorised', 'sending', 'in_doubt')"
        ),
    ),
)

payees = Table(
    "payees",
    METADATA,
    Column("id", String, primary_key=True),
    Column("enrolment_id", String, nullable=False),
    Column("alias", String, nullable=False),
    Column("name", String, nullable=False),
    Column("account", String, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("enrolment_id", "account"),
)

payee_imports = Table(
    "payee_imports",
    METADATA,
    Column("enrolment_id", String, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

parked = Table(
    "parked_requests",
    METADATA,
    Column("conversation_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False),
)

documents = Table(
    "documents",
    METADATA,
    Column("id", String, primary_key=True),
    Column("enrolment_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("filename", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # One receipt for each transfer, and no second.
    Column("transfer_id", String, unique=True),
)

statement_requests = Table(
    "statement_requests",
    METADATA,
    Column("id", String, primary_key=True),
    Column("enrolment_id", String, nullable=False),
    Column("conversation_id", String, nullable=False),
    Column("customer_number", String, nullable=False),
    Column("account", String, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("document_id", String),
)

TABLES = [transfers, payees, payee_imports, parked, documents, statement_requests]
