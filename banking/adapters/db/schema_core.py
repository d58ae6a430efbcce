"""The ledger's tables: what a core banking system of its own would keep."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Table,
    text,
)

from banking.adapters.db.schema import METADATA

customers = Table(
    "core_customers",
    METADATA,
    Column("number", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("phone", String, nullable=False, unique=True),
    Column("date_of_birth", Date, nullable=False),
    Column("kyc_level", String, nullable=False),
    Column("status", String, nullable=False),
)

accounts = Table(
    "core_accounts",
    METADATA,
    Column("number", String, primary_key=True),
    # House accounts, the bank's own, have no customer and may be negative.
    Column("customer_number", ForeignKey(customers.c.number), index=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("status", String, nullable=False, server_default="open"),
    Column("rank", BigInteger, nullable=False, server_default="0"),
    Column("iban", String),
    Column("balance_cap_minor", BigInteger),
    Column("balance_minor", BigInteger, nullable=False, server_default="0"),
    Column("held_minor", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("held_minor >= 0", name="held_not_negative"),
    CheckConstraint(
        "customer_number IS NULL OR balance_minor >= held_minor", name="covered"
    ),
)

transactions = Table(
    "core_transactions",
    METADATA,
    # The caller's key. It is never deleted, so that it can never work twice.
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("reference", String, unique=True),
    Column("reason", String),
    Column("fingerprint", String, nullable=False),
    Column("debit_account", String, nullable=False),
    Column("credit_account", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("description", String, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("posted_at", DateTime(timezone=True)),
)

holds = Table(
    "core_holds",
    METADATA,
    Column("transaction_id", ForeignKey(transactions.c.id), primary_key=True),
    Column("account", ForeignKey(accounts.c.number), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("amount_minor > 0", name="amount_positive"),
    Index("ix_core_holds_open", "expires_at", postgresql_where=text("open")),
)

entries = Table(
    "core_entries",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("transaction_id", ForeignKey(transactions.c.id), nullable=False, index=True),
    Column("account", ForeignKey(accounts.c.number), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("description", String, nullable=False),
    Column("counterparty", String, nullable=False),
    Column("category", String, nullable=False),
    CheckConstraint("amount_minor <> 0", name="moves_something"),
    Index("ix_core_entries_account_at", "account", "at", "id"),
)

beneficiaries = Table(
    "core_beneficiaries",
    METADATA,
    Column("customer_number", ForeignKey(customers.c.number), primary_key=True),
    Column("alias", String, primary_key=True),
    Column("account", ForeignKey(accounts.c.number), nullable=False),
)

cards = Table(
    "core_cards",
    METADATA,
    # A keyed hash: a card number cannot be read or guessed from it.
    Column("digits_mac", String, primary_key=True),
    Column("last_four", String(4), nullable=False),
    Column("account", ForeignKey(accounts.c.number), nullable=False),
)

TABLES = [customers, accounts, transactions, holds, entries, beneficiaries, cards]
