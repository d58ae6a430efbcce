"""The chat's stores in PostgreSQL."""

import json
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    Connection,
    Row,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from banking.adapters.db.schema_gateway import (
    CONVERSATIONS,
    HANDLES,
    MESSAGES_IN,
    MESSAGES_OUT,
    TURNS,
    VAULT,
)
from banking.adapters.db.schema_identity import CHALLENGES
from banking.domain.bubbles import Bubble, Choices, fit, from_json, to_json
from banking.domain.delivery import STATUS_RANK
from banking.domain.inbound import ChatRules
from banking.ports.gateway import (
    Conversation,
    Handle,
    InboundMessage,
    Marks,
    NewMessage,
    OutMessage,
    Sealed,
    TurnRow,
    VaultCipher,
)

CODE_LINGERS = timedelta(minutes=10)
UNFINISHED = ("queued", "sending")
_CONVERSATION = [CONVERSATIONS.c[name] for name in Conversation.__dataclass_fields__]
_MESSAGE = [MESSAGES_IN.c[name] for name in InboundMessage.__dataclass_fields__]
_HANDLE = [HANDLES.c[name] for name in Handle.__dataclass_fields__]
_RANK = case(STATUS_RANK, value=MESSAGES_OUT.c.state, else_=0)


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
_ADD_ALL = text(
    """
    INSERT INTO messages_in (
        id, channel, channel_id, conversation_id, kind, text, detail, removed,
        sent_at, received_at
    )
    SELECT * FROM unnest(
        CAST(:id AS text[]), CAST(:channel AS text[]), CAST(:channel_id AS text[]),
        CAST(:conversation_id AS text[]), CAST(:kind AS text[]),
        CAST(:text AS text[]), CAST(:detail AS jsonb[]), CAST(:removed AS jsonb[]),
        CAST(:sent_at AS timestamptz[]), CAST(:received_at AS timestamptz[])
    )
    ON CONFLICT (channel, channel_id) DO NOTHING
    RETURNING id
    """
)
_QUEUE_TURNS = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY(
        SELECT CAST(
            ROW('default', 'turn', 0, lock, NULL, args, NULL)
            AS procrastinate_job_to_defer_v1
        )
        FROM unnest(CAST(:locks AS text[]), CAST(:args AS jsonb[]))
            WITH ORDINALITY AS turn (lock, args, place)
        ORDER BY place
    ))
    """
)


class Defer(Protocol):
    def __call__(
        self,
        job: str,
        *,
        lock: str | None = None,
        at: datetime | None = None,
        **args: Any,
    ) -> None: ...


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
                # People type codes late as well.
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


@dataclass(frozen=True, slots=True)
class SqlMessages:
    connection: Connection

    def add(self, messages: Sequence[NewMessage]) -> list[str | None]:
        ids = [uuid.uuid4().hex for _ in messages]
        columns: dict[str, list[Any]] = {
            name: [getattr(message, name) for message in messages]
            for name in NewMessage.__dataclass_fields__
        }
        columns["detail"] = [json.dumps(dict(m.detail)) for m in messages]
        columns["removed"] = [json.dumps(m.removed) for m in messages]
        stored = set(
            self.connection.execute(_ADD_ALL, {"id": ids, **columns}).scalars()
        )
        return [one if one in stored else None for one in ids]

    def queue_turns(self, messages: Sequence[tuple[str, str]]) -> None:
        if not messages:
            return
        self.connection.execute(
            _QUEUE_TURNS,
            {
                "locks": [f"turn:{conversation_id}" for conversation_id, _ in messages],
                "args": [json.dumps({"message_id": m}) for _, m in messages],
            },
        )

    def get(self, message_id: str) -> InboundMessage | None:
        return self._one(MESSAGES_IN.c.id == message_id)

    def lock(self, message_id: str) -> InboundMessage | None:
        return self._one(MESSAGES_IN.c.id == message_id, lock=True)

    def by_channel_id(self, channel: str, channel_id: str) -> InboundMessage | None:
        return self._one(
            and_(
                MESSAGES_IN.c.channel == channel,
                MESSAGES_IN.c.channel_id == channel_id,
            )
        )

    def finish(self, message_id: str, outcome: str, now: datetime) -> bool:
        done = self.connection.execute(
            update(MESSAGES_IN)
            .where(MESSAGES_IN.c.id == message_id, MESSAGES_IN.c.outcome.is_(None))
            .values(outcome=outcome, finished_at=now)
        )
        return done.rowcount == 1

    def rewrite(self, message_id: str, text: str) -> None:
        self.connection.execute(
            update(MESSAGES_IN).where(MESSAGES_IN.c.id == message_id).values(text=text)
        )

    def latest_texts(
        self, conversation_id: str, since: datetime
    ) -> list[InboundMessage]:
        rows = self.connection.execute(
            select(*_MESSAGE)
            .where(
                MESSAGES_IN.c.conversation_id == conversation_id,
                MESSAGES_IN.c.received_at >= since,
                MESSAGES_IN.c.kind == "text",
            )
            .order_by(MESSAGES_IN.c.received_at.desc())
            .limit(10)
        )
        return [_message(row) for row in rows]

    def count_since(self, conversation_id: str, since: datetime) -> int:
        return self.connection.execute(
            select(func.count())
            .select_from(MESSAGES_IN)
            .where(
                MESSAGES_IN.c.conversation_id == conversation_id,
                MESSAGES_IN.c.received_at > since,
            )
        ).scalar_one()

    def outcome_since(
        self, conversation_id: str, outcome: str, since: datetime
    ) -> bool:
        found = self.connection.execute(
            select(literal(1)).where(
                MESSAGES_IN.c.conversation_id == conversation_id,
                MESSAGES_IN.c.received_at > since,
                MESSAGES_IN.c.outcome == outcome,
            )
        )
        return found.first() is not None

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(MESSAGES_IN).where(
                MESSAGES_IN.c.received_at < before, MESSAGES_IN.c.outcome.is_not(None)
            )
        ).rowcount

    def _one(self, where: Any, *, lock: bool = False) -> InboundMessage | None:
        query = select(*_MESSAGE).where(where)
        row = self.connection.execute(
            query.with_for_update() if lock else query
        ).first()
        return _message(row) if row else None


def _message(row: Row[Any]) -> InboundMessage:
    values = dict(row._mapping)
    values["removed"] = tuple(values["removed"])
    return InboundMessage(**values)


@dataclass(frozen=True, slots=True)
class SqlHandles:
    connection: Connection
    now: Callable[[], datetime]
    valid_for: timedelta

    def issue(
        self, conversation_id: str, title: str, payload: str, *, out_id: str
    ) -> str:
        handle_id = secrets.token_urlsafe(18)
        self.connection.execute(
            insert(HANDLES).values(
                id=handle_id,
                conversation_id=conversation_id,
                out_id=out_id,
                title=title,
                payload=payload,
                expires_at=self.now() + self.valid_for,
            )
        )
        return handle_id

    def find(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        row = self.connection.execute(
            select(*_HANDLE).where(_usable(handle_id, conversation_id, now))
        ).first()
        return Handle(**row._mapping) if row else None

    def redeem(
        self, handle_id: str, conversation_id: str, now: datetime
    ) -> Handle | None:
        row = self.connection.execute(
            update(HANDLES)
            .where(_usable(handle_id, conversation_id, now))
            .values(used_at=now)
            .returning(*_HANDLE)
        ).first()
        return Handle(**row._mapping) if row else None

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(HANDLES).where(HANDLES.c.expires_at < before)
        ).rowcount


def _usable(handle_id: str, conversation_id: str, now: datetime) -> Any:
    return and_(
        HANDLES.c.id == handle_id,
        HANDLES.c.conversation_id == conversation_id,
        HANDLES.c.used_at.is_(None),
        HANDLES.c.expires_at > now,
    )


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    connection: Connection
    defer: Defer
    cipher: VaultCipher
    handles: SqlHandles
    now: Callable[[], datetime]

    def say(
        self,
        conversation_id: str,
        bubbles: Sequence[Bubble],
        reply_to: str | None = None,
    ) -> list[str]:
        rows = [
            self._row(conversation_id, fitted, reply_to)
            for bubble in bubbles
            for fitted in fit(bubble)
        ]
        if not rows:
            return []
        self.connection.execute(insert(MESSAGES_OUT), rows)
        self.wake(conversation_id)
        return [row["id"] for row in rows]

    def _row(
        self, conversation_id: str, bubble: Bubble, reply_to: str | None
    ) -> dict[str, Any]:
        out_id, now = uuid.uuid4().hex, self.now()
        if isinstance(bubble, Choices):
            options = tuple(
                replace(
                    option,
                    handle=self.handles.issue(
                        conversation_id, option.title, option.payload, out_id=out_id
                    ),
                )
                for option in bubble.options
            )
            bubble = replace(bubble, options=options)
        sealed = self.cipher.seal(to_json(bubble).encode(), bound_to=f"out:{out_id}")
        return {
            "id": out_id,
            "conversation_id": conversation_id,
            "reply_to": reply_to,
            "key_id": sealed.key_id,
            "nonce": sealed.nonce,
            "sealed": sealed.ciphertext,
            "kind": type(bubble).__name__,
            "state": "queued",
            "created_at": now,
            "state_at": now,
        }

    def next_due(self, conversation_id: str) -> OutMessage | None:
        row = self.connection.execute(
            select(MESSAGES_OUT)
            .where(
                MESSAGES_OUT.c.conversation_id == conversation_id,
                MESSAGES_OUT.c.state.in_(UNFINISHED),
            )
            .order_by(MESSAGES_OUT.c.number)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return None
        plain = self.cipher.unseal(
            Sealed(row.key_id, row.nonce, row.sealed), bound_to=f"out:{row.id}"
        )
        return OutMessage(
            id=row.id,
            conversation_id=conversation_id,
            bubble=from_json(plain.decode()),
            reply_to=row.reply_to,
            state=row.state,
            attempts=row.attempts,
            not_before=row.not_before,
            created_at=row.created_at,
            media_id=row.media_id,
        )

    def sending(self, out_id: str) -> None:
        self._set(
            out_id,
            state="sending",
            attempts=MESSAGES_OUT.c.attempts + 1,
            state_at=self.now(),
        )

    def uploaded(self, out_id: str, media_id: str) -> None:
        self._set(out_id, media_id=media_id)

    def sent(self, out_id: str, channel_id: str, now: datetime) -> None:
        # A delivery report may have overtaken the answer to the sending itself.
        self._set(
            out_id,
            channel_id=channel_id,
            state=case((STATUS_RANK["sent"] <= _RANK, _STATE), else_="sent"),
            state_at=now,
            code=None,
        )

    def postpone(self, out_id: str, until: datetime, code: int | None) -> None:
        self._set(out_id, state="queued", not_before=until, code=code)

    def give_up(self, out_id: str, state: str, code: int | None, now: datetime) -> None:
        self._set(out_id, state=state, code=code, state_at=now)

    def status(
        self,
        channel_id: str,
        status: str,
        at: datetime,
        *,
        reference: str | None = None,
        code: int | None = None,
    ) -> str | None:
        known = MESSAGES_OUT.c.channel_id == channel_id
        if reference is not None:
            known = or_(
                known,
                and_(
                    MESSAGES_OUT.c.id == reference, MESSAGES_OUT.c.channel_id.is_(None)
                ),
            )
        return self.connection.execute(
            update(MESSAGES_OUT)
            .where(known, _earlier_than(status))
            .values(state=status, channel_id=channel_id, state_at=at, code=code)
            .returning(MESSAGES_OUT.c.conversation_id)
        ).scalar()

    def wake(self, conversation_id: str, at: datetime | None = None) -> None:
        self.defer(
            "send",
            lock=f"send:{conversation_id}",
            at=at,
            conversation_id=conversation_id,
        )

    def waiting(self, before: datetime) -> list[str]:
        rows = self.connection.execute(
            select(MESSAGES_OUT.c.conversation_id)
            .where(
                MESSAGES_OUT.c.state.in_(UNFINISHED),
                func.coalesce(MESSAGES_OUT.c.not_before, MESSAGES_OUT.c.created_at)
                < before,
            )
            .distinct()
        )
        return list(rows.scalars())

    def purge(self, before: datetime) -> int:
        return self.connection.execute(
            delete(MESSAGES_OUT).where(
                MESSAGES_OUT.c.created_at < before,
                MESSAGES_OUT.c.state.not_in(UNFINISHED),
            )
        ).rowcount

    def _set(self, out_id: str, **values: Any) -> None:
        self.connection.execute(
            update(MESSAGES_OUT).where(MESSAGES_OUT.c.id == out_id).values(**values)
        )


_STATE = MESSAGES_OUT.c.state


def _earlier_than(status: str) -> Any:
    rank = STATUS_RANK[status]
    return _STATE.in_([name for name, other in STATUS_RANK.items() if other < rank])


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
