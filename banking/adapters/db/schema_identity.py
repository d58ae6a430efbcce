"""Tables of identity: who banks by chat, and what keeps strangers out."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    event,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from banking.adapters.db.schema import METADATA

_UTC = DateTime(timezone=True)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("customer_number", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("phone", Text, nullable=False, index=True),
    Column("kyc_level", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("main_account", Text, nullable=False),
    Column("pin_hash", Text, nullable=False),
    Column("passphrase_sealed", Text, nullable=False),
    Column("totp_sealed", Text),
    Column("totp_last_step", BigInteger, nullable=False, server_default="0"),
    Column("safe_phrase", Text),
    Column("created_at", _UTC, nullable=False),
    Column("lowered_until", _UTC),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("token_sha256", Text, nullable=False, unique=True),
    Column("enrolment_id", Text, ForeignKey("enrolments.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("started_at", _UTC, nullable=False),
    Column("expires_at", _UTC, nullable=False),
    Column("ended_at", _UTC),
    Column("end_reason", Text),
    # One a customer and channel: the database says so, whatever the code does.
    Index(
        "uq_sessions_open",
        "enrolment_id",
        "channel",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
)

LINKS = Table(
    "links",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("conversation_id", Text, nullable=False, index=True),
    Column("enrolment_id", Text, ForeignKey("enrolments.id"), index=True),
    Column("subject", Text, index=True),
    Column("issued_at", _UTC, nullable=False),
    Column("expires_at", _UTC, nullable=False, index=True),
    Column("claimed_by", Text),
    Column("used_at", _UTC),
    Column("killed_at", _UTC),
    Column("progress", JSONB, nullable=False, server_default="{}"),
)

CHALLENGES = Table(
    "challenges",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("enrolment_id", Text, ForeignKey("enrolments.id"), index=True),
    # Asked with each message: is a code awaited by this person?
    Column("phone", Text, nullable=False, index=True),
    Column("binding", Text, nullable=False),
    Column("sms_kind", Text, nullable=False),
    Column("sms_facts", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("code_mac", Text),
    Column("code_expires_at", _UTC),
    Column("created_at", _UTC, nullable=False),
    Column("expires_at", _UTC, nullable=False, index=True),
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("factor", Text, primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("blocked_until", _UTC),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
)

CODE_SENDS = Table(
    "code_sends",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("challenge_id", Text, nullable=False, index=True),
    Column("at", _UTC, nullable=False, index=True),
    Column("answered", Boolean, nullable=False, server_default=false()),
    Index("ix_code_sends_subject_at", "subject", "at"),
    Index("ix_code_sends_place_at", "place", "at"),
)

HITS = Table(
    "hits",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("bucket", Text, nullable=False),
    Column("at", _UTC, nullable=False, index=True),
    Index("ix_hits_bucket_at", "bucket", "at"),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("chain", BigInteger, unique=True),
    Column("at", _UTC, nullable=False, index=True),
    Column("event", Text, nullable=False, index=True),
    Column("enrolment_id", Text, index=True),
    Column("conversation_id", Text),
    # The canonical JSON of everything in the row; the hash covers this.
    Column("body", Text, nullable=False),
    Column("previous", Text),
    Column("hash", Text),
)

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("chain", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

# Rows join the chain at commit: only then is their place in it known, and the lock
# on the head lasts no longer than the commit, so it can be in nobody's way.
_CHAIN = """
CREATE OR REPLACE FUNCTION audit_join_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head audit_head%ROWTYPE;
    linked text;
BEGIN
    INSERT INTO audit_head (one, chain, hash) VALUES (true, 0, '')
        ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_head FOR UPDATE;
    linked := encode(sha256(convert_to(
        head.hash || '|' || (head.chain + 1)::text || '|' || NEW.body, 'UTF8'
    )), 'hex');
    UPDATE audit SET chain = head.chain + 1, previous = head.hash, hash = linked
        WHERE id = NEW.id;
    UPDATE audit_head SET chain = head.chain + 1, hash = linked;
    RETURN NULL;
END $$
"""
_CHAIN_TRIGGER = """
CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_join_chain()
"""
_KEEP = """
CREATE OR REPLACE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND OLD.id = NEW.id
        AND OLD.body = NEW.body AND OLD.event = NEW.event AND OLD.at = NEW.at
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is only added to';
END $$
"""
_KEEP_TRIGGER = """
CREATE TRIGGER audit_only_added_to BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_keep()
"""
for _statement in (_CHAIN, _CHAIN_TRIGGER, _KEEP, _KEEP_TRIGGER):
    _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(AUDIT_HEAD, "after_create", _ddl)

TABLES = (
    ENROLMENTS,
    SESSIONS,
    LINKS,
    CHALLENGES,
    ATTEMPTS,
    CODE_SENDS,
    HITS,
    AUDIT,
    AUDIT_HEAD,
)
