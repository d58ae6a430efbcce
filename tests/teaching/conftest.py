"""A trainer's bank: real tables, a small folder of language, chats written into it."""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from banking.bootstrap import Bank, open_bank, reach_outside
from banking.bootstrap.teaching import open_teaching
from banking.ports.gateway import NewMessage, TurnRow
from banking.ports.inbox import InboxItem, InboxQuery, State
from banking.ports.lessons import Written
from banking.services.teaching import Teaching
from banking.settings import Settings
from tests.clock import StoppedClock
from tests.teaching.small_language import FILES

PROJECT = Path(__file__).parents[2]
PLAYED = json.loads(Path(__file__).with_name("played.json").read_text(encoding="utf-8"))

BY = "Tess"


@pytest.fixture(scope="session")
def one_bank(
    database_url: str, database: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    """Give a bank with a stopped clock that all tests share."""
    settings = Settings(
        _env_file=None,
        bank_env="test",
        bank_home=tmp_path_factory.mktemp("bank"),
        database_url=SecretStr(database_url),
    )
    outside = replace(reach_outside(settings, database), clock=StoppedClock())
    bank = open_bank(settings, outside=outside)
    yield bank
    bank.engine.dispose()


@pytest.fixture
def bank(one_bank: Bank, clean_database: str) -> Bank:
    """Give that bank, empty, at the same moment for every test."""
    one_bank.clock.moment = StoppedClock.moment
    return one_bank


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a LANGUAGE_HOME with a handful of intents."""
    folder = tmp_path / "language"
    for name, content in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    (folder / "tests").mkdir()
    shutil.copy(PROJECT / "tests" / "test_stories.yml", folder / "tests")
    return folder


@pytest.fixture
def whole_home(tmp_path: Path) -> Path:
    """Give a copy of everything that the assistant learns from."""
    folder = tmp_path / "whole"
    shutil.copytree(PROJECT / "data", folder / "data")
    shutil.copy(PROJECT / "domain.yml", folder)
    return folder


@pytest.fixture
def teaching(bank: Bank, home: Path) -> Teaching:
    """Give the service on that folder."""
    settings = bank.settings.model_copy(update={"language_home": home})
    return open_teaching(
        settings,
        bank.uow,
        bank.clock,
        bank.engine,
        rules=bank.policy.language.inbox,
        keep=timedelta(days=8),
    )


@dataclass
class Chat:
    """One customer's chat, written into the tables as the gateway does."""

    bank: Bank
    id: str
    numbers: list[int] = field(default_factory=list)

    def says(
        self,
        said: str,
        intent: str = "check_balance",
        *,
        sure: float = 0.95,
        ranking: list[tuple[str, float]] | None = None,
        entities: list[dict[str, Any]] | None = None,
        actions: tuple[str, ...] = ("action_some",),
        kind: str = "text",
        seconds: float = 5,
    ) -> int:
        """Write one message and its turn a moment later; return the turn's number."""
        self.bank.clock.forward(seconds=seconds)
        now = self.bank.clock.now()
        with self.bank.uow() as tx:
            message: str | None = uuid.uuid4().hex
            if kind:  # Of what the bank itself sends there is no message.
                (message,) = tx.messages.add([self._message(said, kind, now)])
            tx.turns.add(
                TurnRow(
                    conversation_id=self.id,
                    message_id=message or "",
                    at=now,
                    text=said,
                    intent=intent,
                    confidence=sure,
                    ranking=ranking or [(intent, sure)],
                    entities=entities or [],
                    actions=actions,
                    replies=1,
                    took_ms=20,
                )
            )
            tx.commit()
        with self.bank.engine.connect() as connection:
            query = text("SELECT max(number) FROM turns")
            number = int(connection.execute(query).scalar_one())
        self.numbers.append(number)
        return number

    def is_refused(self, said: str, *likely: str, **more: Any) -> int:
        """Write a message that was not understood."""
        guesses = [("nlu_fallback", 0.3), *((name, 0.2) for name in likely)]
        refused = {"sure": 0.3, "ranking": guesses, "actions": ("action_fallback",)}
        return self.says(said, "nlu_fallback", **(refused | more))

    def taps(self, intent: str) -> int:
        """Write a tap on one of the bank's own choices."""
        return self.says(f"/{intent}", intent, kind="tap", sure=1.0)

    def _message(self, said: str, kind: str, now: datetime) -> NewMessage:
        return NewMessage(
            channel="whatsapp",
            channel_id=uuid.uuid4().hex,
            conversation_id=self.id,
            kind=kind,
            text=said,
            detail={},
            removed=(),
            sent_at=now,
            received_at=now,
        )


@pytest.fixture
def chat(bank: Bank) -> Callable[[], Chat]:
    """Begin chats, each with another customer."""
    begun = 0

    def begin() -> Chat:
        nonlocal begun
        begun += 1
        with bank.uow() as tx:
            conversation = tx.conversations.open(
                "whatsapp",
                phone=f"+1202555{begun:04}",
                user_id=None,
                now=bank.clock.now(),
            )
            tx.commit()
        return Chat(bank, conversation.id)

    return begin


@pytest.fixture
def item_of(teaching: Teaching) -> Callable[[int], InboxItem]:
    """Give the item of a turn, once everything has been looked through."""

    def find(turn: int) -> InboxItem:
        teaching.collect()
        with teaching.uow() as tx:
            found = tx.inbox.of_turn(turn)
        assert found is not None, f"turn {turn} is not in the inbox"
        return found

    return find


@pytest.fixture
def asked(
    chat: Callable[[], Chat], item_of: Callable[[int], InboxItem]
) -> Callable[..., InboxItem]:
    """Let a customer say something that is refused, and give its item."""

    def ask(said: str, likely: str = "check_balance", **more: Any) -> InboxItem:
        return item_of(chat().is_refused(said, likely, **more))

    return ask


@pytest.fixture
def logged(bank: Bank) -> Callable[[], list[str]]:
    """Read the names of what the security log holds."""

    def read() -> list[str]:
        with bank.uow() as tx:
            return [row.event for row in tx.audit.rows()]

    return read


@pytest.fixture
def rows(database: Engine) -> Callable[[str], list[Any]]:
    """Run a query and give its rows."""

    def run(query: str) -> list[Any]:
        with database.connect() as connection:
            return list(connection.execute(text(query)))

    return run


def open_items(teaching: Teaching, **asked: Any) -> set[int]:
    """The open items that a query shows."""
    page = teaching.inbox(InboxQuery(state=State.OPEN, **asked))
    return {item for group in page.groups for item in group.items}


def written(teaching: Teaching, **how: Any) -> Written:
    """Write what is decided, as it is shown at this moment."""
    return teaching.write(BY, teaching.preview().fingerprint, **how)
