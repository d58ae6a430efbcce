"""What phones and networks remember, in one small SQLite file of their own.

It survives a restart of the simulator, as a phone would, and has nothing to do
with the bank's database. Used from one thread, the event loop's.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from banking.simulator.chat import ChatMessage

type Json = dict[str, Any]

SCHEMA_VERSION = 2
SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of ON messages (address, seq);
CREATE TABLE IF NOT EXISTS windows (address TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS sms (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    arrived INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sim_changes (phone TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (address TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY,
    mime_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    filename TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    lane TEXT NOT NULL,
    body BLOB NOT NULL,
    message_id TEXT,
    may_join INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message; seq 0 until it is stored."""

    id: str
    phone: str
    text: str
    at: str
    seq: int = 0

    def as_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file; size in bytes, sha256 in hex."""

    id: str
    mime_type: str
    sha256: str
    size: int
    filename: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook on its way; message_id is set where it carries a customer's.

    Those that `may_join` may travel with their neighbours in one body.
    """

    number: int
    lane: str
    body: bytes
    message_id: str | None
    may_join: bool


class Storage:
    """Reads and writes; every call is one small transaction."""

    def __init__(self, home: Path) -> None:
        self._media = home / "media"
        self._media.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(
            home / "phones.sqlite3", isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._start_afresh_if_older()
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def _start_afresh_if_older(self) -> None:
        """A file of an earlier version is emptied: it is a toy's memory."""
        [version] = self._db.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA_VERSION:
            return
        tables = self._db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in tables:
            self._db.execute(f"DROP TABLE {name}")
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    # Chats

    def add_message(self, message: ChatMessage) -> ChatMessage:
        seq = self._db.execute(
            "INSERT INTO messages (id, address, body) VALUES (?, ?, ?)",
            (message.id, message.address, _packed(message)),
        ).lastrowid
        return replace(message, seq=seq or 0)

    def save_message(self, message: ChatMessage) -> None:
        self._db.execute(
            "UPDATE messages SET body = ? WHERE id = ?", (_packed(message), message.id)
        )

    def message(self, message_id: str) -> ChatMessage | None:
        rows = self._messages("WHERE id = ?", (message_id,))
        return next(rows, None)

    def chat(self, address: str, after: int = 0) -> list[ChatMessage]:
        """Messages of one chat newer than `after`, oldest first."""
        return list(
            self._messages(
                "WHERE address = ? AND seq > ? ORDER BY seq", (address, after)
            )
        )

    def _messages(self, where: str, values: tuple[Any, ...]) -> Iterator[ChatMessage]:
        for seq, body in self._db.execute(
            f"SELECT seq, body FROM messages {where}",  # noqa: S608 (ours)
            values,
        ):
            fields = json.loads(body)
            fields["statuses"] = tuple(fields["statuses"])
            yield ChatMessage(**{**fields, "seq": seq})

    def forget_chat(self, address: str) -> None:
        self._db.execute("DELETE FROM messages WHERE address = ?", (address,))
        self._db.execute("DELETE FROM windows WHERE address = ?", (address,))

    def open_window(self, address: str, at: float) -> None:
        """The customer wrote at this unix time: the 24 hours start again."""
        self._db.execute(
            "INSERT INTO windows VALUES (?, ?) "
            "ON CONFLICT (address) DO UPDATE SET at = excluded.at",
            (address, at),
        )

    def window_opened(self, address: str) -> float | None:
        at: float | None = self._one(
            "SELECT at FROM windows WHERE address = ?", address
        )
        return at

    # SMS and SIM

    def add_sms(self, sms: Sms, *, arrived: bool) -> bool:
        """True if this id is new; an id that is known stays what it was."""
        before = self._db.total_changes
        self._db.execute(
            "INSERT INTO sms (id, phone, text, at, arrived) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            (sms.id, sms.phone, sms.text, sms.at, arrived),
        )
        return self._db.total_changes > before

    def sms_of(self, phone: str, after: int = 0) -> list[Sms]:
        rows = self._db.execute(
            "SELECT id, phone, text, at, seq FROM sms "
            "WHERE phone = ? AND seq > ? AND arrived ORDER BY seq",
            (phone, after),
        )
        return [Sms(*row) for row in rows]

    def set_sim_change(self, phone: str, at: str | None) -> None:
        if at is None:
            self._db.execute("DELETE FROM sim_changes WHERE phone = ?", (phone,))
        else:
            self._db.execute(
                "INSERT INTO sim_changes VALUES (?, ?) "
                "ON CONFLICT (phone) DO UPDATE SET at = excluded.at",
                (phone, at),
            )

    def sim_changed_at(self, phone: str) -> str | None:
        at: str | None = self._one("SELECT at FROM sim_changes WHERE phone = ?", phone)
        return at

    # People who are not in the bank's books

    def add_person(self, address: str, person: Json) -> None:
        self._db.execute(
            "INSERT INTO people VALUES (?, ?) "
            "ON CONFLICT (address) DO UPDATE SET body = excluded.body",
            (address, json.dumps(person)),
        )

    def people(self) -> list[Json]:
        rows = self._db.execute("SELECT body FROM people ORDER BY rowid")
        return [json.loads(body) for (body,) in rows]

    # Media

    def add_media(self, media: Media, content: bytes) -> None:
        (self._media / media.id).write_bytes(content)
        self._db.execute(
            "INSERT INTO media VALUES (?, ?, ?, ?, ?)",
            (media.id, media.mime_type, media.sha256, media.size, media.filename),
        )

    def media(self, media_id: str) -> Media | None:
        row = self._db.execute(
            "SELECT id, mime_type, sha256, size, filename FROM media WHERE id = ?",
            (media_id,),
        ).fetchone()
        return Media(*row) if row else None

    def media_bytes(self, media: Media) -> bytes:
        return (self._media / media.id).read_bytes()

    def drop_media(self, media: Media) -> None:
        self._db.execute("DELETE FROM media WHERE id = ?", (media.id,))
        (self._media / media.id).unlink(missing_ok=True)

    # Webhooks on their way

    def add_delivery(
        self, lane: str, body: bytes, message_id: str | None, *, may_join: bool
    ) -> Delivery:
        number = self._db.execute(
            "INSERT INTO deliveries (lane, body, message_id, may_join) "
            "VALUES (?, ?, ?, ?)",
            (lane, body, message_id, may_join),
        ).lastrowid
        return Delivery(number or 0, lane, body, message_id, may_join)

    def deliveries(self) -> list[Delivery]:
        rows = self._db.execute(
            "SELECT number, lane, body, message_id, may_join FROM deliveries "
            "ORDER BY number"
        )
        return [Delivery(*row) for row in rows]

    def drop_delivery(self, delivery: Delivery) -> None:
        self._db.execute("DELETE FROM deliveries WHERE number = ?", (delivery.number,))

    def _one(self, query: str, key: str) -> Any:
        row = self._db.execute(query, (key,)).fetchone()
        return row[0] if row else None


def _packed(message: ChatMessage) -> str:
    return json.dumps(asdict(message))
