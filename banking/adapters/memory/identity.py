"""The outside of identity, in memory: text messages and SIM changes."""

from dataclasses import dataclass, field
from datetime import datetime

from banking.ports.identity import SimChangeUnknown, SmsUnavailable


@dataclass(frozen=True, slots=True)
class SentSms:
    id: str
    phone: str
    text: str


@dataclass(slots=True)
class MemorySms:
    """Phones' inboxes. `down` makes the gateway refuse, `mute` loses its answers."""

    inbox: list[SentSms] = field(default_factory=list)
    down: bool = False
    mute: bool = False

    def send(self, message_id: str, phone: str, text: str) -> None:
        if self.down:
            raise SmsUnavailable
        if all(sms.id != message_id for sms in self.inbox):
            self.inbox.append(SentSms(message_id, phone, text))
        if self.mute:
            raise SmsUnavailable(perhaps_taken=True)

    def to(self, phone: str) -> list[str]:
        """The texts a phone received, oldest first."""
        return [sms.text for sms in self.inbox if sms.phone == phone]


@dataclass(slots=True)
class MemorySimChange:
    """When SIMs were changed. `down` makes the signal silent."""

    changes: dict[str, datetime] = field(default_factory=dict)
    down: bool = False

    def changed_at(self, phone: str) -> datetime | None:
        if self.down:
            raise SimChangeUnknown
        return self.changes.get(phone)
