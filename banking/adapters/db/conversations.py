"""Conversations in PostgreSQL."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    Text,
    and_,
    bindparam,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.db.schema_gateway import CONVERSATIONS
from banking.adapters.db.schema_identity import CHALLENGES
from banking.ports.gateway import Conversation, Marks

# People type one-time codes late as well.
CODE_LINGERS = timedelta(minutes=10)
_CONVERSATION = [CONVERSATIONS.c[name] for name in Conversation.__dataclass_fields__]
_TEXTS = ARRAY(Text)
# Whole deliveries go in with one statement per table, however many messages they
# hold: at two hundred deliveries a second the round trips are what costs.
_BEGIN_ALL = text(
    """
    INSERT INTO conversations (id, channel, "user", phone, created_at)
    SELECT id, :channel, person, person, :now
    FROM unnest(CAST(:ids AS text[]), CAST(:users AS text[])) AS new (id, person)
    ON CONFLICT DO NOTHING
    """
)
_HEARD = text(
    """
    UPDATE conversations SET
        last_inbound_at = greatest(last_inbound_at, mark.sent_at),
        user_id = coalesce(mark.user_id, conversations.user_id),
        identity_hash = coalesce(mark.hash, identity_hash),
        digit_tail = mark.tail,
        digit_tail_at = CASE WHEN mark.tail IS NULL THEN NULL
            ELSE CAST(:now AS timestamptz) END
    FROM unnest(
        CAST(:ids AS text[]), CAST(:sent AS timestamptz[]), CAST(:users AS text[]),
        CAST(:hashes AS text[]), CAST(:tails AS bytea[])
    ) AS mark (id, sent_at, user_id, hash, tail)
    WHERE conversations.id = mark.id
    """
)


@dataclass(frozen=True, slots=True)
class SqlConversations:
    connection: Connection

    def get(self, conversation_id: str) -> Conversation | None:
        return self._one(CONVERSATIONS.c.id == conversation_id)

    def lock(self, conversation_id: str) -> Conversation | None:
        return self._one(CONVERSATIONS.c.id == conversation_id, lock=True)

    def of(self, channel: str, user: str) -> Conversation | None:
        return self._one(_named(channel, user))

    def by_user_id(self, channel: str, user_id: str) -> Conversation | None:
        return self._one(
            and_(
                CONVERSATIONS.c.channel == channel, CONVERSATIONS.c.user_id == user_id
            ),
            lock=True,
        )

    def open(
        self, channel: str, *, phone: str | None, user_id: str | None, now: datetime
    ) -> Conversation:
        user = phone or user_id
        if user is None:
            raise ValueError("a conversation needs somebody to talk to")
        found = self._one(_named(channel, user), lock=True)
        if found is None and phone is None:
            found = self.by_user_id(channel, user)
        if found is not None:
            return found
        row = {
            "id": uuid.uuid4().hex,
            "channel": channel,
            "user": user,
            "phone": phone,
            "user_id": user if phone is None else None,
            "created_at": now,
        }
        self.connection.execute(
            upsert(CONVERSATIONS).values(row).on_conflict_do_nothing()
        )
        # Another delivery may have begun it a moment ago; then that one counts.
        found = self._one(_named(channel, user), lock=True)
        if found is None and phone is None:
            found = self.by_user_id(channel, user)
        if found is None:
            raise LookupError("a conversation that was begun is gone")
        return found

    def open_all(
        self, channel: str, phones: Sequence[str], now: datetime
    ) -> dict[str, Conversation]:
        found = self._all_of(channel, phones)
        missing = sorted(set(phones) - set(found))
        if missing:
            self.connection.execute(
                _BEGIN_ALL,
                {
                    "ids": [uuid.uuid4().hex for _ in missing],
                    "users": missing,
                    "channel": channel,
                    "now": now,
                },
            )
            found |= self._all_of(channel, missing)
        return found

    def _all_of(self, channel: str, users: Sequence[str]) -> dict[str, Conversation]:
        # Locked in one order everywhere, so that nobody waits in a circle.
        rows = self.connection.execute(
            select(*_CONVERSATION)
            .where(
                CONVERSATIONS.c.channel == channel,
                CONVERSATIONS.c.user == func.any(bindparam("users", type_=_TEXTS)),
            )
            .order_by(CONVERSATIONS.c.id)
            .with_for_update(),
            {"users": list(users)},
        )
        found = (Conversation(**row._mapping) for row in rows)
        return {conversation.user: conversation for conversation in found}

    def heard(self, marks: Sequence[Marks], now: datetime) -> None:
        self.connection.execute(
            _HEARD,
            {
                "ids": [mark.conversation_id for mark in marks],
                "sent": [mark.sent_at for mark in marks],
                "users": [mark.user_id for mark in marks],
                "hashes": [mark.identity_hash for mark in marks],
                "tails": [mark.tail for mark in marks],
                "now": now,
            },
        )

    def awaits_code(self, phone: str, now: datetime) -> bool:
        found = self.connection.execute(
            select(literal(1))
            .where(
                CHALLENGES.c.phone == phone,
                CHALLENGES.c.code_mac.is_not(None),
                CHALLENGES.c.code_expires_at > now - CODE_LINGERS,
            )
            .limit(1)
        )
        return found.first() is not None

    def drop_user_id(self, conversation_id: str) -> None:
        self._set(conversation_id, user_id=None)

    def forget_identity(self, conversation_id: str) -> None:
        self._set(
            conversation_id,
            user=f"gone:{conversation_id}",
            phone=None,
            user_id=None,
            identity_hash=None,
            enrolment_id=None,
            digit_tail=None,
        )

    def forget_tails(self, before: datetime) -> int:
        return self.connection.execute(
            update(CONVERSATIONS)
            .where(CONVERSATIONS.c.digit_tail_at < before)
            .values(digit_tail=None, digit_tail_at=None)
        ).rowcount

    def forget_strangers(self, before: datetime) -> int:
        heard = func.coalesce(
            CONVERSATIONS.c.last_inbound_at, CONVERSATIONS.c.created_at
        )
        silent = (
            select(CONVERSATIONS.c.id)
            .where(
                CONVERSATIONS.c.enrolment_id.is_(None),
                CONVERSATIONS.c.user.not_like("gone:%"),
                heard < before,
            )
            # Whoever is just being heard is not silent, and nobody waits in a circle.
            .with_for_update(skip_locked=True)
        )
        ids = list(self.connection.execute(silent).scalars())
        for conversation_id in ids:
            self.forget_identity(conversation_id)
        return len(ids)

    def bind(self, conversation_id: str, enrolment_id: str) -> None:
        self._set(conversation_id, enrolment_id=enrolment_id)

    def unbind(self, conversation_id: str) -> None:
        self._set(conversation_id, enrolment_id=None)

    def of_enrolment(self, enrolment_id: str) -> list[Conversation]:
        rows = self.connection.execute(
            select(*_CONVERSATION)
            .where(CONVERSATIONS.c.enrolment_id == enrolment_id)
            .order_by(CONVERSATIONS.c.created_at)
        )
        return [Conversation(**row._mapping) for row in rows]

    def hold_sends_until(self, conversation_id: str, moment: datetime) -> None:
        self._set(conversation_id, pair_clear_at=moment)

    def _set(self, conversation_id: str, **values: Any) -> None:
        self.connection.execute(
            update(CONVERSATIONS)
            .where(CONVERSATIONS.c.id == conversation_id)
            .values(**values)
        )

    def _one(self, where: Any, *, lock: bool = False) -> Conversation | None:
        query = select(*_CONVERSATION).where(where)
        row = self.connection.execute(
            query.with_for_update() if lock else query
        ).first()
        return Conversation(**row._mapping) if row else None


def _named(channel: str, user: str) -> Any:
    return and_(CONVERSATIONS.c.channel == channel, CONVERSATIONS.c.user == user)
