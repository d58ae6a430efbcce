"""Where a trainer stands in the inbox: filters, search, page and open message.

All of it is in the address, so that going back, a reload and a shared link find it.
"""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from banking.domain.inbox import Reason
from banking.ports.inbox import InboxQuery, Order, State
from banking.web.desk.shown import chosen
from banking.web.desk.visits import Form

HOME = "/desk/inbox"
PAGE_GROUPS = 25
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``item`` is the message whose surroundings are shown, 0 for none."""

    state: State = State.OPEN
    reasons: tuple[str, ...] = ()
    reading: str = ""
    words: str = ""
    order: Order = Order.LARGEST
    after: str = ""
    item: int = 0

    @classmethod
    def of(cls, query: Form) -> Self:
        """Read an address; what is not understood is left out."""
        return cls(
            state=State(_one(query.get("state"), State, State.OPEN)),
            reasons=tuple(chosen(query.all("reason"), list(Reason))),
            reading=query.get("reading")[:_LONGEST_WORDS],
            words=query.get("words").strip()[:_LONGEST_WORDS],
            order=Order(_one(query.get("order"), Order, Order.LARGEST)),
            after=query.get("after")[:_LONGEST_WORDS],
            item=number(query.get("item")),
        )

    def asked(self) -> InboxQuery:
        """What the inbox is asked for."""
        return InboxQuery(
            state=self.state,
            reasons=frozenset(Reason(name) for name in self.reasons),
            reading=self.reading,
            words=self.words,
            order=self.order,
            after=self.after,
            limit=PAGE_GROUPS,
        )

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the inbox down."""
        return bool(self.reasons or self.reading or self.words)

    @property
    def address(self) -> str:
        """The address of exactly this place."""
        told: list[tuple[str, str]] = [("reason", name) for name in self.reasons]
        if self.state is not State.OPEN:
            told.append(("state", self.state.value))
        if self.order is not Order.LARGEST:
            told.append(("order", self.order.value))
        for name in ("reading", "words", "after"):
            if value := getattr(self, name):
                told.append((name, value))
        if self.item:
            told.append(("item", str(self.item)))
        return f"{HOME}?{urlencode(told)}" if told else HOME

    def to(self, **changes: Any) -> str:
        """The address of a place that differs in this; another view begins anew."""
        stays = set(changes) <= {"item", "after"}
        start: dict[str, Any] = {} if stays else {"after": "", "item": 0}
        return replace(self, **(start | changes)).address

    def toggled(self, reason: str) -> str:
        """The address with one reason more, or one less."""
        kept = set(self.reasons) ^ {reason}
        return self.to(reasons=tuple(r.value for r in Reason if r.value in kept))


def number(text: str) -> int:
    """A whole number of up to nine digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - fits the database's integers


def _one(value: str, known: Any, otherwise: Any) -> str:
    return value if value in [each.value for each in known] else otherwise.value
