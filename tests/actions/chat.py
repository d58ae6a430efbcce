"""One customer's chat: the actions, and of Rasa only what carries them.

Slots, the active form and the rules of `data/rules` are played; what Rasa would
understand is told by the test. Rasa itself is tried in tests/test_stories.yml and in
the conversations of the whole bank.
"""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML

from actions.secured import TellerAction
from actions.server import executor
from banking.adapters.wording import DomainWords
from banking.domain.bubbles import Bubble, Choices, LinkButton, Option, Text
from tests.actions.fake_teller import FakeTeller

PROJECT = Path(__file__).resolve().parents[2]
TOKEN = "signed"


@cache
def domain() -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load((PROJECT / "domain.yml").read_text())


@cache
def rules() -> dict[str, str]:
    """The first action of the rule that an intent starts."""
    found = {}
    for file in sorted((PROJECT / "data" / "rules").glob("*.yml")):
        for rule in YAML(typ="safe", pure=True).load(file.read_text())["rules"]:
            first, *rest = rule["steps"]
            if "intent" in first:
                found[first["intent"]] = rest[0]["action"]
    return found


@cache
def action_classes() -> dict[str, type[TellerAction]]:
    return {name: type(run.__self__) for name, run in executor().actions.items()}


@dataclass
class ChatWithTheBank:
    teller: FakeTeller = field(default_factory=FakeTeller)
    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    said: list[Bubble] = field(default_factory=list)
    confidence: float = 0.95

    def says(self, words: str, intent: str, **entities: str) -> str:
        """Type something; return all that the bank says to it."""
        found = []
        for kind, value in entities.items():
            start = words.index(value)
            place = {"start": start, "end": start + len(value)}
            found.append({"entity": kind, "value": value, **place})
        return self._turn(words, intent, found)

    def taps(self, title: str) -> str:
        """Tap a choice of the latest answer."""
        option = next(o for o in self.options if o.title.startswith(title))
        intent, _, values = option.payload.removeprefix("/").partition("{")
        read = YAML(typ="safe").load("{" + values) if values else {}
        found = [{"entity": kind, "value": value} for kind, value in read.items()]
        self_confidence, self.confidence = self.confidence, 1.0
        answer = self._turn(option.payload, intent, found)
        self.confidence = self_confidence
        return answer

    def comes_back(self) -> str:
        """The bank's page is done: the bank itself resumes."""
        self.teller.session = "valid"
        return self._turn("/resume", "resume", [])

    @property
    def options(self) -> list[Option]:
        return [o for b in self.said if isinstance(b, Choices) for o in b.options]

    @property
    def links(self) -> list[LinkButton]:
        return [b for b in self.said if isinstance(b, LinkButton)]

    def _turn(self, text: str, intent: str, entities: list[dict[str, Any]]) -> str:
        self.message = {
            "text": text,
            "intent": {"name": intent, "confidence": self.confidence},
            "entities": entities,
            "intent_ranking": [{"name": intent, "confidence": self.confidence}],
            "metadata": {"envelope": TOKEN},
        }
        self.events.append({"event": "user", "text": text})
        self.said = []
        if self.form is None or not self._run(self.form):
            action = rules()[intent]
            if action.startswith("utter_"):
                self._speak([{"response": action, "buttons": []}])
            else:
                self._run(action)
        return "\n".join(
            bubble.body for bubble in self.said if not isinstance(bubble, str)
        )

    def _run(self, action: str) -> bool:
        """Run an action; False when a form did not want the message."""
        is_form = action in domain()["forms"]
        name = f"validate_{action}" if is_form else action
        tracker = Tracker(
            "chat",
            dict(self.slots),
            self.message,
            list(self.events),
            False,
            None,
            {"name": self.form} if self.form else {},
            "action_listen",
        )
        dispatcher = CollectingDispatcher()
        run = action_classes()[name](self.teller).run
        events = asyncio.run(
            run(dispatcher, tracker, {"responses": domain()["responses"]})
        )
        self.events.append({"event": "action", "name": action})
        self._speak(dispatcher.messages)
        if is_form:
            self.form = action
        rejected = False
        for event in events:
            match event:
                case {"event": "slot", "name": slot, "value": value}:
                    assert slot in {*domain()["slots"], "requested_slot"}
                    assert value is None or isinstance(value, str)
                    self.slots[slot] = value
                case {"event": "active_loop", "name": form}:
                    self.form = form
                case {"event": "action_execution_rejected"}:
                    rejected = True
        if is_form and not rejected and self.slots.get("requested_slot") is None:
            self.form = None
        return not rejected

    def _speak(self, messages: list[dict[str, Any]]) -> None:
        words = DomainWords(domain()["responses"], bank="Acme Bank")
        for message in messages:
            if response := message.get("response"):
                facts = {k: v for k, v in message.items() if isinstance(v, str)}
                bubbles = words.say(
                    response,
                    **{
                        k: v
                        for k, v in facts.items()
                        if k not in ("response", "template")
                    },
                )
                assert bubbles, f"{response} has no words"
            else:
                bubbles = [Text(message["text"])]
            for bubble in bubbles:
                extra = tuple(
                    Option(b["title"], b["payload"]) for b in message["buttons"]
                )
                said = bubble
                match bubble:
                    case Choices(body, options):
                        said = Choices(body, (*options, *extra))
                    case Text(body) if extra:
                        said = Choices(body, extra)
                self.said.append(said)
                buttons = [
                    {"title": o.title, "payload": o.payload}
                    for o in getattr(said, "options", ())
                ]
                data = {"buttons": buttons}
                self.events.append({"event": "bot", "text": said.body, "data": data})
