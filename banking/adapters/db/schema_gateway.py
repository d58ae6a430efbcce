"""The tables of the chat: conversations, messages both ways, handles, vault, turns."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from banking.adapters.db.schema import METADATA

MOMENT = DateTime(timezone=True)

CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("phone", Text),
    Column("user_id", Text),
    Column("identity_hash", Text),
    Column("enrolment_id", Text),
    Column("language", Text, nullable=False, server_default="en"),
    Column("last_inbound_at", MOMENT),
    Column("agent_until", MOMENT),
    # The digits the last message ended with, encrypted: half a card number perhaps.
    Column("digit_tail", LargeBinary),
    Column("digit_tail_at", MOMENT),
    Column("pair_clear_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("channel", "user"),
    Index(None, "enrolment_id"),
    # One person's id belongs to one conversation; most people have a phone number.
    Index(
        "uq_conversations_channel_user_id",
        "channel",
        "user_id",
        unique=True,
        postgresql_where=text("user_id IS NOT NULL"),
    ),
)

MESSAGES_IN = Table(
    "messages_in",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("removed", JSONB, nullable=False),
    Column("sent_at", MOMENT, nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("outcome", Text),
    Column("finished_at", MOMENT),
    UniqueConstraint("channel", "channel_id"),
    Index(None, "conversation_id", "received_at"),
    Index(None, "received_at"),
)

MESSAGES_OUT = Table(
    "messages_out",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("conversation_id", Text, nullable=False),
    Column("reply_to", Text),
    # Encrypted: a bubble may hold a balance or a link that opens a page.
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    # The response of `domain.yml` that it is made of: readable where the words are not.
    Column("response", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", MOMENT),
    Column("media_id", Text),
    Column("channel_id", Text),
    Column("code", Integer),
    Column("created_at", MOMENT, nullable=False),
    Column("state_at", MOMENT, nullable=False),
    Index(
        "ix_messages_out_unfinished",
        "conversation_id",
        "number",
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index(None, "reply_to"),
    Index(None, "channel_id"),
    Index(None, "created_at"),
)

HANDLES = Table(
    "handles",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("out_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("used_at", MOMENT),
    Index(None, "expires_at"),
)

VAULT = Table(
    "vault",
    METADATA,
    Column("conversation_id", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Index(None, "expires_at"),
)

TURNS = Table(
    "turns",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("at", MOMENT, nullable=False),
    Column("text", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("ranking", JSONB, nullable=False),
    Column("entities", JSONB, nullable=False),
    Column("actions", JSONB, nullable=False),
    Column("replies", Integer, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Index(None, "conversation_id", "number"),
    Index(None, "at"),
)

TABLES = (CONVERSATIONS, MESSAGES_IN, MESSAGES_OUT, HANDLES, VAULT, TURNS)
