"""The chat's part of a unit of work in PostgreSQL."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.db.conversations import SqlConversations
from banking.adapters.db.messages import SqlMessages
from banking.adapters.db.outbox import Defer, SqlHandles, SqlOutbox
from banking.adapters.db.schema_gateway import TURNS, VAULT
from banking.domain.inbound import ChatRules
from banking.ports.gateway import Sealed, TurnRow, VaultCipher


@dataclass(frozen=True, slots=True)
class SqlVault:
    connection: Connection
    cipher: VaultCipher
    valid_for: timedelta

    def put(self, conversation_id: str, digits: str, now: datetime) -> str:
        sealed = self.cipher.seal(digits.encode(), bound_to=f"card:{conversation_id}")
        while True:
            ref = secrets.token_hex(2)
            # A name that has run out may be given again; one in use may not.
            done = self.connection.execute(
                upsert(VAULT)
                .values(
                    conversation_id=conversation_id,
                    ref=ref,
                    key_id=sealed.key_id,
                    nonce=sealed.nonce,
                    sealed=sealed.ciphertext,
                    expires_at=now + self.valid_for,
                )
                .on_conflict_do_nothing()
                .returning(literal(1))
            ).first()
            if done:
                return ref

    def open(self, conversation_id: str, ref: str, now: datetime) -> str | None:
        row = self.connection.execute(
            select(VAULT).where(
                VAULT.c.conversation_id == conversation_id,
                VAULT.c.ref == ref,
                VAULT.c.expires_at > now,
            )
        ).first()
        if row is None:
            return None
        sealed = Sealed(row.key_id, row.nonce, row.sealed)
        return self.cipher.unseal(sealed, bound_to=f"card:{conversation_id}").decode()

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(VAULT).where(VAULT.c.expires_at < before)
        ).rowcount


@dataclass(frozen=True, slots=True)
class SqlTurns:
    connection: Connection

    def add(self, turn: TurnRow) -> bool:
        row = asdict(turn)
        for name in ("ranking", "entities", "actions"):
            row[name] = list(row[name])
        done = self.connection.execute(
            upsert(TURNS)
            .values(row)
            .on_conflict_do_nothing()
            .returning(TURNS.c.message_id)
        )
        return done.first() is not None

    def has(self, message_id: str) -> bool:
        query = select(literal(1)).where(TURNS.c.message_id == message_id)
        return self.connection.execute(query).first() is not None

    def of(self, conversation_id: str, limit: int = 50) -> list[TurnRow]:
        rows = self.connection.execute(
            select(*(TURNS.c[name] for name in TurnRow.__dataclass_fields__))
            .where(TURNS.c.conversation_id == conversation_id)
            .order_by(TURNS.c.number.desc())
            .limit(limit)
        )
        return [_turn(row) for row in rows]

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(TURNS).where(TURNS.c.at < before)
        ).rowcount


def _turn(row: Row[Any]) -> TurnRow:
    values = dict(row._mapping)
    values["ranking"] = tuple((name, score) for name, score in values["ranking"])
    return TurnRow(**values)


@dataclass(frozen=True, slots=True)
class GatewayStores:
    """The gateway's part of a unit of work."""

    conversations: SqlConversations
    messages: SqlMessages
    outbox: SqlOutbox
    handles: SqlHandles
    vault: SqlVault
    turns: SqlTurns


def gateway_stores(
    connection: Connection,
    *,
    defer: Defer,
    cipher: VaultCipher,
    now: Callable[[], datetime],
    rules: ChatRules,
) -> GatewayStores:
    """Build the stores of one unit of work; ``now`` is UTC."""
    handles = SqlHandles(connection, now, rules.handle_for)
    return GatewayStores(
        SqlConversations(connection),
        SqlMessages(connection),
        SqlOutbox(connection, defer, cipher, handles, now),
        handles,
        SqlVault(connection, cipher, rules.card_for),
        SqlTurns(connection),
    )
