"""Chats that took place, written down as the worker would have."""

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banking.bootstrap import Bank
from banking.ports.gateway import NewMessage, TurnRow
from banking.settings import PROJECT

# What training reads; models and tests' results stay where they are.
LANGUAGE = ("data", "domain.yml", "config.yml")


def language_home(folder: Path) -> Path:
    """Copy the language to a folder that a test may write to."""
    for name in LANGUAGE:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    (folder / "tests").mkdir()
    shutil.copy(PROJECT / "tests/test_stories.yml", folder / "tests")
    (folder / "models").mkdir()
    return folder


@dataclass
class Chat:
    """One person's conversation, said turn by turn."""

    bank: Bank
    phone: str
    turns: list[str] = field(default_factory=list)

    def says(
        self,
        text: str,
        intent: str,
        confidence: float = 0.97,
        *,
        then: Sequence[tuple[str, float]] = (),
        marks: Sequence[tuple[str, str]] = (),
        does: Sequence[str] = (),
        kind: str = "text",
    ) -> "Chat":
        """One turn: what was written, and what was made of it."""
        now = self.bank.clock.now()
        with self.bank.uow() as tx:
            chat = tx.conversations.open(
                "whatsapp", phone=self.phone, user_id=None, now=now
            )
            [message] = tx.messages.add(
                [
                    NewMessage(
                        channel="whatsapp",
                        channel_id=f"wamid.{uuid.uuid4().hex}",
                        conversation_id=chat.id,
                        kind=kind,
                        text=text,
                        detail={},
                        removed=(),
                        sent_at=now,
                        received_at=now,
                    )
                ]
            )
            tx.messages.finish(message, "answered", now)
            tx.turns.add(
                TurnRow(
                    conversation_id=chat.id,
                    message_id=message,
                    at=now,
                    text=text,
                    intent=intent,
                    confidence=confidence,
                    ranking=[(intent, confidence), *then],
                    entities=[_entity(text, *mark) for mark in marks],
                    actions=list(does) or ["action_listen"],
                    replies=1,
                    took_ms=30,
                )
            )
            tx.commit()
        self.turns.append(message)
        return self


def _entity(text: str, words: str, entity: str) -> dict[str, Any]:
    start = text.index(words)
    return {
        "start": start,
        "end": start + len(words),
        "entity": entity,
        "value": words,
    }


def odd_messages(bank: Bank) -> None:
    """An afternoon of messages that were not, or not surely, understood."""
    ama, kofi, esi, yaw = (Chat(bank, f"+1555010{n}") for n in (1567, 1890, 2244, 3311))
    ama.says("hi", "greet")
    ama.says(
        "wheres my dosh at",
        "nlu_fallback",
        0.31,
        then=[("check_balance", 0.31), ("find_atm", 0.22), ("view_transactions", 0.11)],
        does=["action_fallback"],
    )
    ama.says("how much money do I have", "check_balance", does=["action_check_balance"])
    bank.clock.forward(minutes=3)
    kofi.says(
        "wheres my dosh",
        "nlu_fallback",
        0.29,
        then=[("check_balance", 0.29), ("find_atm", 0.25)],
        does=["action_fallback"],
    )
    kofi.says("agent pls", "human_handoff", does=["action_human_handoff"])
    bank.clock.forward(minutes=2)
    esi.says(
        "bung 40 quid to auntie Grace 🙏 pls",
        "transfer_money",
        0.44,
        then=[("request_money", 0.39), ("pay_bill", 0.06)],
        marks=[("40", "amount")],
        does=["transfer_form"],
    )
    esi.says("cancel", "cancel", does=["action_cancel"])
    bank.clock.forward(minutes=4)
    yaw.says(
        "can u freeze everythin my bag is gone",
        "lock_card",
        0.48,
        then=[("freeze_account", 0.41), ("report_lost_card", 0.08)],
        does=["action_lock_card"],
    )
    yaw.says("what is the meaning of life", "out_of_scope", 0.91, does=["utter_scope"])
    yaw.says("balance please", "check_balance", does=["action_check_balance"])
    bank.clock.forward(minutes=1)
